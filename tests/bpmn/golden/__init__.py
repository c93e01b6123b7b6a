"""Saved states that a release wrote, and that every later one must be able to go on with.

`python -m tests.bpmn.golden RELEASE` adds the states of a release; what is there stays. It is run
where the format of a saved state, the library's version or the rewriting of diagrams changes.
"""
