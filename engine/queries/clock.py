"""The clocks of a case, explained day by day (L42, L82): what runs, until when, and why."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.domain.actor import Actor
from engine.domain.calendar import Calendar, shanghai_day
from engine.domain.clock import Clock, Day, due, explain
from engine.errors import Words
from engine.queries.visible import find_case
from engine.resources import Resources
from engine.store.clocks import clock_of
from engine.store.tables import Case, CaseClock, WorkItem

NAMES = {
    "committed": Words("承诺时限", "committed limit"),
    "statutory": Words("法定时限", "statutory limit"),
    "step": Words("环节时限", "limit of the step"),
}
NO_CLOCK = Words(
    "尚未受理，承诺时限和法定时限均未起算。",
    "Not accepted yet: neither the committed nor the statutory limit runs.",
)


def clock_page(
    session: Session, resources: Resources, actor: Actor, number: str, now: datetime
) -> dict[str, Any]:
    """Return {number, note, clocks, steps}, each clock with its `days`.

    `clocks` are those of the case, which start with the acceptance (P16); `steps` the limits of
    the tasks that are open now, such as the five working days of the acceptance (L32). `note`
    says so while no clock of the case runs yet. Raises `NotFound`, `CalendarUncovered`.
    """
    case = find_case(session, actor, number)
    rows = rows_of(session, [case.id]).get(case.id, [])
    clocks = [_explained(clock_of(row), row.basis, resources.calendar, now) for row in rows]
    steps = [
        _explained(_of_step(item), None, resources.calendar, now)
        | {"task": {"id": item.id, "name": item.name}}
        for item in open_limits(session, case)
    ]
    note = None if rows or case.closed_at else NO_CLOCK
    return {"number": case.number, "note": note, "clocks": clocks, "steps": steps}


def clocks_of(
    session: Session, resources: Resources, case: Case, now: datetime
) -> list[dict[str, Any]]:
    """Return the clocks of the case as `clock_page` does, without their days."""
    rows = rows_of(session, [case.id]).get(case.id, [])
    return [_summary(clock_of(row), row.basis, resources.calendar, now)[0] for row in rows]


def rows_of(session: Session, case_ids: list[int]) -> dict[int, list[CaseClock]]:
    """Return the clocks of some cases by case, each case's in the order in which they started."""
    found: dict[int, list[CaseClock]] = {}
    query = sa.select(CaseClock).where(CaseClock.case_id.in_(case_ids)).order_by(CaseClock.id)
    for row in session.scalars(query):
        found.setdefault(row.case_id, []).append(row)
    return found


def open_limits(session: Session, case: Case) -> list[WorkItem]:
    """Return the open work items that have a limit, in the order in which they opened."""
    query = (
        sa.select(WorkItem)
        .where(WorkItem.case_id == case.id, WorkItem.status == "open")
        .where(WorkItem.limit_days.is_not(None))
        .order_by(WorkItem.id)
    )
    return list(session.scalars(query))


def _of_step(item: WorkItem) -> Clock:
    return Clock("step", item.created_at, item.limit_days)


def _explained(
    clock: Clock, basis: str | None, calendar: Calendar, now: datetime
) -> dict[str, Any]:
    summary, days = _summary(clock, basis, calendar, now)
    return summary | {"days": [_day(day) for day in days]}


def _summary(
    clock: Clock, basis: str | None, calendar: Calendar, now: datetime
) -> tuple[dict[str, Any], list[Day]]:
    """`elapsed` counts the working days that are over; today still belongs to `remaining`."""
    limit, today = due(clock, calendar), shanghai_day(now)
    days = explain(clock, calendar, today)
    over = [day for day in days if clock.stopped or day.date < today]
    elapsed, remaining = (over[-1].count, over[-1].remaining) if over else (0, clock.budget)
    end = clock.stopped or now
    summary = {
        "name": clock.name,
        "label": NAMES[clock.name],
        "started_at": clock.start,
        "budget": clock.budget,
        "basis": basis,
        "due_at": limit.at,
        "last_day": limit.last_day,
        "provisional": limit.provisional,
        "stopped_at": clock.stopped,
        "elapsed": elapsed,
        "remaining": remaining,
        "overdue": end >= limit.at,
    }
    return summary, days


def _day(day: Day) -> dict[str, Any]:
    return {
        "date": day.date,
        "kind": day.kind,
        "counted": day.counted,
        "count": day.count,
        "remaining": day.remaining,
        "overdue": day.overdue,
        "reason": day.reason,
        "basis": day.basis,
        "provisional": day.provisional,
    }
