"""Serial numbers without gaps: of cases, of notices."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

# One statement that both databases know; its row stays locked until the transaction ends, so
# that a number is given again when the transaction that took it is rolled back.
_NEXT = sa.text(
    "INSERT INTO counter (name, value) VALUES (:name, 1) "
    "ON CONFLICT (name) DO UPDATE SET value = counter.value + 1 RETURNING value"
)


def next_serial(session: Session, name: str) -> int:
    """Return the next number under `name`, from 1; without a gap among committed transactions.

    `name` has at most 128 characters. Others who want a number of the same name wait for this
    transaction: take it late.
    """
    return session.execute(_NEXT, {"name": name}).scalar_one()
