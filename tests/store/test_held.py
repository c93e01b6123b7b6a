"""Locked rows without the ORM: the same values, and writes that nobody can overtake."""

from __future__ import annotations

import threading
from datetime import datetime

import pytest
import sqlalchemy as sa
from flask import Flask

from engine.errors import Stale
from engine.store.held import hold_case, hold_work_item, read_again
from engine.store.tables import Case, WorkItem
from engine.transaction import reading, writing
from tests.store.samples import add_case, blank


@pytest.fixture
def item(app: Flask, now: datetime) -> int:
    """A work item of a case with an item, a state and a journal."""
    with writing() as session:
        case = add_case(session, "1", now)
        case.item, case.state, case.journal_seq = {"name": "许可", "fee": 0.5}, b"\x00\xff", 3
        row = blank(WorkItem, now, case_id=case.id, name="审查", due_at=now)
        session.add(row)
        session.flush()
        return row.id


def test_a_held_row_has_what_the_orm_reads(item: int) -> None:
    with writing() as session:
        held = hold_work_item(session, item)
        alone = hold_case(session, held[0].id)
        for row, model in zip(held, (Case, WorkItem), strict=True):
            read = session.get_one(model, row.id)
            for column in model.__table__.columns:
                assert getattr(row, column.key) == getattr(read, column.key), column
        assert alone.state == held[0].state and alone.item == held[0].item


def test_what_is_not_there_is_none(app: Flask) -> None:
    with writing() as session:
        assert hold_work_item(session, 99) is None and hold_case(session, 99) is None


def test_only_what_was_assigned_is_written(item: int, now: datetime) -> None:
    with writing() as session:
        case, _ = hold_work_item(session, item)
        session.execute(sa.update(Case).values(subject="meanwhile"))
        case.status, case.item, case.decided_at = "approved", {"name": "新"}, now
        case.version += 1
        case.write(session)
        case.journal_seq += 1
        case.write(session)  # a second time, on the version that it has now
        case.write(session)  # nothing is left to write
    with reading() as session:
        row = session.get_one(Case, case.id)
        assert (row.status, row.subject, row.item) == ("approved", "meanwhile", {"name": "新"})
        assert (row.version, row.journal_seq, row.decided_at) == (1, 4, now)


def test_a_row_whose_version_has_moved_on_is_not_overwritten(item: int) -> None:
    with writing() as session:
        _, held = hold_work_item(session, item)
        session.execute(sa.update(WorkItem).values(version=7))
        held.status = "completed"
        with pytest.raises(Stale):
            held.write(session)
    with reading() as session:
        assert session.get_one(WorkItem, item).status == "open"


def test_a_name_that_is_no_column_is_refused(item: int) -> None:
    with writing() as session:
        case, _ = hold_work_item(session, item)
        with pytest.raises(AttributeError, match="colr"):
            case.colr = "red"


def test_reading_again_shows_what_the_step_did(item: int) -> None:
    with writing() as session:
        _, held = hold_work_item(session, item)
        session.execute(sa.update(WorkItem).values(colour="red"))
        assert held.colour == "green" and read_again(session, held).colour == "red"


def test_who_waited_sees_the_work_item_as_it_is_then(app: Flask, item: int) -> None:
    """Both rows are locked: a snapshot from before the waiting would show the item still open."""
    waiting, seen = threading.Event(), []

    def second() -> None:
        with app.app_context(), writing() as session:
            waiting.set()
            case, held = hold_work_item(session, item)
            seen.append((case.journal_seq, held.status))

    thread = threading.Thread(target=second)
    with writing() as session:
        case, held = hold_work_item(session, item)
        thread.start()
        waiting.wait(10)
        thread.join(0.3)  # long enough to come to the lock, and harmless where it is not
        held.status, case.journal_seq = "completed", 9
        held.write(session)
        case.write(session)
        assert seen == []
    thread.join(10)
    assert seen == [(9, "completed")]
