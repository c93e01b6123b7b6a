"""`reading()` and `writing()`: the only ways to a session, and the only place that commits.

Each opens a fresh SQLAlchemy session of its own on the current app's database and closes it at the
end, so that no object, snapshot or lock outlives the block. Flask-SQLAlchemy's `db.session` is not
used: it lives as long as a request, and an authentication's read would still hold its snapshot
when the command begins to write.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from sqlalchemy import event
from sqlalchemy.orm import Session

from engine.store.database import engine_for

_open: ContextVar[str | None] = ContextVar("open_transaction", default=None)


class ReadingSession(Session):
    """A session that refuses to flush. Statements that bypass it are refused by the database."""


@event.listens_for(ReadingSession, "before_flush")
def _refuse_flush(_session: Session, _context: Any, _instances: Any) -> None:
    raise RuntimeError("expected only reads inside reading() but something was changed")


@contextmanager
def reading() -> Iterator[Session]:
    """Yield a session on one snapshot of the database.

    Raises RuntimeError where a row was added, changed or deleted, or where a transaction is
    already open.
    """
    with _sole("reading"), ReadingSession(engine_for("reading"), expire_on_commit=False) as session:
        yield session
        session.flush()  # refuses what was changed and would otherwise be lost in silence
        # Nothing is to be kept, but a ROLLBACK makes psycopg forget its prepared statements, and
        # every request begins with a reading: PostgreSQL would plan each statement anew for ever.
        session.commit()


@contextmanager
def writing() -> Iterator[Session]:
    """Yield a session; commit at the end of the block, roll back on any exception.

    On SQLite the writer's lock is taken at the first statement (BEGIN IMMEDIATE); on PostgreSQL
    rows are locked where the statements say FOR UPDATE. Rows stay readable after the commit.
    Raises RuntimeError where a transaction is already open.
    """
    with (
        _sole("writing"),
        Session(engine_for("writing"), expire_on_commit=False) as session,
        session.begin(),
    ):
        yield session


@contextmanager
def _sole(manner: str) -> Iterator[None]:
    """One transaction at a time: two of one thread could wait for each other for ever."""
    if already := _open.get():
        raise RuntimeError(
            f"expected no open transaction but {manner}() was called inside {already}(): "
            "end that block first"
        )
    token = _open.set(manner)
    try:
        yield
    finally:
        _open.reset(token)
