"""What happens next and by when, in one sentence for the applicant."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.domain.actor import APPLICANT
from engine.domain.calendar import chinese_day
from engine.domain.case import Status
from engine.errors import Words
from engine.queries.shown import last_day
from engine.store.dossier import latest_supplement, materials
from engine.store.tables import Case, CaseClock, WorkItem

FIXED = {
    Status.REFUSED: Words(
        "请查阅《不予许可决定书》中的理由和救济途径。",
        "Read the refusal: it states the reasons and how to have it reviewed.",
    ),
    Status.DELIVERED: Words("办件已办结。", "The case is closed."),
    Status.RETURNED: Words(
        "办件已退回，您可以重新申报。", "The case was returned; you may apply again."
    ),
    Status.WITHDRAWN: Words(
        "您已撤回申请，可以重新申报。", "You withdrew the application; you may apply again."
    ),
    Status.NOT_ACCEPTED: Words(
        "申请未予受理，请查阅文书中的理由；应当向其他机关申请的，其中写明了机关。",
        "The application was not accepted: read the reason in the notice, and where to apply if "
        "another authority is competent.",
    ),
}


SET_ASIDE = Words(
    "系统办理时遇到故障，管理员正在处理，处理后自动继续，您无需重新申报。",
    "The system met a fault; an administrator is at it, and the case then goes on by itself. You "
    "need not apply again.",
)


def next_step(session: Session, case: Case, now: datetime) -> Words:
    """Return what is to be done next, by whom and by when. `case.item` must be loaded."""
    status = Status(case.status)
    if status in FIXED:
        return FIXED[status]
    if case.set_aside_at is not None:
        return SET_ASIDE
    own = _own_step(session, case)
    if own is not None and status != Status.SUPPLEMENTING:
        return _ask(own)
    return _NEXT[status](session, case, now)


def missing_materials(session: Session, case: Case) -> list[dict[str, str]]:
    """Return the required materials (catalogue entries) of which nothing was uploaded yet."""
    held = {material.code for material in materials(session, case)}
    return [m for m in case.item["materials"] if m["required"] and m["code"] not in held]


def _own_step(session: Session, case: Case) -> WorkItem | None:
    query = sa.select(WorkItem).where(
        WorkItem.case_id == case.id, WorkItem.status == "open", WorkItem.post == APPLICANT
    )
    return session.scalars(query.order_by(WorkItem.id)).first()


def _ask(step: WorkItem) -> Words:
    """Ask the applicant for a step of his own, such as a rectification (P18)."""
    if step.due_at is None:
        return Words(f"请办理“{step.name}”。", f"Please complete: {step.name}.")
    day = _day(step.due_at, step.provisional)
    return Words(
        f"请最迟于{day.zh}办理“{step.name}”，逾期将作退件处理。",
        f"Complete {step.name} by {day.en}, or the case is returned.",
    )


def _draft(session: Session, case: Case, now: datetime) -> Words:
    missing = missing_materials(session, case)
    if not missing:
        return Words("材料已上传，请提交申请。", "All materials are there: submit the application.")
    zh = "、".join(m["name"] for m in missing)
    en = "; ".join(m["name_en"] for m in missing)
    return Words(
        f"请上传：{zh}，然后提交申请。",
        f"Upload these materials, then submit the application: {en}.",
    )


def _received(session: Session, case: Case, now: datetime) -> Words:
    step = _first_due(session, case)
    if step is None:
        return Words("窗口正在审查您的材料。", "The window is checking your materials.")
    day = _day(step.due_at, step.provisional)
    return Words(
        f"窗口最迟于{day.zh}审查完材料并告知是否受理。",
        f"The window checks the materials and tells you by {day.en} whether they are accepted.",
    )


def _supplementing(session: Session, case: Case, now: datetime) -> Words:
    supplement, step = latest_supplement(session, case), _own_step(session, case)
    codes = {defect["material"] for defect in supplement.defects}
    named = [m for m in case.item["materials"] if m["code"] in codes]
    day = _day(supplement.due_at, bool(step and step.provisional))
    zh, en = "、".join(m["name"] for m in named), "; ".join(m["name_en"] for m in named)
    return Words(
        f"请最迟于{day.zh}一次补齐：{zh}。逾期将作退件处理。",
        f"Supplement all of this by {day.en}, or the case is returned: {en}.",
    )


def _accepted(session: Session, case: Case, now: datetime) -> Words:
    query = sa.select(CaseClock).where(CaseClock.case_id == case.id, CaseClock.name == "committed")
    clock = session.scalars(query).one()
    day = _day(clock.due_at, clock.provisional)
    if clock.due_at <= now:
        return Words(
            f"部门正在审查，已超过承诺的{day.zh}。您可以向窗口查询或者投诉。",
            f"The department is reviewing it; its promised day, {day.en}, is over. You may ask at "
            "the window or complain.",
        )
    return Words(
        f"部门正在审查，承诺最迟于{day.zh}作出决定。",
        f"The department is reviewing it and promises its decision by {day.en}.",
    )


def _approved(session: Session, case: Case, now: datetime) -> Words:
    place, step = case.item["guide"]["place"], _first_due(session, case)
    zh = en = ""
    if step is not None:
        day = _day(step.due_at, step.provisional)
        zh, en = f"（最迟于{day.zh}送达）", f", delivered by {day.en}"
    return Words(
        f"已准予许可{zh}，请携带纸质材料到{place}领取。",
        f"Approved{en}: bring the paper materials to {place}.",
    )


_NEXT = {
    Status.DRAFT: _draft,
    Status.RECEIVED: _received,
    Status.SUPPLEMENTING: _supplementing,
    Status.ACCEPTED: _accepted,
    Status.APPROVED: _approved,
}


def _first_due(session: Session, case: Case) -> WorkItem | None:
    """Return the open step that ends first."""
    query = sa.select(WorkItem).where(
        WorkItem.case_id == case.id, WorkItem.status == "open", WorkItem.due_at.is_not(None)
    )
    return session.scalars(query.order_by(WorkItem.due_at).limit(1)).first()


def _day(due_at: datetime, provisional: bool) -> Words:
    """Return the last day of a limit; one that rests on an unannounced year says so."""
    day = last_day(due_at)
    zh = chinese_day(day)
    return Words(f"{zh}（暂定）", f"{day} (provisional)") if provisional else Words(zh, str(day))
