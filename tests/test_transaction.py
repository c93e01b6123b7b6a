"""Transactions: what commits, what is refused, who waits for whom."""

from __future__ import annotations

import threading
import time
from datetime import datetime

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.exc import DBAPIError

from engine.store.database import db, engine_for
from engine.store.tables import Case, Setting
from engine.transaction import reading, writing
from tests.store.samples import add_case

NUMBER = "410902-20261123-00001-7"


def value_of(name: str) -> str | None:
    with reading() as session:
        return session.scalar(sa.select(Setting.value).where(Setting.name == name))


def test_writing_commits_at_the_end_and_its_rows_stay_readable(app: Flask) -> None:
    with writing() as session:
        setting = Setting(name="a", value="1")
        session.add(setting)
    assert setting.value == "1"
    assert value_of("a") == "1"


@pytest.mark.parametrize("failure", [ValueError, KeyboardInterrupt])
def test_an_exception_rolls_back_and_frees_the_connection(app: Flask, failure: type) -> None:
    with pytest.raises(failure), writing() as session:
        session.add(Setting(name="a", value="1"))
        session.flush()
        raise failure
    assert db.engine.pool.checkedout() == 0
    assert value_of("a") is None


@pytest.mark.parametrize("outer", [reading, writing])
@pytest.mark.parametrize("inner", [reading, writing])
def test_nesting_is_refused_and_says_how(app: Flask, outer, inner) -> None:
    message = rf"{inner.__name__}\(\) was called inside {outer.__name__}\(\): end that block first"
    with outer(), pytest.raises(RuntimeError, match=message), inner():
        pass
    with writing() as session:  # the refusal left nothing open
        session.add(Setting(name="a", value="1"))
    assert value_of("a") == "1"


def test_a_reading_that_has_ended_holds_nothing(app: Flask) -> None:
    with reading() as session:
        session.execute(sa.select(Setting)).all()
    assert db.engine.pool.checkedout() == 0
    assert not session.in_transaction()
    with writing() as writer:
        writer.add(Setting(name="a", value="1"))
    assert value_of("a") == "1"


def test_a_reader_cannot_flush_nor_leave_a_change_behind(app: Flask) -> None:
    refusal = "expected only reads inside reading\\(\\) but something was changed"
    with pytest.raises(RuntimeError, match=refusal), reading() as session:
        session.add(Setting(name="a", value="1"))
        session.flush()
    with pytest.raises(RuntimeError, match=refusal), reading() as session:
        session.add(Setting(name="a", value="1"))


def test_the_database_refuses_a_reader_that_writes_past_the_session(app: Flask) -> None:
    with pytest.raises(DBAPIError), reading() as session:
        session.execute(sa.insert(Setting).values(name="a", value="1"))
    with writing() as session:  # the same pooled connection writes again
        session.execute(sa.insert(Setting).values(name="a", value="2"))
    assert value_of("a") == "2"


def test_a_reader_sees_one_snapshot_while_a_writer_commits(app: Flask, now: datetime) -> None:
    """Also: a reading does not hold up a writing, nor the other way round."""
    with writing() as session:
        session.add(Setting(name="a", value="old"))
    query = sa.select(Setting.value).where(Setting.name == "a")
    with reading() as session:
        assert session.scalar(query) == "old"
        run_thread(app, lambda other: other.execute(sa.update(Setting).values(value="new")))
        assert session.scalar(query) == "old"
    assert value_of("a") == "new"


def test_a_reader_does_not_wait_for_an_open_writer(app: Flask) -> None:
    with writing() as session:
        session.execute(sa.insert(Setting).values(name="a", value="1"))
        session.flush()
        seen: list[int] = []
        thread = threading.Thread(target=count_settings, args=(app, seen))
        thread.start()
        thread.join(timeout=5)
        assert seen == [0]


def test_a_result_read_halfway_does_not_hold_up_a_later_writer(app: Flask) -> None:
    """Somebody, such as a traceback, still holds the result; on SQLite its snapshot grew old."""
    with writing() as session:
        session.add_all(Setting(name=str(n), value="1") for n in range(100))
    with reading() as session:
        half = session.execute(sa.select(Setting.name).execution_options(yield_per=10))
        assert half.fetchone() is not None
        run_thread(app, lambda other: other.execute(sa.update(Setting).values(value="2")))
    for value in ("3", "4", "5"):  # the pool hands its connections out in turn
        with writing() as session:
            session.execute(sa.update(Setting).values(value=value))
    assert value_of("0") == "5"
    del half


def test_two_writers_of_one_case_follow_each_other(app: Flask, now: datetime) -> None:
    """Without the lock both would read the same version and one increment would be lost."""
    with writing() as session:
        add_case(session, NUMBER, now)
    barrier = threading.Barrier(2)

    def increment(session: sa.orm.Session) -> None:
        query = sa.select(Case).where(Case.number == NUMBER).with_for_update()
        case = session.scalars(query).one()
        version = case.version
        time.sleep(0.05)
        case.version = version + 1

    def work() -> None:
        barrier.wait(5)
        for _ in range(3):
            run_in(app, increment)

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=20)
    with reading() as session:
        assert session.scalar(sa.select(Case.version)) == 6


def test_sqlite_is_set_up_for_durable_concurrent_writing(app: Flask) -> None:
    with engine_for("writing").connect() as connection:
        if connection.dialect.name == "postgresql":
            assert connection.scalar(sa.text("SHOW transaction_isolation")) == "read committed"
            assert connection.scalar(sa.text("SHOW lock_timeout")) == "10s"
            return
        pragmas = ("journal_mode", "synchronous", "foreign_keys", "busy_timeout", "query_only")
        found = [connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in pragmas]
        assert found == ["wal", 2, 1, 10_000, 0]


def run_in(app: Flask, work) -> None:
    with app.app_context(), writing() as session:
        work(session)


def run_thread(app: Flask, work) -> None:
    thread = threading.Thread(target=run_in, args=(app, work))
    thread.start()
    thread.join(timeout=5)
    assert not thread.is_alive()


def count_settings(app: Flask, seen: list[int]) -> None:
    with app.app_context(), reading() as session:
        seen.append(session.scalar(sa.select(sa.func.count()).select_from(Setting)))
