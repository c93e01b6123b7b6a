"""Withdrawal by the applicant (P18), and by his agent under express authority (L29)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from engine.catalogue.formats import text_fault
from engine.commands.applicants import require_own
from engine.commands.run import lock_case, running
from engine.domain.actor import Actor
from engine.domain.calendar import shanghai_day
from engine.domain.case import BEFORE_DECISION
from engine.errors import Conflict, FieldError, Forbidden, Invalid, Words
from engine.operations.case_run import CaseRun
from engine.resources import Resources
from engine.store.tables import Case

MESSAGE = "withdrawal"  # the message that the procedure's boundary event waits for
FORM = "withdrawal"
MAX_REASON = 500


def withdraw(
    session: Session,
    resources: Resources,
    *,
    actor: Actor,
    number: str,
    reason: str,
    by_agent: bool,
    now: datetime,
) -> Case:
    """Withdraw an application before the decision; the case is returned with the reason.

    Raises `Conflict` after the decision (then only cancellation is left), `Forbidden` for an agent
    whose mandate does not name it or has run out, `Invalid` without a reason.
    """
    reason = _reason(reason)
    case = lock_case(session, number)
    require_own(actor, case)
    with running(session, resources, case, actor, now) as run:
        _require_undecided(case)  # only now: what fell due by itself may have ended the case
        if by_agent:
            _require_mandate(run)
        run.answers = {"reason": reason, "by": "agent" if by_agent else "applicant"}
        run.keep(FORM, run.answers)
        run.record("withdrawal_received", {"by": run.answers["by"]})
        run.instance.send(
            MESSAGE,
            {"outcome": "withdrawn", "return_ground": "withdrawn", "return_status": "withdrawn"},
        )
    return case


def _require_undecided(case: Case) -> None:
    if case.status not in BEFORE_DECISION:
        raise Conflict(
            "只有在作出决定之前才能撤回申请；作出决定后只能依法申请注销。",
            "Expected a case before its decision; afterwards only a cancellation is possible.",
            status=case.status,
        )


def _reason(reason: str) -> str:
    reason = reason.strip()
    words = text_fault(reason, lines=True)  # it is printed in the notice of the return
    if not reason or len(reason) > MAX_REASON:
        words = Words(
            f"请写明撤回原因（1 至 {MAX_REASON} 字）",
            f"state why you withdraw, in 1 to {MAX_REASON} characters",
        )
    if words is not None:
        raise Invalid(f"{words.zh}。", f"{words.en}.", fields=[FieldError("/reason", words)])
    return reason


def _require_mandate(run: CaseRun) -> None:
    agent = next((data["agent"] for _, data in run.filled() if data.get("agent")), None)
    today = shanghai_day(run.now).isoformat()
    valid = agent and agent["valid_from"] <= today <= agent["valid_until"]
    if not valid or not agent["may_withdraw"]:
        raise Forbidden(
            "代理人没有撤回申请的授权，或授权已过期（行政许可法第二十九条）。",
            "The agent has no authority to withdraw, or his mandate has run out (L29).",
        )
