"""Ids that the library gives to nodes of its own, or that two files use, are others inside."""

from __future__ import annotations

from lxml import etree

from engine.bpmn.rewrite.tree import SCOPES, Names, nodes, rename, scopes
from engine.bpmn.xml import BPMN, bpmn, local

# Names of the library's own nodes in the same table as ours (SpiffWorkflow 3.2.0).
_RESERVED = ("Start", "End", "Root", "StartEventSplit", "StartEventJoin")
_RESERVED_ENDINGS = (".EndJoin", ".BoundaryEventSplit", ".BoundaryEventJoin")
_IN_ATTRIBUTES = ("sourceRef", "targetRef", "attachedToRef")


def is_reserved(name: str) -> bool:
    """Whether the library has, or may have, a node of its own with this id."""
    return name in _RESERVED or name.endswith(_RESERVED_ENDINGS)


def rename_reserved(process: etree._Element, names: Names) -> None:
    for scope in scopes(process):
        reserved = [node for node in nodes(scope) if is_reserved(node.get("id", ""))]
        _rename(scope, {node: names.new(f"{node.get('id')}-node") for node in reserved})


def rename_subprocesses(process: etree._Element, names: Names, taken: set[str]) -> None:
    """A specification is found by the id of its process or sub-process, in all files together."""
    for scope in scopes(process):
        others: dict[etree._Element, str] = {}
        for node in scope.iterchildren(*map(bpmn, SCOPES)):
            name = node.get("id")
            while name in taken:
                name = others[node] = names.new(f"{process.get('id')}.{node.get('id')}")
            taken.add(name)
        _rename(scope, others)


def _rename(scope: etree._Element, others: dict[etree._Element, str]) -> None:
    """Rename nodes of a scope and what refers to them: its flows and boundary events."""
    if not others:
        return
    now = {node.get("id"): name for node, name in others.items()}
    for node, name in others.items():
        rename(node, name)
    for element in scope.iterchildren(f"{{{BPMN}}}*"):
        if local(element) not in ("sequenceFlow", "boundaryEvent"):
            continue
        for attribute in _IN_ATTRIBUTES:
            if element.get(attribute) in now:
                element.set(attribute, now[element.get(attribute)])
