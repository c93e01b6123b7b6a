"""Reading one decision table of a DMN file. All faults are told at once, each with its place."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator
from typing import TypeVar

from lxml import etree

from engine.bpmn.decision_table import (
    AGGREGATIONS,
    POLICIES,
    TYPES,
    Input,
    Output,
    Rule,
    Table,
    has_type,
)
from engine.bpmn.expressions import Expression, compile_expression
from engine.bpmn.findings import Finding, Level
from engine.bpmn.unary import CELL, PURE, Cell, End, parse_cell, read_value, split_list
from engine.bpmn.values import Value
from engine.bpmn.xml import local
from engine.errors import ExpressionError, Words

# In a file of another version of DMN these letters stand for the same policies.
_LETTERS = {"U": "UNIQUE", "A": "ANY", "F": "FIRST", "P": "PRIORITY", "C": "COLLECT"}
# What is FEEL, or says nothing; our expressions are near enough to be read as it.
_LANGUAGES = ("", "feel", "s-feel", "sfeel")
MAX_ROWS, MAX_COLUMNS = 10_000, 100
MAX_WRITTEN = 100_000  # characters of expressions in a file; reading them takes a second or so

T = TypeVar("T")
_CELL_REMEDY = Words("请改正单元格；没有值写 null。", "Mend the cell; write null for no value.")


class Place:
    """The file that is read, and what is found wrong in it."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.findings: list[Finding] = []
        self.left = MAX_WRITTEN

    def fault(
        self,
        element: etree._Element,
        rule: str,
        message: Words,
        remedy: Words,
        level: Level = "error",
    ) -> None:
        name = element.get("id") or local(element)
        line = element.sourceline or 1
        self.findings.append(Finding(self.file, line, name, level, rule, message, remedy))

    def check_language(self, element: etree._Element) -> None:
        language = (element.get("expressionLanguage") or "").strip()
        if language.lower() not in _LANGUAGES and "feel" not in language.lower():
            message = Words(
                f"不支持表达式语言 {language}。",
                f"The expression language {language} is not supported.",
            )
            remedy = Words(
                "请删除 expressionLanguage，用本系统的表达式。",
                "Delete expressionLanguage and write an expression of ours.",
            )
            self.fault(element, "dmn-language", message, remedy)

    def _too_much(self, element: etree._Element) -> None:
        message = Words(
            f"决策表中的表达式合计超过 {MAX_WRITTEN} 个字符。",
            f"The expressions of the file have more than {MAX_WRITTEN} characters in all.",
        )
        remedy = Words("请拆成几个文件，或写得简单些。", "Split the file, or write less.")
        self.fault(element, "dmn-too-large", message, remedy)

    def attempt(self, element: etree._Element, read: Callable[[], T]) -> T | None:
        """What `read` gives; None where it refuses, which is noted with the place."""
        text = text_in(element)
        if re.search(r"[^\W\d]", re.sub(r'"[^"]*"', "", text)):  # more than plain values
            self.left -= len(text)
            if self.left < 0:
                if self.left + len(text) >= 0:  # told once
                    self._too_much(element)
                return None
        try:
            return read()
        except ExpressionError as error:
            self.fault(element, "dmn-cell", error.message, _CELL_REMEDY)
            return None


def children(element: etree._Element, tag: str) -> Iterator[etree._Element]:
    """The children of this name, in the element's own namespace: that of its version of DMN."""
    yield from element.iterchildren(f"{{{etree.QName(element).namespace or ''}}}{tag}")


def child(element: etree._Element, tag: str) -> etree._Element | None:
    return next(children(element, tag), None)


def text_in(element: etree._Element | None, tag: str = "text") -> str:
    """The text of a child element; an empty string where there is none."""
    found = None if element is None else child(element, tag)
    return "" if found is None else (found.text or "").strip()


class TableReader:
    """Reads a `decisionTable`. `names`: what its cells may read besides its own inputs."""

    def __init__(self, place: Place, types: dict[str, str], names: Collection[str]) -> None:
        self.place, self.types, self.names = place, types, set(names)

    def read(self, key: str, table: etree._Element) -> Table:
        columns = list(children(table, "input"))
        results = list(children(table, "output"))
        rows = list(children(table, "rule"))
        policy, aggregation = self._policy(table)
        inputs = tuple(self._input(column) for column in columns)
        self.names |= {name for column in inputs for name in column.expression.names}
        outputs = tuple(self._output(column, len(results)) for column in results)
        self._check_columns(table, inputs, outputs, rows)
        if len(rows) > MAX_ROWS or max(len(columns), len(results)) > MAX_COLUMNS:
            rows = []
        self._check_outputs(table, policy, aggregation, outputs)
        aliases = [_alias(column) for column in columns]
        rules = tuple(self._rule(row, inputs, outputs, aliases) for row in rows)
        place, line = self.place.file, table.sourceline or 1
        return Table(place, key, policy, inputs, outputs, rules, aggregation, line)

    def _policy(self, table: etree._Element) -> tuple[str, str | None]:
        written = (table.get("hitPolicy") or "UNIQUE").strip()
        policy = _LETTERS.get(written, written)
        aggregation = (table.get("aggregation") or "").strip() or None
        if policy not in POLICIES:
            message = Words(
                f"不支持命中策略 {policy}。", f"The hit policy {policy} is not supported."
            )
            remedy = Words(f"可用：{'、'.join(POLICIES)}。", f"There are: {', '.join(POLICIES)}.")
            self.place.fault(table, "dmn-hit-policy", message, remedy)
        elif aggregation and (policy != "COLLECT" or aggregation not in AGGREGATIONS):
            message = Words(
                f"汇总方式 {aggregation} 不能用于 {policy}。",
                f"The aggregation {aggregation} does not go with {policy}.",
            )
            remedy = Words(
                f"COLLECT 可用：{'、'.join(AGGREGATIONS)}。",
                f"COLLECT takes {', '.join(AGGREGATIONS)}.",
            )
            self.place.fault(table, "dmn-hit-policy", message, remedy)
        return policy, aggregation

    def _check_columns(
        self,
        table: etree._Element,
        inputs: tuple[Input, ...],
        outputs: tuple[Output, ...],
        rows: list[etree._Element],
    ) -> None:
        names = {output.name for output in outputs}
        if not inputs or not rows or len(names) != max(1, len(outputs)):
            message = Words(
                "决策表至少要有一个输入、一个输出、一条规则，输出名不得重复。",
                "A table needs an input, an output and a rule; outputs have different names.",
            )
            remedy = Words("请补全决策表。", "Complete the table.")
            self.place.fault(table, "dmn-columns", message, remedy)
        if len(rows) > MAX_ROWS or max(len(inputs), len(outputs)) > MAX_COLUMNS:
            message = Words(
                f"决策表超过 {MAX_ROWS} 行或 {MAX_COLUMNS} 列。",
                f"The table has more than {MAX_ROWS} rows or {MAX_COLUMNS} columns.",
            )
            self.place.fault(
                table, "dmn-too-large", message, Words("请拆成几个表。", "Split the table.")
            )

    def _check_outputs(
        self,
        table: etree._Element,
        policy: str,
        aggregation: str | None,
        outputs: tuple[Output, ...],
    ) -> None:
        if policy in ("PRIORITY", "OUTPUT ORDER") and not any(each.ranked for each in outputs):
            message = Words(
                f"{policy} 须有 outputValues，按优先次序列出输出的值。",
                f"{policy} needs outputValues: the values of an output, the first one first.",
            )
            remedy = Words(
                '请在输出列加上，如 "高","中","低"。', 'Add them, such as "high","medium","low".'
            )
            self.place.fault(table, "dmn-priority", message, remedy)
        if aggregation and len(outputs) > 1:
            message = Words("汇总只能用于一个输出。", "An aggregation takes a single output.")
            remedy = Words("请只留一个输出列。", "Keep one output column.")
            self.place.fault(table, "dmn-hit-policy", message, remedy)

    def _input(self, column: etree._Element) -> Input:
        source = child(column, "inputExpression")
        text = text_in(source)
        element = column if source is None else source
        self.place.check_language(element)
        expression = self.place.attempt(element, lambda: compile_expression(text, PURE)) or _NULL
        values = child(column, "inputValues")
        allowed = None
        if values is not None and text_in(values):
            allowed = self.place.attempt(values, lambda: parse_cell(text_in(values)))
        label = " ".join((column.get("label") or text).split())
        type_name = self._type(element)
        if allowed is None and (listed := self.types.get(f"{element.get('typeRef')} values")):
            allowed = self.place.attempt(element, lambda: parse_cell(listed))
        return Input(label, expression, type_name, allowed)

    def _output(self, column: etree._Element, columns: int) -> Output:
        name = (column.get("name") or ("result" if columns == 1 else "")).strip()
        if not name.isidentifier():
            message = Words("输出没有可用的名称（name）。", "The output has no usable name.")
            remedy = Words("请写一个标识符，如 yellow_left。", "Give it one, such as yellow_left.")
            self.place.fault(column, "dmn-output-name", message, remedy)
        type_name = self._type(column)
        listed, default = child(column, "outputValues"), child(column, "defaultOutputEntry")
        ranked: tuple[Value, ...] = ()
        if text := text_in(listed):
            read = self.place.attempt(listed, lambda: [read_value(v, ()) for v in split_list(text)])
            ranked = tuple(end.constant for end in read or ())
        end = None
        if default is not None and text_in(default):
            end = self._value(default, Output(name, type_name, ranked))
        return Output(name, type_name, ranked, end)

    def _type(self, element: etree._Element) -> str:
        written = (element.get("typeRef") or "").strip()
        bare = written.rpartition(":")[2]  # DMN 1.1 writes feel:string
        if bare not in TYPES and bare not in self.types:
            message = Words(f"不支持类型 {written}。", f"The type {written} is not supported.")
            remedy = Words(
                "请用 number、integer、string、boolean 或 date。",
                "Use number, integer, string, boolean or date.",
            )
            self.place.fault(element, "dmn-type", message, remedy)
        return TYPES.get(bare) or self.types.get(bare, "any")

    def _rule(
        self,
        row: etree._Element,
        inputs: tuple[Input, ...],
        outputs: tuple[Output, ...],
        aliases: list[str],
    ) -> Rule:
        cells, values = list(children(row, "inputEntry")), list(children(row, "outputEntry"))
        if (len(cells), len(values)) != (len(inputs), len(outputs)):
            message = Words(
                "规则的单元格数与列数不符。",
                "The rule has another number of cells than the table has columns.",
            )
            remedy = Words(
                "每列写一个单元格，不限的写 -。", "Write a cell for each column, - for any."
            )
            self.place.fault(row, "dmn-row", message, remedy)
        pairs = list(zip(cells, aliases, strict=False))
        tests = [self._cell(cell, alias) for cell, alias in pairs]
        results = [self._value(v, o) for v, o in zip(values, outputs, strict=False)]
        note = child(row, "annotationEntry")
        written = text_in(note) if note is not None else text_in(row, "description")
        return Rule(row.get("id") or "", row.sourceline or 1, tuple(tests), tuple(results), written)

    def _cell(self, element: etree._Element, alias: str) -> Cell:
        self.place.check_language(element)
        text = _renamed(text_in(element), alias)
        return self.place.attempt(element, lambda: parse_cell(text, self.names)) or _ANYTHING

    def _value(self, element: etree._Element, output: Output) -> End:
        self.place.check_language(element)
        end = self.place.attempt(element, lambda: read_value(text_in(element), self.names))
        if end is None:
            return End(None, is_constant=True)
        if end.is_constant and end.constant is not None:
            if not has_type(end.constant, output.type):
                message = Words(
                    f"输出“{output.name}”的值不是 {output.type} 类型。",
                    f"The value of {output.name} is not a {output.type}.",
                )
                remedy = Words("请改正单元格；文字要加双引号。", "Mend the cell; quote text.")
                self.place.fault(element, "dmn-value", message, remedy)
            elif output.ranked and end.constant not in output.ranked:
                message = Words(
                    f"输出“{output.name}”的值不在 outputValues 中。",
                    f"The value of {output.name} is not among its outputValues.",
                )
                remedy = Words("请改正单元格，或补上该值。", "Mend the cell or add the value.")
                self.place.fault(element, "dmn-value", message, remedy)
        return end


def _alias(column: etree._Element) -> str:
    """The name that a cell of Camunda's uses for the value: `camunda:inputVariable`, or its own."""
    for name, value in column.attrib.items():
        if etree.QName(name).localname == "inputVariable" and value.strip().isidentifier():
            return value.strip()
    return CELL


def _renamed(text: str, alias: str) -> str:
    """The cell with `?` for the name of the value, where the cell is an expression over it."""
    if re.search(rf"(?<![\w.]){re.escape(alias)}(?!\w)", text) is None:
        return text
    parts = re.split(r'("[^"]*")', text)
    name = re.compile(rf"(?<![\w.]){re.escape(alias)}(?!\w)")
    return "".join(p if p.startswith('"') else name.sub("?", p) for p in parts)


_NULL: Expression = compile_expression("null")
_ANYTHING = Cell("-", (), negated=True)
