"""What people filled into forms, sealed; the engine's own data hold only what decides."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.store.prepared import inserting
from engine.store.secrets import Keys, seal, unseal
from engine.store.tables import Case, Submission

_INSERT = inserting(
    Submission,
    "case_id",
    "work_item_id",
    "form",
    "data_sealed",
    "submitted_at",
    "submitted_by",
)
NO_FORM = "application"  # the name under which an application without a form is kept


def keep(
    session: Session,
    keys: Keys,
    case: Case,
    form: str,
    data: Mapping[str, Any],
    *,
    now: datetime,
    by: str,
    work_item_id: int | None = None,
) -> None:
    """Store the values of one filled form, sealed for its case, whose row is stored already."""
    row = {
        "case_id": case.id,
        "work_item_id": work_item_id,
        "form": form,
        "data_sealed": seal(keys, _purpose(case), dict(data)),
        "submitted_at": now,
        "submitted_by": by,
    }
    _INSERT.run(session, row)


def read(keys: Keys, case: Case, row: Submission) -> dict[str, Any]:
    """Return the values of a filled form."""
    return unseal(keys, _purpose(case), row.data_sealed)


def newest_first(session: Session, keys: Keys, case: Case) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield (form, values) of what was filled into the case's forms, the newest first."""
    query = (
        sa.select(Submission).where(Submission.case_id == case.id).order_by(Submission.id.desc())
    )
    for row in session.scalars(query):
        yield row.form, read(keys, case, row)


def _purpose(case: Case) -> tuple[str, ...]:
    return ("submission", "data", case.number)
