"""Rules about what is supported: elements, attributes that the library ignores, loops."""

from __future__ import annotations

from lxml import etree

from engine.bpmn.diagram import Scope, nodes_of
from engine.bpmn.findings import Finding
from engine.bpmn.rules.gate import Findings, Gate, ScopeRule, found, title
from engine.bpmn.vocabulary import HUMAN_TASKS
from engine.bpmn.xml import bpmn, local
from engine.errors import Words

SUPPORTED = (
    "startEvent",
    "endEvent",
    *HUMAN_TASKS,
    "serviceTask",
    "scriptTask",
    "businessRuleTask",
    "sendTask",
    "receiveTask",
    "exclusiveGateway",
    "parallelGateway",
    "inclusiveGateway",
    "eventBasedGateway",
    "subProcess",
    "transaction",
    "callActivity",
    "boundaryEvent",
    "intermediateCatchEvent",
    "intermediateThrowEvent",
)
_INSTEAD = {
    "complexGateway": Words("请改用排他、包容或并行网关。", "Use another gateway."),
    "adHocSubProcess": Words("请画出次序，用普通子流程。", "Draw the order in a sub-process."),
}


def supported(scope: Scope, gate: Gate) -> Findings:
    """Elements that would be dropped or misread are refused."""
    for node in nodes_of(scope):
        tag = local(node)
        if tag not in SUPPORTED:
            yield found(
                scope,
                node,
                "unsupported-element",
                Words(
                    f"不支持 {tag}（“{title(node)}”）。", f"{tag} ({title(node)}) is not supported."
                ),
                _INSTEAD.get(tag, Words("请改用支持的元素。", "Use a supported element.")),
            )


def named(scope: Scope, gate: Gate) -> Findings:
    """A node has an id: what a person does at it is kept under it."""
    for node in nodes_of(scope):
        name = node.get("id")
        if not name:
            yield found(
                scope,
                node,
                "node-without-id",
                Words(f"{local(node)} 没有 id。", f"The {local(node)} has no id."),
                Words("请给它设置 id。", "Give it an id."),
            )


# Attribute, and the value it must have: anything else the library drops without a word.
_FIXED = {
    "isForCompensation": "false",
    "startQuantity": "1",
    "completionQuantity": "1",
    "instantiate": "false",
    "eventGatewayType": "Exclusive",
    "parallelMultiple": "false",
}


def attributes(scope: Scope, gate: Gate) -> Findings:
    """Attributes that the library ignores keep their default."""
    for node in nodes_of(scope):
        for name, fixed in _FIXED.items():
            written = (node.get(name) or fixed).strip()
            if written != fixed:
                yield found(
                    scope,
                    node,
                    "unsupported-attribute",
                    Words(f'不支持 {name}="{written}"。', f'{name}="{written}" is not supported.'),
                    Words("请删除该属性。", "Delete the attribute."),
                )


def loops(scope: Scope, gate: Gate) -> Findings:
    """A loop says how often: a cardinality or a collection; a maximum or a condition."""
    objects = _objects(scope)
    for node in nodes_of(scope):
        marks = _loops(node)
        if len(marks) > 1:
            yield _loop(scope, node, Words("同时有两种循环。", "There are two loops at once."))
        for mark in marks:
            multi = local(mark) == "multiInstanceLoopCharacteristics"
            wrong = _multi_instance_fault(mark, objects) if multi else _standard_loop_fault(mark)
            if wrong:
                yield _loop(scope, node, wrong)


def _loops(node: etree._Element) -> list[etree._Element]:
    tags = ("multiInstanceLoopCharacteristics", "standardLoopCharacteristics")
    return list(node.iterchildren(*(bpmn(tag) for tag in tags)))


def _multi_instance_fault(mark: etree._Element, objects: set[str]) -> Words | None:
    counts = mark.findall(bpmn("loopCardinality"))
    collections = mark.findall(bpmn("loopDataInputRef"))
    if len(counts) + len(collections) != 1:
        return Words(
            "多实例须写明 loopCardinality 或 loopDataInputRef 之一。",
            "A multi-instance activity needs either loopCardinality or loopDataInputRef.",
        )
    if mark.get("behavior", "All") != "All":
        return Words(
            "不支持多实例的 behavior。", "The behavior of a multi-instance is not supported."
        )
    for tag in ("loopDataInputRef", "loopDataOutputRef"):
        for reference in mark.iterchildren(bpmn(tag)):
            name = (reference.text or "").strip()
            if not name.isidentifier() and name not in objects | _declared(mark.getparent()):
                return Words(
                    f"{tag} 应是数据名，或已声明的数据项。",
                    f"{tag} must be a name of data, or declared data.",
                )
    for tag in ("inputDataItem", "outputDataItem"):
        for item in mark.iterchildren(bpmn(tag)):
            if not any((item.get(each) or "").isidentifier() for each in ("name", "id")):
                return Words(
                    f"{tag} 的 name 或 id 应是数据名。",
                    f"The name or the id of {tag} must be a name of data.",
                )
    if (mark.find(bpmn("loopDataOutputRef")) is None) != (
        mark.find(bpmn("outputDataItem")) is None
    ):
        return Words(
            "loopDataOutputRef 与 outputDataItem 须一起写。",
            "loopDataOutputRef and outputDataItem go together.",
        )
    return None


def _objects(scope: Scope) -> set[str]:
    """The ids of the data objects in sight of a scope, and of what refers to them."""
    tags = (bpmn("dataObject"), bpmn("dataObjectReference"))
    around = (scope.element, *scope.element.iterancestors())
    return {each.get("id", "") for outer in around for each in outer.iterchildren(*tags)}


def _declared(node: etree._Element) -> set[str]:
    """The ids of the inputs and outputs that an activity declares."""
    tags = (bpmn("dataInput"), bpmn("dataOutput"))
    holders = node.iterchildren(bpmn("ioSpecification"))
    return {each.get("id", "") for holder in holders for each in holder.iterchildren(*tags)}


def _standard_loop_fault(mark: etree._Element) -> Words | None:
    maximum = mark.get("loopMaximum")
    if maximum is None and mark.find(bpmn("loopCondition")) is None:
        return Words(
            "循环须写明 loopMaximum 或 loopCondition。",
            "A loop needs loopMaximum or loopCondition.",
        )
    if maximum is not None and not (maximum.isascii() and maximum.isdigit()):
        return Words("loopMaximum 应是整数。", "loopMaximum must be a whole number.")
    return None


def _loop(scope: Scope, node: etree._Element, message: Words) -> Finding:
    remedy = Words("请改正循环的设置。", "Mend the loop.")
    return found(scope, node, "loop", message, remedy)


RULES: tuple[ScopeRule, ...] = (supported, named, attributes, loops)
