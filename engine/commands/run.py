"""The one path for everything that changes a case.

1. Lock the case row. 2. Load the saved state on its deployed version. 3. Fire in order all that is
due, each with `now` = its due time. 4. Run one command until the process waits again. 5. Write the
state, work items, deadlines, journal and outbox in the same transaction; the edge commits.

What every step reads and writes goes by few prepared statements (`store.held`, `store.step_rows`);
what only some steps touch (lights, supplements, notices, …) is left to the ORM.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
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
from engine.errors import Conflict, LianbanError, ProcedureFault
from engine.operations.case_run import CaseRun
from engine.operations.table import OPERATIONS
from engine.resources import Resources
from engine.store import held, journal
from engine.store.held import Held
from engine.store.step_rows import read_step_rows
from engine.store.tables import Case

# Of a case one transaction fires so many timers: a reminder that comes every minute falls due
# thousands of times while nothing runs, and the row would be locked for minutes.
MOST_FIRED = 1_000


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


def hold_case(session: Session, case_id: int) -> Held:
    """Lock the case row for this transaction, without the ORM. Raises `NotFound`."""
    case = held.hold_case(session, case_id)
    if case is None:
        raise no_such_case()
    return case


@contextmanager
def running(
    session: Session,
    resources: Resources,
    case: Case | Held,
    actor: Actor,
    now: datetime,
    mend: Callable[[CaseRun], None] | None = None,
    catching_up: bool = False,
) -> Iterator[CaseRun]:
    """Load a locked case, fire what is due, hand it over for one command, write everything back.

    `mend` may correct a faulty case before anything is fired. More than `MOST_FIRED` timers are
    left to the scheduler: raises `Conflict`, unless the caller is only `catching_up`.
    """
    run = loaded(session, resources, case, actor, now)
    if mend is not None:
        mend(run)
    fired = fire(run)
    run.fired = bool(fired)
    if len(fired) >= MOST_FIRED and not catching_up and run.instance.is_due(now):
        raise Conflict(
            "该办件积压了大量到期的定时事件，系统正在逐一处理，请稍后再试。",
            "Very many timers of this case fell due; they are being fired. Try again later.",
        )
    yield run
    write_back(run)


def loaded(
    session: Session, resources: Resources, case: Case | Held, actor: Actor, now: datetime
) -> CaseRun:
    """Return a case with its instance as it was saved; nothing has fired yet."""
    if case.state is None:
        raise Conflict(
            "该办件尚未提交。", "Expected a submitted case but this one is still a draft."
        )
    run = _prepare(session, resources, case, actor, now)
    run.instance = Instance.load(run.version, run.situation, case.state)
    return run


@contextmanager
def starting(
    session: Session, resources: Resources, case: Case | Held, actor: Actor, now: datetime
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
                "timer_fired",
                {
                    "element": timer.element,
                    "clock": timer.clock,
                    "task": timer.task,
                    "due_at": timer.due.at.isoformat(),
                },
            ),
            after=lambda timer: sync_work_items(run),
            most=MOST_FIRED,
        )
    finally:
        run.actor = actor


def _prepare(
    session: Session, resources: Resources, case: Case | Held, actor: Actor, now: datetime
) -> CaseRun:
    version = resources.version(session, case.procedure_version_id)
    rows = read_step_rows(session, case.id)
    situation = Situation(
        now=now,
        calendar=resources.calendar,
        perform=lambda call: _perform(run, call),
        facts={},
        clocks=rows.clocks,
    )
    run = CaseRun(session, resources, case, actor, now, version, situation, rows)
    situation.facts.update(run.facts())
    return run


def _perform(run: CaseRun, call: OperationCall) -> Mapping[str, Any] | None:
    if call.element in run.skipped:
        run.record("operation_skipped", {"element": call.element, "operation": call.name})
        return run.skipped[call.element]
    operation = OPERATIONS.get(call.name)
    if operation is None:
        raise ProcedureFault(
            f"环节“{call.element_name}”要求的操作“{call.name}”不存在，请流程管理员修改流程图。",
            f"Expected a known operation at {call.element} but got {call.name!r}.",
        )
    try:
        return operation.perform(run, call)
    except LianbanError as error:
        error.facts.setdefault("element", call.element)
        raise


def write_back(run: CaseRun) -> None:
    """Write state, work items, deadlines and journal of a case that waits again."""
    sync_work_items(run)
    run.rows.replace_deadlines(run.session, deadlines_of(run.instance))
    journal.store(run.session, run.entries)
    run.entries.clear()
    case = run.case
    case.state = run.instance.save()
    case.version += 1
    if case.fault is not None:
        _forget_fault(case)
    if isinstance(case, Held):
        case.write(run.session)


def deadlines_of(instance: Instance) -> dict[str, tuple[str, datetime]]:
    """Return (element, due time) by task of the timers that wait: what the table `deadline` says.

    One a task: of the timers of an event-based gateway, the one that is due first.
    """
    timers = instance.waiting_timers()
    return {each.task: (each.element, each.due.at) for each in reversed(timers)}


def _forget_fault(case: Case | Held) -> None:
    """The case went on: whatever held it up is over."""
    case.fault = case.fault_en = case.fault_element = case.fault_since = None
    case.retry_at = case.set_aside_at = None
    case.fault_attempts = 0


def sync_work_items(run: CaseRun) -> None:
    """Make the work items say what the process waits for; what it left is cancelled."""
    known, now = run.rows.items, run.situation.now
    waiting = run.instance.open_tasks()
    fresh = [_work_item(run, task) for task in waiting if task.task not in known]
    tasks = {task.task for task in waiting}
    gone = {task: row for task, row in known.items() if task not in tasks}
    for element, name in gone.values():
        run.record("task_cancelled", {"element": element, "name": name})
    run.rows.cancel_items(run.session, gone, now)
    run.rows.add_items(run.session, fresh)


def _work_item(run: CaseRun, task: OpenTask) -> dict[str, Any]:
    now, case = run.situation.now, run.case
    end = task.until
    if task.limit is not None:
        end = due(Clock("step", now, task.limit), run.resources.calendar)
    run.record("task_opened", {"element": task.element, "name": task.name, "post": task.post})
    return {
        "task": task.task,
        "element": task.element,
        "name": task.name,
        "form": task.form,
        "post": task.post,
        "department": task.department or case.department,
        "county": case.county,
        "limit_days": task.limit,
        "created_at": now,
        "due_at": end and end.at,
        "provisional": bool(end and end.provisional),
    }
