"""What happened since some moment: the journal's entries counted by event."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.errors import Words
from engine.queries.events import event_of
from engine.store.tables import JournalEntry


def last_entry(session: Session) -> int:
    """Return the id of the newest entry, 0 where there is none."""
    return session.scalar(sa.select(sa.func.max(JournalEntry.id))) or 0


def happened_since(session: Session, entry: int) -> list[tuple[Words, int]]:
    """Return (event in words, how often) of what was recorded after `entry`, the most frequent
    first."""
    often = sa.func.count().label("often")
    query = (
        sa.select(JournalEntry.event, often)
        .where(JournalEntry.id > entry)
        .group_by(JournalEntry.event)
        .order_by(often.desc(), JournalEntry.event)
    )
    return [(event_of(name).label, count) for name, count in session.execute(query)]
