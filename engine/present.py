"""The present time: the one place where the edges read the clock.

A demonstration runs on the real clock plus an offset kept in the database, which only moves
forward, so that every process of it agrees.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.config import Config
from engine.domain.calendar import shanghai_day
from engine.errors import Conflict
from engine.resources import Resources
from engine.scheduler import tick
from engine.store.settings import lock_setting, write_setting
from engine.store.tables import Setting
from engine.transaction import reading, writing

OFFSET = "demo.offset"  # seconds that the demonstration's clock is ahead


def real_time() -> datetime:
    """Return the real present as aware UTC: sign-ins last by it, demonstration or not."""
    return datetime.now(UTC)


def present_time(config: Config) -> datetime:
    """Return the present as aware UTC; in a demonstration, the demonstration's."""
    real = real_time()
    if not config.demo:
        return real
    with reading() as session:
        text = session.scalar(sa.select(Setting.value).where(Setting.name == OFFSET))
    return real + timedelta(seconds=float(text or 0))


def move_clock(resources: Resources, config: Config, to: datetime) -> datetime:
    """Move the demonstration's clock forward to `to` (aware) and do all that fell due by then.

    Returns the present afterwards. Raises `Conflict` for going back, `CalendarUncovered` for a day
    in a year without a calendar.
    """
    resources.calendar.day(shanghai_day(to))
    with writing() as session:
        _set_offset(session, to)
    tick(config, resources, to)
    return present_time(config)


def _set_offset(session: Session, to: datetime) -> None:
    real = real_time()
    offset = float(lock_setting(session, OFFSET, "0"))
    if to < real + timedelta(seconds=offset):
        raise Conflict(
            "演示时钟只能向前拨。",
            "The demonstration's clock moves forward only.",
            code="clock-back",
        )
    write_setting(session, OFFSET, str((to - real).total_seconds()))
