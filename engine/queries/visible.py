"""Who sees what: an applicant his own cases, staff those of their places (C24b).

What somebody may not see is not there for him: every lookup raises `NotFound` alike. A draft that
an applicant is still writing online is nobody else's business; one at the counter is the window's.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, undefer

from engine.domain.actor import ANY, APPLICANT, WINDOW_CLERK, Actor, Seat, may_read
from engine.domain.case import Status, no_such_case, no_such_task
from engine.errors import Forbidden
from engine.resources import Resources
from engine.store.tables import Case, WorkItem


def find_case(session: Session, actor: Actor, number: str) -> Case:
    """Return a case that the actor may read. Raises `NotFound`."""
    query = sa.select(Case).where(Case.number == number).options(undefer(Case.item))
    case = session.scalars(query).one_or_none()
    if case is None or not _readable(actor, case):
        raise no_such_case()
    return case


def _readable(actor: Actor, case: Case) -> bool:
    if case.status == Status.DRAFT and case.applicant_id is not None:
        return is_owner(actor, case)
    return may_read(actor, case.department, case.county, case.applicant_id)


def find_task(session: Session, actor: Actor, task_id: int) -> tuple[Case, WorkItem]:
    """Return a work item of the actor's places, or of his own application. Raises `NotFound`."""
    query = (
        sa.select(Case, WorkItem)
        .join(WorkItem, WorkItem.case_id == Case.id)
        .where(WorkItem.id == task_id)
        .options(undefer(Case.item))
    )
    row = session.execute(query).one_or_none()
    if row is None:
        raise no_such_task()
    case, item = row
    own = item.post == APPLICANT and is_owner(actor, case)
    if not own and not actor.sees(item.department, item.county):
        raise no_such_task()
    return case, item


def is_owner(actor: Actor, case: Case) -> bool:
    return actor.account_id is not None and actor.account_id == case.applicant_id


def sees_personal(resources: Resources, actor: Actor, case: Case) -> bool:
    """Tell whether the applicant's personal data are his business: the owner's, and those of the
    posts of the department that handles the case; not of those who only watch (C24b)."""
    posts = resources.organisation.posts
    return is_owner(actor, case) or any(
        seat.covers(case.department, case.county) and posts[seat.post].scope == "department"
        for seat in actor.seats
        if seat.post in posts
    )


def require_personal(resources: Resources, actor: Actor, case: Case) -> None:
    """Raise `Forbidden` for files and documents that hold personal data, see `sees_personal`."""
    if not sees_personal(resources, actor, case):
        raise Forbidden(
            "该文件含有个人信息，只有申请人和承办部门可以查看。",
            "This document holds personal data: only the applicant and the department may read it.",
        )


def seen_cases(actor: Actor) -> sa.ColumnElement[bool]:
    """Return the condition on `Case` for what the actor may read."""
    own = Case.applicant_id == actor.account_id if actor.account_id is not None else sa.false()
    shared = sa.or_(Case.status != Status.DRAFT, Case.applicant_id.is_(None))
    covered = sa.or_(sa.false(), *(_covered(seat, Case) for seat in actor.seats))
    return sa.or_(own, sa.and_(shared, covered))


def seen_tasks(actor: Actor) -> sa.ColumnElement[bool]:
    """Return the condition on `WorkItem` joined with `Case` for what the actor may read."""
    return sa.or_(_own_tasks(actor), *(_covered(seat, WorkItem) for seat in actor.seats))


def workable_tasks(actor: Actor) -> sa.ColumnElement[bool]:
    """Return the condition for what the actor's own seats, or his own application, ask of him.

    An applicant's step at the counter is the window's (P10a); online it is left to the applicant.
    """
    at_counter = sa.and_(WorkItem.post == APPLICANT, Case.applicant_id.is_(None))
    mine = (
        sa.and_(
            sa.or_(
                WorkItem.post == seat.post, at_counter if seat.post == WINDOW_CLERK else sa.false()
            ),
            _covered(seat, WorkItem),
        )
        for seat in actor.seats
    )
    return sa.or_(_own_tasks(actor), *mine)


def _own_tasks(actor: Actor) -> sa.ColumnElement[bool]:
    if actor.account_id is None:
        return sa.false()
    return sa.and_(WorkItem.post == APPLICANT, Case.applicant_id == actor.account_id)


def _covered(seat: Seat, table: Any) -> sa.ColumnElement[bool]:
    conditions = [sa.true()]
    if seat.department != ANY:
        conditions.append(table.department == seat.department)
    if seat.county != ANY:
        conditions.append(table.county == seat.county)
    return sa.and_(*conditions)
