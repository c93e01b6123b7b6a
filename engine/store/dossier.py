"""Reading the dossier of a case: its materials and its supplements."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.store.prepared import Prepared
from engine.store.tables import Case, Material, Supplement


def materials(session: Session, case: Case, *, submitted_only: bool = False) -> list[Material]:
    """Return the materials that count (none that was replaced), oldest first."""
    query = sa.select(Material).where(Material.case_id == case.id, Material.replaced_at.is_(None))
    if submitted_only:
        query = query.where(Material.submitted.is_(True))
    return list(session.scalars(query.order_by(Material.id)))


class Listed(NamedTuple):
    """A material as lists show it; its fields are the columns of its table."""

    id: int
    code: str
    file_name: str
    media_type: str
    size: int
    sha256: str
    uploaded_at: datetime
    submitted: bool


_MATERIAL = Material.__table__
_LISTED = Prepared(
    sa.select(*(_MATERIAL.c[name] for name in Listed._fields))
    .where(_MATERIAL.c.case_id == sa.bindparam("case_id"), _MATERIAL.c.replaced_at.is_(None))
    .order_by(_MATERIAL.c.id)
)


def listed_materials(session: Session, case_id: int) -> list[Listed]:
    """Return the materials that count, oldest first: to be shown, not changed."""
    return [Listed(*row) for row in _LISTED.all(session, {"case_id": case_id})]


def form_sources(session: Session, case: Case) -> dict[str, Any]:
    """Return what a form asks of the dossier, as `catalogue.context.form_context` takes it: the
    codes of the materials handed in, and of those that the last one-time notice named."""
    supplement = latest_supplement(session, case)
    return {
        "submitted": {m.code for m in materials(session, case, submitted_only=True)},
        "unmet": [defect["material"] for defect in supplement.defects] if supplement else [],
    }


def latest_supplement(session: Session, case: Case) -> Supplement | None:
    """Return the supplement asked for last, whatever became of it."""
    query = (
        sa.select(Supplement)
        .where(Supplement.case_id == case.id)
        .order_by(Supplement.round.desc())
        .limit(1)
    )
    return session.scalars(query).first()
