"""What the applicant's commands share: the case is his own, what he uploaded joins the dossier."""

from __future__ import annotations

from sqlalchemy.orm import Session

from engine.domain.actor import WINDOW_CLERK, Actor
from engine.domain.case import Status, no_such_case
from engine.store.dossier import materials
from engine.store.tables import Case


def require_own(actor: Actor, case: Case) -> None:
    """Let pass the applicant of a case, and the window's clerk who acts for him at the counter.

    A draft that he is still writing online is nobody else's to touch.
    """
    own = actor.account_id is not None and actor.account_id == case.applicant_id
    still_his = case.status == Status.DRAFT and case.applicant_id is not None
    if not own and (still_his or not actor.holds(WINDOW_CLERK, case.department, case.county)):
        raise no_such_case()


def submit_materials(session: Session, case: Case) -> list[str]:
    """Make what was uploaded part of the dossier; an earlier file of a material is replaced."""
    held = materials(session, case)
    fresh = {m.code for m in held if not m.submitted}
    for material in held:
        if material.submitted and material.code in fresh:
            material.replaced_at = max(m.uploaded_at for m in held if m.code == material.code)
        material.submitted = True
    session.flush()
    return sorted(fresh)
