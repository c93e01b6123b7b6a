"""What the clock does to a case: fire what is due, or put a faulty case off so others go on."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from engine.commands.run import hold_case, lock_case_by_id, running
from engine.domain.actor import SCHEDULER
from engine.errors import LianbanError
from engine.resources import Resources
from engine.store import journal

PUT_OFF = timedelta(minutes=10)


def fire_due(session: Session, resources: Resources, case_id: int, now: datetime) -> None:
    """Fire in order all that is due in a case at `now`."""
    case = hold_case(session, case_id)
    with running(session, resources, case, SCHEDULER, now):
        pass  # loading a case fires what is due in it


def put_off(session: Session, case_id: int, error: Exception, now: datetime) -> None:
    """Record why a case could not go on, and leave it alone for ten minutes."""
    case = lock_case_by_id(session, case_id)
    words = error.message.zh if isinstance(error, LianbanError) else type(error).__name__
    case.fault, case.retry_at = words, now + PUT_OFF
    journal.append(
        session,
        case=case,
        at=now,
        actor=SCHEDULER.name,
        event="put_off",
        payload={"error": words, "until": case.retry_at.isoformat()},
    )
