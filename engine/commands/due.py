"""What the clock does to a case: fire what is due, or put a faulty case off so others go on."""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.commands.run import hold_case, lock_case_by_id, running
from engine.domain.actor import SCHEDULER
from engine.errors import ExpressionError, LianbanError, ProcedureFault
from engine.resources import Resources
from engine.store import journal
from engine.store.tables import Case, Deadline

# After each failure the next pause; after the last of them the case is set aside.
PAUSES = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=12),
)
# The same diagram on the same data fails the same way: only somebody's repair can help.
LASTING = (ProcedureFault, ExpressionError)


def fire_due(session: Session, resources: Resources, case_id: int, now: datetime) -> None:
    """Fire in order what is due in a case at `now`: all of it, or a good part (`MOST_FIRED`)."""
    case = hold_case(session, case_id)
    with running(session, resources, case, SCHEDULER, now, catching_up=True):
        pass  # loading a case fires what is due in it


def put_off(session: Session, case_id: int, error: LianbanError, now: datetime) -> None:
    """Record why a case could not go on. It is tried again after a pause that grows, and set aside
    for an administrator where that has not helped, or can't help.

    A case in which nothing is due any more was moved meanwhile, by a repair say: it has no fault.
    """
    case = lock_case_by_id(session, case_id)
    late = sa.select(Deadline.id).where(Deadline.case_id == case_id, Deadline.due_at <= now)
    if session.scalar(late.limit(1)) is None:
        return
    case.fault, case.fault_en = error.message.zh, error.message.en
    case.fault_element = error.facts.get("element")
    case.fault_since = case.fault_since or now
    case.fault_attempts += 1
    pause = _pause(error, case.fault_attempts)
    facts = {"error": case.fault, "element": case.fault_element, "attempt": case.fault_attempts}
    if pause is None:
        case.retry_at, case.set_aside_at = None, now
        _record(session, case, now, "set_aside", facts)
    else:
        case.retry_at = now + pause
        _record(session, case, now, "put_off", facts | {"until": case.retry_at.isoformat()})


def _pause(error: LianbanError, attempts: int) -> timedelta | None:
    """Return how long to leave the case alone; None sets it aside."""
    if isinstance(error, LASTING) or attempts > len(PAUSES):
        return None
    return PAUSES[attempts - 1]


def _record(session: Session, case: Case, now: datetime, event: str, facts: dict) -> None:
    journal.append(session, case=case, at=now, actor=SCHEDULER.name, event=event, payload=facts)
