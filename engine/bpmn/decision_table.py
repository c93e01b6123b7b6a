"""A decision table and how it decides. `dmn_table.py` reads one from a file.

Source: DMN 1.3 (OMG formal/21-02-01), clause 8.2.11: hit policies.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from engine.bpmn.expressions import Expression
from engine.bpmn.unary import PURE, Cell, End
from engine.bpmn.values import Trouble, Value, copied, is_number, number, same
from engine.errors import ExpressionError

# The types of DMN modellers, and those that the same modellers wrote before.
TYPES = {
    "number": "number",
    "integer": "integer",
    "long": "integer",
    "double": "number",
    "string": "string",
    "boolean": "boolean",
    "date": "date",
    "Any": "any",
    "any": "any",
    "": "any",
}

SINGLE = ("UNIQUE", "ANY", "FIRST", "PRIORITY")
SEVERAL = ("COLLECT", "RULE ORDER", "OUTPUT ORDER")
POLICIES = (*SINGLE, *SEVERAL)
AGGREGATIONS = ("SUM", "MIN", "MAX", "COUNT")


@dataclass(frozen=True)
class Input:
    """A column of conditions: `expression` is read from the data; `type` is a value of `TYPES`.

    `allowed`: the values that may come (inputValues), None for any of the type.
    """

    label: str
    expression: Expression
    type: str
    allowed: Cell | None = None


@dataclass(frozen=True)
class Output:
    """A column of results. `ranked`: its values, the most important first (outputValues)."""

    name: str
    type: str
    ranked: tuple[Value, ...] = ()
    default: End | None = None


@dataclass(frozen=True)
class Rule:
    """A row: a cell for each input, a value for each output; `line` is its place in the file."""

    id: str
    line: int
    cells: tuple[Cell, ...]
    values: tuple[End, ...]
    annotation: str


@dataclass(frozen=True)
class Table:
    """A decision table; `key` is the id of its decision, `policy` one of `POLICIES`."""

    file: str
    key: str
    policy: str
    inputs: tuple[Input, ...]
    outputs: tuple[Output, ...]
    rules: tuple[Rule, ...]
    aggregation: str | None = None
    line: int = field(default=1, compare=False)

    @property
    def gives_list(self) -> bool:
        """Whether the result is a list, one entry a rule that matches."""
        return self.policy in SEVERAL and self.aggregation is None

    @property
    def has_default(self) -> bool:
        return any(output.default is not None for output in self.outputs)

    def outcome(self, data: Mapping[str, Value]) -> Value:
        """What the table says: one output gives its value, several an object of them by name; under
        COLLECT, RULE ORDER and OUTPUT ORDER a list of these, or one number if they are aggregated.

        Raises `ExpressionError` naming the table, where no rule matches, where rules that match
        break the hit policy, and where an input is missing or of another type than the table says.
        """
        found = self.decide(data)
        if self.aggregation:
            return self._aggregated([row[self.outputs[0].name] for row in found])
        if len(self.outputs) > 1:
            return found
        name = self.outputs[0].name
        return [row[name] for row in found] if isinstance(found, list) else found[name]

    def decide(self, data: Mapping[str, Value]) -> dict[str, Value] | list[dict[str, Value]]:
        """The outputs by name: of the rule that decides, or of each that matches (as `outcome`)."""
        hits = self._hits(data)
        if self.policy in SEVERAL:
            rows = [self._row(rule, data) for rule in hits]
            return sorted(rows, key=self._rank) if self.policy == "OUTPUT ORDER" else rows
        if not hits:
            return self._default(data)
        if self.policy == "UNIQUE" and len(hits) > 1:
            raise self._broken("应只有一条规则适用，却有多条", "one rule must match, but", hits)
        rows = [self._row(rule, data) for rule in hits]
        if self.policy == "ANY" and not all(same(row, rows[0]) for row in rows):
            raise self._broken("适用的规则应结果相同，却不同", "the results differ:", hits)
        return min(rows, key=self._rank) if self.policy == "PRIORITY" else rows[0]

    def _hits(self, data: Mapping[str, Value]) -> list[Rule]:
        values = [self._value(column, data) for column in self.inputs]
        hits: list[Rule] = []
        for rule in self.rules:
            pairs = zip(rule.cells, values, strict=True)
            if all(self._holds(rule, cell, value, data) for cell, value in pairs):
                hits.append(rule)
                if self.policy == "FIRST":
                    break
        return hits

    def _value(self, column: Input, data: Mapping[str, Value]) -> Value:
        try:
            value = column.expression.evaluate(data, PURE)
        except ExpressionError as error:
            raise self._at(f"输入“{column.label}”", f"input {column.label}", error) from None
        if value is None:
            return None
        if not has_type(value, column.type):
            raise ExpressionError(
                f"决策表 {self.key}：输入“{column.label}”应为 {column.type} 类型。",
                f"Decision table {self.key}: the input {column.label} must be a {column.type}.",
            )
        value = value[:10] if column.type == "date" else value
        if column.allowed is not None and not column.allowed.holds(value, data):
            allowed = column.allowed.text
            raise ExpressionError(
                f"决策表 {self.key}：输入“{column.label}”的值不在允许之列：{allowed}。",
                f"Decision table {self.key}: the input {column.label} is none of {allowed}.",
            )
        return value

    def _holds(self, rule: Rule, cell: Cell, value: Value, data: Mapping[str, Value]) -> bool:
        try:
            return cell.holds(value, data)
        except ExpressionError as error:
            raise self._at(f"第 {rule.line} 行", f"line {rule.line}", error) from None

    def _row(self, rule: Rule, data: Mapping[str, Value]) -> dict[str, Value]:
        pairs = zip(self.outputs, rule.values, strict=True)
        try:
            row = {output.name: _own(end.value(data)) for output, end in pairs}
        except ExpressionError as error:
            raise self._at(f"第 {rule.line} 行", f"line {rule.line}", error) from None
        for output in self.outputs:
            value = row[output.name]
            if value is not None and not has_type(value, output.type):
                words = Trouble(f"应为 {output.type} 类型", f"it must be a {output.type}").words
                error = ExpressionError(f"{words.zh}。", f"{words.en}.")
                raise self._at(f"输出“{output.name}”", f"output {output.name}", error)
        return row

    def _default(self, data: Mapping[str, Value]) -> dict[str, Value]:
        if not self.has_default:
            labels = "、".join(column.label for column in self.inputs)
            raise ExpressionError(
                f"决策表 {self.key}（{self.file}）没有适用的规则，输入：{labels}。",
                f"Decision table {self.key} ({self.file}): no rule matches the inputs {labels}.",
            )
        return {each.name: each.default and _own(each.default.value(data)) for each in self.outputs}

    def _rank(self, row: Mapping[str, Value]) -> list[int]:
        """The place of a result in the order of importance: of the first output, then the next."""
        return [
            next((n for n, value in enumerate(each.ranked) if same(value, row[each.name])), 10**6)
            for each in self.outputs
        ]

    def _aggregated(self, values: list[Value]) -> Value:
        """COUNT of nothing is 0; the sum, least and most of nothing are null."""
        if self.aggregation == "COUNT":
            return len(values)
        if not values:
            return None
        try:
            numbers = [number(value) for value in values]
            return {"SUM": sum, "MIN": min, "MAX": max}[self.aggregation](numbers)
        except Trouble as trouble:
            error = ExpressionError(f"{trouble.words.zh}。", f"{trouble.words.en}.")
            raise self._at(self.aggregation, self.aggregation, error) from None

    def _at(self, zh: str, en: str, error: ExpressionError) -> ExpressionError:
        return ExpressionError(
            f"决策表 {self.key} {zh}：{error.message.zh}",
            f"Decision table {self.key}, {en}: {error.message.en}",
        )

    def _broken(self, zh: str, en: str, hits: list[Rule]) -> ExpressionError:
        lines = ", ".join(str(rule.line) for rule in hits)
        return ExpressionError(
            f"决策表 {self.key}（{self.file}）{zh}（第 {lines} 行）。",
            f"Decision table {self.key} ({self.file}): {en} rules of lines {lines} match at once.",
        )


def _own(value: Value) -> Value:
    """The value for one case alone: a list in a cell is not shared between cases."""
    return copied(value) if isinstance(value, (list, dict)) else value


def has_type(value: Value, type_name: str) -> bool:
    """Whether a value has a type of `TYPES`; "any" takes everything, "date" ISO text."""
    if type_name == "any":
        return True
    if type_name == "integer":
        return is_number(value) and value == value // 1
    if type_name == "date":
        return isinstance(value, str) and _is_date(value[:10])
    if type_name == "number":
        return is_number(value)
    return isinstance(value, bool if type_name == "boolean" else str)


def _is_date(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
