"""The scheduler: only what is due, failures put off, and never two of it."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from engine.config import CHECKOUT, Config
from engine.scheduler import HEARTBEAT, only_one, purge_old, run_due, run_scheduler, tick
from engine.store.database import engine_for
from engine.store.tables import (
    Case,
    Deadline,
    JournalBlock,
    JournalEntry,
    Message,
    Repetition,
    Setting,
)
from engine.transaction import reading, writing
from tests.cases import City, Walk


def set_state(walk: Walk, state: bytes) -> None:
    with writing() as session:
        session.execute(sa.update(Case).where(Case.number == walk.number).values(state=state))


def test_only_cases_with_something_due_are_loaded(
    city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    late = city.file()
    city.wait_working_days(3)
    city.file()
    city.wait_working_days(2)  # yellow is due for the first one alone
    loaded: list[int] = []
    from engine import scheduler

    fire = scheduler.fire_due
    monkeypatch.setattr(
        scheduler,
        "fire_due",
        lambda session, resources, case_id, now: (
            loaded.append(case_id),
            fire(session, resources, case_id, now),
        ),
    )
    assert city.tick() == 1
    assert loaded == [late.case().id]
    assert city.tick() == 0 and len(loaded) == 1


def test_cases_are_fired_in_the_order_in_which_they_are_due(city: City) -> None:
    second = city.file()
    with writing() as session:
        session.execute(sa.update(Deadline).values(due_at=city.now + timedelta(days=9)))
    first = city.file()
    city.wait(days=60)
    city.tick()
    at = {w.number: min(e.id for e in w.rows(JournalEntry, JournalEntry.event == "timer_fired"))
          for w in (first, second)}  # fmt: skip
    assert at[first.number] < at[second.number]


def test_more_cases_than_one_reading_holds_are_all_fired(
    city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.scheduler.MOST", 2)
    walks = [city.file() for _ in range(5)]
    city.wait_working_days(5)
    assert city.tick() == 5
    assert all(walk.lights() for walk in walks)


def test_a_case_that_fails_is_put_off_and_the_others_go_on(city: City) -> None:
    broken, sound = city.file(), city.file()
    state = broken.case().state
    set_state(broken, state[:40])
    city.wait_working_days(6)
    assert city.tick() == 1
    assert sound.status == "accepted" and broken.status == "received"
    case = broken.case()
    assert case.fault and case.retry_at == city.now + timedelta(minutes=10)
    assert broken.events()[-1] == "put_off"

    set_state(broken, state)  # somebody mended it
    assert city.tick() == 0, "it is left alone for ten minutes"
    city.wait(minutes=10)
    assert city.tick() == 1
    case = broken.case()
    assert (case.status, case.fault, case.retry_at) == ("accepted", None, None)


def test_a_case_that_goes_on_failing_is_tried_once_in_ten_minutes(city: City) -> None:
    walk = city.file()
    set_state(walk, b"")
    city.wait(days=30)
    for _ in range(3):
        assert city.tick() == 0
        city.wait(minutes=10)
    assert walk.events().count("put_off") == 3


def test_a_tick_fires_delivers_seals_and_shows_that_it_lives(city: City, config: Config) -> None:
    walk = city.file()
    city.wait_working_days(6)
    tick(config, city.resources, city.now)
    assert walk.status == "accepted" and len(walk.rows(Message)) == 1
    with reading() as session:
        unsealed = sa.select(sa.func.count()).where(JournalEntry.block_id.is_(None))
        assert session.scalar(unsealed) == 0
        assert session.scalar(sa.select(sa.func.count(JournalBlock.id))) == 1
        heartbeat = session.scalar(sa.select(Setting.value).where(Setting.name == HEARTBEAT))
    assert heartbeat == city.now.isoformat()


# ---------------------------------------------------------------- one alone

HOLD = """
import os, sys
from flask import Flask
from engine.config import Config
from engine.scheduler import only_one
from engine.store.database import prepare

config, app = Config.from_environment(os.environ), Flask("holder")
prepare(app, config)
with app.app_context(), only_one(config) as mine:
    print("held" if mine else "taken", flush=True)
    sys.stdin.read()
"""


def environment(config: Config) -> dict[str, str]:
    return {
        **os.environ,
        "PYTHONPATH": str(CHECKOUT),
        "LIANBAN_DATA": str(config.data),
        "LIANBAN_DATABASE_URL": config.database_url,
    }


def test_a_second_scheduler_does_nothing(app: Flask, config: Config, city: City) -> None:
    """The first one is another process, as it would be."""
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=environment(config),
        cwd=CHECKOUT,
        text=True,
    )
    try:
        assert holder.stdout.readline().strip() == "held"
        assert run_scheduler(app, config, city.resources, lambda: city.now) is False
    finally:
        holder.communicate("")
    with only_one(config) as mine:
        assert mine, "the lock is free when its holder has ended"


def test_waiting_for_ever_keeps_no_transaction_open(app: Flask, config: Config) -> None:
    """An open transaction would keep PostgreSQL from ever cleaning up behind it."""
    if not config.database_url.startswith("postgresql"):
        pytest.skip("SQLite's lock is a file")
    query = "SELECT count(*) FROM pg_stat_activity WHERE state = 'idle in transaction'"
    query += " AND datname = current_database()"
    with only_one(config) as mine, engine_for("writing").connect() as other:
        assert mine
        assert other.execute(sa.text(query)).scalar() == 0


def test_run_due_on_an_empty_city_does_nothing(city: City) -> None:
    assert run_due(city.resources, city.now) == 0


def test_answers_to_repeated_requests_are_forgotten_after_a_week(app: Flask, now: datetime) -> None:
    def kept() -> list[str]:
        with reading() as session:
            return list(session.scalars(sa.select(Repetition.key).order_by(Repetition.key)))

    with writing() as session:
        for key, age in (("old", timedelta(days=7, seconds=1)), ("young", timedelta(days=6))):
            row = {"actor": "account:1", "key": key, "request": "-", "status": 200}
            session.add(Repetition(**row, body_sealed=b"-", created_at=now - age))
    purge_old(now)
    assert kept() == ["young"]
