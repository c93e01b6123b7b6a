"""What leaves after the commit: written with the change itself, delivered at least once."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from engine.store.journal import digest, moment
from engine.store.secrets import Keys, seal, unseal
from engine.store.tables import Case, Outbox

PURPOSE = ("outbox", "payload")


def put_out(
    session: Session, keys: Keys, case: Case, kind: str, payload: dict[str, Any], now: datetime
) -> Outbox:
    """Add something to be delivered from `now` on. Its id lets a receiver tell repeats."""
    row = Outbox(
        case_id=case.id,
        kind=kind,
        payload_sealed=seal(keys, PURPOSE, payload),
        created_at=now,
        next_at=now,
    )
    session.add(row)
    return row


def message_id(row: Outbox) -> str:
    """Return the id under which a row leaves, the same in every attempt: by it a receiver tells
    repeats. A row of the same number in another database, or after a restore, has another."""
    return f"{row.id}-{digest('outbox', row.id, moment(row.created_at))[:16]}"


def payload_of(keys: Keys, row: Outbox) -> dict[str, Any]:
    return unseal(keys, PURPOSE, row.payload_sealed)
