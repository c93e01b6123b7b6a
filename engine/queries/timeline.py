"""The timeline of a case, read off its journal."""

from __future__ import annotations

import json
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.domain.actor import Actor
from engine.errors import Words
from engine.queries import shown
from engine.queries.events import EVENTS, event_of
from engine.queries.visible import find_case, is_owner
from engine.resources import Resources
from engine.store.tables import Case, JournalEntry

APPLICANT = Words("申请人", "the applicant")
SYSTEM = Words("系统", "the system")
SHARED = tuple(name for name, event in EVENTS.items() if event.shared is not None)


def timeline(
    session: Session, resources: Resources, actor: Actor, number: str
) -> list[dict[str, Any]]:
    """Return {seq, at, event, label, actor, details} of each fact, oldest first.

    To the applicant only what concerns him, and for staff the department instead of a name.
    Raises `NotFound`.
    """
    case = find_case(session, actor, number)
    outside = is_owner(actor, case) and not actor.sees(case.department, case.county)
    entries = shared_entries(session, case) if outside else _entries(session, case)
    names = shown.account_names(session, (_account_id(each.actor) for each in entries))
    department = Words(*(case.item["department"][name] for name in ("name", "name_en")))
    return [
        {
            "seq": each.seq,
            "at": each.at,
            "event": each.event,
            "label": event_of(each.event).label,
            "actor": SYSTEM
            if event_of(each.event).automatic
            else _actor(each.actor, case, department if outside else None, names),
            "details": _details(each, outside),
        }
        for each in entries
    ]


def shared_entries(session: Session, case: Case) -> list[JournalEntry]:
    """Return the facts of a case that its applicant may know, oldest first."""
    query = sa.select(JournalEntry).where(JournalEntry.event.in_(SHARED))
    return _read(session, query, case)


def _entries(session: Session, case: Case) -> list[JournalEntry]:
    return _read(session, sa.select(JournalEntry), case)


def _read(session: Session, query: sa.Select[Any], case: Case) -> list[JournalEntry]:
    query = query.where(JournalEntry.case_id == case.id).order_by(JournalEntry.seq)
    return list(session.scalars(query))


def _account_id(actor: str) -> int | None:
    kind, _, number = actor.partition(":")
    return int(number) if kind == "account" and number.isdecimal() else None


def _actor(actor: str, case: Case, department: Words | None, names: dict[int, str]) -> Words:
    """Say who it was; `department` stands for all its staff where names stay inside."""
    account = _account_id(actor)
    if account is None:
        return SYSTEM
    if account == case.applicant_id:
        return APPLICANT
    name = names.get(account, actor)
    return department or Words(name, name)


def _details(entry: JournalEntry, outside: bool) -> dict[str, Any]:
    payload = json.loads(entry.payload)
    if not outside:
        return payload
    return {name: payload[name] for name in event_of(entry.event).shared if name in payload}
