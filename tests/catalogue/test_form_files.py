"""The form definitions: every file of forms/, and what a bad one is told."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from engine.catalogue.forms import Form, check, decisions, load_form, prefill, resolve
from engine.catalogue.items import load_items
from engine.errors import CatalogueError

ROOT = Path(__file__).parents[2]
FORMS = sorted((ROOT / "forms" / "single-item").glob("*.yaml"))
ITEM = next(
    i for i in load_items(ROOT / "processes" / "catalogue").values() if i.name == "食品经营许可"
)
MATERIALS = [{"code": m.code, "title": m.name, "title_en": m.name_en} for m in ITEM.materials]
CONTEXT: dict[str, Any] = {
    "item.details": ITEM.details,
    "materials": MATERIALS,
    "materials.submitted": MATERIALS[:2],
    "supplement.unmet": MATERIALS[2:4],
}
ID = "11010519491231002X"  # the example of GB 11643


def form(name: str) -> Form:
    return load_form((ROOT / f"forms/single-item/{name}.yaml").read_bytes(), f"{name}.yaml")


def faults(name: str, data: Any, context: dict[str, Any] = CONTEXT) -> dict[str, str]:
    return {f.path: f.message.zh for f in check(resolve(form(name), context), data)}


def application() -> dict[str, Any]:
    return {
        "applicant": {
            "type": "person",
            "name": "王晓岚",
            "id_number": ID,
            "phone": "13800138000",
            "address": "澜川市澜东区文汇路1号",
        },
        "subject": "新办食品经营许可",
        "details": {
            "business_form": "catering",
            "operations": ["hot_food", "drinks"],
            "premises_address": "澜川市澜东区老巷口12号",
            "floor_area": 86.5,
            "safety_manager": "陈一鸣",
        },
        "delivery": {"method": "window"},
        "declaration": True,
    }


@pytest.mark.parametrize("path", FORMS, ids=lambda path: path.stem)
def test_every_form_becomes_plain_json_schema(path: Path) -> None:
    concrete = resolve(load_form(path.read_bytes(), path.name), CONTEXT)
    Draft202012Validator.check_schema(concrete)
    text = json.dumps(concrete)
    for ours in ("x-source", "x-rows", "x-derive", "$ref"):
        assert ours not in text
    for schema in objects(concrete):
        assert schema["additionalProperties"] is False


def objects(schema: dict[str, Any]) -> list[dict[str, Any]]:
    below = [*schema.get("properties", {}).values(), schema.get("items", {})]
    own = [schema] if schema.get("type") == "object" else []
    return own + [each for part in below if part for each in objects(part)]


@pytest.mark.parametrize("path", FORMS, ids=lambda path: path.stem)
def test_key_is_the_path(path: Path) -> None:
    assert load_form(path.read_bytes(), path.name).key == f"single-item/{path.stem}"


def test_resolving_leaves_the_form_as_it_was() -> None:
    given = form("delivery")
    before = json.dumps(given.schema)
    resolve(given, CONTEXT)["properties"]["place"]["title"] = "x"
    assert json.dumps(given.schema) == before


def test_missing_source_is_named() -> None:
    with pytest.raises(CatalogueError, match="item.details"):
        resolve(form("application"), {})


def test_full_application_passes() -> None:
    """Rows: P2a"""
    assert faults("application", application()) == {}


def test_organisation_needs_other_fields_than_a_person() -> None:
    data = application()
    data["applicant"]["type"] = "organisation"
    assert set(faults("application", data)) == {
        "/applicant/credit_code",
        "/applicant/legal_representative",
    }


def test_agent_mandate_ends_after_it_begins() -> None:
    """Rows: L29"""
    data = application()
    data["agent"] = {
        "name": "李想",
        "id_number": ID,
        "phone": "13900139000",
        "scope": "代为办理申请",
        "may_withdraw": False,
        "may_promise": False,
        "valid_from": "2026-11-22",
        "valid_until": "2026-11-21",
    }
    assert faults("application", data) == {
        "/agent/valid_until": "委托截止日期：不得早于委托开始日期。"
    }
    data["agent"]["valid_until"] = "2026-11-22"
    assert faults("application", data) == {}


def test_postal_delivery_needs_an_address() -> None:
    data = application() | {"delivery": {"method": "ems"}}
    assert faults("application", data) == {"/delivery/address": "邮寄地址：必须填写。"}


def test_incomplete_lists_defects_and_the_other_outcomes_do_not() -> None:
    """Rows: L32, P10d"""
    row = {"material": "rules", "kind": "form", "defect": "未盖章", "requirement": "盖章"}
    row["basis"] = "第十三条"
    assert set(faults("check-completeness", {"outcome": "incomplete"})) == {"/defects"}
    assert set(faults("check-completeness", {"outcome": "incomplete", "defects": []})) == {
        "/defects"
    }
    assert faults("check-completeness", {"outcome": "incomplete", "defects": [row]}) == {}
    assert (
        "只在需要补齐补正时"
        in (faults("check-completeness", {"outcome": "complete", "defects": [row]})["/defects"])
    )
    assert faults("check-completeness", {"outcome": "complete", "defects": []}) == {}
    assert set(faults("check-completeness", {"outcome": "not_competent"})) == {
        "/competent_authority",
        "/opinion",
    }
    assert set(faults("check-completeness", {"outcome": "not_required"})) == {"/opinion"}


def test_recheck_may_only_repeat_what_the_first_notice_named() -> None:
    """Rows: L32, P10d"""
    data = {"outcome": "incomplete", "defects": [{"material": "application", "defect": "缺签名"}]}
    assert set(faults("recheck", data)) == {"/defects/0/material"}
    data["defects"][0]["material"] = MATERIALS[2]["code"]
    assert faults("recheck", data) == {}
    nothing_left = {**CONTEXT, "supplement.unmet": []}
    assert "没有可以填写的内容" in faults("recheck", data, nothing_left)["/defects/0/material"]


def test_site_check_takes_two_officials() -> None:
    """Rows: L34"""
    data = {"date": "2026-11-24", "place": "老巷口12号", "findings": "合格", "conclusion": "pass"}
    assert "至少 2 项" in faults("site-check", data | {"officials": ["陈一鸣"]})["/officials"]
    assert "不得重复" in faults("site-check", data | {"officials": ["陈", "陈"]})["/officials"]
    assert faults("site-check", data | {"officials": ["陈一鸣", "赵青"]}) == {}


@pytest.mark.parametrize(
    ("outcome", "needed"),
    [
        ("approve", {"/licence"}),
        ("refuse", {"/facts", "/reasons", "/basis"}),
        ("send_back", {"/reasons"}),
    ],
)
def test_decision_states_what_its_outcome_needs(outcome: str, needed: set[str]) -> None:
    """Rows: L38, P19"""
    assert set(faults("decision", {"outcome": outcome})) == needed


def delivery(*same: bool) -> dict[str, Any]:
    rows = [
        {"material": m["code"], "same": s, "note": "页码不同"}
        for m, s in zip(MATERIALS, same, strict=False)
    ]
    return {
        "comparison": rows,
        "recipient": {"name": "王晓岚", "capacity": "applicant", "id_number": ID},
        "method": "in_person",
        "place": "窗口",
        "signature": "王晓岚",
        "signed_on": "2026-12-01",
    }


def test_delivery_compares_each_paper_exactly_once() -> None:
    """Rows: P21a"""
    assert faults("delivery", delivery(True, True)) == {}
    assert "缺少“营业执照" in faults("delivery", delivery(True))["/comparison"]
    twice = delivery(True, True)
    twice["comparison"][1]["material"] = "application"
    assert "缺少“营业执照" in faults("delivery", twice)["/comparison"]


def test_whether_all_is_the_same_is_for_the_server_to_say() -> None:
    assert "/all_same" in faults("delivery", delivery(True, True) | {"all_same": True})
    assert decisions(form("delivery"), delivery(True, True)) == {"all_same": True}
    assert decisions(form("delivery"), delivery(True, False)) == {"all_same": False}
    assert decisions(form("delivery"), delivery()) == {"all_same": True}
    assert decisions(form("delivery"), {}) == {"all_same": False}


def test_decisions_are_the_deciding_values_alone() -> None:
    data = {"outcome": "refuse", "basis": "第十二条", "reasons": "布局不符"}
    assert decisions(form("decision"), data) == {"outcome": "refuse"}


@pytest.mark.parametrize(
    ("method", "needed"),
    [("ems", "/tracking_number"), ("left", "/witness"), ("in_person", "/signature")],
)
@pytest.mark.parametrize("name", ["delivery", "delivery-refusal"])
def test_each_way_of_delivery_has_its_proof(name: str, method: str, needed: str) -> None:
    """Rows: P21b"""
    assert needed in faults(name, {"method": method})
    others = {"/tracking_number", "/witness", "/signature"} - {needed}
    assert not others & set(faults(name, {"method": method}))


def test_prefill_offers_rows_and_what_is_known() -> None:
    known = {"today": "2026-12-01", "recipient": {"name": "王晓岚", "capacity": "applicant"}}
    offered = prefill(form("delivery"), CONTEXT | {"prefill": known})
    assert offered["comparison"] == [{"material": "application"}, {"material": "subject"}]
    assert offered["signed_on"] == "2026-12-01"
    assert offered["recipient"]["name"] == "王晓岚"
    assert set(offered) == {"comparison", "signed_on", "recipient"}


HEAD = "$id: t/f\ntitle: 测试\nx-title-en: Test\ntype: object\nproperties:\n"
FIELD = "  outcome:\n    type: string\n    title: 结论\n    x-title-en: Outcome\n"


@pytest.mark.parametrize(
    ("source", "line", "told"),
    [
        ("title: 测试\ntype: object\nproperties: {}\n", 1, "缺少 $id"),
        (HEAD + FIELD + "    x-colour: red\n", 10, "不支持“x-colour”"),
        (HEAD + FIELD + "    anyOf: []\n", 10, "anyOf"),
        (HEAD + FIELD + "    minLength: -1\n", 10, "不符合 JSON Schema"),
        (HEAD + FIELD + "    maxLength: 999999\n", 10, "不得大于"),
        (HEAD + FIELD + "    pattern: '['\n", 10, "正则表达式"),
        (HEAD + FIELD + "    x-source: secrets\n", 10, "之一"),
        (HEAD + FIELD + "    x-format: postcode\n", 10, "之一"),
        (HEAD + FIELD + "    x-message: {zh: 只有中文}\n", 10, "zh 和 en"),
        (HEAD + FIELD + "    oneOf: [{const: a}]\n", 10, "选项"),
        (HEAD + FIELD + "    x-derive: {every: rows.same}\n", 10, "every"),
        (HEAD + FIELD.replace("outcome", "Outcome"), 6, "不可用"),
        (HEAD + FIELD.replace("outcome", "class"), 6, "保留字"),
        (HEAD + FIELD.replace("    title: 结论\n", ""), 6, "缺少 title"),
        (HEAD + FIELD.replace("string", "array") + "    x-decides: true\n", 10, "可以决定"),
        (HEAD + FIELD + "required: [outcom]\n", 10, "“outcom”没有"),
        (HEAD + FIELD + "if: {properties: {x: {const: 1}}}\n", 10, "“x”没有"),
        (HEAD + FIELD + "additionalProperties: true\n", 10, "只能为 false"),
        (HEAD + "  rows: {type: array, title: 表, x-title-en: Rows}\n", 6, "字段的内容"),
        ("- 1\n", 1, "JSON Schema"),
        ("[", 1, "YAML"),
    ],
)
def test_bad_form_names_file_line_and_remedy(source: str, line: int, told: str) -> None:
    with pytest.raises(CatalogueError) as refused:
        load_form(source.encode(), "t.yaml")
    error = refused.value
    mine = [text for text in error.message.zh.splitlines() if told in text]
    assert mine, error.message.zh
    assert mine[0].startswith(f"t.yaml 第 {line} 行")


def test_good_minimal_form() -> None:
    minimal = load_form((HEAD + FIELD + "    x-decides: true\n").encode(), "t.yaml")
    assert (minimal.key, minimal.decides) == ("t/f", ("outcome",))


def test_deciding_field_below_the_first_level_is_refused() -> None:
    inner = "".join(f"    {line}\n" for line in FIELD.splitlines())
    source = HEAD + "  a:\n    type: object\n    title: 甲\n    x-title-en: A\n    properties:\n"
    with pytest.raises(CatalogueError, match="first level"):
        load_form((source + inner + "        x-decides: true\n").encode(), "t.yaml")
