"""Work items: claim, release, reassign, complete. The caller says which version he saw."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.catalogue.context import form_context
from engine.catalogue.forms import decisions, form_in
from engine.commands.applicants import submit_materials
from engine.commands.forms import checked
from engine.commands.run import lock_case_by_id, running
from engine.domain.actor import APPLICANT, Actor, Place, may_reassign, may_work
from engine.domain.case import Status, no_such_task
from engine.errors import Conflict, FieldError, Forbidden, Invalid, Stale, Words
from engine.operations.case_run import CaseRun
from engine.resources import Resources
from engine.store import journal
from engine.store.digest import digest_of
from engine.store.dossier import form_sources, latest_supplement
from engine.store.held import Held, hold_work_item, read_again
from engine.store.people import actor_of
from engine.store.tables import Case, WorkItem

AnyCase, AnyItem = Case | Held, WorkItem | Held


def claim(
    session: Session, *, actor: Actor, work_item_id: int, version: int, now: datetime
) -> WorkItem:
    """Take an open work item for oneself. Raises `Conflict` where somebody else has it."""
    case, item = _open_item(session, actor, work_item_id, version)
    if item.assignee_id not in (None, actor.account_id):
        raise _taken(item)
    return _assign(session, case, item, actor, actor.account_id, "task_claimed", now)


def release(
    session: Session, *, actor: Actor, work_item_id: int, version: int, now: datetime
) -> WorkItem:
    """Give a claimed work item back to everybody of its post."""
    case, item = _locked_item(session, work_item_id)
    own = actor.account_id is not None and item.assignee_id == actor.account_id
    if not own and not may_reassign(actor, place_of(case, item)):
        raise Forbidden(
            "只有签收人本人或部门负责人可以退回待办。",
            "Only who claimed it, or the department's leader, may release it.",
        )
    _check_version(item, version)
    return _assign(session, case, item, actor, None, "task_released", now)


def reassign(
    session: Session,
    *,
    actor: Actor,
    work_item_id: int,
    version: int,
    to_account_id: int,
    now: datetime,
) -> WorkItem:
    """Give a work item to another member of its post: the department leader's right, journalled."""
    case, item = _locked_item(session, work_item_id)
    place = place_of(case, item)
    if not may_reassign(actor, place):
        raise Forbidden(
            "只有部门负责人可以转派待办。", "Only the department's leader may reassign work."
        )
    _check_version(item, version)
    other = actor_of(session, to_account_id)
    if other is None or not other.is_staff or not may_work(other, place):
        words = Words("对方没有办理该环节的岗位", "this account has no seat for this work")
        raise Invalid(f"{words.zh}。", f"{words.en}.", fields=[FieldError("/account", words)])
    return _assign(session, case, item, actor, to_account_id, "task_reassigned", now)


def complete(
    session: Session,
    resources: Resources,
    *,
    actor: Actor,
    work_item_id: int,
    version: int,
    data: Any,
    now: datetime,
) -> tuple[Held, Held]:
    """Complete a user task with its form, by the one path (see `run`); return (case, work item).

    Raises `Stale` where the item was changed, finished or cancelled meanwhile, `Conflict` where
    somebody else has claimed it, `Invalid` with every faulty field. Nothing is stored then.
    """
    case, item = _held_item(session, work_item_id)
    _check_open(actor, case, item, version)
    if item.assignee_id not in (None, actor.account_id):
        raise _taken(item)
    with running(session, resources, case, actor, now) as run:
        item = _after_what_was_due(run, item)
        decided = _fill(run, item, data)
        _finish(run, item)
        run.instance.complete(item.task, decided)
    return case, item


def place_of(case: AnyCase, item: AnyItem) -> Place:
    """Return where a work item belongs, for the rules of who may work on it."""
    return Place(item.post, item.department, item.county, case.applicant_id)


def _fill(run: CaseRun, item: Held, data: Any) -> dict[str, Any]:
    """Check the form, keep what was filled in, journal it, return what decides."""
    if item.post == APPLICANT:
        _answer_supplement(run)
    decided: Mapping[str, Any] = {}
    if item.form is None:
        data = {}  # nothing is asked, and what is sent all the same is not kept unchecked
    else:
        form = form_in(run.version.files, item.form)
        data = checked(form, lambda: _context(run), data)
        decided = decisions(form, data)
    run.answers = data
    run.keep(item.form or item.element, data, work_item_id=item.id)
    run.record(
        "task_completed",
        {
            "work_item": item.id,
            "element": item.element,
            "name": item.name,
            "decisions": dict(decided),
            "form_sha256": digest_of(data),
        },
    )
    return dict(decided)


def _context(run: CaseRun) -> dict[str, Any]:
    return form_context(run.case.item, **form_sources(run.session, run.case))


def _answer_supplement(run: CaseRun) -> None:
    """Take in what was uploaded for the one-time notice, and receive the case again."""
    supplement = latest_supplement(run.session, run.case)
    if supplement is None or supplement.status != "open":
        return
    fresh = submit_materials(run.session, run.case)
    supplement.status, supplement.answered_at = "answered", run.now
    run.case.status = Status.RECEIVED
    run.record("supplement_answered", {"round": supplement.round, "materials": fresh})


def _finish(run: CaseRun, item: Held) -> None:
    item.status, item.finished_at, item.finished_by = "completed", run.now, run.actor.name
    item.assignee_id = run.actor.account_id
    item.version += 1
    item.write(run.session)
    del run.rows.items[item.task]


def _open_item(
    session: Session, actor: Actor, work_item_id: int, version: int
) -> tuple[Case, WorkItem]:
    case, item = _locked_item(session, work_item_id)
    _check_open(actor, case, item, version)
    return case, item


def _check_open(actor: Actor, case: AnyCase, item: AnyItem, version: int) -> None:
    if not may_work(actor, place_of(case, item)):
        raise Forbidden(
            "您的岗位不能办理该环节，或该办件不属于您的部门和县区。",
            "You have no seat for this task in its department and county.",
        )
    _check_version(item, version)


def _held_item(session: Session, work_item_id: int) -> tuple[Held, Held]:
    """Lock a work item with its case for a completion, without the ORM."""
    row = hold_work_item(session, work_item_id)
    if row is None:
        raise no_such_task()
    return row


def _after_what_was_due(run: CaseRun, item: Held) -> Held:
    """Return the work item as it is once all is fired that was due: an interrupting timer may
    have ended it, a light may have coloured it. Raises `Stale` where it is not open any more."""
    if run.fired:
        run.session.flush()
        item = read_again(run.session, item)
    _still_open(item)
    return item


def _locked_item(session: Session, work_item_id: int) -> tuple[Case, WorkItem]:
    case_id = session.scalar(sa.select(WorkItem.case_id).where(WorkItem.id == work_item_id))
    if case_id is None:
        raise no_such_task()
    case = lock_case_by_id(session, case_id)
    return case, session.get_one(WorkItem, work_item_id, populate_existing=True)


def _check_version(item: AnyItem, version: int) -> None:
    _still_open(item)
    if item.version != version:
        raise Stale(
            "该待办已被他人更新，请刷新后再办理。",
            "Expected the present version of the task but it was changed; reload it.",
            **_present(item),
        )


def _still_open(item: AnyItem) -> None:
    if item.status != "open":
        raise Stale(
            "该环节已经办结或已取消，请刷新后查看最新状态。",
            "Expected an open task but it is finished or cancelled; reload it.",
            **_present(item),
        )


def _taken(item: AnyItem) -> Conflict:
    return Conflict(
        "该待办已由他人签收。", "Somebody else has claimed this task.", **_present(item)
    )


def _present(item: AnyItem) -> dict[str, Any]:
    return {
        "status": item.status,
        "version": item.version,
        "assignee": item.assignee_id,
        "finished_by": item.finished_by,
    }


def _assign(
    session: Session,
    case: Case,
    item: WorkItem,
    actor: Actor,
    account_id: int | None,
    event: str,
    now: datetime,
) -> WorkItem:
    item.assignee_id = account_id
    item.version += 1
    journal.append(
        session,
        case=case,
        at=now,
        actor=actor.name,
        event=event,
        payload={"work_item": item.id, "element": item.element, "assignee": account_id},
    )
    session.flush()
    return item
