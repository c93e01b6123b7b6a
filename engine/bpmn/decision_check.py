"""What a decision table leaves open or says twice, found before it is used.

Rows are boxes over the atoms of the columns. Where a cell reads other data, or the work would be
too much, nothing is claimed.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations

from engine.bpmn.column_domain import Domain, domain
from engine.bpmn.decision_table import Input, Rule, Table
from engine.bpmn.findings import Finding, Level
from engine.bpmn.values import Value, same
from engine.errors import Words

MAX_WORK = 1_500_000  # comparisons of cells, some seconds; 800 rows of a few columns are below it
_PATH = re.compile(r"[^\W\d]\w*(?:\.[^\W\d]\w*)*")
MAX_PATHS = 300  # that the columns may read: each is compared with each
MOST_TOLD = 20  # findings of one kind for a table


class _TooMuch(Exception):
    """The work that the table would take is over the limit."""


@dataclass
class _Work:
    left: int = MAX_WORK


@dataclass
class _Boxes:
    """The rows of a table as masks over the atoms of each column, in the columns' order."""

    table: Table
    domains: tuple[Domain | None, ...]
    masks: tuple[tuple[int | None, ...], ...]
    work: _Work

    @cached_property
    def matching(self) -> tuple[dict[int, int], ...]:
        """For each column and atom (a bit) the rows that hold for it, a bit each."""
        columns = []
        for masks in zip(*self.masks, strict=True):
            rows: dict[int, int] = defaultdict(int)
            for row, mask in enumerate(masks):
                rows[mask] |= 1 << row
            found: dict[int, int] = defaultdict(int)
            for mask, holding in rows.items():
                self.spend(mask.bit_count())
                for atom in _bits(mask):
                    found[atom] |= holding
            columns.append(found)
        return tuple(columns)

    def spend(self, steps: int) -> None:
        self.work.left -= steps
        if self.work.left < 0:
            raise _TooMuch


def check_tables(tables: Iterable[Table]) -> list[Finding]:
    """The findings about the tables of a file, which share the work that may be done."""
    work, found = _Work(), []
    for table in tables:
        found += _check(table, work)
    return found


def _check(table: Table, work: _Work) -> list[Finding]:
    """Findings about overlapping, missing and unreachable cases, each with an example.

    Rows that overlap against the hit policy are errors; a case that no row covers breaks the rule
    of the city that a procedure does not stop (level filing); a row that never decides is a hint.
    """
    found: list[Finding] = []
    try:
        if (boxes := _boxes(table, work)) is not None:
            for look in (_overlaps, _gaps, _unreachable):
                found.extend(look(boxes))
    except _TooMuch:
        message = Words(
            "决策表过大，没有检查规则的重叠和遗漏。",
            "The table is too large to look for overlapping and missing cases.",
        )
        remedy = Words("可拆成几个较小的表。", "It may be split into smaller tables.")
        found.append(_finding(table, table.line, "dmn-unchecked", "hint", message, remedy))
    return found


def _boxes(table: Table, work: _Work) -> _Boxes | None:
    """None where two columns read the same data: their cells are not independent."""
    read = [path for column in table.inputs for path in _paths(column)]
    apart = len(read) <= MAX_PATHS and all(
        not _within(a, b) and not _within(b, a) for a, b in combinations(read, 2)
    )
    if not apart or any(not column.expression.names for column in table.inputs):
        return None
    cells = list(zip(*(rule.cells for rule in table.rules), strict=True))
    boxes = _Boxes(table, (), (), work)
    domains, columns = [], []
    for column, inside in zip(table.inputs, cells, strict=True):
        distinct = {cell.text: cell for cell in inside}
        tests = sum(len(cell.tests) for cell in distinct.values())
        boxes.spend(tests)
        found = domain(column, distinct.values())
        boxes.spend((tests + len(distinct)) * (len(found.others) + 20) if found else 0)
        known = {text: found and found.mask(cell) for text, cell in distinct.items()}
        domains.append(found)
        columns.append([known[cell.text] for cell in inside])
    boxes.domains, boxes.masks = tuple(domains), tuple(zip(*columns, strict=True))
    return boxes


def _paths(column: Input) -> list[str]:
    """What a column reads: one entry such as `applicant.age`, or the names of its expression."""
    text = column.expression.text.strip()
    return [text] if _PATH.fullmatch(text) else sorted(column.expression.names)


def _within(inner: str, outer: str) -> bool:
    return inner == outer or inner.startswith(f"{outer}.")


# ---------------------------------------------------------------- overlaps


def _overlaps(boxes: _Boxes) -> Iterator[Finding]:
    """Two rows that match at once, where the hit policy forbids it."""
    table, told = boxes.table, 0
    if table.policy not in ("UNIQUE", "ANY") or None in boxes.domains:
        return
    for (n, first), (m, second) in combinations(enumerate(boxes.masks), 2):
        boxes.spend(1)
        common = _common(first, second, boxes)
        if common is None or (
            table.policy == "ANY" and not _differ(table.rules[n], table.rules[m])
        ):
            continue
        told += 1
        if told <= MOST_TOLD:
            yield _overlap(boxes, table.rules[n], table.rules[m], common)


def _common(first: tuple, second: tuple, boxes: _Boxes) -> list[int] | None:
    """The atoms that two rows share in each column; None where they share none in some."""
    common = []
    for a, b in zip(first, second, strict=True):
        if not a & b:
            return None
        common.append(a & b)
    boxes.spend(len(common))
    return common


def _differ(first: Rule, second: Rule) -> bool:
    """Whether two rows certainly give different results."""
    pairs = zip(first.values, second.values, strict=True)
    return any(
        a.is_constant and b.is_constant and not same(a.constant, b.constant) for a, b in pairs
    )


def _overlap(boxes: _Boxes, first: Rule, second: Rule, common: list[int]) -> Finding:
    table, example = boxes.table, _case(boxes, common)
    what = (
        Words("同时适用", "match at once")
        if table.policy == "UNIQUE"
        else Words("同时适用而结果不同", "match at once with different results")
    )
    message = Words(
        f"第 {first.line} 行与第 {second.line} 行{what.zh}（{table.policy}），例如 {example}。",
        f"The rules of lines {first.line} and {second.line} {what.en} ({table.policy}), for "
        f"example {example}.",
    )
    remedy = Words(
        "请改正单元格使之不重叠，或改用 FIRST。", "Mend the cells, or use the hit policy FIRST."
    )
    return _finding(table, second.line, "dmn-overlap", "error", message, remedy)


# ---------------------------------------------------------------- gaps


def _gaps(boxes: _Boxes) -> Iterator[Finding]:
    """A case that no row covers, where the table has no answer for it."""
    table = boxes.table
    if table.has_default or table.policy not in ("UNIQUE", "ANY", "FIRST", "PRIORITY"):
        return
    if None in boxes.domains:
        return
    everything = (1 << len(boxes.masks)) - 1
    case = _Cover(boxes, everything).uncovered(_whole(boxes))
    if case is not None:
        example = _case(boxes, case)
        message = Words(
            f"有的情形没有规则适用，例如 {example}。", f"No rule matches for example {example}."
        )
        remedy = Words(
            "请补上规则，或用 defaultOutputEntry 写明缺省值。",
            "Add a rule, or a default (defaultOutputEntry).",
        )
        yield _finding(table, table.line, "dmn-gap", "filing", message, remedy)


def _whole(boxes: _Boxes) -> list[int]:
    """All atoms of each column but null: a missing value is no case that must be foreseen."""
    return [
        sum(1 << n for n, value in enumerate(each.examples) if value is not None)
        for each in boxes.domains
    ]


class _Cover:
    """Looks for a case within a box that none of some rows (bits of `rows`) covers."""

    def __init__(self, boxes: _Boxes, rows: int) -> None:
        self.boxes, self.rows = boxes, rows
        self.covered: set[tuple[int, int]] = set()

    def uncovered(self, box: list[int]) -> list[int] | None:
        return self._search(0, self.rows, box)

    def _search(self, column: int, rows: int, box: list[int]) -> list[int] | None:
        """The atoms of an uncovered case, a bit for each column from `column` on."""
        if not rows:
            return [mask & -mask for mask in box[column:]]
        if column == len(box) or (column, rows) in self.covered:
            return None
        for atom, matching in self._atoms(column, rows, box[column]):
            rest = self._search(column + 1, matching, box)
            if rest is not None:
                return [atom, *rest]
        self.covered.add((column, rows))
        return None

    def _atoms(self, column: int, rows: int, mask: int) -> Iterator[tuple[int, int]]:
        """Each atom of a column, with those of `rows` that hold for it; like ones once."""
        seen: set[int] = set()
        for atom in _bits(mask):
            self.boxes.spend(1)
            matching = rows & self.boxes.matching[column].get(atom, 0)
            if matching not in seen:
                seen.add(matching)
                yield atom, matching


# ---------------------------------------------------------------- unreachable


def _unreachable(boxes: _Boxes) -> Iterator[Finding]:
    """Rows that never decide: no value passes, or under FIRST earlier rows take every case."""
    table = boxes.table
    for n, (rule, masks) in enumerate(zip(table.rules, boxes.masks, strict=True)):
        if 0 in masks:
            covered = True
        elif table.policy == "FIRST" and None not in boxes.domains and n:
            covered = _Cover(boxes, (1 << n) - 1).uncovered(list(masks)) is None
        else:
            covered = False
        if covered:
            message = Words(
                f"第 {rule.line} 行的规则永远不会起作用。",
                f"The rule of line {rule.line} never decides anything.",
            )
            remedy = Words("请删除它，或移到前面。", "Delete it or move it up.")
            yield _finding(table, rule.line, "dmn-unreachable", "hint", message, remedy)


# ---------------------------------------------------------------- words


def _case(boxes: _Boxes, atoms: list[int]) -> str:
    """An example in words: `kind = "a", days = 6`."""
    parts = []
    for column, found, mask in zip(boxes.table.inputs, boxes.domains, atoms, strict=True):
        value = found.examples[(mask & -mask).bit_length() - 1]
        parts.append(f"{column.label} = {_written(value)}")
    return ", ".join(parts)


def _written(value: Value) -> str:
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    return f'"{value}"' if isinstance(value, str) else str(value)


def _bits(mask: int) -> Iterator[int]:
    while mask:
        yield mask & -mask
        mask &= mask - 1


def _finding(
    table: Table, line: int, rule: str, level: Level, message: Words, remedy: Words
) -> Finding:
    return Finding(table.file, line, table.key, level, rule, message, remedy)
