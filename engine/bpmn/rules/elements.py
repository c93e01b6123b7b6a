"""Rules about what is supported: elements, loops, ids and attributes the library misreads."""

from __future__ import annotations

from lxml import etree

from engine.bpmn.diagram import Scope, is_true, nodes_of
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
    "exclusiveGateway",
    "parallelGateway",
    "inclusiveGateway",
    "eventBasedGateway",
    "subProcess",
    "callActivity",
    "boundaryEvent",
    "intermediateCatchEvent",
    "intermediateThrowEvent",
)
_INSTEAD = {
    "complexGateway": Words("请改用排他、包容或并行网关。", "Use another gateway."),
    "sendTask": Words(
        "请改用命名了操作的服务任务，或消息抛出事件。",
        "Use a service task with an operation, or a message throw event.",
    ),
    "receiveTask": Words("请改用消息中间捕获事件。", "Use a message catch event."),
    "businessRuleTask": Words(
        "请改用脚本任务或带条件的网关。", "Use a script task or conditions on a gateway."
    ),
    "transaction": Words("请改用普通子流程。", "Use an ordinary sub-process."),
    "adHocSubProcess": Words("请画出次序，用普通子流程。", "Draw the order in a sub-process."),
    "eventSubProcess": Words(
        "请把正文放进子流程，改用其边界事件。",
        "Wrap the body in a sub-process and use a boundary event on it.",
    ),
}
# Names of the library's own nodes in the same table as ours (SpiffWorkflow 3.2.0).
_RESERVED = ("Start", "End", "Root", "StartEventSplit", "StartEventJoin")
_RESERVED_ENDINGS = (".EndJoin", ".BoundaryEventSplit", ".BoundaryEventJoin")


def supported(scope: Scope, gate: Gate) -> Findings:
    """Elements that would be dropped or misread are refused."""
    for node in nodes_of(scope):
        tag = local(node)
        if tag == "subProcess" and is_true(node, "triggeredByEvent"):
            tag = "eventSubProcess"
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
    """A node has an id, and not one that the library gives to nodes of its own."""
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
        elif name in _RESERVED or name.endswith(_RESERVED_ENDINGS):
            yield found(
                scope,
                node,
                "reserved-id",
                Words(f"id {name} 由系统保留。", f"The id {name} is reserved."),
                Words(f"请改名，如 {name}_1。", f"Rename it, for example {name}_1."),
            )


# Attribute, and the value it must have: anything else the library drops without a word.
_FIXED = {"isForCompensation": "false", "startQuantity": "1", "completionQuantity": "1"}
_BOOLEANS = ("cancelActivity", "isSequential", "testBefore")


def attributes(scope: Scope, gate: Gate) -> Findings:
    """Attributes that the library ignores keep their default; true is written `true`."""
    for node in nodes_of(scope):
        for name, fixed in _FIXED.items():
            written = (node.get(name) or fixed).strip()
            if written != fixed and not (fixed == "false" and written == "0"):
                yield found(
                    scope,
                    node,
                    "unsupported-attribute",
                    Words(f'不支持 {name}="{written}"。', f'{name}="{written}" is not supported.'),
                    Words("请删除该属性。", "Delete the attribute."),
                )
        for element in (node, *_loops(node)):
            for name in _BOOLEANS:
                if (element.get(name) or "").strip() == "1":
                    yield found(
                        scope,
                        node,
                        "boolean-spelling",
                        Words(f"{name} 写成了 1。", f"{name} is written as 1."),
                        Words(f'请写 {name}="true"。', f'Write {name}="true".'),
                    )


_DATA = ("ioSpecification", "dataInputAssociation", "dataOutputAssociation")


def data(scope: Scope, gate: Gate) -> Findings:
    """Data associations are not carried out: forms and parameters of operations say what flows."""
    for node in nodes_of(scope):
        for child in node.iterchildren(*(bpmn(tag) for tag in _DATA)):
            yield found(
                scope,
                node,
                "data-association",
                Words(
                    f"“{title(node)}”的 {local(child)} 不会执行。",
                    f"{local(child)} is not carried out.",
                ),
                Words(
                    "请删除；数据由表单和操作参数给出。",
                    "Delete it; forms and parameters of operations carry the data.",
                ),
            )


def loops(scope: Scope, gate: Gate) -> Findings:
    """A loop says how often: a cardinality or a collection; a maximum or a condition."""
    for node in nodes_of(scope):
        marks = _loops(node)
        if len(marks) > 1:
            yield _loop(scope, node, Words("同时有两种循环。", "There are two loops at once."))
        for mark in marks:
            multi = local(mark) == "multiInstanceLoopCharacteristics"
            wrong = _multi_instance_fault(mark) if multi else _standard_loop_fault(mark)
            if wrong:
                yield _loop(scope, node, wrong)


def _loops(node: etree._Element) -> list[etree._Element]:
    tags = ("multiInstanceLoopCharacteristics", "standardLoopCharacteristics")
    return list(node.iterchildren(*(bpmn(tag) for tag in tags)))


def _multi_instance_fault(mark: etree._Element) -> Words | None:
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
            if not (reference.text or "").isidentifier():  # the library looks it up untrimmed
                return Words(f"{tag} 应是数据名。", f"{tag} must be the name of data.")
    for tag in ("inputDataItem", "outputDataItem"):
        for item in mark.iterchildren(bpmn(tag)):
            if not (item.get("id") or "").isidentifier():
                return Words(
                    f"{tag} 的 id 应是数据名。", f"The id of {tag} must be a name of data."
                )
    return None


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


RULES: tuple[ScopeRule, ...] = (supported, named, attributes, data, loops)
