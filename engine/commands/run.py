"""The one path for everything that changes a case.

1. Lock the case row. 2. Load the saved state on its deployed version. 3. Fire in order all that is
due, each with `now` = its due time. 4. Run one command until the process waits again. 5. Write the
state, work items, deadlines, journal and outbox in the same transaction; the edge commits.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, undefer

from engine.bpmn.runtime import Instance, OpenTask, WaitingTimer
from engine.bpmn.situation import OperationCall, Situation
from engine.domain.actor import SCHEDULER, Actor
from engine.domain.case import no_such_case
from engine.domain.clock import Clock, due
from engine.errors import Conflict, ProcedureFault
from engine.operations.case_run import CaseRun
from engine.operations.table import OPERATIONS
from engine.resources import Resources
from engine.store.clocks import clock_of
from engine.store.tables import Case, CaseClock, Deadline, WorkItem


def lock_case(session: Session, number: str) -> Case:
    """Lock the case row for this transaction and return it. Raises `NotFound`."""
    return _lock(session, Case.number == number)


def lock_case_by_id(session: Session, case_id: int) -> Case:
    return _lock(session, Case.id == case_id)


def _lock(session: Session, condition: Any) -> Case:
    query = (
        sa.select(Case)
        .where(condition)
        .options(undefer(Case.state), undefer(Case.item))
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    case = session.execute(query).scalar_one_or_none()
    if case is None:
        raise no_such_case()
    return case


@contextmanager
def running(
    session: Session, resources: Resources, case: Case, actor: Actor, now: datetime
) -> Iterator[CaseRun]:
    """Load a locked case, fire what is due, hand it over for one command, write everything back."""
    if case.state is None:
        raise Conflict(
            "该办件尚未提交。", "Expected a submitted case but this one is still a draft."
        )
    run = _prepare(session, resources, case, actor, now)
    run.instance = Instance.load(run.version, run.situation, case.state)
    fire(run)
    yield run
    write_back(run)


@contextmanager
def starting(
    session: Session, resources: Resources, case: Case, actor: Actor, now: datetime
) -> Iterator[CaseRun]:
    """As `running`, for a case whose process is about to begin (`begin` must be called)."""
    run = _prepare(session, resources, case, actor, now)
    yield run
    write_back(run)


def begin(run: CaseRun, data: Mapping[str, Any]) -> None:
    """Start the process of the case."""
    run.instance = Instance.start(run.version, run.situation, data)
    sync_work_items(run)


def fire(run: CaseRun) -> list[WaitingTimer]:
    """Fire all that is due, as the scheduler's deed, each at its own time."""
    actor, run.actor = run.actor, SCHEDULER
    try:
        return run.instance.fire_due(
            run.now,
            before=lambda timer: run.record(
                "timer_fired", {"element": timer.element, "clock": timer.clock}
            ),
            after=lambda timer: sync_work_items(run),
        )
    finally:
        run.actor = actor


def _prepare(
    session: Session, resources: Resources, case: Case, actor: Actor, now: datetime
) -> CaseRun:
    version = resources.version(session, case.procedure_version_id)
    situation = Situation(
        now=now,
        calendar=resources.calendar,
        perform=lambda call: _perform(run, call),
        facts={},
        clocks=_clocks(session, case),
    )
    run = CaseRun(session, resources, case, actor, now, version, situation)
    situation.facts.update(run.facts())
    return run


def _clocks(session: Session, case: Case) -> dict[str, Clock]:
    rows = session.scalars(sa.select(CaseClock).where(CaseClock.case_id == case.id))
    return {row.name: clock_of(row) for row in rows}


def _perform(run: CaseRun, call: OperationCall) -> Mapping[str, Any] | None:
    operation = OPERATIONS.get(call.name)
    if operation is None:
        raise ProcedureFault(
            f"环节“{call.element_name}”要求的操作“{call.name}”不存在，请流程管理员修改流程图。",
            f"Expected a known operation at {call.element} but got {call.name!r}.",
        )
    return operation.perform(run, call)


def write_back(run: CaseRun) -> None:
    """Write state, work items and deadlines of a case that waits again."""
    sync_work_items(run)
    _write_deadlines(run)
    case = run.case
    case.state = run.instance.save()
    case.version += 1
    case.fault, case.retry_at = None, None


def sync_work_items(run: CaseRun) -> None:
    """Make the work items say what the process waits for; what it left is cancelled."""
    query = sa.select(WorkItem).where(WorkItem.case_id == run.case.id, WorkItem.status == "open")
    rows = {row.task: row for row in run.session.scalars(query)}
    for task in run.instance.open_tasks():
        if rows.pop(task.task, None) is None:
            run.session.add(_work_item(run, task))
    for gone in rows.values():
        gone.status, gone.finished_at = "cancelled", run.situation.now
        gone.version += 1
        run.record("task_cancelled", {"element": gone.element, "name": gone.name})
    run.session.flush()


def _work_item(run: CaseRun, task: OpenTask) -> WorkItem:
    now, case = run.situation.now, run.case
    end = task.until
    if task.limit is not None:
        end = due(Clock("step", now, task.limit), run.resources.calendar)
    run.record("task_opened", {"element": task.element, "name": task.name, "post": task.post})
    return WorkItem(
        case_id=case.id,
        task=task.task,
        element=task.element,
        name=task.name,
        form=task.form,
        post=task.post,
        department=task.department or case.department,
        county=case.county,
        limit_days=task.limit,
        created_at=now,
        due_at=end and end.at,
        provisional=bool(end and end.provisional),
    )


def _write_deadlines(run: CaseRun) -> None:
    timers = run.instance.waiting_timers()
    # One row a task: of the timers of an event-based gateway, the one that is due first.
    wanted = {each.task: (each.element, each.due.at) for each in reversed(timers)}
    query = sa.select(Deadline).where(Deadline.case_id == run.case.id)
    for row in run.session.scalars(query):
        if wanted.get(row.task) == (row.element, row.due_at):
            del wanted[row.task]
        else:
            run.session.delete(row)
    run.session.flush()
    for task, (element, at) in wanted.items():
        row = Deadline(case_id=run.case.id, task=task, element=element, due_at=at)
        run.session.add(row)
