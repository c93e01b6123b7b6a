"""The list of cases that somebody may read, newest first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.domain.actor import APPLICANT, Actor
from engine.domain.identifiers import mask_name
from engine.domain.light import Colour, worst
from engine.queries import shown
from engine.queries.clock import rows_of
from engine.queries.paging import Page, cut, decode, encode
from engine.queries.visible import seen_cases
from engine.resources import Resources
from engine.store.secrets import index
from engine.store.tables import Case, CaseClock, WorkItem


@dataclass(frozen=True)
class CaseFilter:
    """What a case must be; None leaves it open. `q`: the beginning of a number, a part of an
    applicant's name as lists show it, a person's full name, or a full ID number or credit code."""

    status: str | None = None
    item: str | None = None
    department: str | None = None
    county: str | None = None
    colour: str | None = None
    q: str | None = None


def case_list(
    session: Session, resources: Resources, actor: Actor, wanted: CaseFilter, page: Page
) -> dict[str, Any]:
    """Return {rows, next}: the actor's cases that fit, newest first, and the cursor of the next
    page or None. Applicants are masked. Raises `NotFound` for a bad cursor."""
    query = sa.select(Case).where(seen_cases(actor), *_conditions(resources, wanted))
    if page.cursor is not None:
        (last,) = decode(page.cursor, int)
        query = query.where(Case.id < last)
    query = query.order_by(Case.id.desc()).limit(page.size + 1)
    cases, last = cut(session.scalars(query).all(), page.size)
    clocks = rows_of(session, [case.id for case in cases])
    open_items = _open_items(session, [case.id for case in cases])
    rows = [
        case_row(resources, actor, case, clocks.get(case.id, []), open_items.get(case.id, []))
        for case in cases
    ]
    return {"rows": rows, "next": last and encode(last.id)}


def case_row(
    resources: Resources,
    actor: Actor,
    case: Case,
    clocks: list[CaseClock],
    items: list[WorkItem],
) -> dict[str, Any]:
    """Return a case as lists show it: nothing personal, and to staff the gravest of its lights."""
    staff = actor.sees(case.department, case.county)
    committed = next((clock for clock in clocks if clock.name == "committed"), None)
    colours = [Colour(case.colour), *(Colour(item.colour) for item in items)]
    return {
        "number": case.number,
        "item": {"code": case.item_code, "name": case.item_name},
        "subject": case.subject,
        "applicant": case.applicant_shown,
        "department": shown.department(resources, case.department),
        "county": shown.county(resources, case.county),
        "channel": shown.channel(case),
        "status": shown.status(case),
        "light": shown.light(worst(colours)) if staff else None,
        "created_at": case.created_at,
        "received_at": case.received_at,
        "accepted_at": case.accepted_at,
        "decided_at": case.decided_at,
        "closed_at": case.closed_at,
        "last_day": shown.last_day(committed and committed.due_at),
        "provisional": bool(committed and committed.provisional),
        "applicant_step": next((item.name for item in items if item.post == APPLICANT), None),
    }


def _conditions(resources: Resources, wanted: CaseFilter) -> list[sa.ColumnElement[bool]]:
    exact = {
        Case.status: wanted.status,
        Case.item_code: wanted.item,
        Case.department: wanted.department,
        Case.county: wanted.county,
    }
    conditions = [column == value for column, value in exact.items() if value is not None]
    if wanted.colour is not None:
        conditions.append(_shows(wanted.colour))
    if wanted.q is not None and (text := wanted.q.strip()):
        conditions.append(_matches(resources, text))
    return conditions


def _shows(colour: str) -> sa.ColumnElement[bool]:
    """The gravest light of the case and its open steps is this one."""
    open_here = sa.and_(WorkItem.case_id == Case.id, WorkItem.status == "open")

    def lit(name: Colour) -> sa.ColumnElement[bool]:
        return sa.or_(Case.colour == name, sa.exists().where(open_here, WorkItem.colour == name))

    graver = [lit(each) for each in Colour if each > Colour(colour)]
    own = [lit(Colour(colour))] if colour != Colour.GREEN else []
    return sa.and_(*own, *(sa.not_(each) for each in graver))


def _matches(resources: Resources, text: str) -> sa.ColumnElement[bool]:
    return sa.or_(
        Case.number.startswith(text.upper(), autoescape=True),
        Case.applicant_shown.contains(text, autoescape=True),
        Case.applicant_shown == mask_name(text),
        Case.applicant_index == index(resources.keys, ("identity",), text.upper()),
    )


def _open_items(session: Session, case_ids: list[int]) -> dict[int, list[WorkItem]]:
    found: dict[int, list[WorkItem]] = {}
    query = sa.select(WorkItem).where(WorkItem.case_id.in_(case_ids), WorkItem.status == "open")
    for item in session.scalars(query):
        found.setdefault(item.case_id, []).append(item)
    return found
