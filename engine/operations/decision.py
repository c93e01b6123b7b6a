"""The decision, the return, and the end of a case (P18, P19, P21a; 行政许可法 art. 38)."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import sqlalchemy as sa

from engine.bpmn.situation import OperationCall
from engine.domain.case import CLOSING, Status
from engine.errors import ProcedureFault, Words
from engine.operations.case_run import CaseRun
from engine.store.dossier import latest_supplement, materials
from engine.store.journal import canonical_json
from engine.store.tables import CaseClock, Notice

RESULTS = {"approve": Status.APPROVED, "refuse": Status.REFUSED}
GROUNDS = {
    "withdrawn": (Status.WITHDRAWN, Words("申请人主动撤回申请", "the applicant withdrew")),
    "overdue": (
        Status.RETURNED,
        Words("超过一个月未补齐补正申请材料", "not supplemented within the month"),
    ),
    "unrectified": (
        Status.RETURNED,
        Words("超过一个月未按现场核查的要求整改", "not rectified within the month"),
    ),
}
RETURN_OPINION = "return"  # the form name under which the reason of a return is kept (P18)


def decide(run: CaseRun, call: OperationCall) -> None:
    """Record the decision and stop the case's clocks. `result` is approve or refuse."""
    status = RESULTS.get(call.params["result"])
    if status is None:
        raise _wrong(call, "result", RESULTS)
    run.case.status, run.case.decided_at = status, run.situation.now
    _stop_clocks(run)
    run.situation.facts.update(run.facts())  # the delivery's limit begins now (L44)
    run.record("decided", {"result": call.params["result"]})


def return_case(run: CaseRun, call: OperationCall) -> Mapping[str, Any]:
    """Return the case (退件), its reason kept with the opinion (P18).

    `ground` is withdrawn (the reason is the applicant's own), overdue or unrectified.
    """
    ground = call.params["ground"]
    if ground not in GROUNDS:
        raise _wrong(call, "ground", GROUNDS)
    status, words = GROUNDS[ground]
    reason = run.answers.get("reason")
    reason = f"{words.zh}：{reason}" if reason else words.zh
    run.case.status = status
    supplement = latest_supplement(run.session, run.case)
    if supplement is not None and supplement.status == "open":
        supplement.status = "withdrawn" if ground == "withdrawn" else "expired"
    _stop_clocks(run)
    opinion = {"ground": ground, "reason": reason}
    run.keep(RETURN_OPINION, opinion)
    run.record("returned", {"ground": ground})
    return {"reason": words.zh}


def archive(run: CaseRun, call: OperationCall) -> None:
    """Close the case as `status`, with a digest of its dossier in the journal (P21a)."""
    status = call.params["status"]
    if status not in CLOSING:
        raise _wrong(call, "status", CLOSING)
    run.case.status, run.case.closed_at = status, run.situation.now
    _stop_clocks(run)
    run.record("archived", {"status": status, **_dossier(run)})


def _dossier(run: CaseRun) -> dict[str, Any]:
    held = materials(run.session, run.case, submitted_only=True)
    notices = run.session.scalars(
        sa.select(Notice.number).where(Notice.case_id == run.case.id).order_by(Notice.id)
    )
    listed = {"materials": [[m.code, m.sha256] for m in held], "notices": list(notices)}
    digest = hashlib.sha256(canonical_json(listed).encode()).hexdigest()
    return {"notices": listed["notices"], "dossier_sha256": digest}


def _stop_clocks(run: CaseRun) -> None:
    now = run.situation.now
    query = sa.select(CaseClock).where(
        CaseClock.case_id == run.case.id, CaseClock.stopped_at.is_(None)
    )
    for row in run.session.scalars(query):
        row.stopped_at = now
        run.situation.clocks[row.name] = replace(run.situation.clocks[row.name], stopped=now)


def _wrong(call: OperationCall, name: str, allowed: Any) -> ProcedureFault:
    listed = ", ".join(sorted(allowed))
    return ProcedureFault(
        f"环节“{call.element_name}”的参数 {name} 应为 {listed} 之一，请流程管理员修改流程图。",
        f"Expected {name} at {call.element} to be one of {listed} but got "
        f"{call.params[name]!r}; mend the diagram.",
    )
