"""The values that may come into a column of a decision table, cut at every end its cells name.

Within an atom (a single value, or what lies open between two neighbouring ends) every cell of the
column says the same for each value, so that overlaps and gaps can be told exactly.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from engine.bpmn.decision_table import Input
from engine.bpmn.unary import Cell, End, Equal, Range
from engine.bpmn.values import Value, is_number
from engine.errors import ExpressionError

Ordered = int | float | str


@dataclass(frozen=True)
class Domain:
    """The atoms of a column, each by an example of it; null is one where a cell names it."""

    examples: tuple[Value, ...]

    def mask(self, cell: Cell) -> int:
        """The atoms for which the cell holds, a bit each."""
        return sum(1 << n for n, value in enumerate(self.examples) if _holds(cell, value))


def domain(column: Input, cells: Iterable[Cell]) -> Domain | None:
    """The atoms of a column; None where a cell or the column's type can't be told beforehand."""
    listed = [*cells, *([column.allowed] if column.allowed else [])]
    ends = [end for cell in listed for test in cell.tests for end in _ends(test)]
    if any(end is None or not end.is_constant for end in ends):
        return None
    constants = [each for end in ends for each in _each(end.constant)]
    examples = _examples(column, [value for value in constants if value is not None])
    if examples is None:
        return None
    if any(value is None for value in constants):
        examples = [*examples, None]
    if column.allowed is not None:
        examples = [value for value in examples if value is None or _holds(column.allowed, value)]
    return Domain(tuple(examples))


def _ends(test: object) -> list[End | None]:
    if isinstance(test, Equal):
        return [test.end]
    if isinstance(test, Range):
        return [end for end in (test.low, test.high) if end is not None]
    return [None]


def _each(constant: Value) -> list[Value]:
    return constant if isinstance(constant, list) else [constant]


def _examples(column: Input, ends: list[Value]) -> list[Value] | None:
    kind = column.type
    if kind == "any":
        kind = _kind_of(ends) if ends else "string"
    if kind == "boolean":
        return [True, False]
    if kind in ("number", "integer") and all(is_number(end) for end in ends):
        return _numbers(sorted(set(ends)), whole=kind == "integer")
    if kind == "date" and all(isinstance(end, str) for end in ends):
        return _dates(sorted(set(ends)))
    if kind == "string" and all(isinstance(end, str) for end in ends):
        return _texts(sorted(set(ends)))
    return None


def _kind_of(ends: list[Value]) -> str:
    for kind, types in (("boolean", bool), ("string", str)):
        if all(isinstance(end, types) for end in ends):
            return kind
    return "number" if all(is_number(end) for end in ends) else "mixed"


def _numbers(ends: list[Value], whole: bool) -> list[Value]:
    """Each end, and an example between it and the next, below the first and above the last."""
    if not ends:
        return [0]
    found: list[Value] = [(ends[0] - 0.5) // 1 if whole else ends[0] - 1]
    for end, after in zip(ends, [*ends[1:], None], strict=False):
        next_one = end // 1 + 1 if whole else end + 1
        if after is not None and not whole and next_one >= after:
            next_one = (end + after) / 2
        found.append(end)
        if after is None or end < next_one < after:
            found.append(next_one)
    plain = [int(value) if value == value // 1 else value for value in found]
    return [value for value in plain if not whole or isinstance(value, int)]


def _dates(ends: list[str]) -> list[Value] | None:
    try:
        days = [date.fromisoformat(end) for end in ends]
        found = [days[0] - timedelta(1)] if days else [date(2026, 1, 1)]
        for day, after in zip(days, [*days[1:], None], strict=False):
            found.append(day)
            if after is None or day + timedelta(1) < after:
                found.append(day + timedelta(1))
    except (ValueError, OverflowError):
        return None
    return [day.isoformat() for day in found]


def _texts(ends: list[str]) -> list[Value]:
    """Between two texts there is always another: the first with a sign behind it."""
    found: list[Value] = []
    for end, after in zip(ends, [*ends[1:], None], strict=False):
        found.append(end)
        between = f"{end}…" if after is None or f"{end}…" < after else f"{end} "
        found += [between] if after is None or between < after else []
    return [*found, ""] if "" not in ends else found


def _holds(cell: Cell, value: Value) -> bool:
    try:
        return cell.holds(value, {})
    except ExpressionError:
        return False
