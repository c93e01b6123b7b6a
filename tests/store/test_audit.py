"""The audit finds whatever is done to the journal behind the system's back.

Every attack runs in a transaction that is rolled back, with the foreign keys out of its way: who
can write to the database can switch those off.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from engine.store.audit import verify, verify_all
from engine.store.blocks import seal
from engine.store.database import engine_for
from engine.store.fault import Fault
from engine.store.journal import append, entry_hash, moment
from engine.store.tables import Case, JournalBlock, JournalEntry
from engine.transaction import reading, writing
from tests.store.samples import add_case

CASES = ("410902-20261123-00001-7", "410902-20261123-00002-5", "410902-20261123-00003-3")
EMPTY_CASE = "410902-20261123-00004-1"
HASH = "f" * 64


def add_round(session: Session, now: datetime, rows: int) -> None:
    """Add `rows` rows to each case and to the system, in turn."""
    for turn in range(rows):
        at = now + timedelta(seconds=turn)
        for case in [*session.scalars(sa.select(Case).where(Case.number.in_(CASES))), None]:
            append(session, case=case, at=at, actor="clerk", event="x", payload={"turn": turn})


@pytest.fixture
def journal(app: Flask, now: datetime) -> None:
    """Three cases and the system with five rows each: blocks of 8 and 4 rows, 8 rows unsealed."""
    for rows, sealed in ((0, False), (2, True), (1, True), (2, False)):
        with writing() as session:
            if not rows:
                for number in (*CASES, EMPTY_CASE):
                    add_case(session, number, now)
            add_round(session, now, rows)
            if sealed:
                seal(session, now)


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


def test_an_untouched_journal_holds(journal: None) -> None:
    with reading() as session:
        assert verify(session) is None
        assert verify_all(session) == []


def test_an_empty_journal_holds(app: Flask) -> None:
    with reading() as session:
        assert verify(session) is None


CONTENT = {
    "at": "at = :earlier",
    "actor": "actor = 'mallory'",
    "event": "event = 'y'",
    "payload": "payload = '{}'",
    "previous": f"previous = '{HASH}'",
    "hash": f"hash = '{HASH}'",
}


@pytest.mark.parametrize("column", CONTENT)
def test_a_changed_column_of_any_row_is_found_there(
    journal: None, now: datetime, column: str
) -> None:
    earlier = now - timedelta(days=1)
    for row_id, number, seq, _ in all_rows():
        with attack() as session:
            statement = sa.text(f"UPDATE journal SET {CONTENT[column]} WHERE id = :id")
            if column == "at":
                statement = statement.bindparams(
                    sa.bindparam("earlier", earlier, JournalEntry.at.type)
                )
            session.execute(statement, {"id": row_id})
            fault = verify(session)
        assert (fault.kind, fault.case_number) == ("changed", number)
        assert (fault.seq, fault.row_id) == (seq, row_id)
        assert str(row_id) in fault.message.en
        assert str(row_id) in fault.message.zh


@pytest.mark.parametrize("place", ["99", "-seq", "0"])
def test_a_row_moved_within_its_chain_is_found(journal: None, place: str) -> None:
    for row_id, number, seq, _ in all_rows():
        with attack() as session:
            run(session, f"UPDATE journal SET seq = {place} WHERE id = :id", id=row_id)
            fault = verify(session)
        assert fault.case_number == number
        assert seq == fault.seq or row_id == fault.row_id


@pytest.mark.parametrize("target", [EMPTY_CASE, None])
def test_a_row_moved_to_another_chain_is_found(journal: None, target: str | None) -> None:
    for row_id, number, seq, _ in all_rows():
        if target is None and number == "system":
            continue
        with attack() as session:
            run(
                session,
                "UPDATE journal SET seq = 6, case_id = "
                "(SELECT id FROM case_file WHERE number = :target) WHERE id = :id",
                target=target,
                id=row_id,
            )
            faults = verify_all(session)
        assert (number, seq) in [(fault.case_number, fault.seq) for fault in faults]
        assert row_id in [fault.row_id for fault in faults]


@pytest.mark.parametrize("change", ["id = id + 1000", "block_id = NULL", "block_id = 3 - block_id"])
def test_a_sealed_row_does_not_change_its_id_or_its_block(journal: None, change: str) -> None:
    for row_id, _, _, block_id in all_rows():
        if block_id is None:
            continue
        with attack() as session:
            run(session, f"UPDATE journal SET {change} WHERE id = :id", id=row_id)
            fault = verify(session)
        assert fault.kind == "block"
        assert fault.block_id in (1, 2)


def test_a_row_whose_block_is_gone_is_found(journal: None) -> None:
    for row_id, *_ in all_rows():
        with attack() as session:
            run(session, "UPDATE journal SET block_id = 77 WHERE id = :id", id=row_id)
            fault = verify(session)
        assert (fault.kind, fault.row_id) == ("stray", row_id)


def test_a_deleted_row_is_missed_wherever_it_stood(journal: None) -> None:
    for row_id, number, seq, _ in all_rows():
        with attack() as session:
            run(session, "DELETE FROM journal WHERE id = :id", id=row_id)
            fault = verify(session)
        assert (fault.kind, fault.case_number, fault.seq) == ("missing", number, seq)


def case_clause(number: str) -> str:
    """SQL that picks the rows of a chain."""
    if number == "system":
        return "case_id IS NULL"
    return f"case_id = (SELECT id FROM case_file WHERE number = '{number}')"


@pytest.mark.parametrize("number", [*CASES, "system"])
def test_a_deleted_chain_is_missed(journal: None, number: str) -> None:
    with attack() as session:
        run(session, f"DELETE FROM journal WHERE {case_clause(number)}")
        fault = verify(session)
    assert (fault.kind, fault.case_number, fault.seq) == ("missing", number, 1)


@pytest.mark.parametrize("number", CASES)
def test_a_case_deleted_with_its_chain_is_missed_by_the_blocks(journal: None, number: str) -> None:
    with attack() as session:
        run(session, f"DELETE FROM journal WHERE {case_clause(number)}")
        run(session, f"DELETE FROM case_file WHERE number = '{number}'")
        faults = verify_all(session)
    assert [(fault.kind, fault.block_id) for fault in faults] == [("block", 1), ("block", 2)]


@pytest.mark.parametrize("number", CASES)
def test_the_rows_of_a_deleted_case_are_found(journal: None, number: str) -> None:
    with attack() as session:
        run(session, f"DELETE FROM case_file WHERE number = '{number}'")
        fault = verify(session)
    assert fault.kind == "stray"
    assert fault.row_id in [row_id for row_id, chain, *_ in all_rows() if chain == number]


@pytest.mark.parametrize("number", [*CASES, "system"])
def test_two_rows_that_change_places_are_found(journal: None, number: str) -> None:
    clause = case_clause(number)
    with attack() as session:
        for seq, new in ((2, 100), (4, 2), (100, 4)):
            run(session, f"UPDATE journal SET seq = {new} WHERE seq = {seq} AND {clause}")
        fault = verify(session)
    assert (fault.kind, fault.case_number, fault.seq) == ("changed", number, 2)


def forge(session: Session, number: str, seq: int, previous: str, at: datetime) -> JournalEntry:
    """A row with a right hash, as anybody can compute it."""
    content = ("mallory", "granted", "{}", previous)
    case_id = session.scalar(sa.select(Case.id).where(Case.number == number))
    actor, event, payload, _ = content
    row = JournalEntry(case_id=case_id, seq=seq, at=at, actor=actor, event=event, payload=payload)
    row.previous, row.hash = previous, entry_hash(number, seq, moment(at), *content)
    return row


@pytest.mark.parametrize("number", [*CASES, "system"])
def test_an_inserted_row_is_found_at_the_end_and_in_the_middle(
    journal: None, number: str, now: datetime
) -> None:
    clause = case_clause(number)
    with attack() as session:
        query = sa.select(JournalEntry).where(sa.text(clause)).order_by(JournalEntry.seq)
        rows = list(session.scalars(query))
        row = forge(session, number, 6, rows[-1].hash, now)
        session.add(row)
        session.flush()
        fault = verify(session)
        assert (fault.kind, fault.case_number, fault.seq) == ("inserted", number, 6)
        assert fault.row_id == row.id
    with attack() as session:
        run(session, f"UPDATE journal SET seq = seq + 100 WHERE seq > 2 AND {clause}")
        run(session, f"UPDATE journal SET seq = seq - 99 WHERE seq > 100 AND {clause}")
        session.add(forge(session, number, 3, rows[1].hash, now))
        session.flush()
        fault = verify(session)
        assert (fault.kind, fault.case_number, fault.seq) == ("changed", number, 4)


@pytest.mark.parametrize("number", CASES)
def test_a_row_put_in_the_place_of_another_does_not_link(
    journal: None, number: str, now: datetime
) -> None:
    with attack() as session:
        clause = case_clause(number)
        hash_of = f"SELECT hash FROM journal WHERE seq = 1 AND {clause}"
        first = session.scalar(sa.text(hash_of))
        run(session, f"DELETE FROM journal WHERE seq = 2 AND {clause}")
        session.add(forge(session, number, 2, first, now))
        session.flush()
        fault = verify(session)
    assert (fault.kind, fault.case_number, fault.seq) == ("unlinked", number, 3)


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


@pytest.mark.parametrize("number", CASES)
def test_a_chain_written_anew_is_found_by_the_blocks(journal: None, number: str) -> None:
    with attack() as session:
        rewrite(session, number)
        faults = verify_all(session)
    assert [(fault.kind, fault.block_id) for fault in faults] == [("block", 1), ("block", 2)]


def test_a_head_does_not_pass_for_another(journal: None) -> None:
    heads = {
        "UPDATE case_file SET journal_seq = 4 WHERE number = :number": ("inserted", 5),
        "UPDATE case_file SET journal_seq = 6 WHERE number = :number": ("missing", 6),
        f"UPDATE case_file SET journal_head = '{HASH}' WHERE number = :number": ("head", 5),
        "UPDATE case_file SET number = 'another' WHERE number = :number": ("changed", 1),
    }
    for statement, expected in heads.items():
        with attack() as session:
            run(session, statement, number=CASES[1])
            fault = verify(session)
        assert (fault.kind, fault.seq) == expected
        assert fault.case_number == ("another" if "another" in statement else CASES[1])


@pytest.mark.parametrize(
    ("name", "number"), [("journal.system", "system"), ("journal.blocks", None)]
)
@pytest.mark.parametrize(
    "change",
    [
        "DELETE FROM setting WHERE name = :name",
        "UPDATE setting SET value = 'nonsense' WHERE name = :name",
        f"UPDATE setting SET value = '5 {HASH}' WHERE name = :name",
    ],
)
def test_a_damaged_head_in_the_settings_is_found(
    journal: None, name: str, number: str | None, change: str
) -> None:
    with attack() as session:
        run(session, change, name=name)
        fault = verify(session)
    assert fault.kind in ("inserted", "head")
    assert fault.case_number == number


BLOCK_CHANGES = {
    "sealed_at": "sealed_at = :earlier",
    "count": "count = count + 1",
    "root": f"root = '{HASH}'",
    "previous": f"previous = '{HASH}'",
    "hash": f"hash = '{HASH}'",
}


@pytest.mark.parametrize("block_id", [1, 2])
@pytest.mark.parametrize("column", BLOCK_CHANGES)
def test_a_changed_column_of_a_block_is_found(
    journal: None, now: datetime, column: str, block_id: int
) -> None:
    with attack() as session:
        earlier = sa.bindparam("earlier", now - timedelta(days=1), JournalBlock.sealed_at.type)
        statement = sa.text(f"UPDATE journal_block SET {BLOCK_CHANGES[column]} WHERE id = :id")
        if column == "sealed_at":
            statement = statement.bindparams(earlier)
        session.execute(statement, {"id": block_id})
        fault = verify(session)
    assert (fault.kind, fault.block_id) == ("changed", block_id)


def test_a_removed_block_is_missed(journal: None) -> None:
    for block_id, expected in ((1, ("missing", 1)), (2, ("head", 1))):
        with attack() as session:
            run(session, "UPDATE journal SET block_id = NULL WHERE block_id = :id", id=block_id)
            run(session, "DELETE FROM journal_block WHERE id = :id", id=block_id)
            fault = verify(session)
        assert (fault.kind, fault.block_id) == expected


def test_a_block_hashed_anew_does_not_link(journal: None, now: datetime) -> None:
    from engine.store.blocks import block_hash

    with attack() as session:
        block = session.get(JournalBlock, 1)
        block.sealed_at = now - timedelta(days=1)
        content = (block.count, block.root, block.previous)
        block.hash = block_hash(1, moment(block.sealed_at), *content)
        session.flush()
        fault = verify(session)
    assert (fault.kind, fault.block_id) == ("unlinked", 2)


@pytest.mark.parametrize("value", ["'garbage'", "X'00ff'", "1.5"])
def test_columns_that_lost_their_type_are_a_finding_not_a_crash(
    request: pytest.FixtureRequest, journal: None, database: str, value: str
) -> None:
    if not database.startswith("sqlite"):
        return  # PostgreSQL refuses such values
    for table, columns in (
        ("journal", [*CONTENT, "seq"]),
        ("journal_block", BLOCK_CHANGES),
        ("case_file", ["journal_seq", "journal_head"]),
        ("setting", ["value"]),
    ):
        for column in columns:
            with attack() as session:
                run(session, f"UPDATE {table} SET {column} = {value} WHERE rowid = 1")
                assert verify(session) is not None, (table, column)


# ---------------------------------------------------------------- any journal, any attack

Attack = Callable[[Session, JournalEntry], None]


def delete(session: Session, row: JournalEntry) -> None:
    run(session, "DELETE FROM journal WHERE id = :id", id=row.id)


def change_payload(session: Session, row: JournalEntry) -> None:
    run(session, "UPDATE journal SET payload = '[]' WHERE id = :id", id=row.id)


def cut_the_tail(session: Session, row: JournalEntry) -> None:
    same = "case_id = :case" if row.case_id else "case_id IS NULL"
    values = {"case": row.case_id} if row.case_id else {}
    run(session, f"DELETE FROM journal WHERE seq >= :seq AND {same}", seq=row.seq, **values)


@settings(
    max_examples=30,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    steps=st.lists(st.sampled_from(["seal", *CASES, "system"]), min_size=1, max_size=25),
    attacked=st.sampled_from([delete, change_payload, cut_the_tail]),
    data=st.data(),
)
def test_any_journal_holds_until_any_row_is_attacked(
    app: Flask, now: datetime, steps: list[str], attacked: Attack, data: st.DataObject
) -> None:
    with attack() as session:
        cases: dict[str, Case | None] = {number: add_case(session, number, now) for number in CASES}
        cases["system"] = None
        for step in steps:
            if step == "seal":
                seal(session, now)
            else:
                append(session, case=cases[step], at=now, actor="a", event="x", payload={"n": step})
        session.flush()
        assert verify_all(session) == []
        rows = list(session.scalars(sa.select(JournalEntry).order_by(JournalEntry.id)))
        if not rows:
            return
        row = data.draw(st.sampled_from(rows))
        expected = row.seq
        attacked(session, row)
        fault: Fault | None = verify(session)
        assert fault is not None
        assert fault.seq == expected
