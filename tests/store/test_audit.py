"""The audit finds whatever is done to a chain behind the system's back.

Rows: C24b
"""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from engine.store.audit import verify, verify_all
from engine.store.tables import JournalEntry
from engine.transaction import reading
from tests.store.attacks import (
    CASES,
    EMPTY_CASE,
    HASH,
    all_rows,
    attack,
    case_clause,
    forge,
    rewrite,
    run,
)


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
