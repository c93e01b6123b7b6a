"""Checks the journal: every chain against its rows and its head, every block against its rows.

Rows are streamed in the order of the chains and then of the blocks, so the time is linear and the
memory constant.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.errors import Words
from engine.store.audit_blocks import block_faults
from engine.store.fault import Fault, fits, raw, raw_moment, recorded_head, stream
from engine.store.journal import SYSTEM, SYSTEM_HEAD, entry_hash
from engine.store.tables import Case, JournalBlock, JournalEntry


def verify(session: Session) -> Fault | None:
    """Return the first fault of the journal, None where it holds. Call it inside `reading()`:
    several statements must see one snapshot."""
    return next(_faults(session), None)


def verify_all(session: Session) -> list[Fault]:
    """Return the first fault of every chain and of every block. Call it inside `reading()`."""
    return list(_faults(session))


def _faults(session: Session) -> Iterator[Fault]:
    for check in (_system_fault, _case_faults, _stray_faults, block_faults):
        yield from check(session)


# ---------------------------------------------------------------- chains

_ROW = (
    JournalEntry.id,
    JournalEntry.seq,
    raw(JournalEntry.at).label("at"),
    JournalEntry.actor,
    JournalEntry.event,
    JournalEntry.payload,
    JournalEntry.previous,
    JournalEntry.hash,
)


def _system_fault(session: Session) -> Iterator[Fault]:
    seq, _, head = recorded_head(session, SYSTEM_HEAD).partition(" ")
    query = sa.select(*_ROW).where(JournalEntry.case_id.is_(None))
    rows = stream(session, query.order_by(JournalEntry.seq, JournalEntry.id))
    yield from _chain_fault(SYSTEM, rows, int(seq) if seq.isdecimal() else -1, head)


def _case_faults(session: Session) -> Iterator[Fault]:
    query = (
        sa.select(Case.number, Case.journal_seq, Case.journal_head, *_ROW)
        .outerjoin(JournalEntry, JournalEntry.case_id == Case.id)
        .order_by(Case.id, JournalEntry.seq, JournalEntry.id)
    )
    chains = groupby(stream(session, query), lambda row: tuple(row[:3]))
    for (number, seq, head), rows in chains:
        present = (row for row in rows if row.id is not None)
        yield from _chain_fault(number, present, seq if isinstance(seq, int) else -1, head)


def _chain_fault(chain: str, rows: Iterable[Any], last: int, head: str) -> Iterator[Fault]:
    """Walk one chain, whose head says that row `last` has the hash `head`; stop at a fault."""
    seq, previous = 0, ""
    for row in rows:
        if kind := _row_fault(chain, row, seq + 1, previous, last):
            place = seq + 1 if kind == "missing" else row.seq
            yield _chain_words(kind, chain, place, row.id)
            return
        seq, previous = row.seq, row.hash
    if seq < last:
        yield _chain_words("missing", chain, seq + 1, None)
    elif seq != last or previous != head:
        yield _chain_words("head", chain, seq, None)


def _row_fault(chain: str, row: Any, expected: int, previous: str, last: int) -> str | None:
    """Say what is wrong with `row`, of which `expected` is the place and `previous` the hash
    before it; None where nothing is."""
    content = (row.actor, row.event, row.payload, row.previous)
    if not fits(row.hash, entry_hash, chain, row.seq, raw_moment(row.at), *content):
        return "changed"
    if row.seq > expected:
        return "missing"
    if row.seq < expected or row.seq > last:
        return "inserted"
    return "unlinked" if row.previous != previous else None


_CHAIN_WORDS = {
    "changed": ("第 {seq} 条记录已被改动", "row {seq} was changed"),
    "missing": ("缺少第 {seq} 条记录", "row {seq} is missing"),
    "inserted": ("第 {seq} 条记录是后来插入的", "row {seq} was inserted"),
    "unlinked": ("第 {seq} 条记录与前一条不衔接", "row {seq} does not follow from the one before"),
    "head": ("链首与第 {seq} 条记录不符", "the chain's head does not fit row {seq}"),
}


def _chain_words(kind: str, chain: str, seq: int, row_id: int | None) -> Fault:
    zh, en = (text.format(seq=seq) for text in _CHAIN_WORDS[kind])
    name_zh, name_en = (
        ("系统日志", "System journal") if chain == SYSTEM else (f"办件 {chain}", chain)
    )
    at = "" if row_id is None else f"（行 {row_id}）"
    at_en = "" if row_id is None else f" (id {row_id})"
    message = Words(f"{name_zh}：{zh}{at}。", f"{name_en}: {en}{at_en}.")
    return Fault(kind, message, case_number=chain, seq=seq, row_id=row_id)


# ---------------------------------------------------------------- rows without a home


def _stray_faults(session: Session) -> Iterator[Fault]:
    """Only where the database's foreign keys were switched off."""
    case = sa.exists().where(Case.id == JournalEntry.case_id)
    block = sa.exists().where(JournalBlock.id == JournalEntry.block_id)
    for column, home, zh, en in (
        (JournalEntry.case_id, case, "办件", "case"),
        (JournalEntry.block_id, block, "区块", "block"),
    ):
        first = sa.func.min(JournalEntry.id)
        query = sa.select(column, first).where(column.is_not(None), ~home).group_by(column)
        for number, row_id in stream(session, query.order_by(first)):
            message = Words(
                f"日志行 {row_id} 所属的{zh}（{number}）不存在。",
                f"Journal row {row_id} belongs to {en} {number}, which is gone.",
            )
            yield Fault("stray", message, row_id=row_id)
