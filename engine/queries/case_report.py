"""Where a case stands, in a few lines for the command line."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.domain.calendar import SHANGHAI
from engine.domain.case import no_such_case
from engine.store.tables import Case, CaseClock, Light, ProcedureVersion, WorkItem


def case_report(session: Session, number: str) -> dict[str, Any]:
    """Return status, version, open work, clocks and lights of a case. Raises `NotFound`."""
    case = session.scalars(sa.select(Case).where(Case.number == number)).one_or_none()
    if case is None:
        raise no_such_case()
    version = session.get(ProcedureVersion, case.procedure_version_id)
    work = session.scalars(
        sa.select(WorkItem).where(WorkItem.case_id == case.id, WorkItem.status == "open")
    )
    clocks = session.scalars(sa.select(CaseClock).where(CaseClock.case_id == case.id))
    lights = session.scalars(sa.select(Light).where(Light.case_id == case.id).order_by(Light.id))
    return {
        "number": case.number,
        "item": case.item_name,
        "status": case.status,
        "procedure": f"{version.key} {version.number} {version.hash[:12]}" if version else "?",
        "fault": _fault(case) or "",
        "open": [
            {
                "element": w.element,
                "post": w.post,
                "department": w.department,
                "due": _time(w.due_at),
            }
            for w in work
        ],
        "clocks": [{"name": c.name, "budget": c.budget, "due": _time(c.due_at)} for c in clocks],
        "lights": [
            {"element": each.element, "colour": each.colour, "due": _time(each.due_at)}
            for each in lights
        ],
    }


def _fault(case: Case) -> dict[str, Any] | None:
    if case.fault is None:
        return None
    return {
        "zh": case.fault,
        "en": case.fault_en,
        "element": case.fault_element,
        "since": _time(case.fault_since),
        "attempts": case.fault_attempts,
        "retry_at": _time(case.retry_at),
        "set_aside_at": _time(case.set_aside_at),
    }


def _time(moment: Any) -> str | None:
    return moment and moment.astimezone(SHANGHAI).isoformat(timespec="minutes")


def stuck_report(session: Session, language: str) -> list[dict[str, Any]]:
    """Return {number, since, state, element, error} of the cases that can't go on."""
    query = sa.select(Case).where(Case.fault_since.is_not(None)).order_by(Case.fault_since)
    return [
        {
            "number": case.number,
            "since": _time(case.fault_since),
            "state": "set aside" if case.set_aside_at else f"retry {_time(case.retry_at)}",
            "element": case.fault_element or "",
            "error": case.fault_en if language == "en" else case.fault,
        }
        for case in session.scalars(query)
    ]
