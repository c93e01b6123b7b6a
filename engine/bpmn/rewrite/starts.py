"""Where a process and a sub-process begin.

A case is begun by hand or by its filing: where a process has one start event, its trigger is not
waited for; where it has several, the one without a trigger begins, and what stands behind the
others does not happen (the gate tells both). A scope without start and end events begins, as BPMN
says, with all nodes that no flow leads to.
"""

from __future__ import annotations

from lxml import etree

from engine.bpmn.diagram import event_definitions, is_event_subprocess
from engine.bpmn.rewrite.tree import (
    Names,
    add,
    add_flow,
    flows_of,
    nodes,
    scopes,
)
from engine.bpmn.xml import bpmn, local


def apply(process: etree._Element, names: Names) -> None:
    for scope in scopes(process):
        events = list(scope.iterchildren(bpmn("startEvent")))
        if not events:
            _begin_everywhere(scope, names)
        elif not is_event_subprocess(scope):
            _begin_at(scope, beginning(events))


def beginning(events: list[etree._Element]) -> etree._Element | None:
    """The start event at which a case begins: the only one, or the only one without a trigger."""
    plain = [each for each in events if not event_definitions(each)] or events
    return plain[0] if len(plain) == 1 else None


def triggers(process: etree._Element) -> set[tuple[str, str]]:
    """What begins a process by its diagram: ("message" or "signal", name) of its start event."""
    events = list(process.iterchildren(bpmn("startEvent")))
    begun = beginning(events) if events else None
    root = process.getroottree().getroot()
    found = set()
    for definition in () if begun is None else event_definitions(begun):
        kind = local(definition).removesuffix("EventDefinition")
        wanted = definition.get(f"{kind}Ref")
        if kind in ("message", "signal"):
            names = (e.get("name") for e in root.iterchildren(bpmn(kind)) if e.get("id") == wanted)
            found |= {(kind, name) for name in names if name}
    return found


def _begin_at(scope: etree._Element, event: etree._Element) -> None:
    others = [each for each in scope.iterchildren(bpmn("startEvent")) if each is not event]
    gone = {each.get("id") for each in others}
    for flow in flows_of(scope) if gone else ():
        if flow.get("sourceRef") in gone:
            scope.remove(flow)
    for each in others:
        scope.remove(each)
    for definition in event_definitions(event):
        event.remove(definition)


def _begin_everywhere(scope: etree._Element, names: Names) -> None:
    entered = {flow.get("targetRef") for flow in flows_of(scope)}
    first = [
        node
        for node in nodes(scope)
        if node.get("id") not in entered
        and local(node) != "boundaryEvent"
        and not is_event_subprocess(node)
        and not _catches_link(node)
    ]
    start = add(scope, "startEvent", names.new(f"{scope.get('id')}.Begin"), scope)
    for node in first:  # several flows out of a start event are a parallel split
        add_flow(scope, start.get("id"), node.get("id"), names)


def _catches_link(node: etree._Element) -> bool:
    link = node.find(bpmn("linkEventDefinition"))
    return local(node) == "intermediateCatchEvent" and link is not None
