"""Reading the dossier of a case: its materials and its supplements."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.store.tables import Case, Material, Supplement


def materials(session: Session, case: Case, *, submitted_only: bool = False) -> list[Material]:
    """Return the materials that count (none that was replaced), oldest first."""
    query = sa.select(Material).where(Material.case_id == case.id, Material.replaced_at.is_(None))
    if submitted_only:
        query = query.where(Material.submitted.is_(True))
    return list(session.scalars(query.order_by(Material.id)))


def latest_supplement(session: Session, case: Case) -> Supplement | None:
    """Return the supplement asked for last, whatever became of it."""
    query = (
        sa.select(Supplement)
        .where(Supplement.case_id == case.id)
        .order_by(Supplement.round.desc())
        .limit(1)
    )
    return session.scalars(query).first()
