"""The scheduler: a process that fires what is due, empties the outbox, seals the journal.

A tick reads the table of due times and loads only the cases that are due. A second scheduler
started by mistake finds the lock taken and does nothing.
"""

from __future__ import annotations

import fcntl
import logging
import secrets
from collections.abc import Callable, Collection, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import sleep

import sqlalchemy as sa
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.blocking import BlockingScheduler
from flask import Flask

from engine.commands.due import fire_due, put_off
from engine.config import Config
from engine.delivery.messages import Send, sms_sender
from engine.delivery.outbox import deliver
from engine.errors import LianbanError
from engine.logs import frames
from engine.resources import Resources
from engine.store import repetition
from engine.store.blocks import seal
from engine.store.database import engine_for, transient
from engine.store.files import sweep
from engine.store.settings import HEARTBEAT, lock_setting, write_setting
from engine.store.tables import Case, Deadline
from engine.transaction import reading, writing

log = logging.getLogger("lianban.scheduler")

EVERY = 1  # seconds between ticks
LOOK_EVERY = 5  # seconds after which a waiting scheduler looks whether the other one has ended
PURGE_EVERY = 3600  # seconds
COMPLAIN_EVERY = 60  # failing ticks
PATIENCE = 20  # cases of one round that may wait for the database, before the round is given up
KEPT = timedelta(days=7)  # answers under an Idempotency-Key
MOST = 200  # cases of one reading of the table
ADVISORY_LOCK = 0x6C69616E  # "lian": PostgreSQL's lock for the one scheduler of an installation


def run_due(resources: Resources, now: datetime) -> int:
    """Fire all that is due at `now` in all cases, earliest first; return how many cases moved.

    A case that fails is put off or set aside with its error, and the others go on. One that is
    locked, or that the database did not let through, waits for the next round.
    """
    moved, waiting = 0, set[int]()
    while due := _due_cases(now, waiting):
        for case_id in due:
            try:
                moved += _fire(resources, case_id, now)
            except Exception as error:
                log.warning("case waits for the database", extra={"case": case_id} | _kind(error))
                waiting.add(case_id)
                if len(waiting) > PATIENCE:
                    raise  # it is not about single cases
    return moved


def _due_cases(now: datetime, waiting: Collection[int] = ()) -> list[int]:
    query = (
        sa.select(Deadline.case_id)
        .join(Case, Case.id == Deadline.case_id)
        .where(Deadline.due_at <= now, Case.set_aside_at.is_(None))
        .where(sa.or_(Case.retry_at.is_(None), Case.retry_at <= now))
        .group_by(Deadline.case_id)
        .order_by(sa.func.min(Deadline.due_at))
        .limit(MOST)
    )
    if waiting:
        query = query.where(Deadline.case_id.not_in(waiting))
    with reading() as session:
        return list(session.scalars(query))


def _fire(resources: Resources, case_id: int, now: datetime) -> bool:
    try:
        with writing() as session:
            fire_due(session, resources, case_id, now)
    except Exception as error:
        if transient(error):
            raise
        refusal = _words(error, case_id)
        with writing() as session:
            put_off(session, case_id, refusal, now)
        return False
    return True


def _words(error: Exception, case_id: int) -> LianbanError:
    """Return the error in words; one that nobody foresaw gets a reference into the log."""
    facts = {"case": case_id, "frames": frames(error)} | _kind(error)
    if isinstance(error, LianbanError):
        log.warning("case can't go on", extra=facts | {"code": error.code})
        return error
    reference = secrets.token_hex(6)
    log.error("case failed", extra=facts | {"reference": reference})
    return LianbanError(
        f"程序内部出错，编号 {reference}，详情见调度日志。",
        f"The program failed; the scheduler's log has the details under {reference}.",
        code="internal",
    )


def _kind(error: BaseException) -> dict[str, str]:
    return {"error": type(error).__name__}


def tick(config: Config, resources: Resources, now: datetime) -> None:
    """Do one round at `now`: due timers, outbox, journal block, heartbeat.

    What fails in one part does not keep the next from its work; the first error is raised then.
    """
    with ExitStack() as parts:  # left in reverse order, each whatever the others raise
        parts.callback(_seal_and_beat, now)
        parts.callback(deliver, resources, now, _sender(config))
        parts.callback(run_due, resources, now)


def _sender(config: Config) -> Send | None:
    return sms_sender(config.sms_url) if config.sms_url else None


def _seal_and_beat(now: datetime) -> None:
    with writing() as session:
        seal(session, now)
        lock_setting(session, HEARTBEAT, "")
        write_setting(session, HEARTBEAT, now.isoformat())


@dataclass(frozen=True)
class Lock:
    """The lock of the one scheduler. `connection`: whose it is on PostgreSQL."""

    mine: bool
    connection: sa.Connection | None = None

    def __bool__(self) -> bool:
        return self.mine

    def require(self) -> None:
        """Raise where the lock is gone: the database was restarted, another one may have it."""
        if self.connection is not None:
            self.connection.execute(sa.text("SELECT 1"))


@contextmanager
def only_one(config: Config) -> Iterator[Lock]:
    """Yield whether this is the one scheduler of the installation, and hold the lock meanwhile."""
    if config.database_url.startswith("sqlite"):
        config.data.mkdir(parents=True, exist_ok=True)
        with (config.data / "scheduler.lock").open("w") as file:
            yield Lock(_locked(file.fileno()))
        return
    lock = sa.text("SELECT pg_try_advisory_lock(:key)")
    with engine_for("reading").connect() as plain:
        # The lock is the connection's; a transaction kept open for days would only cost.
        connection = plain.execution_options(isolation_level="AUTOCOMMIT")
        mine = connection.execute(lock, {"key": ADVISORY_LOCK}).scalar()
        try:
            yield Lock(bool(mine), connection)
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
    app: Flask,
    config: Config,
    resources: Resources,
    clock: Callable[[], datetime],
    *,
    real_clock: Callable[[], datetime] | None = None,
    wait: bool = False,
) -> bool:
    """Run until interrupted. Where another scheduler runs already, return False at once, or `wait`
    for its end. A database that goes away is waited for.

    `clock` gives the present, aware UTC; `real_clock` the time by which answers are kept, which
    no demonstration moves (by default the same).
    """
    complaint = Complaint()
    with app.app_context():
        while True:
            try:
                with only_one(config) as lock:
                    if lock:
                        _run(app, lock, complaint, config, resources, clock, real_clock or clock)
                    elif not wait:
                        return False
            except (KeyboardInterrupt, SystemExit):
                return True
            except Exception as error:
                complaint.make(error)
            sleep(EVERY if complaint.count else LOOK_EVERY)


def _run(
    app: Flask,
    lock: Lock,
    complaint: Complaint,
    config: Config,
    resources: Resources,
    clock: Callable[[], datetime],
    real_clock: Callable[[], datetime],
) -> None:
    """Tick until interrupted; raises where the lock is lost."""
    # One thread: the lock's connection is used by one job at a time, as is SQLite's one writer.
    scheduler = BlockingScheduler(executors={"default": ThreadPoolExecutor(1)}, timezone="UTC")
    lost: list[Exception] = []

    def one_tick() -> None:
        with app.app_context():
            try:
                lock.require()
            except Exception as error:
                lost.append(error)
                scheduler.shutdown(wait=False)
                return
            complaint.over(lambda: tick(config, resources, clock()))

    def housekeeping() -> None:
        with app.app_context():
            complaint.over(lambda: purge_old(real_clock()))
            complaint.over(lambda: sweep(resources.files))

    # A late job runs once, however late it is.
    late = {"max_instances": 1, "coalesce": True, "misfire_grace_time": None}
    scheduler.add_job(one_tick, "interval", seconds=EVERY, **late)
    scheduler.add_job(housekeeping, "interval", seconds=PURGE_EVERY, **late)
    scheduler.start()
    if lost:
        raise lost[0]


@dataclass
class Complaint:
    """What the log hears of ticks that fail: the first of a row, and then one in a minute."""

    count: int = 0

    def over(self, job: Callable[[], object]) -> None:
        """Do a job; whatever it stumbles over, the next round tries again."""
        try:
            job()
        except Exception as error:
            self.make(error)
        else:
            self.withdraw()

    def make(self, error: Exception) -> None:
        if self.count % COMPLAIN_EVERY == 0:
            facts = {"frames": frames(error), "failures": self.count + 1}
            log.error("tick failed; it is tried again every second", extra=facts | _kind(error))
        self.count += 1

    def withdraw(self) -> None:
        if self.count:
            log.info("ticks work again", extra={"failures": self.count})
        self.count = 0
