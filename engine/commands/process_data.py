"""What a repair can correct. It only reads, but needs the engine's state, as commands do."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session, undefer

from engine.bpmn.correction import Datum, data_of
from engine.commands.run import loaded
from engine.domain.actor import SCHEDULER
from engine.domain.case import no_such_case
from engine.errors import LianbanError
from engine.resources import Resources
from engine.store.tables import Case


def process_data(session: Session, resources: Resources, number: str, now: datetime) -> list[Datum]:
    """Return the process data where a case waits, by name; [] for a draft and where the state
    can't be read. Raises `NotFound`. Who may see them is the caller's to check."""
    query = sa.select(Case).where(Case.number == number)
    query = query.options(undefer(Case.state), undefer(Case.item))
    case = session.scalars(query).one_or_none()
    if case is None:
        raise no_such_case()
    if case.state is None:
        return []
    try:
        return data_of(loaded(session, resources, case, SCHEDULER, now).instance)
    except LianbanError:
        return []  # the fault of the case says what is the matter
