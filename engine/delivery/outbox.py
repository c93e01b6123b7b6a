"""Emptying the outbox: each row at least once, in the order of its case, with growing pauses.

1. Claim the row: count the attempt and put the next one off, committed before anything leaves. So
who is killed while handing over delivers again, under the same id and with the next attempt's
number, and two who empty the outbox at once do not send the same. 2. Hand over, outside of any
transaction. 3. Write down what came of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.delivery.messages import Refused, Send, put_in_inbox
from engine.resources import Resources
from engine.store.outbox import message_id, payload_of
from engine.store.tables import Case, Outbox
from engine.transaction import reading, writing

FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=10), timedelta(hours=1)
LEASE = timedelta(minutes=1)  # for one handing over; longer than the gateway may take to answer
MOST = 500  # rows of one round
MOST_REFUSALS = 5  # attempts of a message that the gateway refuses, or that can't be read
LONGEST = timedelta(days=7)  # after which any message is set aside


@dataclass(frozen=True)
class Outcome:
    """What came of an attempt; `lasting` where trying again will hardly help."""

    error: str | None = None
    lasting: bool = False


def deliver(resources: Resources, now: datetime, send: Send | None = None) -> int:
    """Deliver what waits; return how many rows were delivered. `send` hands an SMS over, if any."""
    with reading() as session:
        query = sa.select(Outbox.id).where(Outbox.next_at <= now).order_by(Outbox.id).limit(MOST)
        waiting = list(session.scalars(query))
    return sum(_deliver(resources, row_id, now, send) for row_id in waiting)


def _deliver(resources: Resources, row_id: int, now: datetime, send: Send | None) -> bool:
    with writing() as session:
        row = session.get_one(Outbox, row_id, with_for_update=True)
        if row.next_at is None or row.next_at > now:
            return False  # another one was faster
        payload, outcome = _read(resources, row)
        if payload is not None:
            put_in_inbox(session, row, payload, now)  # even where the gateway is down
        leaves = send is not None and payload is not None and payload.get("phone")
        if leaves and (before := _waits_behind(session, row)) is not None:
            row.next_at = before
            return False
        row.attempts += 1
        if not leaves:
            return _write(row, outcome, now)
        row.next_at = now + LEASE
        message = _message(session, row, payload)
    outcome = _hand_over(message, send)
    with writing() as session:
        row = session.get_one(Outbox, row_id, with_for_update=True)
        return row.delivered_at is None and _write(row, outcome, now)


def _read(resources: Resources, row: Outbox) -> tuple[dict[str, Any] | None, Outcome]:
    """Return what a row holds, or what went wrong: it must not stop the other messages."""
    try:
        return payload_of(resources.keys, row), Outcome()
    except Exception as error:
        return None, Outcome(type(error).__name__, lasting=True)


def _waits_behind(session: Session, row: Outbox) -> datetime | None:
    """Return when an earlier message of the same case is tried again: they arrive in order."""
    query = sa.select(sa.func.max(Outbox.next_at)).where(
        Outbox.case_id == row.case_id, Outbox.id < row.id, Outbox.delivered_at.is_(None)
    )
    return session.scalar(query)


def _message(session: Session, row: Outbox, payload: dict[str, Any]) -> dict[str, Any]:
    number = session.scalar(sa.select(Case.number).where(Case.id == row.case_id))
    return {
        "id": message_id(row),
        "case": number,
        "event": row.kind,
        "attempt": row.attempts,
        "phone": payload["phone"],
        "text": payload["text"],
    }


def _hand_over(message: dict[str, Any], send: Send) -> Outcome:
    try:
        send(message)
    except Refused as error:
        return Outcome(str(error), lasting=True)
    except Exception as error:  # whatever a gateway does must not stop the other messages
        return Outcome(type(error).__name__)
    return Outcome()


def _write(row: Outbox, outcome: Outcome, now: datetime) -> bool:
    """Write down what came of an attempt; return whether the row is delivered."""
    row.error = outcome.error
    if outcome.error is None:
        row.delivered_at, row.next_at = now, None
        return True
    hopeless = outcome.lasting and row.attempts >= MOST_REFUSALS
    if hopeless or now - row.created_at > LONGEST:
        row.next_at = None  # set aside: undelivered, and tried again only if asked for
    else:
        # 2 ** 9 pauses are past the longest one; a larger power would overflow one day.
        row.next_at = now + min(FIRST_PAUSE * 2 ** min(row.attempts - 1, 9), LONGEST_PAUSE)
    return False
