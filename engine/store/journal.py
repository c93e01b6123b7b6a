"""The journal's chains: one a case, and one for the system.

A row's hash covers its chain, its place and the hash before it, so no row can be changed, moved,
left out or put in without the chain saying so. `store.blocks` seals the rows of all chains;
`store.audit` checks everything. The encodings are described in docs/journal.md.
"""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from typing import Any

from sqlalchemy.orm import Session

from engine.errors import Invalid
from engine.store.held import Held
from engine.store.prepared import inserting
from engine.store.settings import lock_setting, write_setting
from engine.store.tables import Case, JournalEntry

SYSTEM = "system"  # the chain of what belongs to no case; no case number looks like it
SYSTEM_HEAD = "journal.system"  # the setting that holds "seq hash" of its last row
EMPTY_HEAD = "0 "
# One encoder for all: `json.dumps` with options makes a new one for each value.
_CANONICAL = json.JSONEncoder(
    sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
)
_INSERT = inserting(
    JournalEntry, "case_id", "seq", "at", "actor", "event", "payload", "previous", "hash"
)


def append(
    session: Session,
    *,
    case: Case | None,
    at: datetime,
    actor: str,
    event: str,
    payload: dict[str, Any],
) -> JournalEntry:
    """Add a fact to the chain of `case`, or to the system's where it is None.

    `at` is an aware UTC datetime; `payload` holds JSON values and no personal data in the clear.
    The caller has locked the case row; the system's chain is locked here until the transaction
    ends. Raises `Invalid` for text that UTF-8 cannot hold, ValueError for NaN and infinities,
    TypeError for what is not JSON.
    """
    if case is None:
        return _append_to_system(session, at, actor, event, payload)
    if case.id is None:
        session.flush([case])
    entry = JournalEntry(**link(case, at, actor, event, payload))
    session.add(entry)
    return entry


def link(
    case: Case | Held, at: datetime, actor: str, event: str, payload: dict[str, Any]
) -> dict[str, Any]:
    """Link a fact to the chain of a locked case and return its row, which the caller stores in
    the same transaction (`store`). Arguments and errors are those of `append`."""
    row = _row(case.number, case.journal_seq + 1, case.journal_head, at, actor, event, payload)
    case.journal_seq, case.journal_head = row["seq"], row["hash"]
    return {"case_id": case.id, **row}


def store(session: Session, rows: list[dict[str, Any]]) -> None:
    """Store linked rows, in the order of their chain, by one statement."""
    _INSERT.run(session, *rows)


def canonical_json(value: Any) -> str:
    """Return the one JSON text of `value`: sorted keys, no spaces, characters unescaped."""
    return _CANONICAL.encode(value)


def moment(at: datetime) -> str:
    """Return `at` as it is hashed: ISO 8601, UTC, microseconds."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def digest(*parts: Any) -> str:
    """Return the SHA-256, in hex, of the canonical JSON array of `parts`."""
    return hashlib.sha256(canonical_json(parts).encode()).hexdigest()


def entry_hash(
    chain: str, seq: int, at: str, actor: str, event: str, payload: str, previous: str
) -> str:
    """Return a row's hash. `at` is a `moment`, `payload` the stored text."""
    return digest("lianban-journal-1", chain, seq, at, actor, event, payload, previous)


def _append_to_system(
    session: Session, at: datetime, actor: str, event: str, payload: dict[str, Any]
) -> JournalEntry:
    seq, _, head = lock_setting(session, SYSTEM_HEAD, EMPTY_HEAD).partition(" ")
    entry = JournalEntry(**_row(SYSTEM, int(seq) + 1, head, at, actor, event, payload))
    write_setting(session, SYSTEM_HEAD, f"{entry.seq} {entry.hash}")
    session.add(entry)
    return entry


def _row(
    chain: str,
    seq: int,
    previous: str,
    at: datetime,
    actor: str,
    event: str,
    payload: dict[str, Any],
) -> dict[str, Any]:
    if at.tzinfo is None:
        raise ValueError("expected an aware datetime but got a naive one")
    text = canonical_json(payload)
    try:
        value = entry_hash(chain, seq, moment(at), actor, event, text, previous)
    except UnicodeEncodeError as error:  # a lone surrogate, which JSON can smuggle in as \ud800
        raise Invalid("文本中含有无效字符。", "The text holds an invalid character.") from error
    return {
        "seq": seq,
        "at": at,
        "actor": actor,
        "event": event,
        "payload": text,
        "previous": previous,
        "hash": value,
    }
