"""The scheduler: a process that fires what is due, empties the outbox, seals the journal.

A tick reads the table of due times and loads only the cases that are due. A second scheduler
started by mistake finds the lock taken and does nothing.
"""

from __future__ import annotations

import fcntl
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

import sqlalchemy as sa
from apscheduler.schedulers.blocking import BlockingScheduler
from flask import Flask

from engine.commands.due import fire_due, put_off
from engine.config import Config
from engine.delivery.messages import sms_sender
from engine.delivery.outbox import deliver
from engine.resources import Resources
from engine.store import repetition
from engine.store.blocks import seal
from engine.store.database import engine_for
from engine.store.settings import HEARTBEAT, lock_setting, write_setting
from engine.store.tables import Case, Deadline
from engine.transaction import reading, writing

log = logging.getLogger("lianban.scheduler")

EVERY = 1  # seconds between ticks
KEPT = timedelta(days=7)  # answers under an Idempotency-Key
MOST = 200  # cases of one reading of the table
ADVISORY_LOCK = 0x6C69616E  # "lian": PostgreSQL's lock for the one scheduler of an installation


def run_due(resources: Resources, now: datetime) -> int:
    """Fire all that is due at `now` in all cases, earliest first; return how many cases moved.

    A case that fails is put off with its error, and the others go on.
    """
    moved = 0
    while due := _due_cases(now):
        for case_id in due:
            moved += _fire(resources, case_id, now)
    return moved


def _due_cases(now: datetime) -> list[int]:
    query = (
        sa.select(Deadline.case_id)
        .join(Case, Case.id == Deadline.case_id)
        .where(Deadline.due_at <= now)
        .where(sa.or_(Case.retry_at.is_(None), Case.retry_at <= now))
        .group_by(Deadline.case_id)
        .order_by(sa.func.min(Deadline.due_at))
        .limit(MOST)
    )
    with reading() as session:
        return list(session.scalars(query))


def _fire(resources: Resources, case_id: int, now: datetime) -> bool:
    try:
        with writing() as session:
            fire_due(session, resources, case_id, now)
    except Exception as error:
        log.exception("case put off", extra={"case": case_id})
        with writing() as session:
            put_off(session, case_id, error, now)
        return False
    return True


def tick(config: Config, resources: Resources, now: datetime) -> None:
    """Do one round at `now`: due timers, outbox, journal block, heartbeat."""
    run_due(resources, now)
    deliver(resources, now, sms_sender(config.sms_url) if config.sms_url else None)
    with writing() as session:
        seal(session, now)
        lock_setting(session, HEARTBEAT, "")
        write_setting(session, HEARTBEAT, now.isoformat())


@contextmanager
def only_one(config: Config) -> Iterator[bool]:
    """Yield whether this is the one scheduler of the installation, and hold the lock meanwhile."""
    if config.database_url.startswith("sqlite"):
        config.data.mkdir(parents=True, exist_ok=True)
        with (config.data / "scheduler.lock").open("w") as file:
            yield _locked(file.fileno())
        return
    lock = sa.text("SELECT pg_try_advisory_lock(:key)")
    with engine_for("reading").connect() as plain:
        # The lock is the connection's; a transaction kept open for days would only cost.
        connection = plain.execution_options(isolation_level="AUTOCOMMIT")
        mine = connection.execute(lock, {"key": ADVISORY_LOCK}).scalar()
        try:
            yield bool(mine)
        finally:
            connection.invalidate()  # given back to the pool it would keep the lock


def _locked(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def purge_old(now: datetime) -> None:
    """Forget what was kept for repeated requests a week ago."""
    with writing() as session:
        repetition.purge(session, now - KEPT)


def run_scheduler(
    app: Flask, config: Config, resources: Resources, clock: Callable[[], datetime]
) -> bool:
    """Run until interrupted. Return False at once where another scheduler runs already.

    `clock` gives the present, aware UTC.
    """
    with app.app_context(), only_one(config) as mine:
        if not mine:
            return False
        scheduler = BlockingScheduler(timezone="UTC")

        def job() -> None:
            with app.app_context():
                tick(config, resources, clock())

        def purge() -> None:
            with app.app_context():
                purge_old(clock())

        scheduler.add_job(job, "interval", seconds=EVERY, max_instances=1, coalesce=True)
        scheduler.add_job(purge, "interval", hours=1, max_instances=1, coalesce=True)
        try:
            scheduler.start()
        except (KeyboardInterrupt, SystemExit):
            scheduler.shutdown(wait=False)
    return True
