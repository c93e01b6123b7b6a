"""Blocks over the journal: each takes in the new rows of all chains by their Merkle root.

A chain can be rewritten whole and its head with it; the blocks, chained in turn, would then no
longer fit. The tree is that of RFC 6962, section 2.1, with leaves and inner nodes hashed apart.
"""

from __future__ import annotations

import hashlib
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.store.journal import EMPTY_HEAD, digest, moment
from engine.store.settings import lock_setting, write_setting
from engine.store.tables import JournalBlock, JournalEntry

BLOCK_HEAD = "journal.blocks"  # the setting that holds "id hash" of the last block
MOST_ROWS = 10_000  # of one block, so that sealing after a long pause stays small


class MerkleTree:
    """The root over leaves added one by one, in memory logarithmic in their number."""

    def __init__(self) -> None:
        self.count = 0
        self._peaks: list[tuple[int, bytes]] = []  # full subtrees (leaves, hash), widest first

    def add(self, row_id: int, row_hash: str) -> None:
        """Add a journal row; its id is part of the leaf, so that ids cannot be exchanged."""
        self.count += 1
        size, node = 1, hashlib.sha256(b"\0" + f"{row_id} {row_hash}".encode()).digest()
        while self._peaks and self._peaks[-1][0] == size:
            node = _inner(self._peaks.pop()[1], node)
            size *= 2
        self._peaks.append((size, node))

    def root(self) -> str:
        """Return the root in hex; that of an empty tree is the SHA-256 of nothing."""
        if not self._peaks:
            return hashlib.sha256(b"").hexdigest()
        node = self._peaks[-1][1]
        for _, left in reversed(self._peaks[:-1]):
            node = _inner(left, node)
        return node.hex()


def block_hash(number: int, sealed_at: str, count: int, root: str, previous: str) -> str:
    """Return a block's hash. `sealed_at` is a `journal.moment`."""
    return digest("lianban-block-1", number, sealed_at, count, root, previous)


def seal(session: Session, now: datetime) -> JournalBlock | None:
    """Take the oldest unsealed rows, 10,000 at most, into a new block; None where there are none.

    Who seals at the same time waits for this transaction. A row that another transaction commits
    later, even with a smaller id, belongs to a later block.
    """
    number, _, previous = lock_setting(session, BLOCK_HEAD, EMPTY_HEAD).partition(" ")
    unsealed = sa.select(JournalEntry.id).where(JournalEntry.block_id.is_(None))
    oldest = session.scalars(unsealed.order_by(JournalEntry.id).limit(MOST_ROWS)).all()
    if not oldest:
        return None
    block = JournalBlock(
        id=int(number) + 1, sealed_at=now, count=0, root="", previous=previous, hash=""
    )
    session.add(block)
    session.flush()
    tree = _take_rows(session, block.id, oldest[-1])
    block.count, block.root = tree.count, tree.root()
    block.hash = block_hash(block.id, moment(now), block.count, block.root, previous)
    write_setting(session, BLOCK_HEAD, f"{block.id} {block.hash}")
    session.flush()
    return block


def _take_rows(session: Session, block_id: int, last: int) -> MerkleTree:
    """Mark the unsealed rows up to `last`. One statement, so what it marks is what it hashes."""
    marked = session.execute(
        sa.update(JournalEntry)
        .where(JournalEntry.block_id.is_(None), JournalEntry.id <= last)
        .values(block_id=block_id)
        .returning(JournalEntry.id, JournalEntry.hash)
        .execution_options(synchronize_session=False)
    )
    tree = MerkleTree()
    for row_id, row_hash in sorted(marked):
        tree.add(row_id, row_hash)
    return tree


def _inner(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\1" + left + right).digest()
