"""Prepared statements give what SQLAlchemy's own execution gives, on both databases."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.exc import IntegrityError, InternalError, OperationalError

from engine.store.prepared import Prepared, inserting
from engine.store.tables import Case, Deadline, Setting
from engine.transaction import reading, writing
from tests.store.samples import add_case, blank

_CASE = Case.__table__
_BY_NUMBER = sa.select(_CASE).where(_CASE.c.number == sa.bindparam("number"))
_BY_NUMBER_PREPARED = Prepared(_BY_NUMBER)
_ADD = inserting(Deadline, "case_id", "task", "due_at", element="fixed % element ? :x")
_PUT = inserting(Setting, "name", "value")
_ALL = Prepared(sa.select(Setting.name, Setting.value).order_by(Setting.name))

TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=40)


def test_a_row_is_read_as_sqlalchemy_reads_it(app: Flask, now: datetime) -> None:
    with writing() as session:
        values: dict[str, Any] = {"state": b"\0\xff", "item": {"a": [1, None, "许可", 0.5]}}
        values |= {"accepted_day": now.date(), "decided_at": now, "fault": "100 % ? :x %s"}
        session.add(blank(Case, now, number="1", **values))
    with reading() as session:
        expected = session.execute(_BY_NUMBER, {"number": "1"}).one()
        (found,) = _BY_NUMBER_PREPARED.all(session, {"number": "1"})
        assert list(found) == list(expected) and [*map(type, found)] == [*map(type, expected)]
        assert _BY_NUMBER_PREPARED.one_or_none(session, {"number": "2"}) is None


def test_many_rows_are_inserted_at_once(app: Flask, now: datetime) -> None:
    with writing() as session:
        case_id = add_case(session, "1", now).id
        rows = [{"case_id": case_id, "task": str(n), "due_at": now} for n in range(40)]
        assert _ADD.run(session, *rows) == 40 and _ADD.run(session) == 0
        assert _ADD.run(session, {"case_id": case_id, "task": "one", "due_at": now}) == 1
    with reading() as session:
        stored = session.scalars(sa.select(Deadline).order_by(Deadline.id)).all()
        assert [row.task for row in stored] == [*map(str, range(40)), "one"]
        assert {(row.element, row.due_at) for row in stored} == {("fixed % element ? :x", now)}


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=40
)
@given(TEXTS, TEXTS)
def test_no_text_is_taken_for_a_part_of_the_statement(app: Flask, one: str, two: str) -> None:
    with writing() as session:
        session.execute(sa.delete(Setting))
        _PUT.run(session, {"name": "a", "value": one}, {"name": "b", "value": two})
        assert [tuple(row) for row in _ALL.all(session, {})] == [("a", one), ("b", two)]


def test_what_was_not_given_is_an_error_and_no_null(app: Flask) -> None:
    with writing() as session, pytest.raises(KeyError, match="value"):
        _PUT.run(session, {"name": "a"})


def test_errors_are_those_of_sqlalchemy_and_hold_no_values(app: Flask) -> None:
    with pytest.raises(IntegrityError) as caught, writing() as session:
        twice = {"name": "a", "value": "13800000000"}
        _PUT.run(session, twice, twice)
    assert "13800000000" not in str(caught.value)


def test_a_reading_session_writes_nothing(app: Flask) -> None:
    with pytest.raises((OperationalError, InternalError)), reading() as session:
        _PUT.run(session, {"name": "a", "value": "b"})
    with reading() as session:
        assert _ALL.all(session, {}) == []
