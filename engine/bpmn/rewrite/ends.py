"""A path that leads nowhere further ends there, as BPMN says; the library wants an end event."""

from __future__ import annotations

from lxml import etree

from engine.bpmn.diagram import is_event_subprocess
from engine.bpmn.rewrite.tree import (
    Names,
    add,
    add_flow,
    flows_of,
    nodes,
    scopes,
)
from engine.bpmn.xml import local


def apply(process: etree._Element, names: Names) -> None:
    for scope in scopes(process):
        left = {flow.get("sourceRef") for flow in flows_of(scope)}
        last = [
            node.get("id")
            for node in nodes(scope)
            if node.get("id") not in left
            and local(node) != "endEvent"
            and not is_event_subprocess(node)
        ]
        if last:
            end = add(scope, "endEvent", names.new(f"{scope.get('id')}.Done"), scope)
            for name in last:
                add_flow(scope, name, end.get("id"), names)
