"""Several flows out of an activity or event: a token on each; where there are conditions, on each
whose condition holds, or on the default. The gateway that does it stands behind the node.
"""

from __future__ import annotations

from collections import defaultdict

from lxml import etree

from engine.bpmn.diagram import GATEWAYS, text_of
from engine.bpmn.rewrite.tree import Names, add, add_flow, flows_of, nodes, scopes
from engine.bpmn.xml import bpmn, local


def apply(process: etree._Element, names: Names) -> None:
    for scope in scopes(process):
        leaving: dict[str, list[etree._Element]] = defaultdict(list)
        for flow in flows_of(scope):
            leaving[flow.get("sourceRef")].append(flow)
        for node in list(nodes(scope)):
            flows = leaving[node.get("id")]
            if local(node) not in GATEWAYS and (len(flows) > 1 or any(map(_condition, flows))):
                _split(scope, node, flows, names)


def _split(
    scope: etree._Element, node: etree._Element, flows: list[etree._Element], names: Names
) -> None:
    decided = any(map(_condition, flows))
    tag = "inclusiveGateway" if decided else "parallelGateway"
    gateway = add(scope, tag, names.new(f"{node.get('id')}.Split"), node)
    default = node.attrib.pop("default", None)
    if decided and default is not None:
        gateway.set("default", default)
    for flow in flows:
        flow.set("sourceRef", gateway.get("id"))
        if decided and not _condition(flow) and flow.get("id") != default:
            _always(flow)
    add_flow(scope, node.get("id"), gateway.get("id"), names)


def _always(flow: etree._Element) -> None:
    for empty in flow.findall(bpmn("conditionExpression")):
        flow.remove(empty)
    etree.SubElement(flow, bpmn("conditionExpression")).text = "true"


def _condition(flow: etree._Element) -> str:
    return text_of(flow.find(bpmn("conditionExpression")))
