"""Checks the blocks of the journal: each against the rows that it sealed, and their chain."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.errors import Words
from engine.store.blocks import BLOCK_HEAD, MerkleTree, block_hash
from engine.store.fault import Fault, fits, raw, raw_moment, recorded_head, stream
from engine.store.tables import JournalBlock, JournalEntry


def block_faults(session: Session) -> Iterator[Fault]:
    """Yield the first fault of every block, then what is wrong with the recorded head."""
    query = (
        sa.select(
            JournalBlock.id.label("number"),
            raw(JournalBlock.sealed_at).label("sealed_at"),
            JournalBlock.count.label("size"),
            JournalBlock.root,
            JournalBlock.previous,
            JournalBlock.hash,
            JournalEntry.id.label("row_id"),
            JournalEntry.hash.label("row_hash"),
        )
        .outerjoin(JournalEntry, JournalEntry.block_id == JournalBlock.id)
        .order_by(JournalBlock.id, JournalEntry.id)
    )
    number, head = 0, ""
    for block, rows in groupby(stream(session, query), lambda row: tuple(row[:6])):
        tree = MerkleTree()
        for row in rows:
            if row.row_id is not None:
                tree.add(row.row_id, row.row_hash)
        if fault := _block_fault(block, tree, number + 1, head):
            yield fault
        number, head = block[0], block[5]
    if recorded_head(session, BLOCK_HEAD) != f"{number} {head}":
        yield _block_words("head", number, "不是记录的最后一个区块", "is not the last one recorded")


def _block_fault(block: tuple[Any, ...], tree: MerkleTree, due: int, head: str) -> Fault | None:
    number, sealed_at, size, root, previous, stated = block
    if number != due:
        return _block_words("missing", due, "缺失", "is missing")
    if not fits(stated, block_hash, number, raw_moment(sealed_at), size, root, previous):
        return _block_words("changed", number, "已被改动", "was changed")
    if previous != head:
        return _block_words("unlinked", number, "与前一个区块不衔接", "does not follow")
    if tree.count != size:
        zh = f"应有 {size} 条记录，实有 {tree.count} 条"
        return _block_words("block", number, zh, f"expected {size} rows but has {tree.count}")
    if tree.root() != root:
        return _block_words("block", number, "的记录已被改动", "holds rows that were changed")
    return None


def _block_words(kind: str, number: int, zh: str, en: str) -> Fault:
    return Fault(kind, Words(f"区块 {number} {zh}。", f"Block {number} {en}."), block_id=number)
