"""Rules about data objects and the associations that copy them; stores of data are none of ours."""

from __future__ import annotations

from lxml import etree

from engine.bpmn.diagram import Diagram, Scope, nodes_of
from engine.bpmn.rules.gate import FileRule, Findings, Gate, ScopeRule, found, title
from engine.bpmn.xml import bpmn, local
from engine.errors import Words

_SIDE = {"dataInputAssociation": "sourceRef", "dataOutputAssociation": "targetRef"}


def associations(scope: Scope, gate: Gate) -> Findings:
    """An association copies one data object that is in sight, as it is."""
    around = (scope.element, *scope.element.iterancestors())
    tags = (bpmn("dataObject"), bpmn("dataObjectReference"))
    in_sight = {each.get("id") for outer in around for each in outer.iterchildren(*tags)}
    for node in nodes_of(scope):
        for each in node.iterchildren(*map(bpmn, _SIDE)):
            if fault := _association_fault(each, in_sight):
                yield found(
                    scope,
                    node,
                    "data-association",
                    Words(
                        f"“{title(node)}”的 {local(each)}：{fault.zh}。",
                        f"The {local(each)} of {title(node)}: {fault.en}.",
                    ),
                    Words(
                        "请只引用流程中的一个数据对象，不作转换；其他数据由表单和操作参数给出。",
                        "Refer to one data object of the process, without a transformation; forms "
                        "and parameters of operations carry other data.",
                    ),
                )


def _association_fault(association: etree._Element, in_sight: set[str | None]) -> Words | None:
    for tag in ("transformation", "assignment"):
        if association.find(bpmn(tag)) is not None:
            return Words(f"不支持 {tag}", f"{tag} is not supported")
    side = _SIDE[local(association)]
    held = [(each.text or "").strip() for each in association.iterchildren(bpmn(side))]
    if len(held) != 1:
        return Words(f"应有一个 {side}", f"expected one {side}")
    if held[0] not in in_sight:
        return Words(f"没有数据对象 {held[0]}", f"there is no data object {held[0]}")
    return None


def object_references(scope: Scope, gate: Gate) -> Findings:
    """What refers to a data object refers to one of its scope or of those around it."""
    around = (scope.element, *scope.element.iterancestors())
    there = {e.get("id") for s in around for e in s.iterchildren(bpmn("dataObject"))}
    for each in scope.element.iterchildren(bpmn("dataObjectReference")):
        name = each.get("dataObjectRef")
        if name not in there:
            yield found(
                scope,
                each,
                "data-object-dangling",
                Words(
                    f"数据对象 {name or '（未填）'} 不存在。", f"There is no data object {name}."
                ),
                Words(
                    "请补上 dataObject，或删除此引用。",
                    "Add the dataObject or delete the reference.",
                ),
            )


def stores(diagram: Diagram, gate: Gate) -> Findings:
    """A data store is a note to the reader here."""
    drawn = (e for p in diagram.checked for e in p.iter(bpmn("dataStoreReference")))
    for each in (*diagram.root.iterchildren(bpmn("dataStore")), *drawn):
        yield found(
            diagram,
            each,
            "data-store",
            Words(
                f"数据存储“{title(each)}”只作说明，不起作用。",
                f"The data store {title(each)} is a note and has no effect.",
            ),
            Words("数据由表单和流程数据保存。", "Forms and process data keep the data."),
            level="hint",
        )


FILE_RULES: tuple[FileRule, ...] = (stores,)
RULES: tuple[ScopeRule, ...] = (associations, object_references)
