"""What BPMN means and the library does not know, said in words that it does.

A copy of an analyst's file is changed before it is parsed, one small step after another; the file
stays as it was. What the analyst sees later (ids of open tasks, the journal, findings, the marks
in a diagram) are the ids of that file: `tree.analyst_id` finds them again. The steps rely on what
the gate has checked: a file with errors does not come here.
"""

from __future__ import annotations

from lxml import etree

from engine.bpmn.diagram import is_executable
from engine.bpmn.rewrite import ends, event_subprocesses, flows, ids, links, splits, starts
from engine.bpmn.rewrite.tree import Names
from engine.bpmn.xml import bpmn


def rewrite(root: etree._Element, taken: set[str]) -> None:
    """Change the executable processes of a file (spelled as `spelling.spell` leaves it) in place.

    `taken` are the ids of processes and sub-processes of the files of this version so far; those
    of this file are added.
    """
    for store in [*root.iter(bpmn("dataStore"), bpmn("dataStoreReference"))]:
        store.getparent().remove(store)
    names = Names(root)
    for process in filter(is_executable, root.iter(bpmn("process"))):
        ids.rename_reserved(process, names)
        ids.rename_subprocesses(process, names, taken)
        for step in (starts, links, flows, splits, ends, event_subprocesses):
            step.apply(process, names)
