"""Named values of the installation (table `setting`), read under their row's lock."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

HEARTBEAT = "scheduler.heartbeat"  # when the scheduler's last tick ended, ISO, UTC

# The no-op update is what locks a row that is already there, on both databases.
_LOCK = sa.text(
    "INSERT INTO setting (name, value) VALUES (:name, :initial) "
    "ON CONFLICT (name) DO UPDATE SET value = setting.value RETURNING value"
)
_WRITE = sa.text("UPDATE setting SET value = :value WHERE name = :name")


def lock_setting(session: Session, name: str, initial: str) -> str:
    """Return the value under `name`, at first `initial`; locked until the transaction ends."""
    return session.execute(_LOCK, {"name": name, "initial": initial}).scalar_one()


def write_setting(session: Session, name: str, value: str) -> None:
    """Replace the value under `name`, which the caller has locked."""
    session.execute(_WRITE, {"name": name, "value": value})
