"""The values that may come into a column of a decision table, cut at every end its cells name.

Within an atom (a single value, or what lies open between two neighbouring ends) every cell of the
column says the same for each value, so that overlaps and gaps can be told exactly.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from engine.bpmn.decision_table import Input
from engine.bpmn.unary import Cell, End, Equal, Range
from engine.bpmn.values import Value, is_number
from engine.errors import ExpressionError


@dataclass(frozen=True)
class Domain:
    """The atoms of a column, each by an example of it: those in order, then those without one.

    Null is an atom where a cell names it.
    """

    ordered: tuple[Value, ...]
    others: tuple[Value, ...] = ()

    @property
    def examples(self) -> tuple[Value, ...]:
        return (*self.ordered, *self.others)

    def mask(self, cell: Cell) -> int:
        """The atoms for which the cell holds, a bit each."""
        found = 0
        for test in cell.tests:
            found |= self._ordered_mask(test)
        everything = (1 << len(self.ordered)) - 1
        found = everything & ~found if cell.negated else found
        for n, value in enumerate(self.others, len(self.ordered)):
            found |= 1 << n if _holds(cell, value) else 0
        return found

    def _ordered_mask(self, test: object) -> int:
        """The same of one test for the atoms in order, which need not be tried one by one."""
        if isinstance(test, Range):
            low = 0 if test.low is None else _place(self.ordered, test.low, after=not test.with_low)
            high = len(self.ordered)
            if test.high is not None:
                high = _place(self.ordered, test.high, after=test.with_high)
            return (1 << max(low, high)) - (1 << low)
        found = 0
        for value in _each(test.end.constant):
            at = bisect_left(self.ordered, value) if _fits(value, self.ordered) else -1
            if 0 <= at < len(self.ordered) and self.ordered[at] == value:
                found |= 1 << at
        return ((1 << len(self.ordered)) - 1) & ~found if test.negated else found


def _place(ordered: tuple[Value, ...], end: End, after: bool) -> int:
    return (bisect_right if after else bisect_left)(ordered, end.constant)


def _fits(value: Value, ordered: tuple[Value, ...]) -> bool:
    """Whether a value has a place among these, which are all numbers or all texts."""
    return (
        bool(ordered)
        and isinstance(value, str) is isinstance(ordered[0], str)
        and value is not None
    )


def domain(column: Input, cells: Iterable[Cell]) -> Domain | None:
    """The atoms of a column; None where a cell or the column's type can't be told beforehand."""
    listed = [*cells, *([column.allowed] if column.allowed else [])]
    ends = [end for cell in listed for test in cell.tests for end in _ends(test)]
    if any(end is None or not end.is_constant for end in ends):
        return None
    constants = [each for end in ends for each in _each(end.constant)]
    found = _examples(column, [value for value in constants if value is not None])
    if found is None:
        return None
    if any(value is None for value in constants):
        found = Domain(found.ordered, (*found.others, None))
    if column.allowed is None:
        return found
    kept = [
        tuple(value for value in values if value is None or _holds(column.allowed, value))
        for values in (found.ordered, found.others)
    ]
    return Domain(*kept)


def _ends(test: object) -> list[End | None]:
    if isinstance(test, Equal):
        return [test.end]
    if isinstance(test, Range):
        return [end for end in (test.low, test.high) if end is not None]
    return [None]


def _each(constant: Value) -> list[Value]:
    return constant if isinstance(constant, list) else [constant]


def _examples(column: Input, ends: list[Value]) -> Domain | None:
    kind = column.type
    if kind == "any":
        kind = _kind_of(ends) if ends else "string"
    if kind == "boolean":
        return Domain((), (True, False))
    if kind in ("number", "integer") and all(is_number(end) for end in ends):
        return Domain(tuple(_numbers(sorted(set(ends)), whole=kind == "integer")))
    if kind == "date" and all(isinstance(end, str) for end in ends):
        days = _dates(sorted(set(ends)))
        return days and Domain(tuple(days))
    if kind == "string" and all(isinstance(end, str) for end in ends):
        # The empty text is the last example to be told, not the first.
        return Domain(tuple(_texts(sorted(set(ends)))), () if "" in ends else ("",))
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
    return found


def _holds(cell: Cell, value: Value) -> bool:
    try:
        return cell.holds(value, {})
    except ExpressionError:
        return False
