"""Cases that cannot go on: those tried again later, and those set aside for an administrator."""

from __future__ import annotations

import json
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.domain.actor import Actor
from engine.errors import Words
from engine.queries import shown
from engine.queries.events import event_of
from engine.queries.paging import Page, cut, decode, encode
from engine.queries.visible import seen_cases
from engine.resources import Resources
from engine.store.tables import Case, JournalEntry

LAST = 10  # entries of the journal that are shown beside a fault


def fault_of(case: Case) -> dict[str, Any] | None:
    """Return why a case cannot go on, or None: {message, element, since, attempts, retry_at,
    set_aside_at}; times in UTC. Set aside, it waits for a repair; until then it is retried."""
    if case.fault is None:
        return None
    return {
        "message": Words(case.fault, case.fault_en or case.fault),
        "element": case.fault_element,
        "since": case.fault_since,
        "attempts": case.fault_attempts,
        "retry_at": case.retry_at,
        "set_aside_at": case.set_aside_at,
    }


def stuck_cases(session: Session, resources: Resources, actor: Actor, page: Page) -> dict[str, Any]:
    """Return {rows, next}: the actor's cases with a fault, the oldest case first."""
    query = sa.select(Case).where(seen_cases(actor), Case.fault_since.is_not(None))
    if page.cursor is not None:
        (last,) = decode(page.cursor, int)
        query = query.where(Case.id > last)
    query = query.order_by(Case.id).limit(page.size + 1)
    cases, last = cut(session.scalars(query).all(), page.size)
    rows = [
        {
            "number": case.number,
            "item": {"code": case.item_code, "name": case.item_name},
            "department": shown.department(resources, case.department),
            "county": shown.county(resources, case.county),
            "status": shown.status(case),
            "fault": fault_of(case),
        }
        for case in cases
    ]
    return {"rows": rows, "next": last and encode(last.id)}


def last_entries(session: Session, case: Case) -> list[dict[str, Any]]:
    """Return {seq, at, event, label, details} of the last facts in a case's journal, newest first.

    For those who may repair the case: details are told in full.
    """
    query = sa.select(JournalEntry).where(JournalEntry.case_id == case.id)
    return [
        {
            "seq": each.seq,
            "at": each.at,
            "event": each.event,
            "label": event_of(each.event).label,
            "details": json.loads(each.payload),
        }
        for each in session.scalars(query.order_by(JournalEntry.seq.desc()).limit(LAST))
    ]
