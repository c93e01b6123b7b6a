"""The scheduler: only what is due, failures put off, and never two of it."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.exc import OperationalError

from engine.commands.due import PAUSES, put_off
from engine.config import CHECKOUT, Config
from engine.errors import Conflict, ProcedureFault
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


def fail(monkeypatch: pytest.MonkeyPatch, error: Exception | None) -> None:
    """Make firing anything raise `error`; None lets it work again."""
    from engine import scheduler

    if error is None:
        monkeypatch.undo()
    else:

        def raising(*_: object) -> None:
            raise error

        monkeypatch.setattr(scheduler, "fire_due", raising)


def test_a_case_that_lies_far_behind_catches_up_in_parts(
    city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody works on it meanwhile: a late completion would swallow what fell due before."""
    from engine.commands import run

    monkeypatch.setattr(run, "MOST_FIRED", 1)
    walk = city.file().accepted()
    city.wait_working_days(12)  # yellow and red of the step and of the case
    with pytest.raises(Conflict, match="Very many"):
        walk.complete("review")
    assert walk.rows(JournalEntry, JournalEntry.event == "timer_fired") == []
    assert city.tick() > 1
    told = [row.payload for row in walk.rows(JournalEntry, JournalEntry.event == "timer_fired")]
    due = [json.loads(payload)["due_at"] for payload in told]
    assert len(due) > 1 and due == sorted(due) and len(set(told)) == len(told)
    walk.complete("review")


def test_a_case_that_cannot_heal_is_set_aside_at_once_and_the_others_go_on(city: City) -> None:
    broken, sound = city.file(), city.file()
    set_state(broken, broken.case().state[:40])
    city.wait_working_days(6)
    assert city.tick() == 1
    assert sound.status == "accepted" and broken.status == "received"
    case = broken.case()
    assert "无法读取" in case.fault and "damaged" in case.fault_en
    assert (case.set_aside_at, case.fault_since, case.retry_at) == (city.now, city.now, None)
    assert broken.events()[-1] == "set_aside"
    before = broken.snapshot()
    city.wait(days=30)
    city.tick()
    assert broken.snapshot() == before, "nobody tries it again but an administrator"


def test_a_failure_that_may_heal_is_tried_again_after_growing_pauses(
    city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    walk = city.file()
    city.wait_working_days(6)
    fail(monkeypatch, RuntimeError("the name of somebody"))
    since, pauses = city.now, []
    while (case := walk.case()).set_aside_at is None:
        assert city.tick() == 0
        case = walk.case()
        if case.retry_at is not None:
            pauses.append(case.retry_at - city.now)
            city.now = case.retry_at - timedelta(seconds=1)
            seen = walk.snapshot()
            city.tick()
            assert walk.snapshot() == seen, "it is left alone until then"
            city.now = case.retry_at
    assert pauses == list(PAUSES) == sorted(PAUSES)
    assert (case.fault_since, case.fault_attempts) == (since, len(PAUSES) + 1)
    assert "编号" in case.fault and "somebody" not in case.fault
    assert walk.events()[-6:] == ["put_off"] * 5 + ["set_aside"]


def test_a_case_that_was_repaired_meanwhile_is_not_put_off(city: City) -> None:
    """Between the failing step and the word of it somebody else may hold the case."""
    walk = city.file()
    city.wait_working_days(5)
    assert city.tick() == 1
    case_id = walk.case().id
    with writing() as session:
        put_off(session, case_id, ProcedureFault("缺数据", "no data"), city.now)
    case = walk.case()
    assert (case.fault, case.set_aside_at, case.retry_at) == (None, None, None)


def test_a_case_that_heals_in_time_goes_on_by_itself_and_forgets(
    city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    walk = city.file()
    city.wait_working_days(6)
    with monkeypatch.context() as broken:
        fail(broken, RuntimeError())
        city.tick()
    assert walk.case().fault is not None
    city.wait(minutes=1)
    assert city.tick() == 1
    case = walk.case()
    assert (case.status, case.fault, case.fault_en, case.fault_since) == ("accepted", *[None] * 3)
    assert (case.fault_attempts, case.retry_at, case.set_aside_at) == (0, None, None)


@pytest.mark.parametrize(
    "error",
    [OperationalError("SELECT", {}, Exception("locked")), OSError(errno.ENOSPC, "full")],
    ids=["database", "disk"],
)
def test_a_failure_of_the_machine_is_no_fault_of_the_case(
    city: City, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    walk = city.file()
    city.wait_working_days(6)
    before = walk.snapshot()
    with monkeypatch.context() as broken:
        fail(broken, error)
        assert city.tick() == 0
    assert walk.snapshot() == before and walk.case().fault is None
    assert city.tick() == 1 and walk.lights()


def test_a_locked_case_waits_for_the_next_round_and_the_others_go_on(
    city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    from engine import scheduler

    first, second = city.file(), city.file()
    city.wait_working_days(6)
    fire, locked = scheduler.fire_due, first.case().id

    def one_is_locked(session: object, resources: object, case_id: int, now: datetime) -> None:
        if case_id == locked:
            raise OperationalError("SELECT", {}, Exception("lock timeout"))
        fire(session, resources, case_id, now)

    with monkeypatch.context() as broken:
        broken.setattr(scheduler, "fire_due", one_is_locked)
        assert city.tick() == 1
    assert second.status == "accepted" and first.status == "received"
    assert city.tick() == 1 and first.status == "accepted"


def test_what_fails_in_one_part_of_a_tick_leaves_the_others_their_work(
    city: City, config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    walk = city.file()
    city.wait_working_days(6)

    def raising(*_: object) -> None:
        raise OSError(errno.ENOSPC, "full")

    monkeypatch.setattr("engine.scheduler.deliver", raising)
    with pytest.raises(OSError, match="full"):
        tick(config, city.resources, city.now)
    assert walk.status == "accepted"
    with reading() as session:
        assert session.scalar(sa.select(sa.func.count(JournalBlock.id))) == 1


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
