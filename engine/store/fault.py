"""What the journal's audit finds, and how it reads columns that may have been tampered with.

SQLite stores what it is given: a time may be no time any more, a number a text. Columns are read
as the database holds them, so that such a thing is a finding and not a crash.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute, Session

from engine.errors import Words
from engine.store.journal import EMPTY_HEAD, moment
from engine.store.tables import Setting

PAGE = 1000  # rows fetched at a time


@dataclass(frozen=True)
class Fault:
    """One place where the journal does not hold.

    `kind`: changed, missing, inserted, unlinked (it does not follow from the one before it),
    head, stray (its case or its block is gone), block (its rows are not those that were sealed).
    `case_number` is "system" for the system's chain, None where only a block is concerned. For a
    missing row, `row_id` is that of the row found in its place, if any.
    """

    kind: str
    message: Words
    case_number: str | None = None
    seq: int | None = None
    row_id: int | None = None
    block_id: int | None = None


def stream(session: Session, query: sa.Select[Any]) -> Iterable[Any]:
    """Yield the rows of `query` without ever holding them all."""
    return session.execute(query.execution_options(yield_per=PAGE))


def recorded_head(session: Session, name: str) -> str:
    """Return "number hash" as the setting `name` records it for the end of a chain."""
    value = session.scalar(sa.select(Setting.value).where(Setting.name == name))
    return EMPTY_HEAD if value is None else str(value)


def raw(column: InstrumentedAttribute[Any]) -> sa.ColumnElement[Any]:
    """Select `column` without the conversion of its type, which might raise."""
    return sa.type_coerce(column, sa.types.NullType())


def raw_moment(value: Any) -> str:
    """Return a raw time as it was hashed; where it is no time, a text that no hash stands for."""
    if isinstance(value, datetime):
        return moment(value)
    try:
        return moment(datetime.fromisoformat(value).replace(tzinfo=UTC))
    except (TypeError, ValueError):
        return repr(value)


def fits(stated: Any, hash_of: Callable[..., str], *content: Any) -> bool:
    """Tell whether `content` has the hash `stated`; what cannot be hashed at all has not."""
    try:
        return hash_of(*content) == stated
    except (TypeError, ValueError):
        return False
