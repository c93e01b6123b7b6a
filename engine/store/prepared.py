"""Statements that are compiled once and handed straight to the driver.

For each execution SQLAlchemy looks up the compiled text, builds a context, wraps the cursor and
the rows: several times what the driver itself takes. The dozen statements that every completion
sends are prepared here instead. They are still written in SQLAlchemy Core, values still pass its
types, errors still are its errors; transactions and locks are the session's.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

Processor = Callable[[Any], Any]
VALUES = " VALUES "
MOST_VALUES = 30_000  # in one statement: SQLite takes 32,766, PostgreSQL 65,535
CONNECTION = "prepared.connection"  # of the session's transaction: asking for it takes its time


@dataclass(frozen=True)
class _Compiled:
    """A statement in one database's words: its text, its parameters in order (the name of one that
    is given, or None and what stands there always; a processor), and which columns of a row pass
    a processor."""

    text: str
    parameters: tuple[tuple[str | None, Any, Processor | None], ...]
    columns: tuple[tuple[int, Processor], ...]

    def bind(self, values: Mapping[str, Any]) -> list[Any]:
        bound = []
        for name, fixed, process in self.parameters:
            value = fixed if name is None else values[name]
            bound.append(value if process is None else process(value))
        return bound

    def read(self, row: Sequence[Any]) -> Sequence[Any]:
        if not self.columns:
            return row
        values = list(row)
        for place, process in self.columns:
            values[place] = process(values[place])
        return values


class Prepared:
    """One statement of SQLAlchemy Core with bound parameters. For an insert, its `values` name
    every column that is to be written: defaults of the tables are not looked up here."""

    def __init__(self, statement: Any) -> None:
        self._statement = statement
        self._compiled: dict[str, _Compiled] = {}

    def all(self, session: Session, values: Mapping[str, Any]) -> list[Sequence[Any]]:
        """Return all rows, as sequences in the order of the columns."""
        connection, compiled = self._on(session)
        cursor = _sent(connection, compiled.text, compiled.bind(values))
        rows = [compiled.read(row) for row in cursor.fetchall()]
        cursor.close()
        return rows

    def one_or_none(self, session: Session, values: Mapping[str, Any]) -> Sequence[Any] | None:
        """Return the first row, or None."""
        rows = self.all(session, values)
        return rows[0] if rows else None

    def run(self, session: Session, *rows: Mapping[str, Any]) -> int:
        """Execute for each of `rows`, an insert for as many of them at once as a statement takes;
        return how many rows of the table it was."""
        if not rows:
            return 0
        connection, compiled = self._on(session)
        if len(rows) > 1 and self._statement.is_insert:
            calls = _together(compiled, rows)
        else:
            calls = [(compiled.text, compiled.bind(values)) for values in rows]
        count = 0
        for text, bound in calls:
            cursor = _sent(connection, text, bound)
            count += cursor.rowcount
            cursor.close()
        return count

    def _on(self, session: Session) -> tuple[sa.Connection, _Compiled]:
        connection = session.info.get(CONNECTION)
        if connection is None or not connection.in_transaction():
            connection = session.info[CONNECTION] = session.connection()
        name = connection.dialect.name
        compiled = self._compiled.get(name)
        if compiled is None:
            compiled = self._compiled[name] = _compile(self._statement, connection.dialect)
        return connection, compiled


def _together(
    compiled: _Compiled, rows: Sequence[Mapping[str, Any]]
) -> list[tuple[str, list[Any]]]:
    """An insert with the values of many rows; several where those are too many for one."""
    head, values, row = compiled.text.partition(VALUES)
    most = MOST_VALUES // len(compiled.parameters)
    parts = [rows[first : first + most] for first in range(0, len(rows), most)]
    return [
        (
            head + values + ", ".join([row] * len(part)),
            [each for values in part for each in compiled.bind(values)],
        )
        for part in parts
    ]


def _compile(statement: Any, dialect: sa.Dialect) -> _Compiled:
    style = "qmark" if dialect.name == "sqlite" else "format"
    known = type(dialect)(
        paramstyle=style,
        json_deserializer=dialect._json_deserializer,  # noqa: SLF001
    )
    compiled = statement.compile(dialect=known)
    processors = compiled._bind_processors  # noqa: SLF001
    parameters = tuple(
        (
            name if (bind := compiled.binds[name]).required else None,
            bind.value,
            processors.get(name),
        )
        for name in compiled.positiontup
    )
    columns = []
    for place, column in enumerate(compiled._result_columns):  # noqa: SLF001
        process = column.type._cached_result_processor(known, None)  # noqa: SLF001
        if process is not None:
            columns.append((place, process))
    return _Compiled(compiled.string, parameters, tuple(columns))


def _sent(connection: sa.Connection, text: str, bound: list[Any]) -> Any:
    """Execute on a new cursor; a driver's error is raised as SQLAlchemy's, without the values."""
    cursor = connection.connection.cursor()
    driver = connection.dialect.loaded_dbapi
    try:
        cursor.execute(text, bound)
    except driver.Error as error:
        lost = connection.dialect.is_disconnect(error, connection.connection, cursor)
        if lost:
            connection.invalidate(error)
        raise sa.exc.DBAPIError.instance(
            text,
            None,
            error,
            driver.Error,
            hide_parameters=True,
            connection_invalidated=lost,
            dialect=connection.dialect,
        ) from error
    return cursor


def inserting(model: Any, *given: str, **fixed: Any) -> Prepared:
    """Return the insert of a row: columns that are `given` each time, and `fixed` ones."""
    table = model.__table__
    values = {name: sa.bindparam(name, type_=table.c[name].type) for name in given} | fixed
    return Prepared(sa.insert(table).inline().values(values))
