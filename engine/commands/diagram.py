"""The marks on a case's diagram. It only reads, but needs the engine's state, as commands do."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.bpmn.marks import marks
from engine.resources import Resources
from engine.store.database import transient
from engine.store.tables import Case


@dataclass(frozen=True)
class Marks:
    """Ids of BPMN elements: where the case stands now, and what it has passed."""

    active: tuple[str, ...] = ()
    finished: tuple[str, ...] = ()


def marks_of(session: Session, resources: Resources, number: str) -> Marks:
    """Return the marks of a case; none for a draft or a damaged state.

    Who may see them is the caller's to check.
    """
    query = sa.select(Case.state, Case.procedure_version_id).where(Case.number == number)
    state, version_id = session.execute(query).one()
    if state is None:
        return Marks()
    try:
        active, finished = marks(resources.version(session, version_id), state)
    except Exception as error:
        if transient(error):
            raise
        return Marks()  # a damaged state: the case page says so, and shows the diagram all the same
    return Marks(tuple(active), tuple(finished))
