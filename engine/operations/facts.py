"""The facts that a notice may show, gathered from a case as it stands when the notice issues.

Every template draws on the same facts; which ones it needs, its head says. They are described for
analysts in forms/notices/README.md. Days are ISO dates in Shanghai, times "2026-11-22T09:30".
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from engine.bpmn.situation import OperationCall
from engine.domain.calendar import SHANGHAI, last_day, shanghai_day
from engine.domain.case import CHANNELS, Status
from engine.domain.clock import Clock, Due, due
from engine.domain.identifiers import mask_id
from engine.operations.case_run import CaseRun
from engine.operations.facts_of_steps import decision_facts, delivery_facts, refusal_to_accept
from engine.store.dossier import latest_supplement, materials
from engine.store.secrets import query_code
from engine.store.tables import CaseClock, Notice

FORMS = {"original": "原件", "copy": "复印件", "electronic": "电子件"}
DEFECTS = {"missing": "缺少", "form": "形式不符", "content": "内容不全或者有误"}
CONSEQUENCE = (
    "超过一个月未补齐补正的，依照《濮阳市网上审批及电子监察系统管理办法》第十八条作退件处理。"
)
RETURN_BASIS = "《濮阳市网上审批及电子监察系统管理办法》第十八条"


def gather(run: CaseRun, call: OperationCall, number: str) -> dict[str, Any]:
    """Return all facts of the case for a notice of this number."""
    filled, item, case = run.filled(), run.case.item, run.case
    application = next(data for form, data in reversed(filled))
    facts: dict[str, Any] = {
        "organ": item["department"]["name"],
        "number": number,
        "date": iso_day(run.situation.now),
        "case": _case(run),
        "channel": CHANNELS[case.channel].zh,
        "received_on": iso_day(case.received_at),
        "received_at": iso_minute(case.received_at),
        "materials": _materials(run),
        "window": {
            "name": f"{item['department']['name']}窗口",
            **{name: item["guide"][name] for name in ("place", "phone", "hours")},
        },
        "remedies": dict(item["remedies"]),
        "excluded": [dict(each) for each in item["excluded_procedures"]],
        "deemed": call.data.get("deemed") is True,
        "acceptance": _limit(run, "step", case.received_at, item["acceptance_limit"]),
        **_people(application),
        **_limits(run),
        **_stage(run, filled, application),
    }
    return facts


def _stage(
    run: CaseRun, filled: list[tuple[str, dict[str, Any]]], application: Mapping[str, Any]
) -> dict[str, Any]:
    """Return what belongs to the stage in which the case is: supplement, decision, return, …"""
    status = run.case.status
    if status == Status.SUPPLEMENTING:
        return _supplement(run)
    if status in (Status.RETURNED, Status.WITHDRAWN):
        return _return(filled)
    if status in (Status.APPROVED, Status.REFUSED):
        return {
            **decision_facts(run, filled, application),
            **delivery_facts(run, filled, _issued(run)),
        }
    return refusal_to_accept(run, filled)


def iso_day(moment: datetime) -> str:
    return shanghai_day(moment).isoformat()


def iso_minute(moment: datetime) -> str:
    return moment.astimezone(SHANGHAI).strftime("%Y-%m-%dT%H:%M")


def _case(run: CaseRun) -> dict[str, Any]:
    case = run.case
    return {
        "number": case.number,
        "query_code": query_code(run.resources.keys, case.number),
        "item": case.item_name,
        "item_code": case.item_code,
        "subject": case.subject,
    }


def _people(application: Mapping[str, Any]) -> dict[str, Any]:
    applicant = application.get("applicant", {})
    identity = applicant.get("id_number")
    people: dict[str, Any] = {
        "applicant": {
            "name": applicant.get("name", "申请人"),
            "id": mask_id(identity) if identity else applicant.get("credit_code"),
        }
    }
    if agent := application.get("agent"):
        people["agent"] = {"name": agent["name"]}
    return people


def _materials(run: CaseRun) -> list[dict[str, Any]]:
    known = {m["code"]: m for m in run.case.item["materials"]}
    codes = dict.fromkeys(m.code for m in materials(run.session, run.case, submitted_only=True))
    return [
        {
            "code": code,
            "name": known[code]["name"],
            "form": FORMS[known[code]["form"]],
            "copies": known[code]["copies"],
        }
        for code in codes
    ]


def _limits(run: CaseRun) -> dict[str, Any]:
    query = sa.select(CaseClock).where(CaseClock.case_id == run.case.id)
    rows = {row.name: row for row in run.session.scalars(query)}
    if not rows:
        return {}
    limits = {
        name: {
            "days": row.budget,
            "due": last_day(row.due_at).isoformat(),
            "provisional": row.provisional,
        }
        for name, row in rows.items()
    }
    return {"limits": limits, "accepted_on": run.case.accepted_day.isoformat()}


def _limit(run: CaseRun, name: str, start: datetime, days: int) -> dict[str, Any]:
    return shown(due(Clock(name, start, days), run.resources.calendar))


def shown(end: Due) -> dict[str, Any]:
    """Return a due time as notices show it: its last day, and whether that is provisional."""
    return {"due": end.last_day.isoformat(), "provisional": end.provisional}


def _supplement(run: CaseRun) -> dict[str, Any]:
    supplement = latest_supplement(run.session, run.case)
    names = {m["code"]: m["name"] for m in run.case.item["materials"]}
    first, last = shanghai_day(supplement.requested_at), last_day(supplement.due_at)
    earlier = [n for n in _issued(run) if n.template == "supplement"]
    facts: dict[str, Any] = {
        "repeated": supplement.round > 1,
        "defects": [
            {
                "material": names.get(d["material"], d["material"]),
                "kind": DEFECTS[d["kind"]],
                **{name: d[name] for name in ("defect", "requirement", "basis")},
            }
            for d in supplement.defects
        ],
        "deadline": {
            "due": last.isoformat(),
            "provisional": run.resources.calendar.provisional_between(first, last),
        },
        "consequence": CONSEQUENCE,
    }
    if earlier:
        facts["first_number"] = earlier[0].number
    return facts


def _return(filled: Iterable[tuple[str, dict[str, Any]]]) -> dict[str, Any]:
    opinion = next(data for form, data in filled if form == "return")
    reason, _, explanation = opinion["reason"].partition("：")
    return {
        "reason": reason,
        "explanation": explanation or reason,
        "basis": RETURN_BASIS,
    }


def _issued(run: CaseRun) -> list[Notice]:
    query = sa.select(Notice).where(Notice.case_id == run.case.id).order_by(Notice.id)
    return list(run.session.scalars(query))
