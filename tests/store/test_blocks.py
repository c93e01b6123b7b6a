"""Blocks: the Merkle tree of RFC 6962, and which rows a block takes in."""

from __future__ import annotations

import hashlib
import threading
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from engine.store import blocks
from engine.store.audit import verify
from engine.store.blocks import MerkleTree, seal
from engine.store.journal import append
from engine.store.tables import JournalBlock, JournalEntry
from engine.transaction import reading, writing


def definition(leaves: list[bytes]) -> bytes:
    """The Merkle tree hash word for word as RFC 6962, section 2.1, defines it."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return hashlib.sha256(b"\x00" + leaves[0]).digest()
    middle = 1
    while middle * 2 < len(leaves):
        middle *= 2
    pair = definition(leaves[:middle]) + definition(leaves[middle:])
    return hashlib.sha256(b"\x01" + pair).digest()


@given(st.lists(st.tuples(st.integers(min_value=1), st.text("0123456789abcdef")), max_size=70))
def test_the_root_is_that_of_the_definition(rows: list[tuple[int, str]]) -> None:
    tree = MerkleTree()
    for row_id, row_hash in rows:
        tree.add(row_id, row_hash)
    leaves = [f"{row_id} {row_hash}".encode() for row_id, row_hash in rows]
    assert (tree.root(), tree.count) == (definition(leaves).hex(), len(rows))


def add_rows(count: int, now: datetime) -> None:
    with writing() as session:
        for _ in range(count):
            append(session, case=None, at=now, actor="a", event="x", payload={})


def seal_once(now: datetime) -> tuple[int, int] | None:
    with writing() as session:
        block = seal(session, now)
        return (block.id, block.count) if block else None


def test_nothing_new_gives_no_block(app: Flask, now: datetime) -> None:
    assert seal_once(now) is None
    add_rows(1, now)
    assert seal_once(now) == (1, 1)
    assert seal_once(now) is None
    with reading() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(JournalBlock)) == 1


def test_a_block_takes_in_what_is_new_and_links(app: Flask, now: datetime) -> None:
    add_rows(3, now)
    assert seal_once(now) == (1, 3)
    add_rows(2, now)
    assert seal_once(now + timedelta(seconds=1)) == (2, 2)
    with reading() as session:
        first, second = session.scalars(sa.select(JournalBlock).order_by(JournalBlock.id))
        assert (first.previous, second.previous) == ("", first.hash)
        homes = session.scalars(sa.select(JournalEntry.block_id).order_by(JournalEntry.id)).all()
        assert homes == [1, 1, 1, 2, 2]
        leaves = [
            f"{row.id} {row.hash}".encode()
            for row in session.scalars(sa.select(JournalEntry).order_by(JournalEntry.id))
        ]
        assert first.root == definition(leaves[:3]).hex()
        assert second.root == definition(leaves[3:]).hex()
        assert verify(session) is None


def test_a_long_backlog_is_taken_in_pieces(app: Flask, now: datetime, monkeypatch) -> None:
    monkeypatch.setattr(blocks, "MOST_ROWS", 4)
    add_rows(9, now)
    assert [seal_once(now) for _ in range(4)] == [(1, 4), (2, 4), (3, 1), None]
    with reading() as session:
        assert verify(session) is None


def test_a_rolled_back_seal_leaves_nothing(app: Flask, now: datetime) -> None:
    add_rows(2, now)
    with pytest.raises(KeyError), writing() as session:
        seal(session, now)
        raise KeyError
    assert seal_once(now) == (1, 2)
    with reading() as session:
        assert verify(session) is None


def test_writers_and_sealers_at_once_seal_every_row_once(app: Flask, now: datetime) -> None:
    def write() -> None:
        for _ in range(8):
            with app.app_context():
                add_rows(2, now)

    def keep_sealing() -> None:
        for _ in range(8):
            with app.app_context():
                seal_once(now)

    threads = [threading.Thread(target=work) for work in (write, write, keep_sealing, keep_sealing)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    seal_once(now)
    with reading() as session:
        assert verify(session) is None
        sealed = session.scalar(sa.select(sa.func.sum(JournalBlock.count)))
        assert sealed == 32
