"""Decision tables from DMN 1.3 files: a small part of the standard, our own expressions.

One decision a file, hit policies UNIQUE and FIRST, input cells as in `unary.py`, output cells
literals. All faults of a file are told at once. Source: DMN 1.3 (OMG formal/21-02-01), clause 8.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from lxml import etree

from engine.bpmn.decision_table import TYPES, Input, Output, Rule, Table, has_type
from engine.bpmn.expressions import Expression, compile_expression
from engine.bpmn.findings import Finding, in_order
from engine.bpmn.unary import parse_cell
from engine.bpmn.values import Value, is_number
from engine.bpmn.xml import XmlFault, local, parse_xml
from engine.errors import ExpressionError, Invalid, Words

DMN = "https://www.omg.org/spec/DMN/20191111/MODEL/"
POLICIES = ("UNIQUE", "FIRST")
# Parts of a table that change its result and that this evaluator does not know.
_UNSUPPORTED = ("inputValues", "outputValues", "defaultOutputEntry")

T = TypeVar("T")


class TableFault(Invalid):
    """A decision table that cannot be used; `findings` names every fault with file and line."""

    code = "decision-table"

    def __init__(self, findings: list[Finding]) -> None:
        super().__init__(
            "；".join(finding.text("zh") for finding in findings),
            " ".join(finding.text("en") for finding in findings),
            findings=[finding.as_dict("zh") for finding in findings],
        )
        self.findings = tuple(findings)


def load_table(data: bytes, name: str) -> Table:
    """Read the one decision table of a DMN 1.3 file. Raises `TableFault`."""
    try:
        root = parse_xml(data, name)
    except XmlFault as fault:
        raise TableFault([fault.finding]) from None
    reader = _Reader(name)
    table = reader.read(root)
    if table is None or reader.findings:
        raise TableFault(in_order(reader.findings))
    return table


def yellow_days(limit: Value, table: Table) -> Value:
    """The threshold of the yellow light of `limit`, both in working days from the clock's start.

    `table` has the input `limit` and the output `yellow_left`, the working days left when yellow
    comes (P22a). None where the limit is too short for a yellow light. Raises `ExpressionError`.
    """
    left = table.decide({"limit": limit}).get("yellow_left", "missing")
    if left is None:
        return None
    if not is_number(limit) or not is_number(left):
        raise ExpressionError(
            f"决策表 {table.key} 应由数字 limit 得出数字 yellow_left。",
            f"Decision table {table.key} must give a number yellow_left for a number limit.",
        )
    return limit - left


class _Reader:
    """Reads one file and collects what is wrong with it."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.findings: list[Finding] = []

    def fault(self, element: etree._Element, rule: str, zh: str, en: str, remedy: Words) -> None:
        name = element.get("id") or local(element)
        line = element.sourceline or 1
        self.findings.append(Finding(self.file, line, name, "error", rule, Words(zh, en), remedy))

    def read(self, root: etree._Element) -> Table | None:
        decisions = root.findall(_dmn("decision"))
        if len(decisions) != 1:
            self.fault(
                root,
                "dmn-decision",
                f"文件应有一个 DMN 1.3 决策，却有 {len(decisions)} 个。",
                f"Expected one decision of DMN 1.3, found {len(decisions)}.",
                Words("每个文件只放一个决策表。", "Keep one decision table in a file."),
            )
            return None
        decision = decisions[0]
        table = decision.find(_dmn("decisionTable"))
        if table is None or not decision.get("id"):
            self.fault(
                decision,
                "dmn-table",
                "决策没有 id，或不是决策表。",
                "The decision has no id or is not a decision table.",
                Words("请用带 id 的决策表表达。", "Write it as a decision table with an id."),
            )
            return None
        return self._table(decision.get("id"), table)

    def _table(self, key: str, table: etree._Element) -> Table:
        policy = table.get("hitPolicy", "UNIQUE")
        if policy not in POLICIES or table.get("aggregation"):
            self.fault(
                table,
                "dmn-hit-policy",
                f"不支持命中策略 {policy}。",
                f"The hit policy {policy} is not supported.",
                Words("请用 UNIQUE 或 FIRST。", "Use UNIQUE or FIRST."),
            )
        for part in table.iter(*(_dmn(tag) for tag in _UNSUPPORTED)):
            self.fault(
                part,
                "dmn-unsupported",
                f"不支持 {local(part)}。",
                f"{local(part)} is not supported.",
                Words("请删除它，把条件写进规则。", "Delete it and write the rule out."),
            )
        inputs = tuple(self._input(column) for column in table.findall(_dmn("input")))
        outputs = tuple(self._output(column) for column in table.findall(_dmn("output")))
        rows = table.findall(_dmn("rule"))
        if not inputs or not rows or len({o.name for o in outputs}) != max(1, len(outputs)):
            self.fault(
                table,
                "dmn-columns",
                "决策表至少要有一个输入、一个输出、一条规则，输出名不得重复。",
                "A table needs an input, an output and a rule; outputs have different names.",
                Words("请补全决策表。", "Complete the table."),
            )
        rules = tuple(self._rule(row, inputs, outputs) for row in rows)
        return Table(self.file, key, policy, inputs, outputs, rules)

    def _input(self, column: etree._Element) -> Input:
        source = column.find(_dmn("inputExpression"))
        text = _text(source) if source is not None else ""
        element = column if source is None else source
        expression = self._try(element, lambda: compile_expression(text)) or _NULL
        label = column.get("label") or text
        return Input(label, expression, self._type(element))

    def _output(self, column: etree._Element) -> Output:
        name = column.get("name") or ""
        if not name.isidentifier():
            self.fault(
                column,
                "dmn-output-name",
                "输出没有可用的名称（name）。",
                "The output has no usable name.",
                Words("请写一个标识符，如 yellow_left。", "Give it one, such as yellow_left."),
            )
        return Output(name, self._type(column))

    def _type(self, element: etree._Element) -> str:
        written = element.get("typeRef") or ""
        if written not in TYPES:
            self.fault(
                element,
                "dmn-type",
                f"不支持类型 {written}。",
                f"The type {written} is not supported.",
                Words("请用 number、string 或 boolean。", "Use number, string or boolean."),
            )
        return TYPES.get(written, "any")

    def _rule(
        self, row: etree._Element, inputs: tuple[Input, ...], outputs: tuple[Output, ...]
    ) -> Rule:
        cells = row.findall(_dmn("inputEntry"))
        values = row.findall(_dmn("outputEntry"))
        if (len(cells), len(values)) != (len(inputs), len(outputs)):
            self.fault(
                row,
                "dmn-row",
                "规则的单元格数与列数不符。",
                "The rule has another number of cells than the table has columns.",
                Words("每列写一个单元格，不限的写 -。", "Write a cell for each column, - for any."),
            )
        tests = [self._try(cell, lambda cell=cell: parse_cell(_text(cell))) for cell in cells]
        results = [self._result(v, o) for v, o in zip(values, outputs, strict=False)]
        note = row.find(_dmn("annotationEntry"))
        return Rule(
            row.get("id") or "",
            row.sourceline or 1,
            tuple(test for test in tests if test),
            tuple(results),
            _text(note) if note is not None else _text(row, "description"),
        )

    def _result(self, cell: etree._Element, output: Output) -> Expression:
        expression = self._try(cell, lambda: compile_expression(_text(cell)))
        if expression is None:
            return _NULL
        value = self._try(cell, lambda: (expression.evaluate({}),))
        if value and value[0] is not None and not has_type(value[0], output.type):
            self.fault(
                cell,
                "dmn-value",
                f"输出“{output.name}”的值不是 {output.type} 类型。",
                f"The value of {output.name} is not a {output.type}.",
                Words("请改正单元格；文字要加双引号。", "Mend the cell; quote text."),
            )
        return expression

    def _try(self, element: etree._Element, read: Callable[[], T]) -> T | None:
        try:
            return read()
        except ExpressionError as error:
            remedy = Words(
                "请改正单元格；没有值写 null。", "Mend the cell; write null for no value."
            )
            self.fault(element, "dmn-cell", error.message.zh, error.message.en, remedy)
            return None


_NULL = compile_expression("null")


def _dmn(tag: str) -> str:
    return f"{{{DMN}}}{tag}"


def _text(element: etree._Element, child: str = "text") -> str:
    return (element.findtext(_dmn(child)) or "").strip()
