"""Accounts as actors: who somebody is and what his seats let him do."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.domain.actor import Actor
from engine.domain.actor import Seat as SeatOf
from engine.store.accounts import token_digest
from engine.store.database import Instant
from engine.store.prepared import Prepared
from engine.store.tables import Account, Seat, Token

_ACCOUNT, _SEAT, _TOKEN = Account.__table__, Seat.__table__, Token.__table__
# Every request asks this, so it is one statement, written once.
_BY_TOKEN = Prepared(
    sa.select(_ACCOUNT.c.id, _ACCOUNT.c.name, _SEAT.c.post, _SEAT.c.department, _SEAT.c.county)
    .join(_TOKEN, _TOKEN.c.account_id == _ACCOUNT.c.id)
    .outerjoin(_SEAT, _SEAT.c.account_id == _ACCOUNT.c.id)
    .where(
        _TOKEN.c.digest == sa.bindparam("digest"),
        _TOKEN.c.expires_at > sa.bindparam("now", type_=Instant),
    )
    .order_by(_SEAT.c.id)
)


def actor_for_token(session: Session, token: str, now: datetime) -> Actor | None:
    """Return who signed in with this token; None where it is unknown, revoked or over."""
    rows = _BY_TOKEN.all(session, {"digest": token_digest(token), "now": now})
    if not rows:
        return None
    account_id, name = rows[0][:2]
    seats = tuple(SeatOf(*row[2:]) for row in rows if row[2] is not None)
    return Actor(f"account:{account_id}", account_id, name, seats)


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
