"""Whether the scheduler is at work."""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.store.settings import HEARTBEAT
from engine.store.tables import Setting

SILENCE = timedelta(minutes=1)  # it ticks every second: after a minute something is wrong


def scheduler_alive(session: Session, now: datetime) -> bool:
    """Tell whether the scheduler has ticked within the last minute."""
    text = session.scalar(sa.select(Setting.value).where(Setting.name == HEARTBEAT))
    return bool(text) and now - datetime.fromisoformat(text) < SILENCE
