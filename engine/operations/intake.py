"""Acceptance and the one-time notice (P10, P16; 行政许可法 art. 32)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from engine.bpmn.situation import OperationCall
from engine.domain.calendar import shanghai_day
from engine.domain.case import Status
from engine.domain.clock import calendar_due
from engine.errors import Conflict, FieldError, Invalid, Words
from engine.operations.case_run import CaseRun
from engine.store.dossier import latest_supplement, materials
from engine.store.tables import Supplement

DEEMED = "deemed"  # 行政许可法 art. 32: silence for five working days accepts as of the receipt


def accept(run: CaseRun, call: OperationCall) -> Mapping[str, Any]:
    """Accept the case: freeze its catalogue values, start both clocks (P16).

    Normally as of now, once every material is there that was required when he applied. With
    `deemed`, whatever is missing, as of the last receipt: a limit that ran out in silence (L32).
    """
    case, deemed = run.case, call.params.get(DEEMED) == "true"
    if case.accepted_at is not None:
        raise Conflict("该办件已经受理。", "Expected a case not yet accepted but it is accepted.")
    if not deemed:
        _require_complete(run)
    _freeze_item(run)
    case.accepted_at = _last_receipt(run) if deemed else run.situation.now
    case.accepted_day = shanghai_day(case.accepted_at)
    case.status = Status.ACCEPTED
    limits = case.item["limits"]
    for name in ("committed", "statutory"):
        run.start_clock(name, case.accepted_at, limits[name], limits[f"{name}_basis"])
    run.record(
        "accepted",
        {"as_of": case.accepted_at.isoformat(), "deemed": deemed, "limits": _days(limits)},
    )
    return {"accepted": True, "deemed": deemed}


def request_supplement(run: CaseRun, call: OperationCall) -> Mapping[str, Any]:
    """Open a supplement that lists everything missing at once (P10d).

    What the clerk found and what the system sees missing; a second notice only repeats what the
    first one named and is still unmet. `within` is calendar time from the delivery (P18).
    """
    case, now = run.case, run.situation.now
    earlier = latest_supplement(run.session, run.case)
    defects = _defects(run, earlier)
    if not defects:
        raise Invalid(
            "没有需要补正的材料，请选择“齐全”或写明需要补正的内容。",
            "Expected at least one defect but there is none; choose complete, or name the defect.",
        )
    end = calendar_due(now, call.params["within"], run.resources.calendar)
    run.session.add(
        Supplement(
            case_id=case.id,
            round=earlier.round + 1 if earlier else 1,
            defects=defects,
            requested_at=now,
            due_at=end.at,
        )
    )
    case.status = Status.SUPPLEMENTING
    run.record(
        "supplement_requested",
        {"materials": [d["material"] for d in defects], "due_at": end.at.isoformat()},
    )
    return {"supplement_due": end.last_day.isoformat()}


def _defects(run: CaseRun, earlier: Supplement | None) -> list[dict[str, Any]]:
    listed = list(run.answers.get("defects") or ())
    named = {defect["material"] for defect in listed}
    listed += [defect for defect in _missing_now(run) if defect["material"] not in named]
    if earlier is None:
        return listed
    # What a repetition does not say anew (kind, requirement, basis) stays as it was told.
    told = _told(earlier.defects)
    return [{**told[d["material"]], **d} for d in listed if d["material"] in told]


def _told(defects: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Return by material what a notice said of it; what it said in several rows is joined."""
    told: dict[str, dict[str, Any]] = {}
    for each in defects:
        first = told.setdefault(each["material"], dict(each))
        for name in ("requirement", "basis"):
            if each[name] not in first[name].split("；"):
                first[name] += f"；{each[name]}"
    return told


def missing_in(item: Mapping[str, Any], present: Collection[str]) -> list[dict[str, Any]]:
    """Return a defect for each required material of an item that is not among `present`."""
    return [_missing(m) for m in item["materials"] if m["required"] and m["code"] not in present]


def _missing(material: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "material": material["code"],
        "kind": "missing",
        "defect": "未提交",
        "requirement": material["note"] or material["name"],
        "basis": material["basis"],
    }


def _missing_now(run: CaseRun) -> list[dict[str, Any]]:
    present = {m.code for m in materials(run.session, run.case, submitted_only=True)}
    return missing_in(run.case.item, present)


def _freeze_item(run: CaseRun) -> None:
    """Copy the catalogue's present values into the case: it is accepted under these.

    What was handed in stays known, though the catalogue may ask for it no more.
    """
    item = run.resources.items.get(run.case.item_code)
    if item is None:
        return
    present = asdict(item)
    gone = {m.code for m in materials(run.session, run.case)} - {m.code for m in item.materials}
    kept = [m for m in run.case.item["materials"] if m["code"] in gone]
    run.case.item = {**present, "materials": [*present["materials"], *kept]}
    run.situation.facts.update(run.facts())


def _require_complete(run: CaseRun) -> None:
    codes = {defect["material"] for defect in _missing_now(run)}
    if codes:
        missing = [m for m in run.case.item["materials"] if m["code"] in codes]
        zh = "、".join(m["name"] for m in missing)
        en = ", ".join(m["name_en"] for m in missing)
        words = Words(f"缺少必需材料：{zh}", f"required materials are missing: {en}")
        raise Invalid(
            f"{words.zh}，不能按“齐全”受理。请一次性告知申请人补正。",
            f"Expected a complete dossier but {words.en}; give the applicant one notice.",
            fields=[FieldError("/outcome", words)],
        )


def _last_receipt(run: CaseRun) -> datetime:
    supplement = latest_supplement(run.session, run.case)
    answered = supplement.answered_at if supplement else None
    return answered or run.case.received_at


def _days(limits: dict[str, Any]) -> dict[str, int]:
    return {name: limits[name] for name in ("committed", "statutory")}
