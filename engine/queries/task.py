"""One task: the work item, its case in short, the dossier and the form to fill in."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.domain.actor import ANY, APPLICANT, Actor, Place, may_reassign, may_work
from engine.queries import shown
from engine.queries.case_file import material_list
from engine.queries.forms import case_context, form_of_version, form_view
from engine.queries.visible import find_task
from engine.queries.worklist import task_row
from engine.resources import Resources
from engine.store.held import Held
from engine.store.tables import Account, Case, Seat, WorkItem


def task_page(
    session: Session, resources: Resources, actor: Actor, task_id: int, now: datetime
) -> dict[str, Any]:
    """Return a task with its materials, `form` and `candidates`. Raises `NotFound`.

    `form` is there while the task is open, for those who may do it; `candidates` are the accounts
    to whom a leader may give it.
    """
    case, item = find_task(session, actor, task_id)
    return page_of(session, resources, actor, case, item, now)


def page_of(
    session: Session,
    resources: Resources,
    actor: Actor,
    case: Case | Held,
    item: WorkItem | Held,
    now: datetime,
) -> dict[str, Any]:
    """Return the `task_page` of a work item that is read already."""
    place = Place(item.post, item.department, item.county, case.applicant_id)
    names = _names(session, actor, item)
    is_open = item.status == "open"
    return task_row(resources, case, item, actor, names) | {
        "materials": material_list(session, case),
        "form": (
            _form(session, resources, case, item, now)
            if is_open and may_work(actor, place)
            else None
        ),
        "candidates": _candidates(session, item) if is_open and may_reassign(actor, place) else [],
    }


def _names(session: Session, actor: Actor, item: WorkItem | Held) -> dict[int, str]:
    """Return the name of who claimed a task by account; one's own need not be looked up."""
    if item.assignee_id is not None and item.assignee_id == actor.account_id:
        return {actor.account_id: actor.display}
    return shown.account_names(session, [item.assignee_id])


def own_task(session: Session, case: Case) -> WorkItem | None:
    """Return the step of the case that waits for its applicant, the oldest if there are several."""
    query = (
        sa.select(WorkItem)
        .where(WorkItem.case_id == case.id, WorkItem.status == "open", WorkItem.post == APPLICANT)
        .order_by(WorkItem.id)
        .limit(1)
    )
    return session.scalars(query).first()


def _form(
    session: Session, resources: Resources, case: Case, item: WorkItem, now: datetime
) -> dict[str, Any] | None:
    if item.form is None:
        return None
    form = form_of_version(session, resources, case.procedure_version_id, item.form)
    return form_view(form, case_context(session, resources, case, now))


def _candidates(session: Session, item: WorkItem) -> list[dict[str, Any]]:
    query = (
        sa.select(Account.id, Account.name)
        .join(Seat, Seat.account_id == Account.id)
        .where(Seat.post == item.post)
        .where(Seat.department.in_((ANY, item.department)), Seat.county.in_((ANY, item.county)))
        .distinct()
        .order_by(Account.id)
    )
    return [{"account": row.id, "name": row.name} for row in session.execute(query)]
