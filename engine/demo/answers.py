"""What the people of the demonstration fill into the forms: plausible, varied, all invented."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

from engine.catalogue.items import Item
from engine.demo.people import company_name, credit_code, id_number, person_name
from engine.demo.stories import Story
from engine.domain.calendar import shanghai_day

STREETS = ["文汇路", "澜江大道", "东湖街", "建设路", "人民路", "学府街", "桥头巷", "滨河路"]
DISTRICTS = ["澜东区", "澜西区"]


def address(random: Random) -> str:
    return f"澜川市{random.choice(DISTRICTS)}{random.choice(STREETS)}{random.randint(1, 320)}号"


def _food(random: Random) -> dict[str, Any]:
    return {
        "business_form": random.choice(["catering", "sales", "canteen"]),
        "operations": random.sample(["hot_food", "cold_food", "drinks", "bulk_sales"], 2),
        "premises_address": address(random),
        "floor_area": random.randint(20, 600),
        "safety_manager": person_name(random),
    }


def _hygiene(random: Random) -> dict[str, Any]:
    return {
        "place_kind": random.choice(["lodging", "bathing", "hairdressing", "swimming"]),
        "premises_address": address(random),
        "floor_area": random.randint(40, 3000),
        "staff": random.randint(2, 60),
        "central_air": random.random() < 0.4,
    }


def _planning(random: Random) -> dict[str, Any]:
    land = random.randint(2000, 60000)
    return {
        "project_name": f"{random.choice(['东湖', '澜江', '学府', '新河'])}"
        f"{random.choice(['小学扩建', '标准厂房', '安置住宅', '社区服务中心'])}项目",
        "site": f"{random.choice(DISTRICTS)}{random.choice(STREETS)}以北",
        "land_area": land,
        "building_area": round(land * random.uniform(0.8, 2.4)),
        "height": random.randint(12, 79),
        "land_permit": f"澜国用（{random.randint(2021, 2026)}）第{random.randint(1, 900):04d}号",
        "underground": random.random() < 0.5,
    }


def _dispatch(random: Random) -> dict[str, Any]:
    return {
        "premises_address": address(random),
        "registered_capital": random.choice([200, 300, 500, 1000]),
        "office_area": random.randint(60, 400),
    }


# The item's own fields are told apart by one that only it requires.
DETAILS: dict[str, Callable[[Random], dict[str, Any]]] = {
    "business_form": _food,
    "place_kind": _hygiene,
    "project_name": _planning,
    "registered_capital": _dispatch,
}


def details(item: Item, random: Random) -> dict[str, Any]:
    fields = item.details["properties"]
    return next(fill for field, fill in DETAILS.items() if field in fields)(random)


def application(item: Item, random: Random) -> dict[str, Any]:
    """Return a filled application for an item."""
    applicant = {"phone": f"13{random.randint(100000000, 999999999)}", "address": address(random)}
    if "project_name" in item.details["properties"] or random.random() < 0.6:
        applicant |= {
            "type": "organisation",
            "name": company_name(random),
            "credit_code": credit_code(random),
            "legal_representative": person_name(random),
        }
    else:
        applicant |= {
            "type": "person",
            "name": person_name(random),
            "id_number": id_number(random),
        }
    return {
        "applicant": applicant,
        "subject": f"申请{item.name}",
        "details": details(item, random),
        "delivery": {"method": "window"},
        "declaration": True,
    }


def answer(
    element: str, story: Story, context: Mapping[str, Any], random: Random, now: datetime
) -> dict[str, Any]:
    """Return what is filled into the form of a user task of the single-item procedure."""
    return ANSWERS[element](story, context, random, shanghai_day(now))


def _check(story: Story, context: Mapping[str, Any], random: Random, today: date) -> dict:
    if story.not_competent:
        return {
            "outcome": "not_competent",
            "competent_authority": "省级主管部门",
            "opinion": "申请的事项由省级主管部门办理，请向其申请。",
        }
    if not context["missing"]:
        return {"outcome": "complete"}
    return {"outcome": "incomplete", "defects": context["missing"]}


def _recheck(story: Story, context: Mapping[str, Any], random: Random, today: date) -> dict:
    return {"outcome": "complete"}


def _supplement(story: Story, context: Mapping[str, Any], random: Random, today: date) -> dict:
    return {"answers": [{"material": code, "note": "已补齐"} for code in context["unmet"]]}


def _site_check(story: Story, context: Mapping[str, Any], random: Random, today: date) -> dict:
    visit = {
        "officials": [person_name(random) + "（执法）", person_name(random) + "（记录）"],
        "date": today.isoformat(),
        "place": address(random),
    }
    if story.rectified and not context["rectified_before"]:
        return visit | {
            "findings": "现场布局与图纸基本一致，更衣设施未到位。",
            "conclusion": "rectify",
            "rectification": "补装更衣设施后申请复查。",
        }
    findings = "现场布局与图纸一致，设施设备到位，制度上墙。"
    return visit | {"findings": findings, "conclusion": "fail" if story.refused else "pass"}


def _rectify(story: Story, context: Mapping[str, Any], random: Random, today: date) -> dict:
    return {"statement": "更衣设施已补装，请复查。", "finished_on": today.isoformat()}


def _review(story: Story, context: Mapping[str, Any], random: Random, today: date) -> dict:
    if story.refused:
        return {
            "opinion": "refuse",
            "facts": "现场核查发现主要设施不符合规定，限期内未能整改。",
            "reasons": "不符合法定条件。",
            "basis": context["basis"],
        }
    facts, reasons = "材料齐全，内容真实有效。", "符合法定条件和标准。"
    return {"opinion": "approve", "facts": facts, "reasons": reasons}


def _decide(story: Story, context: Mapping[str, Any], random: Random, today: date) -> dict:
    if story.sent_back and not context["sent_back_before"]:
        return {"outcome": "send_back", "reasons": "请补充说明现场核查的情况。"}
    if story.refused:
        return {
            "outcome": "refuse",
            "facts": "经审查和现场核查，申请人的主要设施不符合规定。",
            "reasons": "申请不符合法定条件，不能准予许可。",
            "basis": context["basis"],
        }
    licence = {"valid_from": today.isoformat()}
    if context["valid_years"]:
        until = today.replace(year=today.year + context["valid_years"], day=min(today.day, 28))
        licence["valid_until"] = (until - timedelta(days=1)).isoformat()
    return {"outcome": "approve", "licence": licence}


def _delivered(today: date, context: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "recipient": context["recipient"],
        "method": "in_person",
        "place": "澜川市政务服务大厅",
        "signature": context["recipient"]["name"],
        "signed_on": today.isoformat(),
    }


def _deliver(story: Story, context: Mapping[str, Any], random: Random, today: date) -> dict:
    differs = story.discrepancy and not context["investigated"]
    rows = [{"material": code, "same": True} for code in context["paper"]]
    if differs and rows:
        rows[0] = {**rows[0], "same": False, "note": "纸质图纸与电子档案版本不同"}
    return {"comparison": rows, **_delivered(today, context)}


def _deliver_refusal(story: Story, context: Mapping[str, Any], random: Random, today: date) -> dict:
    return {**_delivered(today, context), "remedies_told": True}


def _investigate(story: Story, context: Mapping[str, Any], random: Random, today: date) -> dict:
    return {
        "finding": "clerical",
        "explanation": "申请人携带了旧版图纸，已更换为与档案一致的版本。",
        "corrected": True,
    }


ANSWERS: dict[str, Callable[[Story, Mapping[str, Any], Random, date], dict]] = {
    "check": _check,
    "recheck": _recheck,
    "supplement": _supplement,
    "site_check": _site_check,
    "rectify": _rectify,
    "review": _review,
    "decide": _decide,
    "deliver": _deliver,
    "deliver_refusal": _deliver_refusal,
    "investigate": _investigate,
}
