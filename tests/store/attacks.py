"""Attacks on the journal, each in a transaction that is rolled back.

The foreign keys are out of their way: who can write to the database can switch those off.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.store.database import engine_for
from engine.store.journal import append, entry_hash, moment
from engine.store.tables import Case, JournalEntry
from engine.transaction import reading

CASES = ("410902-20261123-00001-7", "410902-20261123-00002-5", "410902-20261123-00003-3")
EMPTY_CASE = "410902-20261123-00004-1"
HASH = "f" * 64


def add_round(session: Session, now: datetime, rows: int) -> None:
    """Add `rows` rows to each case and to the system, in turn."""
    for turn in range(rows):
        at = now + timedelta(seconds=turn)
        for case in [*session.scalars(sa.select(Case).where(Case.number.in_(CASES))), None]:
            append(session, case=case, at=at, actor="clerk", event="x", payload={"turn": turn})


@contextmanager
def attack() -> Iterator[Session]:
    """Yield a session for one attack and the audit after it; everything is undone."""
    with engine_for("writing").connect() as connection:
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql("PRAGMA defer_foreign_keys = ON")
        else:
            connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
        yield Session(connection)
        connection.rollback()


def run(session: Session, statement: str, **values: Any) -> None:
    session.execute(sa.text(statement), values)


def all_rows() -> list[tuple[int, str, int, int | None]]:
    """(id, case number or "system", seq, block id) of every row."""
    with reading() as session:
        query = sa.select(JournalEntry.id, Case.number, JournalEntry.seq, JournalEntry.block_id)
        query = query.outerjoin(Case).order_by(JournalEntry.id)
        return [(row[0], row[1] or "system", row[2], row[3]) for row in session.execute(query)]


def case_clause(number: str) -> str:
    """SQL that picks the rows of a chain."""
    if number == "system":
        return "case_id IS NULL"
    return f"case_id = (SELECT id FROM case_file WHERE number = '{number}')"


def forge(session: Session, number: str, seq: int, previous: str, at: datetime) -> JournalEntry:
    """A row with a right hash, as anybody can compute it."""
    content = ("mallory", "granted", "{}", previous)
    case_id = session.scalar(sa.select(Case.id).where(Case.number == number))
    actor, event, payload, _ = content
    row = JournalEntry(case_id=case_id, seq=seq, at=at, actor=actor, event=event, payload=payload)
    row.previous, row.hash = previous, entry_hash(number, seq, moment(at), *content)
    return row


def rewrite(session: Session, number: str) -> None:
    """Change the first row, hash the whole chain anew and set its head: the chain then holds."""
    case = session.scalars(sa.select(Case).where(Case.number == number)).one()
    query = sa.select(JournalEntry).where(JournalEntry.case_id == case.id)
    previous = ""
    for row in session.scalars(query.order_by(JournalEntry.seq)):
        row.actor, row.previous = "mallory", previous
        content = (row.actor, row.event, row.payload, previous)
        row.hash = previous = entry_hash(number, row.seq, moment(row.at), *content)
    case.journal_head = previous
    session.flush()
