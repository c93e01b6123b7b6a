"""Messages that did not leave: tried again when an administrator says so."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from engine.domain.actor import Actor, require_administrator
from engine.errors import Conflict, NotFound
from engine.store.tables import Outbox


def retry_message(session: Session, *, actor: Actor, outbox_id: int, now: datetime) -> Outbox:
    """Let a message that failed, or was set aside, be tried again now.

    Raises `Forbidden`, `NotFound`, and `Conflict` where it is delivered.
    """
    require_administrator(actor)
    row = session.get(Outbox, outbox_id, with_for_update=True)
    if row is None:
        raise NotFound("没有这条消息。", "There is no such message.")
    if row.delivered_at is not None:
        raise Conflict("该消息已送达。", "Expected a message not yet delivered.")
    row.next_at = now
    return row
