"""Decisions from DMN files, versions 1.1 to 1.5: tables, literal expressions, and what they need.

All faults of a file are told at once. What is no table and no literal expression (business
knowledge models, invocations, contexts, functions) is refused in words.
Source: DMN 1.3 (OMG formal/21-02-01), clauses 6 to 8.
"""

from __future__ import annotations

from lxml import etree

from engine.bpmn.decision import Decision, Required
from engine.bpmn.decision_check import check_tables
from engine.bpmn.decision_table import TYPES, Table
from engine.bpmn.dmn_table import Place, TableReader, child, children, text_in
from engine.bpmn.expressions import Expression, compile_expression
from engine.bpmn.findings import Finding, Level, in_order
from engine.bpmn.unary import PURE
from engine.bpmn.values import Value, is_number
from engine.bpmn.xml import XmlFault, local, namespace, parse_xml
from engine.errors import ExpressionError, Invalid, Words

DMN = "https://www.omg.org/spec/DMN/20191111/MODEL/"
VERSIONS = {
    "http://www.omg.org/spec/DMN/20151101/dmn.xsd": "1.1",
    "http://www.omg.org/spec/DMN/20151101/dmn11.xsd": "1.1",
    "http://www.omg.org/spec/DMN/20180521/MODEL/": "1.2",
    DMN: "1.3",
    "https://www.omg.org/spec/DMN/20211108/MODEL/": "1.4",
    "https://www.omg.org/spec/DMN/20230324/MODEL/": "1.5",
}
MAX_DECISIONS = 100


class TableFault(Invalid):
    """A DMN file that cannot be used; `findings` names every fault with file and line."""

    code = "decision-table"

    def __init__(self, findings: list[Finding]) -> None:
        super().__init__(
            "；".join(finding.text("zh") for finding in findings),
            " ".join(finding.text("en") for finding in findings),
            findings=[finding.as_dict("zh") for finding in findings],
        )
        self.findings = tuple(findings)


def load_decisions(data: bytes, name: str) -> dict[str, Decision]:
    """Read the decisions of a DMN file that passed the gate, by id. Raises `TableFault`."""
    decisions, findings = _read(data, name)
    if errors := [finding for finding in findings if finding.level == "error"]:
        raise TableFault(in_order(errors))
    return decisions


def read_decisions(data: bytes, name: str) -> tuple[dict[str, Decision], list[Finding]]:
    """The decisions of a DMN file by id, as far as they can be read, and all findings about it:
    what cannot be read and, where everything can, what overlaps and what is missing."""
    decisions, findings = _read(data, name)
    if not any(finding.level == "error" for finding in findings):
        bodies = (decision.body for decision in decisions.values())
        findings += check_tables(body for body in bodies if isinstance(body, Table))
    return decisions, in_order(findings)


def _read(data: bytes, name: str) -> tuple[dict[str, Decision], list[Finding]]:
    try:
        root = parse_xml(data, name)
    except XmlFault as fault:
        return {}, [fault.finding]
    reader = _Reader(name)
    return reader.read(root), reader.place.findings


def decision_keys(data: bytes, name: str) -> frozenset[str]:
    """The ids of the decisions of a DMN file; none where it cannot be read."""
    try:
        root = parse_xml(data, name)
    except XmlFault:
        return frozenset()
    return frozenset(key for each in root if local(each) == "decision" and (key := each.get("id")))


def yellow_days(limit: Value, decision: Decision) -> Value:
    """The threshold of the yellow light of `limit`, both in working days from the clock's start.

    `decision` has the input `limit` and gives `yellow_left`, the working days left when yellow
    comes (P22a). None where the limit is too short for a yellow light. Raises `ExpressionError`.
    """
    left = decision.outcome({"limit": limit})
    if isinstance(left, dict):
        left = left.get("yellow_left", "missing")
    if left is None:
        return None
    if not is_number(limit) or not is_number(left):
        raise ExpressionError(
            f"决策表 {decision.key} 应由数字 limit 得出数字 yellow_left。",
            f"Decision table {decision.key} must give a number yellow_left for a number limit.",
        )
    return limit - left


class _Reader:
    """Reads one file and collects what is wrong with it."""

    def __init__(self, file: str) -> None:
        self.place = Place(file)
        self.types: dict[str, str] = {}
        self.elements: dict[str, etree._Element] = {}
        self.inputs: dict[str, etree._Element] = {}
        self.done: dict[str, Decision | None] = {}

    def read(self, root: etree._Element) -> dict[str, Decision]:
        decisions = list(children(root, "decision")) if namespace(root) in VERSIONS else []
        if local(root) != "definitions" or not 1 <= len(decisions) <= MAX_DECISIONS:
            self._no_decisions(root, len(decisions))
            return {}
        self.types = _item_types(root)
        self.inputs = {each.get("id") or "": each for each in children(root, "inputData")}
        for each in (*children(root, "import"), *children(root, "decisionService")):
            self._unsupported(each, "error" if local(each) == "import" else "hint")
        for each in decisions:
            self._take(each)
        read = [self._decision(key, ()) for key in self.elements]
        return {each.key: each for each in read if each is not None}

    def _no_decisions(self, root: etree._Element, number: int) -> None:
        versions = "、".join(sorted(set(VERSIONS.values())))
        message = Words(
            f"文件应有 1 至 {MAX_DECISIONS} 个 DMN {versions} 的决策，却有 {number} 个。",
            f"Expected 1 to {MAX_DECISIONS} decisions of DMN {versions}, found {number}.",
        )
        remedy = Words("请在建模工具中导出为 DMN 1.3。", "Export the file as DMN 1.3.")
        self.place.fault(root, "dmn-decision", message, remedy)

    def _take(self, element: etree._Element) -> None:
        key = element.get("id") or ""
        if not key or key in self.elements:
            message = Words("决策没有 id，或 id 重复。", "The decision has no id of its own.")
            remedy = Words("请给每个决策不同的 id。", "Give each decision an id of its own.")
            self.place.fault(element, "dmn-table", message, remedy)
        else:
            self.elements[key] = element

    def _decision(self, key: str, path: tuple[str, ...]) -> Decision | None:
        """Read a decision after those it requires; `path` leads here, against circles."""
        if key in self.done:
            return self.done[key]
        element = self.elements[key]
        if key in path or len(path) > MAX_DECISIONS:
            message = Words("决策互相依赖成环。", "The decisions require one another in a circle.")
            remedy = Words("请断开其中一条依赖。", "Take out one of the requirements.")
            self.place.fault(element, "dmn-circle", message, remedy)
            return None
        requires = self._requires(element, (*path, key))
        read = [(*each.names, *each.decision.output_names) for each in requires]
        names = {name for each in read for name in each} | self._input_names(element)
        body = self._body(element, key, names)
        if body is not None:
            name = " ".join((element.get("name") or key).split())
            line = element.sourceline or 1
            self.done[key] = Decision(self.place.file, key, name, line, body, requires)
        return self.done.setdefault(key, None)

    def _requires(self, element: etree._Element, path: tuple[str, ...]) -> tuple[Required, ...]:
        found = []
        for requirement in children(element, "informationRequirement"):
            for wanted in children(requirement, "requiredDecision"):
                key = (wanted.get("href") or "").rpartition("#")[2]
                if key not in self.elements or not (wanted.get("href") or "").startswith("#"):
                    message = Words(f"文件中没有决策 {key}。", f"There is no decision {key} here.")
                    remedy = Words(
                        "请把所依赖的决策放进同一文件。", "Put the decision into this file."
                    )
                    self.place.fault(requirement, "dmn-requirement", message, remedy)
                elif decision := self._decision(key, path):
                    found.append(Required(_names(self.elements[key]), decision))
        return tuple(found)

    def _input_names(self, element: etree._Element) -> set[str]:
        names: set[str] = set()
        for requirement in children(element, "informationRequirement"):
            for wanted in children(requirement, "requiredInput"):
                key = (wanted.get("href") or "").rpartition("#")[2]
                if key in self.inputs:
                    names |= set(_names(self.inputs[key]))
        return names

    def _body(
        self, element: etree._Element, key: str, names: set[str]
    ) -> Table | Expression | None:
        for needed in children(element, "knowledgeRequirement"):
            self._unsupported(needed)
        table, literal = child(element, "decisionTable"), child(element, "literalExpression")
        if table is not None:
            return TableReader(self.place, self.types, names).read(key, table)
        if literal is not None:
            self.place.check_language(literal)
            text = text_in(literal)
            return self.place.attempt(literal, lambda: compile_expression(text, PURE))
        strange = next((each for each in element if local(each) in _BODIES), element)
        self._unsupported(strange)
        return None

    def _unsupported(self, element: etree._Element, level: Level = "error") -> None:
        tag = local(element)
        message = Words(f"不支持 {tag}。", f"{tag} is not supported.")
        remedy = Words(
            "请改用决策表或字面表达式。", "Use a decision table or a literal expression."
        )
        self.place.fault(element, "dmn-table", message, remedy, level)


# What a decision may be besides a table and a literal expression.
_BODIES = (
    "invocation",
    "context",
    "functionDefinition",
    "relation",
    "list",
    "conditional",
    "filter",
    "for",
    "every",
    "some",
)


def _names(element: etree._Element) -> tuple[str, ...]:
    """Under which names other decisions read this one: its variable's, its own, its id."""
    variable = child(element, "variable")
    written = (
        None if variable is None else variable.get("name"),
        element.get("name"),
        element.get("id"),
    )
    return tuple({name: None for each in written if (name := (each or "").strip()).isidentifier()})


def _item_types(root: etree._Element) -> dict[str, str]:
    """The types that a file defines, as types of `TYPES`; "NAME values" is what one allows."""
    types: dict[str, str] = {}
    for item in children(root, "itemDefinition"):
        name, base = (item.get("name") or "").strip(), text_in(item, "typeRef").rpartition(":")[2]
        if name and base in TYPES and (item.get("isCollection") or "false") == "false":
            types[name] = TYPES[base]
            types[f"{name} values"] = text_in(child(item, "allowedValues"))
    return types
