"""Emptying the outbox: each row at least once, with growing pauses after failures."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from engine.delivery.messages import Send, put_in_inbox
from engine.resources import Resources
from engine.store.outbox import payload_of
from engine.store.tables import Outbox
from engine.transaction import reading, writing

FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=10), timedelta(hours=1)
MOST = 500  # rows of one round


def deliver(resources: Resources, now: datetime, send: Send | None = None) -> int:
    """Deliver what waits; return how many rows were delivered. `send` hands an SMS over, if any."""
    with reading() as session:
        query = sa.select(Outbox.id).where(Outbox.next_at <= now).order_by(Outbox.id).limit(MOST)
        waiting = list(session.scalars(query))
    return sum(_deliver(resources, row_id, now, send) for row_id in waiting)


def _deliver(resources: Resources, row_id: int, now: datetime, send: Send | None) -> bool:
    payload, error = _read(resources, row_id)
    if payload is not None:
        error = _hand_over(row_id, payload, send)
    with writing() as session:
        row = session.get_one(Outbox, row_id, with_for_update=True)
        if row.delivered_at is not None:
            return False
        row.attempts += 1
        row.error = error
        if payload is not None:
            put_in_inbox(session, row, payload, now)  # even where the gateway is down
        if error is None:
            row.delivered_at, row.next_at = now, None
        else:
            # 2 ** 9 pauses are past the longest one; a larger power would overflow one day.
            row.next_at = now + min(FIRST_PAUSE * 2 ** min(row.attempts - 1, 9), LONGEST_PAUSE)
    return error is None


def _read(resources: Resources, row_id: int) -> tuple[dict[str, Any] | None, str | None]:
    """Return what a row holds, or what went wrong: it must not stop the other messages."""
    with reading() as session:
        row = session.get_one(Outbox, row_id)
        try:
            return payload_of(resources.keys, row), None
        except Exception as error:
            return None, type(error).__name__


def _hand_over(row_id: int, payload: dict[str, Any], send: Send | None) -> str | None:
    """Hand a message to the gateway, outside of any transaction. Return what went wrong, if so."""
    if send is None or not payload.get("phone"):
        return None
    try:
        send({"id": row_id, "phone": payload["phone"], "text": payload["text"]})
    except Exception as error:  # whatever a gateway does must not stop the other messages
        return type(error).__name__
    return None
