"""The rules of the gate, a module a group; `lint.py` runs them."""
