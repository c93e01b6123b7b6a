"""One uploaded file of a case."""

from __future__ import annotations

from sqlalchemy.orm import Session

from engine.domain.actor import Actor
from engine.errors import NotFound
from engine.queries.visible import find_case, require_personal
from engine.resources import Resources
from engine.store.tables import Material


def find_material(
    session: Session, resources: Resources, actor: Actor, number: str, material_id: int
) -> Material:
    """Return a file of a case, a replaced one too. Raises `NotFound`, and `Forbidden` for those
    whom the personal data in it do not concern."""
    case = find_case(session, actor, number)
    row = session.get(Material, material_id)
    if row is None or row.case_id != case.id:
        raise NotFound("没有这个文件。", "There is no such file.")
    require_personal(resources, actor, case)
    return row
