"""Messages that have not left yet: those tried again, and those set aside."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.store.outbox import message_id
from engine.store.tables import Case, Outbox

MOST = 500


def undelivered(session: Session) -> list[dict[str, Any]]:
    """Return {id, message, case, event, created_at, attempts, error, next_at, set_aside} of the
    messages that were tried in vain, the oldest first, 500 at most; times in UTC.

    `message` is the id that the receiver saw. Of what they say nothing is told.
    """
    query = (
        sa.select(Outbox, Case.number)
        .outerjoin(Case, Case.id == Outbox.case_id)
        .where(Outbox.delivered_at.is_(None), Outbox.attempts > 0)
        .order_by(Outbox.id)
        .limit(MOST)
    )
    return [
        {
            "id": row.id,
            "message": message_id(row),
            "case": number,
            "event": row.kind,
            "created_at": row.created_at,
            "attempts": row.attempts,
            "error": row.error,
            "next_at": row.next_at,
            "set_aside": row.next_at is None,
        }
        for row, number in session.execute(query)
    ]
