"""The database handle, its two manners of connecting, and the column type for times.

SQLite and PostgreSQL are kept alike: a reading transaction sees one snapshot and cannot write, a
writing one takes its locks before it reads. `engine.transaction` opens both; nobody else connects.
"""

from __future__ import annotations

import errno
import json
import sqlite3
import weakref
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Literal

import sqlalchemy as sa
from flask import Flask, current_app
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import event, exc
from sqlalchemy.orm import DeclarativeBase

from engine.config import Config

NAMING = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}
LOCK_SECONDS = 10  # how long a writer waits for another one, on both databases
ENGINES = "lianban.engines"
# What passes by itself, whatever was being done: a lock, a lost connection, a full disk.
TRANSIENT = (exc.OperationalError, exc.InterfaceError, exc.TimeoutError, MemoryError)
FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EMFILE, errno.ENFILE, errno.ENOMEM})

Manner = Literal["reading", "writing"]


class Base(DeclarativeBase):
    metadata = sa.MetaData(naming_convention=NAMING)


db = SQLAlchemy(model_class=Base)


class Instant(sa.types.TypeDecorator[datetime]):
    """An aware UTC datetime; a naive one is refused rather than guessed."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("expected an aware datetime but got a naive one")
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: Any, dialect: sa.Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def prepare(app: Flask, config: Config) -> None:
    """Give `app` its engines; makes the data folder (mode 0700), connects to nothing yet.

    SQLite: WAL, `synchronous=FULL`, foreign keys on, our own BEGIN. PostgreSQL: a writer runs under
    READ COMMITTED, a reader under REPEATABLE READ READ ONLY, which never conflicts and gives it
    the single snapshot that SQLite's readers have.
    """
    config.data.mkdir(mode=0o700, parents=True, exist_ok=True)
    sqlite = config.database_url.startswith("sqlite")
    app.config["SQLALCHEMY_DATABASE_URI"] = config.database_url
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = _engine_options(sqlite)
    db.init_app(app)
    with app.app_context():
        engine = db.engine
    if sqlite:
        event.listen(engine, "connect", _set_up_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        event.listen(engine, "reset", _close_cursors)
        reading, writing = {}, {}
    else:
        reading = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
        writing = {"isolation_level": "READ COMMITTED"}
    app.extensions[ENGINES] = {
        "reading": engine.execution_options(manner="reading", **reading),
        "writing": engine.execution_options(manner="writing", **writing),
    }


def transient(error: BaseException | None) -> bool:
    """Tell whether the machine or the database failed, and not what was being done on it."""
    while error is not None:
        if isinstance(error, TRANSIENT):
            return True
        if isinstance(error, OSError) and error.errno in FULL:
            return True
        error = error.__cause__ or error.__context__
    return False


def engine_for(manner: Manner) -> sa.Engine:
    """Return the current app's engine for reading or for writing; both share one pool."""
    return current_app.extensions[ENGINES][manner]


def _engine_options(sqlite: bool) -> dict[str, Any]:
    """A thread holds one connection at most, so the pool bounds the threads that work at once."""
    if sqlite:
        arguments: dict[str, Any] = {"timeout": LOCK_SECONDS, "factory": _Connection}
    else:
        # What is answered with 2xx is on the disk, whatever the server's own default is.
        options = (f"lock_timeout={LOCK_SECONDS}s", "timezone=UTC", "synchronous_commit=on")
        arguments = {"options": " ".join(f"-c {each}" for each in options)}
    return {
        "pool_size": 8,
        "max_overflow": 24,
        "pool_timeout": LOCK_SECONDS,
        "connect_args": arguments,
        "json_deserializer": _read_json,
    }


@lru_cache(maxsize=256)
def _read_json(text: str | bytes) -> Any:
    """Cases keep their item as it was at acceptance, so thousands of rows hold one text: it is
    parsed once. What is read is shared, and never changed in place."""
    return json.loads(text)


class _Connection(sqlite3.Connection):
    """Knows its cursors: one that was not read to its end keeps its snapshot after the ROLLBACK,
    and the next writer on this connection would be told at once that the database is locked."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.cursors: weakref.WeakSet[sqlite3.Cursor] = weakref.WeakSet()

    def cursor(self, *args: Any, **options: Any) -> sqlite3.Cursor:
        cursor = super().cursor(*args, **options)
        self.cursors.add(cursor)
        return cursor


def _close_cursors(connection: _Connection, _record: Any, _state: Any) -> None:
    for cursor in tuple(connection.cursors):
        cursor.close()


def _set_up_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # the driver starts no transaction: `_begin_sqlite` does
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: sa.Connection) -> None:
    """A writer locks at BEGIN: two that had read first would deadlock when both come to write."""
    manner = connection.get_execution_options().get("manner")
    raw = connection.connection.driver_connection
    raw.execute(f"PRAGMA query_only={'ON' if manner == 'reading' else 'OFF'}")
    raw.execute("BEGIN IMMEDIATE" if manner == "writing" else "BEGIN")
