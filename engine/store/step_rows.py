"""What one step of a case reads and writes beside the case row: open work items, deadlines,
clocks, journal entries. One read for all, then at most one statement a table and kind of change.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.domain.clock import Clock
from engine.store.database import Instant
from engine.store.prepared import Prepared, inserting
from engine.store.tables import CaseClock, Deadline, WorkItem

MOST_AT_ONCE = 500  # rows that one statement takes away
_ITEM, _DEADLINE, _CLOCK = WorkItem.__table__, Deadline.__table__, CaseClock.__table__


def _part(kind: str, table: sa.Table, *columns: Any) -> sa.Select[Any]:
    return sa.select(sa.literal_column(f"'{kind}'"), *columns).where(
        table.c.case_id == sa.bindparam("case_id")
    )


_NO_TEXT, _NO_TIME = sa.cast(sa.null(), sa.Text), sa.cast(sa.null(), Instant)
_NO_NUMBER = sa.cast(sa.null(), sa.Integer)
# Three small tables by one statement: what a statement costs is the asking, not the rows.
_READ = Prepared(
    sa.union_all(
        _part(
            "item",
            _ITEM,
            _ITEM.c.task,
            _ITEM.c.element,
            _ITEM.c.name,
            _NO_TIME,
            _NO_TIME,
            _NO_NUMBER,
        ).where(_ITEM.c.status == sa.literal_column("'open'")),
        _part(
            "deadline",
            _DEADLINE,
            _DEADLINE.c.task,
            _DEADLINE.c.element,
            _NO_TEXT,
            _DEADLINE.c.due_at,
            _NO_TIME,
            _DEADLINE.c.id,
        ),
        _part(
            "clock",
            _CLOCK,
            _CLOCK.c.name,
            _NO_TEXT,
            _NO_TEXT,
            _CLOCK.c.started_at,
            _CLOCK.c.stopped_at,
            _CLOCK.c.budget,
        ),
    )
)
_ADD_ITEMS = inserting(
    WorkItem,
    "case_id",
    "task",
    "element",
    "name",
    "form",
    "post",
    "department",
    "county",
    "limit_days",
    "created_at",
    "due_at",
    "provisional",
    status="open",
    colour="green",
    version=1,
)
_ADD_DEADLINES = inserting(Deadline, "case_id", "task", "element", "due_at")
_CANCEL_ITEM = Prepared(
    sa.update(_ITEM)
    .where(_ITEM.c.case_id == sa.bindparam("case_id"), _ITEM.c.task == sa.bindparam("gone"))
    .values(
        status="cancelled",
        finished_at=sa.bindparam("at", type_=Instant),
        version=_ITEM.c.version + 1,
    )
)


@cache
def _drop_deadlines(count: int) -> Prepared:
    rows = [sa.bindparam(f"row{n}") for n in range(count)]
    return Prepared(sa.delete(_DEADLINE).where(_DEADLINE.c.id.in_(rows)))


@dataclass
class StepRows:
    """The rows of one case as they are now: `items` maps the task of each open work item to its
    (element, name), `deadlines` that of each waiting timer to its (element, due time)."""

    case_id: int
    items: dict[str, tuple[str, str]] = field(default_factory=dict)
    deadlines: dict[str, tuple[str, datetime]] = field(default_factory=dict)
    clocks: dict[str, Clock] = field(default_factory=dict)
    _deadline_ids: dict[str, int] = field(default_factory=dict)

    def add_items(self, session: Session, rows: list[dict[str, Any]]) -> None:
        """Open work items; each a mapping of its columns without `case_id`."""
        _ADD_ITEMS.run(session, *({"case_id": self.case_id, **row} for row in rows))
        self.items |= {row["task"]: (row["element"], row["name"]) for row in rows}

    def cancel_items(self, session: Session, tasks: Iterable[str], now: datetime) -> None:
        """Cancel open work items, at `now`."""
        for task in tasks:
            _CANCEL_ITEM.run(session, {"case_id": self.case_id, "gone": task, "at": now})
            self.items.pop(task, None)

    def replace_deadlines(
        self, session: Session, wanted: Mapping[str, tuple[str, datetime]]
    ) -> None:
        """Make the deadlines say `wanted`; those that say so already are left alone."""
        gone = [task for task, row in self.deadlines.items() if wanted.get(task) != row]
        fresh = [
            {"case_id": self.case_id, "task": task, "element": row[0], "due_at": row[1]}
            for task, row in wanted.items()
            if self.deadlines.get(task) != row
        ]
        for first in range(0, len(gone), MOST_AT_ONCE):
            part = gone[first : first + MOST_AT_ONCE]
            ids = {f"row{n}": self._deadline_ids[task] for n, task in enumerate(part)}
            _drop_deadlines(len(part)).run(session, ids)
        _ADD_DEADLINES.run(session, *fresh)
        self.deadlines = dict(wanted)


def read_step_rows(session: Session, case_id: int) -> StepRows:
    """Return the open work items, deadlines and clocks of a case that the caller has locked."""
    rows = StepRows(case_id)
    for kind, name, element, label, first, last, number in _READ.all(session, {"case_id": case_id}):
        if kind == "item":
            rows.items[name] = (element, label)
        elif kind == "deadline":
            rows.deadlines[name] = (element, first)
            rows._deadline_ids[name] = number
        else:
            rows.clocks[name] = Clock(name, first, number, stopped=last)
    return rows
