"""The present time: the one place where the edges read the clock.

A demonstration runs on the real clock plus an offset kept in the database, which only moves
forward, so that every process of it agrees.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.config import Config
from engine.errors import Invalid
from engine.store.settings import lock_setting, write_setting
from engine.store.tables import Setting
from engine.transaction import reading

OFFSET = "demo.offset"  # seconds that the demonstration's clock is ahead


def present_time(config: Config) -> datetime:
    """Return the present as aware UTC; in a demonstration, the demonstration's."""
    real = datetime.now(UTC)
    if not config.demo:
        return real
    with reading() as session:
        text = session.scalar(sa.select(Setting.value).where(Setting.name == OFFSET))
    return real + timedelta(seconds=float(text or 0))


def set_demo_time(session: Session, to: datetime) -> None:
    """Move the demonstration's clock forward to `to` (aware). Raises `Invalid` for going back."""
    real = datetime.now(UTC)
    offset = float(lock_setting(session, OFFSET, "0"))
    if to < real + timedelta(seconds=offset):
        raise Invalid(
            "演示时钟只能向前拨。",
            "The demonstration's clock moves forward only.",
            code="clock-back",
        )
    write_setting(session, OFFSET, str((to - real).total_seconds()))
