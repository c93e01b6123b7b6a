"""Accounts as actors: who somebody is and what his seats let him do."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.domain.actor import Actor
from engine.domain.actor import Seat as SeatOf
from engine.store.tables import Account, Seat


def actor_of(session: Session, account_id: int) -> Actor | None:
    """Return the actor of an account, or None; also for a number that no column can hold."""
    if not 0 < account_id < 2**63:
        return None
    account = session.get(Account, account_id)
    if account is None:
        return None
    rows = session.scalars(sa.select(Seat).where(Seat.account_id == account_id).order_by(Seat.id))
    seats = tuple(SeatOf(row.post, row.department, row.county) for row in rows)
    return Actor(f"account:{account.id}", account.id, account.name, seats)
