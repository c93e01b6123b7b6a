"""The audit of blocks, of recorded heads, and of columns that lost their type.

Rows: C24b
"""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa

from engine.store.audit import verify
from engine.store.blocks import block_hash
from engine.store.journal import moment
from engine.store.tables import JournalBlock
from tests.store.attacks import (
    HASH,
    attack,
    run,
)


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
        ("journal", ["seq", "at", "actor", "event", "payload", "previous", "hash"]),
        ("journal_block", BLOCK_CHANGES),
        ("case_file", ["journal_seq", "journal_head"]),
        ("setting", ["value"]),
    ):
        for column in columns:
            with attack() as session:
                run(session, f"UPDATE {table} SET {column} = {value} WHERE rowid = 1")
                assert verify(session) is not None, (table, column)
