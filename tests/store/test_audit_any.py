"""Any journal holds until any of its rows is attacked.

Rows: C24b
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import sqlalchemy as sa
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from engine.store.audit import verify, verify_all
from engine.store.blocks import seal
from engine.store.fault import Fault
from engine.store.journal import append
from engine.store.tables import Case, JournalEntry
from tests.store.attacks import CASES, attack, run
from tests.store.samples import add_case

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
