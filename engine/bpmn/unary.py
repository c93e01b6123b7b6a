"""Input cells of decision tables: S-FEEL unary tests.

A cell is `-` (anything), a list of tests, or `not(…)` around one. A test is a value, a comparison
`<= 3`, a range `[1..5]`, `(1..5]`, `]1..5[`, or an expression over the value `?`. End points and
values are literals, dates `date("2026-01-31")`, or expressions over what the table reads.
Source: DMN 1.3, clause 9.2 (grammar rules 7 to 18); `?` from clause 10.3 (rule 7).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from engine.bpmn.closures import NOTHING, Names
from engine.bpmn.expressions import Expression, compile_expression, error_of
from engine.bpmn.functions import FUNCTIONS
from engine.bpmn.syntax import CONSTANTS, MAX_TEXT
from engine.bpmn.values import Trouble, Value, at_most, known, less, member, same
from engine.errors import ExpressionError

CELL = "cellInput"  # the value that the cell tests; the same name as in Camunda's tables
PURE = {name: each for name, each in FUNCTIONS.items() if name not in ("today", "now")}

_END = r"-?\d+(?:\.\d+)?|\"[^\"\\]*\"|@\"[^\"\\]*\"|date\(\s*\"[^\"\\]*\"\s*\)|[^\W\d][\w.]*"
_RANGE = re.compile(rf"([\[(\]])\s*({_END})\s*\.\.\s*({_END})\s*([\])\[])")
_SPACE = re.compile(r"\s*")
_SIGN = re.compile(r"<=|>=|!=|<|>|=(?!=)")
_PLAIN = re.compile(rf"\?\s*((?:<=|>=|!=|<|>|=(?!=))\s*(?:{_END}))")  # `? <= 3` is `<= 3`
_NOT = re.compile(r"not\s*\((.*)\)", re.DOTALL)
_LITERAL = re.compile(
    r'-?\d{1,15}(?:\.\d{1,15})?|"(?P<text>[^"\\]*)"|(?P<word>true|false|null)', re.ASCII
)
_QUOTED = re.compile(r"\"[^\"]*\"|'[^']*'")


@dataclass(frozen=True)
class End:
    """An end point or a value: `constant`, or where it is none what `expression` gives."""

    expression: Expression | None
    is_constant: bool
    constant: Value = None

    def value(self, names: Names) -> Value:
        if self.expression is None or self.is_constant:
            return self.constant
        return self.expression.evaluate(names, PURE)


@dataclass(frozen=True)
class Equal:
    """The value is this one, or one of these where it is a list; `negated` for `!=`."""

    end: End
    negated: bool = False

    def holds(self, value: Value, names: Names) -> bool:
        wanted = self.end.value(names)
        found = same(value, wanted) or (isinstance(wanted, list) and member(value, wanted))
        return found is not self.negated


@dataclass(frozen=True)
class Range:
    """The value lies between two ends, either of which may be missing or excluded."""

    low: End | None
    high: End | None
    with_low: bool = False
    with_high: bool = False

    def holds(self, value: Value, names: Names) -> bool | None:
        if value is None:
            return None
        if self.low is not None:
            above = at_most if self.with_low else less
            if not above(self.low.value(names), value):
                return False
        if self.high is not None:
            below = at_most if self.with_high else less
            return below(value, self.high.value(names))
        return True


@dataclass(frozen=True)
class Predicate:
    """An expression over the value, written `?`; it gives true or false."""

    expression: Expression

    def holds(self, value: Value, names: Names) -> bool | None:
        result = self.expression.evaluate(names, PURE, {CELL: value})
        if not isinstance(result, bool):
            raise Trouble("含 ? 的单元格应得到真或假", "a cell with ? must be true or false")
        return result


Test = Equal | Range | Predicate


@dataclass(frozen=True)
class Cell:
    """The tests of one cell: it holds where any test does, or, if `negated`, where none does."""

    text: str
    tests: tuple[Test, ...]
    negated: bool = False

    def holds(self, value: Value, names: Names = NOTHING) -> bool:
        """Whether `value` passes; `names` is what the cells may read beside it.

        A comparison with null is neither true nor false, as in DMN: the cell does not hold, nor
        does `not(…)` around it. Raises `ExpressionError` where the value cannot be compared (text
        with a number).
        """
        try:
            results = [test.holds(value, names) for test in self.tests]
        except Trouble as trouble:
            raise error_of(self.text, trouble) from None
        if self.negated:
            return all(result is False for result in results)
        return any(results)


def parse_cell(text: str, names: Collection[str] = ()) -> Cell:
    """Read an input cell; an empty one means the same as `-`. `names` is what it may read.

    Raises `ExpressionError` for what is not a unary test of the kinds above.
    """
    stripped = text.strip()
    if stripped in ("", "-"):
        return Cell("-", (), negated=True)
    negation = _NOT.fullmatch(stripped)
    inner = negation[1] if negation else stripped
    tests = tuple(_test(part, stripped, names) for part in _parts(inner, stripped))
    return Cell(stripped, tests, negated=bool(negation))


def read_value(text: str, names: Collection[str]) -> End:
    """Read a value: an output cell, a default, an entry of a list of values.

    Raises `ExpressionError` for a name that the table does not read: mostly text without quotes.
    """
    if literal := _LITERAL.fullmatch(text.strip()):  # nearly all cells: nothing to compile
        return End(None, is_constant=True, constant=_literal(literal))
    expression = compile_expression(_dates(text), PURE)
    if strange := expression.names - set(names):
        there = known(names)
        name = min(strange)
        raise error_of(
            text,
            Trouble(
                f'没有名称 {name}；文字要加双引号："{name}"。{there.zh}',
                f'there is no name {name}; text is quoted: "{name}". {there.en}',
            ),
        )
    if expression.names:
        return End(expression, is_constant=False)
    return End(expression, is_constant=True, constant=expression.evaluate({}))


def _literal(match: re.Match[str]) -> Value:
    if match["text"] is not None:
        return match["text"]
    if match["word"]:
        return CONSTANTS[match["word"]]
    return float(match[0]) if "." in match[0] else int(match[0])


def split_list(text: str) -> list[str]:
    """The parts of a list of values, separated by commas. Raises `ExpressionError`."""
    return list(_parts(text, text))


def _parts(text: str, cell: str) -> Iterator[str]:
    """The tests of a list: split at commas outside quotes, brackets and ranges."""
    if len(text) > MAX_TEXT:
        raise ExpressionError(
            f"单元格长于 {MAX_TEXT} 个字符。", f"The cell is longer than {MAX_TEXT} characters."
        )
    position = 0
    while True:
        at = _SPACE.match(text, position).end()
        match = _RANGE.match(text, at)
        end = match.end() if match else _end_of_part(text, at)
        rest = _SPACE.match(text, end).end()
        part = text[at:end].strip()
        if not part or part == "-" or text[rest : rest + 1] not in ("", ","):
            raise _refused(cell)
        yield part
        if rest == len(text):
            return
        position = rest + 1


def _end_of_part(text: str, at: int) -> int:
    quote, depth = "", 0
    for position in range(at, len(text)):
        sign = text[position]
        if quote or sign in "\"'":
            quote = "" if sign == quote else quote or sign
        elif sign in "([{":
            depth += 1
        elif sign in ")]}":
            depth -= 1
        elif sign == "," and depth <= 0:
            return position
    return len(text)


def _test(text: str, cell: str, names: Collection[str]) -> Test:
    if match := _RANGE.fullmatch(text):
        low, high = (read_value(end, names) for end in match.group(2, 3))
        _check_order(low, high, cell)
        return Range(low, high, match[1] == "[", match[4] == "]")
    if match := _SIGN.match(text):
        end = read_value(text[match.end() :].strip(), names)
        if match[0] in ("=", "!="):
            return Equal(end, negated=match[0] == "!=")
        if match[0][0] == "<":
            return Range(None, end, with_high=match[0] == "<=")
        return Range(end, None, with_low=match[0] == ">=")
    if match := _PLAIN.fullmatch(text):
        return _test(match[1], cell, names)
    if "?" in _QUOTED.sub("", text):
        return Predicate(_predicate(text, names))
    if text.startswith(("==", "not(", "not ")):
        raise _refused(cell)
    return Equal(read_value(text, names))


def _predicate(text: str, names: Collection[str]) -> Expression:
    written, position = [], 0
    for quoted in _QUOTED.finditer(text):  # a question mark inside quotes is text
        written += [text[position : quoted.start()].replace("?", CELL), quoted[0]]
        position = quoted.end()
    written.append(text[position:].replace("?", CELL))
    return read_value("".join(written), {*names, CELL}).expression


def _check_order(low: End, high: End, cell: str) -> None:
    if not (low.is_constant and high.is_constant):
        return
    try:
        upside_down = less(high.constant, low.constant)
    except Trouble as trouble:
        raise error_of(cell, trouble) from None
    if upside_down:
        raise ExpressionError(
            f"单元格“{cell}”的区间上下限颠倒。", f"The range of the cell `{cell}` is upside down."
        )


def _dates(text: str) -> str:
    """`@"2026-01-31"` is DMN's short form of `date("2026-01-31")`."""
    return re.sub(r'@("[^"]*")', r"date(\1)", text.strip())


def _refused(cell: str) -> ExpressionError:
    return ExpressionError(
        f'看不懂单元格“{cell[:80]}”；可写 -、<= 3、[1..5]、"文字"、1, 2 或 not(…)。',
        f'The cell `{cell[:80]}` is not understood; write -, <= 3, [1..5], "text", 1, 2 or not(…).',
    )
