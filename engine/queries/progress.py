"""Progress for the public: by the number and its query code, without signing in (P2c)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, undefer

from engine.errors import NotFound
from engine.queries import shown
from engine.queries.clock import clocks_of
from engine.queries.events import event_of
from engine.queries.next_step import next_step
from engine.queries.timeline import shared_entries
from engine.resources import Resources
from engine.store.secrets import query_code_fits
from engine.store.tables import Case

LIMIT_FACTS = ("name", "label", "last_day", "provisional", "remaining", "overdue")


def progress(
    session: Session, resources: Resources, number: str, code: str, now: datetime
) -> dict[str, Any]:
    """Return where a case stands: status, dates, limits, what happens next, and its history.

    Never an opinion, a name or a step inside the house (P13d). Raises the same `NotFound` for a
    wrong number and for a wrong code, so that neither can be tried out.
    """
    fits = query_code_fits(resources.keys, number, code)
    query = sa.select(Case).where(Case.number == number).options(undefer(Case.item))
    case = session.scalars(query).one_or_none()
    if case is None or not fits:
        raise NotFound(
            "没有查到办件，请核对办件编号和查询码。",
            "No case was found: check its number and the query code.",
        )
    limits = clocks_of(session, resources, case, now)
    return {
        "number": case.number,
        "item": {"code": case.item_code, "name": case.item_name},
        "department": shown.department(resources, case.department),
        "status": shown.status(case),
        "next": next_step(session, case, now),
        "received_at": case.received_at,
        "accepted_at": case.accepted_at,
        "decided_at": case.decided_at,
        "closed_at": case.closed_at,
        "limits": [{name: limit[name] for name in LIMIT_FACTS} for limit in limits],
        "history": [
            {"at": each.at, "label": event_of(each.event).label}
            for each in shared_entries(session, case)
        ],
    }
