"""The journal's chains: what a row says, how it is hashed, who may add to it at once."""

from __future__ import annotations

import hashlib
import json
import threading
from datetime import UTC, datetime, timedelta, timezone

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.exc import IntegrityError

from engine.errors import Invalid
from engine.store.audit import verify
from engine.store.journal import append, canonical_json
from engine.store.tables import Case, JournalEntry
from engine.transaction import reading, writing
from tests.store.samples import add_case

NUMBER = "410902-20261123-00001-7"


def rows(session: sa.orm.Session) -> list[JournalEntry]:
    return list(session.scalars(sa.select(JournalEntry).order_by(JournalEntry.id)))


def test_a_case_chain_counts_from_one_and_links(app: Flask, now: datetime) -> None:
    with writing() as session:
        case = add_case(session, NUMBER, now)
        for event in ("case.created", "case.submitted"):
            append(session, case=case, at=now, actor="a", event=event, payload={})
    with reading() as session:
        first, second = rows(session)
        case = session.scalars(sa.select(Case)).one()
        assert [first.seq, second.seq, case.journal_seq] == [1, 2, 2]
        assert [first.previous, second.previous] == ["", first.hash]
        assert case.journal_head == second.hash
        assert first.case_id == case.id


def test_the_hash_is_the_one_the_documentation_describes(app: Flask) -> None:
    """Written out from docs/journal.md, without the code's own functions."""
    at = datetime(2026, 11, 23, 9, 30, 1, 5, tzinfo=timezone(timedelta(hours=8)))
    payload = {"材料": ["b", 1, None, True], "a": '\n"\\é'}
    with writing() as session:
        case = add_case(session, NUMBER, at)
        append(session, case=case, at=at, actor="clerk", event="x", payload={})
        row = append(session, case=case, at=at, actor="王", event="y", payload=payload)
        text = '{"a":"\\n\\"\\\\é","材料":["b",1,null,true]}'
        assert row.payload == text
        parts = ["lianban-journal-1", NUMBER, 2, "2026-11-23T01:30:01.000005+00:00", "王", "y"]
        parts += [text, row.previous]
        encoded = json.dumps(parts, ensure_ascii=False, separators=(",", ":")).encode()
        assert row.hash == hashlib.sha256(encoded).hexdigest()


def test_the_system_has_a_chain_of_its_own(app: Flask, now: datetime) -> None:
    with writing() as session:
        case = add_case(session, NUMBER, now)
        append(session, case=case, at=now, actor="a", event="case.created", payload={})
    for _ in range(2):
        with writing() as session:
            append(session, case=None, at=now, actor="admin", event="deployed", payload={"n": 1})
    with reading() as session:
        _, first, second = rows(session)
        assert (first.case_id, first.seq, first.previous) == (None, 1, "")
        assert (second.case_id, second.seq, second.previous) == (None, 2, first.hash)
        assert verify(session) is None


def test_a_rolled_back_row_leaves_the_chain_as_it_was(app: Flask, now: datetime) -> None:
    with writing() as session:
        add_case(session, NUMBER, now)
    for case_of in (lambda session: session.scalars(sa.select(Case)).one(), lambda session: None):
        with pytest.raises(KeyError), writing() as session:
            append(session, case=case_of(session), at=now, actor="a", event="x", payload={})
            session.flush()
            raise KeyError
        with writing() as session:
            append(session, case=case_of(session), at=now, actor="a", event="y", payload={})
    with reading() as session:
        assert [(row.seq, row.event) for row in rows(session)] == [(1, "y"), (1, "y")]
        assert verify(session) is None


def test_many_writers_keep_the_system_chain_whole(app: Flask, now: datetime) -> None:
    def work() -> None:
        for _ in range(5):
            with app.app_context(), writing() as session:
                append(session, case=None, at=now, actor="a", event="x", payload={})

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    with reading() as session:
        assert sorted(row.seq for row in rows(session)) == list(range(1, 21))
        assert verify(session) is None


@pytest.mark.parametrize("of_case", [True, False])
def test_a_writer_without_the_lock_cannot_fork_a_chain(
    app: Flask, now: datetime, of_case: bool
) -> None:
    with pytest.raises(IntegrityError), writing() as session:
        case = add_case(session, NUMBER, now)
        row = append(
            session, case=case if of_case else None, at=now, actor="a", event="x", payload={}
        )
        session.flush()
        copy = {name: getattr(row, name) for name in ("case_id", "seq", "at", "actor", "event")}
        session.add(JournalEntry(**copy, payload="{}", previous=row.previous, hash="0" * 64))


def test_canonical_json_is_one_text_a_value() -> None:
    assert canonical_json({"b": 1, "a": [1.5, None]}) == canonical_json({"a": [1.5, None], "b": 1})
    assert canonical_json({"b": 1, "a": " é"}) == '{"a":" é","b":1}'
    for number in (float("nan"), float("inf")):
        with pytest.raises(ValueError):
            canonical_json(number)


def test_what_cannot_be_hashed_is_refused(app: Flask, now: datetime) -> None:
    def try_to(**changes) -> None:
        fact = {"at": now, "actor": "a", "event": "x", "payload": {}} | changes
        with writing() as session:
            append(session, case=None, **fact)

    with pytest.raises(ValueError, match="aware"):
        try_to(at=datetime(2026, 11, 23))
    with pytest.raises(TypeError):
        try_to(payload={"at": now})
    with pytest.raises(Invalid):
        try_to(payload={"opinion": "\ud800"})
    with reading() as session:
        assert rows(session) == []


def test_times_are_hashed_in_utc_whatever_zone_they_come_in(app: Flask, now: datetime) -> None:
    with writing() as session:
        shanghai = now.astimezone(timezone(timedelta(hours=8)))
        append(session, case=None, at=shanghai, actor="a", event="x", payload={})
    with reading() as session:
        assert rows(session)[0].at == now
        assert rows(session)[0].at.tzinfo is UTC
        assert verify(session) is None
