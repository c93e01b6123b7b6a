"""Input cells of decision tables: S-FEEL unary tests.

A cell is `-` (anything), a list of tests, or `not(…)` around one. A test is a literal, a
comparison `<= 3`, or a range `[1..5]`, `(1..5]`, `]1..5[`. Each becomes an expression over `value`.
Source: DMN 1.3, clause 9.2 (grammar rules 7 to 18), without names as end points.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from engine.bpmn.expressions import Expression, compile_expression
from engine.bpmn.values import Value
from engine.errors import ExpressionError

_NUMBER = r"-?\d+(?:\.\d+)?"
_TEXT = r'"[^"\\]*"'
_ORDERED = f"{_NUMBER}|{_TEXT}"
_TEST = re.compile(
    rf"\s*(?:(?P<open>[\[(\]])\s*(?P<low>{_ORDERED})\s*\.\.\s*(?P<high>{_ORDERED})\s*(?P<close>[\])\[])"
    rf"|(?P<sign><=|>=|<|>)\s*(?P<bound>{_ORDERED})"
    rf"|(?P<literal>{_ORDERED}|true|false|null))\s*"
)
_NOT = re.compile(r"not\s*\((.*)\)", re.DOTALL)


@dataclass(frozen=True)
class Cell:
    """The tests of one cell: it holds where any test does, or, if `negated`, where none does."""

    text: str
    tests: tuple[Expression, ...]
    negated: bool = False

    def holds(self, value: Value) -> bool:
        """Raises `ExpressionError` where the value cannot be compared (text with a number)."""
        return any(test.evaluate({"value": value}) for test in self.tests) is not self.negated


def parse_cell(text: str) -> Cell:
    """Read an input cell; an empty one means the same as `-`.

    Raises `ExpressionError` for what is not a unary test of the kinds above.
    """
    stripped = text.strip()
    if stripped in ("", "-"):
        return Cell("-", (), negated=True)
    negation = _NOT.fullmatch(stripped)
    inner = negation[1] if negation else stripped
    tests: list[Expression] = []
    position = 0
    while True:
        match = _TEST.match(inner, position)
        if match is None:
            raise _refused(stripped)
        tests.append(compile_expression(_expression(match, stripped)))
        position = match.end()
        if position == len(inner):
            return Cell(stripped, tuple(tests), negated=bool(negation))
        if inner[position] != ",":
            raise _refused(stripped)
        position += 1


def _expression(match: re.Match[str], cell: str) -> str:
    if match["literal"]:
        return f"value == {match['literal']}"
    if match["sign"]:
        return f"value {match['sign']} {match['bound']}"
    low, high = match["low"], match["high"]
    if compile_expression(f"{low} > {high}").evaluate({}):
        raise ExpressionError(
            f"单元格“{cell}”的区间上下限颠倒。", f"The range of the cell `{cell}` is upside down."
        )
    lower = "<=" if match["open"] == "[" else "<"
    upper = "<=" if match["close"] == "]" else "<"
    return f"{low} {lower} value {upper} {high}"


def _refused(cell: str) -> ExpressionError:
    return ExpressionError(
        f'看不懂单元格“{cell[:80]}”；可写 -、<= 3、[1..5]、"文字"、1, 2 或 not(…)。',
        f'The cell `{cell[:80]}` is not understood; write -, <= 3, [1..5], "text", 1, 2 or not(…).',
    )
