"""The worklist: the steps that wait for somebody's posts, the most urgent first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.domain.actor import Actor
from engine.queries import shown
from engine.queries.paging import Page, bad_cursor, cut, decode, encode
from engine.queries.visible import seen_tasks, workable_tasks
from engine.resources import Resources
from engine.store.tables import Case, WorkItem

NEVER = ""  # stands in a cursor for a task without a due time; such tasks come last


@dataclass(frozen=True)
class TaskFilter:
    """What a task must be; None leaves it open. `due_before`: aware UTC. `everything` lists what
    the actor may read, and not only what he may work on."""

    status: str = "open"
    post: str | None = None
    department: str | None = None
    colour: str | None = None
    due_before: datetime | None = None
    mine: bool = False
    everything: bool = False


def worklist(
    session: Session, resources: Resources, actor: Actor, wanted: TaskFilter, page: Page
) -> dict[str, Any]:
    """Return {rows, next}: the actor's tasks that fit, by due time, and the cursor of the next
    page or None. Raises `NotFound` for a bad cursor."""
    query = (
        sa.select(Case, WorkItem)
        .join(WorkItem, WorkItem.case_id == Case.id)
        .where(*_conditions(actor, wanted))
        .order_by(WorkItem.due_at.is_(None), WorkItem.due_at, WorkItem.id)
        .limit(page.size + 1)
    )
    if page.cursor is not None:
        query = query.where(_after(page.cursor))
    found, last = cut(session.execute(query).all(), page.size)
    names = shown.account_names(session, (item.assignee_id for _, item in found))
    rows = [task_row(resources, case, item, actor, names) for case, item in found]
    return {"rows": rows, "next": last and _cursor(last[1])}


def task_row(
    resources: Resources, case: Case, item: WorkItem, actor: Actor, names: dict[int, str]
) -> dict[str, Any]:
    """Return a work item as lists show it; `names` are those of the accounts that claimed one."""
    assignee = item.assignee_id
    return {
        "id": item.id,
        "version": item.version,
        "name": item.name,
        "element": item.element,
        "status": item.status,
        "post": shown.post(resources, item.post),
        "department": shown.department(resources, item.department),
        "county": shown.county(resources, item.county),
        "assignee": assignee and {"account": assignee, "name": names.get(assignee, "")},
        "mine": assignee is not None and assignee == actor.account_id,
        "light": shown.light(item.colour),
        "limit_days": item.limit_days,
        "created_at": item.created_at,
        "due_at": item.due_at,
        "last_day": shown.last_day(item.due_at),
        "provisional": item.provisional,
        "finished_at": item.finished_at,
        "case": {
            "number": case.number,
            "item": {"code": case.item_code, "name": case.item_name},
            "subject": case.subject,
            "applicant": case.applicant_shown,
            "status": shown.status(case),
        },
    }


def _conditions(actor: Actor, wanted: TaskFilter) -> list[sa.ColumnElement[bool]]:
    reach = seen_tasks(actor) if wanted.everything else workable_tasks(actor)
    conditions = [reach, WorkItem.status == wanted.status]
    exact = {
        WorkItem.post: wanted.post,
        WorkItem.department: wanted.department,
        WorkItem.colour: wanted.colour,
    }
    conditions += [column == value for column, value in exact.items() if value is not None]
    if wanted.due_before is not None:
        conditions.append(WorkItem.due_at < wanted.due_before)
    if wanted.mine:
        conditions.append(WorkItem.assignee_id == actor.account_id)
    return conditions


def _cursor(item: WorkItem) -> str:
    return encode(item.due_at.isoformat() if item.due_at else NEVER, item.id)


def _after(cursor: str) -> sa.ColumnElement[bool]:
    text, last = decode(cursor, str, int)
    later = WorkItem.id > last
    if text == NEVER:
        return sa.and_(WorkItem.due_at.is_(None), later)
    try:
        due = datetime.fromisoformat(text)
    except ValueError:
        raise bad_cursor() from None
    if due.tzinfo is None:
        raise bad_cursor()
    same = sa.and_(WorkItem.due_at == due, later)
    return sa.or_(WorkItem.due_at.is_(None), WorkItem.due_at > due, same)
