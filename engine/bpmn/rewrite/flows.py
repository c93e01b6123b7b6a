"""Every sequence flow has an id, and no two join the same nodes."""

from __future__ import annotations

from lxml import etree

from engine.bpmn.rewrite.tree import Names, add, add_flow, flows_of, scopes


def apply(process: etree._Element, names: Names) -> None:
    for scope in scopes(process):
        seen: set[tuple[str, str]] = set()
        for flow in flows_of(scope):
            ends = (flow.get("sourceRef"), flow.get("targetRef"))
            if not flow.get("id"):
                flow.set("id", names.new("-".join(ends)))
            if ends in seen:
                _detour(scope, flow, names)
            seen.add(ends)


def _detour(scope: etree._Element, flow: etree._Element, names: Names) -> None:
    """The library tells flows apart by the nodes they join: put a node into the second one."""
    event = add(scope, "intermediateThrowEvent", names.new(f"{flow.get('id')}.Node"))
    add_flow(scope, event.get("id"), flow.get("targetRef"), names)
    flow.set("targetRef", event.get("id"))
