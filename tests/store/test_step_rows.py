"""The rows of a step, read by one statement and written by few."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from engine.domain.clock import Clock
from engine.store.step_rows import StepRows, read_step_rows
from engine.store.tables import CaseClock, Deadline, WorkItem
from engine.transaction import reading, writing
from tests.store.samples import add_case, blank

DAY = timedelta(days=1)


@pytest.fixture
def case_id(app: Flask, now: datetime) -> int:
    """The second of two cases, each with an open and a finished step, two timers and a clock."""
    with writing() as session:
        for number in ("1", "2"):
            case = add_case(session, number, now)
            for task, status in (("a", "open"), ("b", "completed")):
                row = blank(WorkItem, now, case_id=case.id, task=task, name=f"{number}{task}")
                row.status = status
                session.add(row)
            for days in (1, 2):
                session.add(
                    Deadline(case_id=case.id, task=f"t{days}", element="e", due_at=now + days * DAY)
                )
            session.add(
                CaseClock(
                    case_id=case.id,
                    name="committed",
                    started_at=now,
                    budget=8,
                    basis="",
                    stopped_at=now + DAY,
                )
            )
        return case.id


def rows_of(case_id: int) -> StepRows:
    with reading() as session:
        return read_step_rows(session, case_id)


def test_one_case_is_read_and_no_other(case_id: int, now: datetime) -> None:
    rows = rows_of(case_id)
    assert rows.items == {"a": ("x", "2a")}
    assert rows.deadlines == {"t1": ("e", now + DAY), "t2": ("e", now + 2 * DAY)}
    assert rows.clocks == {"committed": Clock("committed", now, 8, stopped=now + DAY)}


def test_items_are_opened_and_cancelled(case_id: int, now: datetime) -> None:
    fresh = {"task": "c", "element": "e", "name": "新", "form": None, "post": "handler"}
    fresh |= {"department": "d", "county": "1", "limit_days": None, "created_at": now}
    with writing() as session:
        rows = read_step_rows(session, case_id)
        rows.add_items(session, [{**fresh, "due_at": None, "provisional": False}])
        rows.cancel_items(session, ["a"], now)
    assert rows.items == rows_of(case_id).items == {"c": ("e", "新")}
    with reading() as session:
        query = sa.select(WorkItem).where(WorkItem.task == "a").order_by(WorkItem.case_id)
        first, second = session.scalars(query)
        assert (first.status, first.version, first.finished_at) == ("open", 1, None)
        assert (second.status, second.version, second.finished_at) == ("cancelled", 2, now)


def test_deadlines_that_stay_are_left_alone(case_id: int, now: datetime) -> None:
    def ids() -> dict[str, int]:
        with reading() as session:
            query = sa.select(Deadline.task, Deadline.id).where(Deadline.case_id == case_id)
            return dict(session.execute(query).all())

    before = ids()
    wanted = {"t1": ("e", now + DAY), "t2": ("e", now + 3 * DAY), "t3": ("f", now)}
    with writing() as session:
        read_step_rows(session, case_id).replace_deadlines(session, wanted)
    assert rows_of(case_id).deadlines == wanted
    assert ids()["t1"] == before["t1"]
    with writing() as session:
        read_step_rows(session, case_id).replace_deadlines(session, {})
    assert rows_of(case_id).deadlines == {}


def test_a_step_may_open_and_leave_more_than_one_statement_takes(
    case_id: int, now: datetime
) -> None:
    """A case with instances within instances; a database takes so many values in a statement."""
    count = 5_000  # rows of some 15 columns; PostgreSQL takes 65,535 values, SQLite 32,766
    fresh = {"element": "e", "name": "新", "form": None, "post": "handler", "department": "d"}
    fresh |= {"county": "c", "limit_days": None, "created_at": now, "due_at": None}
    items = [{**fresh, "task": f"many{n}", "provisional": False} for n in range(count)]
    timers = {f"many{n}": ("e", now) for n in range(20_000)}
    with writing() as session:
        rows = read_step_rows(session, case_id)
        rows.add_items(session, items)
        rows.replace_deadlines(session, timers)
    assert len(rows_of(case_id).items) == count + 1
    assert rows_of(case_id).deadlines == timers
    with writing() as session:
        read_step_rows(session, case_id).replace_deadlines(session, {})
    assert rows_of(case_id).deadlines == {}
