"""First answers by Idempotency-Key, kept in the same transaction as the change itself.

So a crash either keeps both or neither. The row is claimed before the work begins: a second request
with the same key waits there for the first one's commit and then finds its answer.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.errors import Conflict
from engine.store.database import Instant
from engine.store.secrets import Keys, index, seal, unseal
from engine.store.tables import Repetition

_CLAIM = sa.text(
    "INSERT INTO repetition (actor, key, request, status, body_sealed, created_at) "
    "VALUES (:actor, :key, :request, 0, :body, :now) ON CONFLICT (actor, key) DO NOTHING"
).bindparams(sa.bindparam("body", type_=sa.LargeBinary), sa.bindparam("now", type_=Instant))


@dataclass(frozen=True)
class Answer:
    """An answer as it goes out: JSON values, a status, and where the new resource is."""

    body: Any
    status: int = 200
    location: str | None = None


@dataclass(frozen=True)
class Claim:
    """A key of an actor, with the request that it stands for (see `fingerprint`)."""

    actor: str
    key: str
    request: str


def fingerprint(keys: Keys, request: str) -> str:
    """Return what tells one request from another: keyed, since a body may hold a password."""
    return index(keys, ("repetition", "request"), request)


def purge(session: Session, before: datetime) -> None:
    """Forget answers given before this moment: nobody repeats a request that long."""
    session.execute(sa.delete(Repetition).where(Repetition.created_at < before))


def claim(session: Session, keys: Keys, wanted: Claim, now: datetime) -> Answer | None:
    """Claim a key: None where it is new and the work is to be done, else the first answer.

    Raises `Conflict` where the key was used for another request.
    """
    values = {"actor": wanted.actor, "key": wanted.key, "request": wanted.request}
    if session.execute(_CLAIM, values | {"body": b"", "now": now}).rowcount == 1:
        return None
    row = session.get_one(Repetition, (wanted.actor, wanted.key))
    if row.request != wanted.request:
        raise Conflict(
            "该 Idempotency-Key 已用于另一个请求，请为新请求生成新的键。",
            "This Idempotency-Key was used for another request; make a new key for a new request.",
            code="idempotency-key-reused",
        )
    kept = unseal(keys, _purpose(wanted), row.body_sealed)
    return Answer(kept["body"], row.status, kept["location"])


def keep(session: Session, keys: Keys, wanted: Claim, answer: Answer) -> None:
    """Keep the answer under the claimed key."""
    body = {"body": answer.body, "location": answer.location}
    row = session.get_one(Repetition, (wanted.actor, wanted.key))
    row.status, row.body_sealed = answer.status, seal(keys, _purpose(wanted), body)


def _purpose(wanted: Claim) -> tuple[str, ...]:
    return ("repetition", "body", wanted.actor, wanted.key)
