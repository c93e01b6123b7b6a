"""A decision table and how it decides. `dmn.py` reads one from a file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from engine.bpmn.expressions import Expression
from engine.bpmn.unary import Cell
from engine.bpmn.values import Value, is_number
from engine.errors import ExpressionError

# The types of DMN modellers, and those that the same modellers wrote before.
TYPES = {
    "number": "number",
    "integer": "number",
    "long": "number",
    "double": "number",
    "string": "string",
    "boolean": "boolean",
    "Any": "any",
    "": "any",
}


@dataclass(frozen=True)
class Input:
    """A column of conditions: `expression` is read from the data; `type` is a value of `TYPES`."""

    label: str
    expression: Expression
    type: str


@dataclass(frozen=True)
class Output:
    name: str
    type: str


@dataclass(frozen=True)
class Rule:
    """A row: a cell for each input, a literal for each output; `line` is its place in the file."""

    id: str
    line: int
    cells: tuple[Cell, ...]
    values: tuple[Expression, ...]
    annotation: str


@dataclass(frozen=True)
class Table:
    """A decision table; `key` is the id of its decision, `policy` "UNIQUE" or "FIRST"."""

    file: str
    key: str
    policy: str
    inputs: tuple[Input, ...]
    outputs: tuple[Output, ...]
    rules: tuple[Rule, ...]

    def decide(self, data: Mapping[str, Value]) -> dict[str, Value]:
        """The outputs by name of the rule that matches.

        Raises `ExpressionError` naming the table, where no rule matches, where several do under
        UNIQUE, and where an input is missing or of another type than the table says.
        """
        values = [self._value(column, data) for column in self.inputs]
        hits: list[Rule] = []
        for rule in self.rules:
            pairs = zip(rule.cells, values, strict=True)
            if all(self._holds(rule, cell, value) for cell, value in pairs):
                hits.append(rule)
                if self.policy == "FIRST":
                    break
        if len(hits) != 1:
            raise self._undecided(hits)
        pairs = zip(self.outputs, hits[0].values, strict=True)
        return {output.name: value.evaluate({}) for output, value in pairs}

    def _value(self, column: Input, data: Mapping[str, Value]) -> Value:
        value = column.expression.evaluate(data)
        if value is not None and not has_type(value, column.type):
            raise ExpressionError(
                f"决策表 {self.key}：输入“{column.label}”应为 {column.type} 类型。",
                f"Decision table {self.key}: the input {column.label} must be a {column.type}.",
            )
        return value

    def _holds(self, rule: Rule, cell: Cell, value: Value) -> bool:
        try:
            return cell.holds(value)
        except ExpressionError as error:
            raise ExpressionError(
                f"决策表 {self.key} 第 {rule.line} 行：{error.message.zh}",
                f"Decision table {self.key}, line {rule.line}: {error.message.en}",
            ) from None

    def _undecided(self, hits: list[Rule]) -> ExpressionError:
        labels = "、".join(column.label for column in self.inputs)
        if not hits:
            return ExpressionError(
                f"决策表 {self.key}（{self.file}）没有适用的规则，输入：{labels}。",
                f"Decision table {self.key} ({self.file}): no rule matches the inputs {labels}.",
            )
        lines = ", ".join(str(rule.line) for rule in hits)
        return ExpressionError(
            f"决策表 {self.key}（{self.file}）应只有一条规则适用，却有多条（第 {lines} 行）。",
            f"Decision table {self.key} ({self.file}): rules of lines {lines} match at once.",
        )


def has_type(value: Value, type_name: str) -> bool:
    """Whether a value has a type of `TYPES`; "any" takes everything."""
    if type_name == "number":
        return is_number(value)
    if type_name == "any":
        return True
    return isinstance(value, bool if type_name == "boolean" else str)
