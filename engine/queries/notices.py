"""The notices of a case: the numbered documents, as facts."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.domain.actor import Actor
from engine.errors import NotFound
from engine.queries.visible import find_case, require_personal
from engine.resources import Resources
from engine.store.notices import facts_of
from engine.store.tables import Case, Notice


def case_notices(session: Session, actor: Actor, number: str) -> list[dict[str, Any]]:
    """Return the notices of a case as `notices_of` does. Raises `NotFound`."""
    return notices_of(session, find_case(session, actor, number))


def notices_of(session: Session, case: Case) -> list[dict[str, Any]]:
    """Return {id, template, title, number, issued_at} of each notice, oldest first."""
    query = sa.select(Notice).where(Notice.case_id == case.id).order_by(Notice.id)
    return [_row(row) for row in session.scalars(query)]


def find_notice(
    session: Session, resources: Resources, actor: Actor, notice_id: int
) -> tuple[Case, Notice]:
    """Return a notice of a case that the actor may read. Raises `NotFound`, and `Forbidden` for
    those whom the personal data in it do not concern."""
    notice = session.get(Notice, notice_id)
    if notice is None:
        raise _no_such_notice()
    try:
        number = session.scalars(sa.select(Case.number).where(Case.id == notice.case_id)).one()
        case = find_case(session, actor, number)
    except NotFound:
        raise _no_such_notice() from None
    require_personal(resources, actor, case)
    return case, notice


def notice_facts(
    session: Session, resources: Resources, actor: Actor, notice_id: int
) -> dict[str, Any]:
    """Return a notice with its case's number and all the facts that its PDF shows."""
    case, notice = find_notice(session, resources, actor, notice_id)
    facts = facts_of(resources.keys, case, notice)
    return _row(notice) | {"case": case.number, "facts": facts}


def _row(notice: Notice) -> dict[str, Any]:
    return {
        "id": notice.id,
        "template": notice.template,
        "title": notice.title,
        "number": notice.number,
        "issued_at": notice.issued_at,
    }


def _no_such_notice() -> NotFound:
    return NotFound("没有这份文书。", "There is no such notice.")
