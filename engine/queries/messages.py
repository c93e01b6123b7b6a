"""An applicant's inbox (P20a)."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.domain.actor import Actor
from engine.queries.paging import Page, cut, decode, encode
from engine.store.tables import Case, Message


def inbox(session: Session, actor: Actor, page: Page) -> dict[str, Any]:
    """Return {rows, next}: the actor's messages ({id, case, text, sent_at}), newest first."""
    query = (
        sa.select(Message, Case.number)
        .join(Case, Case.id == Message.case_id)
        .where(Message.account_id == actor.account_id)
        .order_by(Message.id.desc())
        .limit(page.size + 1)
    )
    if page.cursor is not None:
        (last,) = decode(page.cursor, int)
        query = query.where(Message.id < last)
    found, last = cut(session.execute(query).all(), page.size)
    rows = [
        {"id": row.id, "case": number, "text": row.text, "sent_at": row.sent_at}
        for row, number in found
    ]
    return {"rows": rows, "next": last and encode(last[0].id)}
