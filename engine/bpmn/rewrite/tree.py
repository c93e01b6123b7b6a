"""Small changes to a tree of BPMN elements, shared by the steps of rewriting."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from engine.bpmn.diagram import NOT_NODES
from engine.bpmn.xml import bpmn, local

INSIDE = "urn:lianban:inside"  # attributes that only the rewritten copy has
_ANALYST_ID = f"{{{INSIDE}}}id"  # the id in the analyst's file; empty for what was added
_FOR = f"{{{INSIDE}}}for"  # for what was added: the analyst's element that it helps
WRAPPED = f"{{{INSIDE}}}wrapped"  # on an end event: how many scopes around it were added

SCOPES = ("subProcess", "transaction")


class Names:
    """The ids of a file, and new ones that it does not have."""

    def __init__(self, root: etree._Element) -> None:
        self.taken = {each for element in root.iter("{*}*") if (each := element.get("id"))}

    def new(self, wish: str) -> str:
        """Return `wish`, or `wish` with a number where it is taken, and take it."""
        name, number = wish, 1
        while name in self.taken:
            number += 1
            name = f"{wish}-{number}"
        self.taken.add(name)
        return name


def analyst_id(element: etree._Element) -> str | None:
    """The id of an element in the analyst's file; None for what rewriting has added."""
    mark = element.get(_ANALYST_ID)
    return element.get("id") if mark is None else mark or None


def helped(element: etree._Element) -> str | None:
    """The id of the analyst's element that an added element helps."""
    return element.get(_FOR)


def rename(element: etree._Element, name: str) -> None:
    """Give an element another id inside; the analyst's stays known."""
    if element.get(_ANALYST_ID) is None:
        element.set(_ANALYST_ID, element.get("id"))
    element.set("id", name)


def known_as(element: etree._Element, analysts: str | None) -> None:
    """Let what was added stand for an element of the analyst's, or for none."""
    element.set(_ANALYST_ID, analysts or "")


def scopes(process: etree._Element) -> list[etree._Element]:
    """The process and its embedded sub-processes, the inner ones first."""
    return [*reversed([process, *process.iter(*map(bpmn, SCOPES))])]


def nodes(scope: etree._Element) -> Iterator[etree._Element]:
    """The flow nodes directly in a scope."""
    return (each for each in scope.iterchildren(bpmn("*")) if local(each) not in NOT_NODES)


def flows_of(scope: etree._Element) -> list[etree._Element]:
    return list(scope.iterchildren(bpmn("sequenceFlow")))


def add(
    scope: etree._Element, tag: str, name: str, helps: etree._Element | None = None
) -> etree._Element:
    """Add an element that the analyst did not draw; `helps` is the one that it is added for."""
    element = etree.SubElement(scope, bpmn(tag), {"id": name, _ANALYST_ID: ""})
    if helps is not None:
        element.set(_FOR, analyst_id(helps) or helped(helps) or "")
        if helps.get("name"):
            element.set("name", helps.get("name"))
    return element


def add_flow(scope: etree._Element, source: str, target: str, names: Names) -> etree._Element:
    flow = add(scope, "sequenceFlow", names.new(f"{source}-{target}"))
    flow.set("sourceRef", source)
    flow.set("targetRef", target)
    return flow
