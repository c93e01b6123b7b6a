"""A link event leads to the one with the same name in its scope: a sequence flow, drawn shorter."""

from __future__ import annotations

from lxml import etree

from engine.bpmn.rewrite.tree import Names, add_flow, scopes
from engine.bpmn.xml import bpmn


def apply(process: etree._Element, names: Names) -> None:
    for scope in scopes(process):
        targets = {link_name(each): each for each in link_events(scope, "intermediateCatchEvent")}
        for source in link_events(scope, "intermediateThrowEvent"):
            add_flow(scope, source.get("id"), targets[link_name(source)].get("id"), names)
            _make_plain(source)
        for target in targets.values():
            _make_plain(target)
            target.tag = bpmn("intermediateThrowEvent")  # the library's catch events wait


def link_events(scope: etree._Element, tag: str) -> list[etree._Element]:
    return [
        each
        for each in scope.iterchildren(bpmn(tag))
        if each.find(bpmn("linkEventDefinition")) is not None
    ]


def link_name(event: etree._Element) -> str:
    """The name of a link; a definition without one takes the event's."""
    definition = event.find(bpmn("linkEventDefinition"))
    return (definition.get("name") or event.get("name") or "").strip()


def _make_plain(event: etree._Element) -> None:
    event.remove(event.find(bpmn("linkEventDefinition")))
