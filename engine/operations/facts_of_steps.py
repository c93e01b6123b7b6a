"""The facts that come from the forms of single steps: check, decision, delivery."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from engine.domain.calendar import SHANGHAI
from engine.domain.case import Status
from engine.domain.clock import Clock, due
from engine.domain.identifiers import mask_id
from engine.operations.case_run import CaseRun
from engine.store.tables import Notice

Filled = Iterable[tuple[str, dict[str, Any]]]

METHODS = {"in_person": "直接送达", "ems": "邮寄送达", "electronic": "电子送达", "left": "留置送达"}
CAPACITIES = {"applicant": "申请人", "agent": "代理人"}
DECIDED = {"approval", "refusal"}  # the notices that a delivery hands over
NOT_REQUIRED_BASIS = "《中华人民共和国行政许可法》第三十二条第一款第（一）项"
NOT_COMPETENT_BASIS = "《中华人民共和国行政许可法》第三十二条第一款第（二）项"


def decision_facts(run: CaseRun, filled: Filled, application: Mapping[str, Any]) -> dict[str, Any]:
    """Return the decision as the department's leader gave it, and when it must be delivered."""
    item = run.case.item
    decision = next(data for _, data in filled if data.get("outcome") in ("approve", "refuse"))
    end = due(Clock("step", run.case.decided_at, item["delivery_limit"]), run.resources.calendar)
    legal = "；".join(f"《{law['law']}》{law['article']}" for law in item["legal_basis"])
    facts = {
        "basis": decision.get("basis") or legal,
        "facts": decision.get("facts", ""),
        "reasons": decision.get("reasons", ""),
        "certifies": item["result"]["certifies"],
        "details": _details(item, application.get("details", {})),
        "delivery": {"due": end.last_day.isoformat(), "provisional": end.provisional},
    }
    if licence := decision.get("licence"):
        facts["licence"] = {"name": item["result"]["name"], **licence}
    return facts


def delivery_facts(run: CaseRun, filled: Filled, issued: list[Notice]) -> dict[str, Any]:
    """Return what was handed over, to whom, where and how; empty before anything was."""
    delivery = next((data for _, data in filled if "recipient" in data and "method" in data), None)
    if delivery is None:
        return {}
    names = {m["code"]: m["name"] for m in run.case.item["materials"]}
    recipient = delivery["recipient"]
    facts = {
        "documents": _handed_over(run, filled, issued),
        "recipient": {
            "name": recipient["name"],
            "capacity": CAPACITIES[recipient["capacity"]],
            "id": mask_id(recipient["id_number"]) if recipient.get("id_number") else None,
        },
        "method": METHODS[delivery["method"]],
        "place": delivery["place"],
        "delivered_at": run.situation.now.astimezone(SHANGHAI).strftime("%Y-%m-%dT%H:%M"),
        "deliverers": [run.actor.display or run.actor.name],
        "comparison": [
            {**row, "material": names.get(row["material"], row["material"])}
            for row in delivery.get("comparison", [])
        ],
    }
    for name in ("witness", "left_reason", "tracking_number"):
        if delivery.get(name):
            facts[name] = delivery[name]
    return facts


def _handed_over(run: CaseRun, filled: Filled, issued: list[Notice]) -> list[dict[str, Any]]:
    """Return the decision, and the licence where it grants one: that is what L44 delivers."""
    decided = [n for n in issued if n.template in DECIDED]
    documents = [{"name": n.title, "number": n.number, "copies": 1} for n in decided]
    granted = next((d["licence"] for _, d in filled if d.get("outcome") == "approve"), None)
    if granted and run.case.status == Status.APPROVED:
        number = granted.get("number") or "—"
        name = run.case.item["result"]["name"]
        documents.append({"name": name, "number": number, "copies": 1})
    return documents


def refusal_to_accept(run: CaseRun, filled: Filled) -> dict[str, Any]:
    """Return why an application is not accepted; empty where it is not about that (L32)."""
    check = next(
        (d for _, d in filled if d.get("outcome") in ("not_competent", "not_required")), None
    )
    if check is None:
        return {}
    competent = check["outcome"] == "not_competent"
    facts = {
        "kind": check["outcome"],
        "reasons": check["opinion"],
        "basis": NOT_COMPETENT_BASIS if competent else NOT_REQUIRED_BASIS,
    }
    if not competent:
        facts["title"] = "不需要取得行政许可告知书"
    if check.get("competent_authority"):
        facts["competent_authority"] = check["competent_authority"]
    return facts


def _details(item: Mapping[str, Any], details: Mapping[str, Any]) -> list[dict[str, str]]:
    """Return title and value of the details that the item's result lists."""
    fields = item["details"].get("properties", {})
    return [
        {"title": fields[name]["title"], "value": _words(fields[name], details[name])}
        for name in item["result"]["fields"]
        if name in details
    ]


def _words(field: Mapping[str, Any], value: Any) -> str:
    """Return a value as people read it: a choice by its title, a list joined."""
    if isinstance(value, list):
        return "、".join(_words(field.get("items", {}), each) for each in value)
    if isinstance(value, bool):
        return "是" if value else "否"
    titles = {each["const"]: each["title"] for each in field.get("oneOf", ())}
    return titles.get(value) or str(value)
