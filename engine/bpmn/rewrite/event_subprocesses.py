"""An event sub-process: its scope's body in a sub-process, its trigger a boundary event on that.

An interrupting one ends all else in its scope, also the event sub-processes that interrupt nothing
and are running: those stand on an inner body, the interrupting ones on an outer one around it.
"""

from __future__ import annotations

from lxml import etree

from engine.bpmn.diagram import NOT_NODES, event_definitions, is_event_subprocess
from engine.bpmn.rewrite.tree import (
    WRAPPED,
    Names,
    add,
    add_flow,
    analyst_id,
    known_as,
    nodes,
    scopes,
)
from engine.bpmn.xml import bpmn, local


def apply(process: etree._Element, names: Names) -> None:
    for scope in scopes(process):
        handlers = list(filter(is_event_subprocess, nodes(scope)))
        interrupting = [each for each in handlers if _interrupts(each)]
        quiet = [each for each in handlers if each not in interrupting]
        for group in filter(None, (quiet, interrupting)):
            _wrap(scope, group, names, apart=[each for each in handlers if each not in group])
            handlers = [each for each in handlers if each not in group]


def _interrupts(handler: etree._Element) -> bool:
    return handler.find(bpmn("startEvent")).get("isInterrupting", "true") != "false"


def _wrap(
    scope: etree._Element, handlers: list[etree._Element], names: Names, apart: list[etree._Element]
) -> None:
    """Put all nodes and flows of a scope but its start event, `handlers` and the handlers `apart`
    into a sub-process, and hang the handlers on it."""
    start = scope.find(bpmn("startEvent"))
    body = add(scope, "subProcess", names.new(f"{scope.get('id')}.Body"), scope)
    inner = add(body, "startEvent", names.new(f"{body.get('id')}.Begin"))
    for child in list(scope.iterchildren(bpmn("*"))):
        moves = local(child) == "sequenceFlow" or local(child) not in NOT_NODES
        if moves and child not in (start, body, *handlers, *apart):
            body.append(child)
    for flow in body.iterchildren(bpmn("sequenceFlow")):
        if flow.get("sourceRef") == start.get("id"):
            flow.set("sourceRef", inner.get("id"))
    _end_all_around(body)
    end = add(scope, "endEvent", names.new(f"{scope.get('id')}.Done"), scope)
    add_flow(scope, start.get("id"), body.get("id"), names)
    add_flow(scope, body.get("id"), end.get("id"), names)
    for handler in handlers:
        _hang(scope, handler, body, end, names)


def _hang(
    scope: etree._Element,
    handler: etree._Element,
    body: etree._Element,
    end: etree._Element,
    names: Names,
) -> None:
    start = handler.find(bpmn("startEvent"))
    event = add(scope, "boundaryEvent", names.new(f"{start.get('id')}.Trigger"), start)
    known_as(event, analyst_id(start))
    known_as(start, None)
    event.set("attachedToRef", body.get("id"))
    event.set("cancelActivity", "true" if _interrupts(handler) else "false")
    for extension in start.findall(bpmn("extensionElements")):
        event.append(extension)
    for moved in (*start.findall(bpmn("dataOutputAssociation")), *event_definitions(start)):
        event.append(moved)
    del handler.attrib["triggeredByEvent"]
    add_flow(scope, event.get("id"), handler.get("id"), names)
    add_flow(scope, handler.get("id"), end.get("id"), names)


def _end_all_around(body: etree._Element) -> None:
    """A terminate end event ends the scope in which it was drawn, not only its new body."""
    holders = [body]
    while holders:
        holder = holders.pop()
        for event in holder.iterchildren(bpmn("endEvent")):
            if event.find(bpmn("terminateEventDefinition")) is not None:
                event.set(WRAPPED, str(int(event.get(WRAPPED, "0")) + 1))
        added = (each for each in holder.iterchildren(bpmn("subProcess")) if not analyst_id(each))
        holders.extend(added)
