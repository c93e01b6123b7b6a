"""Saved states that a release wrote, and that every later one must be able to go on with.

`python -m tests.bpmn.golden` adds the states of this release; what is there stays. It is run where
the format of a saved state, the library's version or the rewriting of diagrams changes.
"""
