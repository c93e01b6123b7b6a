"""Checking data: each keyword's words, odd input, and agreement with plain JSON Schema."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from engine.catalogue.validation import MAX_NUMBER, check
from engine.catalogue.validation_words import _WORDS


def titled(**keywords: Any) -> dict[str, Any]:
    return {"title": "甲", "x-title-en": "A", **keywords}


def schema(**keywords: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "title": "表",
        "x-title-en": "Form",
        "properties": {"a": titled(**keywords)},
        "additionalProperties": False,
    }


CASES: list[tuple[str, dict[str, Any], Any, str, str]] = [
    ("type", {"type": "string"}, 1, "甲：应为文字。", "A: expected text."),
    ("type", {"type": "integer"}, True, "甲：应为整数。", "A: expected a whole number."),
    ("type", {"type": ["string", "null"]}, 1, "甲：应为文字，或者应为空。", "expected nothing"),
    ("minLength", {"minLength": 3}, "ab", "甲：至少 3 个字。", "at least 3"),
    ("minLength", {"minLength": 1}, "", "甲：不能为空。", "must not be empty"),
    ("maxLength", {"maxLength": 2}, "abc", "甲：最多 2 个字。", "at most 2"),
    ("pattern", {"pattern": "^a$"}, "b", "甲：格式不对。", "has the wrong form"),
    ("pattern", {"pattern": r"\S"}, "  ", "甲：不能只填空格。", "more than spaces"),
    ("minimum", {"minimum": 2}, 1, "甲：不得小于 2。", "at least 2"),
    ("maximum", {"maximum": 2}, 3, "甲：不得大于 2。", "at most 2"),
    ("exclusiveMinimum", {"exclusiveMinimum": 0}, 0, "甲：应大于 0。", "more than 0"),
    ("exclusiveMaximum", {"exclusiveMaximum": 0}, 0, "甲：应小于 0。", "less than 0"),
    ("multipleOf", {"multipleOf": 5}, 7, "甲：应为 5 的倍数。", "multiple of 5"),
    ("minItems", {"minItems": 2}, [1], "甲：至少 2 项。", "at least 2 entries"),
    ("maxItems", {"maxItems": 1}, [1, 2], "甲：最多 1 项。", "at most 1 entries"),
    ("uniqueItems", {"uniqueItems": True}, [1, 1], "甲：不得重复。", "no repetition"),
    ("contains", {"contains": {"const": 1}}, [2], "甲：缺少规定的一行。", "prescribed row"),
    ("enum", {"enum": ["x", "y"]}, "z", "甲：应为x、y之一。", "one of: x, y"),
    ("enum", {"enum": []}, "z", "甲：没有可以填写的内容。", "nothing to choose"),
    ("const", {"const": 1}, 2, "甲：应为规定的内容。", "prescribed value"),
    (
        "oneOf",
        {"oneOf": [{"const": "x", "title": "是", "x-title-en": "Yes"}]},
        "y",
        "甲：应为是之一。",
        "one of: Yes",
    ),
    ("x-format", {"x-format": "mobile"}, "123", "甲：格式不对，应为 11 位手机号。", "11 digits"),
    ("x-format", {"x-format": "date"}, "2026-02-30", "甲：日期不对", "expected a date"),
    ("x-format", {"x-format": "datetime"}, "2026-02-03T25:00Z", "甲：时间不对", "a time"),
]


@pytest.mark.parametrize(("keyword", "keywords", "value", "zh", "en"), CASES)
def test_words(keyword: str, keywords: dict[str, Any], value: Any, zh: str, en: str) -> None:
    (fault,) = check(schema(**keywords), {"a": value})
    assert fault.path == "/a"
    assert fault.message.zh.startswith(zh)
    assert en in fault.message.en


def test_every_keyword_with_words_is_tried_here() -> None:
    elsewhere = {"required", "additionalProperties", "x-order"}
    assert {case[0] for case in CASES} | elsewhere == set(_WORDS)


@pytest.mark.parametrize(
    ("name", "good", "bad"),
    [
        ("mobile", "13800138000", "23800138000"),
        ("mobile", "19912345678", "１３８００１３８０００"),
        ("date", "2028-02-29", "2026-2-1"),
        ("date", "2026-01-01", "20260101"),
        ("datetime", "2026-01-31T09:30:00+08:00", "2026-01-31T09:30:00"),
        ("id-number", "11010519491231002X", "110105194912310021"),
        ("credit-code", "91419900005200116X", "914199000052001160"),
    ],
)
def test_formats(name: str, good: str, bad: str) -> None:
    assert check(schema(**{"x-format": name}), {"a": good}) == []
    assert len(check(schema(**{"x-format": name}), {"a": bad})) == 1


def test_own_message_takes_the_place_of_the_general_one() -> None:
    own = {"zh": "应不少于200万元", "en": "too little"}
    (fault,) = check(schema(minimum=200, **{"x-message": own}), {"a": 1})
    assert fault.message.zh == "甲：应不少于200万元。"


def test_conditions_are_reported_at_the_field() -> None:
    form = schema(type="string")
    form["properties"]["b"] = titled(type="string", title="乙")
    form |= {"if": {"properties": {"a": {"const": "x"}}}, "then": {"required": ["b"]}}
    form["dependentRequired"] = {"b": ["c"]}
    form["properties"]["c"] = titled(type="string", title="丙")
    assert [(f.path, f.message.zh) for f in check(form, {"a": "x"})] == [("/b", "乙：必须填写。")]
    assert [f.path for f in check(form, {"a": "x", "b": "y"})] == ["/c"]


def test_rows_are_named_by_number() -> None:
    row = {"type": "object", "properties": {"n": titled(type="integer", title="数")}}
    row["required"] = ["n"]
    form = schema(type="array", items=row)
    told = [(f.path, f.message.zh) for f in check(form, {"a": [{"n": 1}, {}, {"n": "x"}, 4]})]
    assert told == [
        ("/a/1/n", "甲第 2 项的数：必须填写。"),
        ("/a/2/n", "甲第 3 项的数：应为整数。"),
        ("/a/3", "甲第 4 项：应为一组字段。"),
    ]


def test_faults_come_in_the_order_of_the_form() -> None:
    form = schema(type="string")
    form["properties"] = {n: titled(type="string") for n in ("z", "m", "a")}
    form["required"] = ["a", "m", "z"]
    assert [f.path for f in check(form, {"q": 1})] == ["/z", "/m", "/a", "/q"]


def test_pointer_escapes_its_signs() -> None:
    assert [f.path for f in check(schema(), {"x/y~z": 1})] == ["/x~1y~0z"]


@pytest.mark.parametrize(
    "value",
    [
        "a\x00b",
        "a\x1bb",
        "a\u202eb",
        "a\u2066b",
        "a\u200bb",
        "\ufeffa",
        "a\ud800",
        "a\ue000",
        "a\uffff",
        "a\U0001fffe",
        "a\nb",
        "a\tb",
        "a\u2028b",
        "x" * 30_000,
        float("nan"),
        float("inf"),
        MAX_NUMBER + 1,
        -(10**400),
        b"bytes",
    ],
    ids=lambda value: ascii(value)[:20],
)
def test_odd_values_are_refused_in_words(value: Any) -> None:
    for keywords in ({}, {"type": ["string", "number"]}, {"multipleOf": 0.5, "pattern": "a"}):
        (fault,) = check(schema(**keywords), {"a": value})
        assert fault.path == "/a"
        fault.message.zh.encode()


def test_rare_characters_and_paragraphs_are_welcome() -> None:
    assert check(schema(type="string"), {"a": "龘䶮㛃𬭎𫖯𠮷（甲）—“乙”"}) == []
    assert (
        check(schema(type="string", **{"x-ui": {"widget": "textarea"}}), {"a": "一\r\n二\n\t三"})
        == []
    )


def test_odd_names_are_refused_without_repeating_them() -> None:
    for name in ("a\u202e", "\ud800", "n" * 65, 3):
        (fault,) = check(schema(), {name: 1})
        assert fault.path == ""
        fault.message.zh.encode()


def test_deep_wide_and_long_input_is_refused() -> None:
    deep: Any = 1
    for _ in range(900):
        deep = {"a": deep}
    wide = {"a": [[i % 7] for i in range(400_000)]}
    many = {"a": [[{"n": j} for j in range(100)] for _ in range(400)]}
    for data in (deep, wide, many):
        (fault,) = check(schema(type="array", uniqueItems=True), data)
        assert fault.path == "/a"


def test_below_an_unknown_field_nothing_more_is_said() -> None:
    assert [f.path for f in check(schema(), {"b": {"c": float("nan")}})] == ["/b"]


PLAIN = {
    "type": "object",
    "title": "表",
    "x-title-en": "Form",
    "required": ["a"],
    "additionalProperties": False,
    "properties": {
        "a": titled(type="string", minLength=1, maxLength=3),
        "b": titled(type="integer", minimum=0),
        "c": titled(type="array", items=titled(type="boolean"), maxItems=2, uniqueItems=True),
    },
    "if": {"properties": {"a": {"const": "x"}}, "required": ["a"]},
    "then": {"required": ["b"]},
}

values = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.sampled_from(["", "x", "yy", "long text"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["a", "b", "c", "d"]), inner, max_size=4)
    ),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from(["a", "b", "c", "d"]), values, max_size=4) | values)
def test_agrees_with_the_standard_on_ordinary_data(data: Any) -> None:
    """Every refusal is in words of ours, and we refuse exactly what a plain validator refuses."""
    faults = check(PLAIN, data)
    assert bool(faults) == (not Draft202012Validator(PLAIN).is_valid(data))
    assert len({fault.path for fault in faults}) == len(faults)
    json.dumps([(f.path, f.message.zh, f.message.en) for f in faults])
