"""Forms: what is shown and posted back unchanged is the data it was made of."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from engine.catalogue.context import form_context
from engine.catalogue.forms import check, load_form, prefill, resolve
from engine.catalogue.items import load_items
from engine.config import CHECKOUT
from engine.errors import FieldError, Words
from web.forms import Field, build, pointer_id
from web.posted import Edit, edit_of, read, said

FORMS = sorted((CHECKOUT / "forms" / "single-item").glob("*.yaml"))
CONTEXT = {
    "item.details": {
        "type": "object",
        "title": "内容",
        "x-title-en": "Particulars",
        "properties": {},
    },
    "materials": [{"code": c, "title": c, "title_en": c} for c in ("plan", "deed")],
    "materials.submitted": [{"code": "plan", "title": "图", "title_en": "plan"}],
    "supplement.unmet": [{"code": "deed", "title": "证", "title_en": "deed"}],
    "prefill": {"today": "2026-11-23"},
}


def posted(field: Field) -> Iterator[tuple[str, str]]:
    """Yield what a browser sends for a form that nobody touched."""
    for each in [*field.fields, *field.rows]:
        yield from posted(each)
    if field.kind in ("group", "table", "list"):
        return
    if field.kind == "checkboxes":
        yield from ((field.name, value) for value in field.value)
    elif field.kind == "checkbox":
        yield from [(field.name, "true")] if field.value else []
    elif field.kind in ("radio", "yes_no"):
        yield from [(field.name, field.value)] if field.value else []
    else:
        yield field.name, field.value.replace("\n", "\r\n")


def sent(schema: dict[str, Any], data: Any) -> MultiDict:
    return MultiDict(posted(build(schema, data)))


# ---------------------------------------------------------------- any form there and back

NAMES = st.text("abcxyz_", min_size=1, max_size=6)
TEXTS = st.text("汉字abc 019<>&\"'", min_size=1, max_size=12).map(str.strip).filter(bool)
CHOICES = [{"const": c, "title": c, "x-title-en": c} for c in ("one", "two", "three")]


def titled(schema: dict[str, Any]) -> dict[str, Any]:
    return schema | {"title": "字段", "x-title-en": "Field"}


def leaf() -> st.SearchStrategy[tuple[dict[str, Any], st.SearchStrategy]]:
    return st.sampled_from(
        [
            (titled({"type": "string"}), TEXTS),
            (titled({"type": "string", "x-ui": {"widget": "textarea"}}), TEXTS.map("a\n{}".format)),
            (titled({"type": "string", "oneOf": CHOICES}), st.sampled_from(["one", "two"])),
            (
                titled({"type": "string", "oneOf": CHOICES, "x-ui": {"widget": "radio"}}),
                st.sampled_from(["one", "three"]),
            ),
            (titled({"type": "integer"}), st.integers(-(10**9), 10**9)),
            (titled({"type": "number"}), st.integers(0, 10**6).map(lambda n: n / 4)),
            (titled({"type": "boolean"}), st.just(True)),
            (
                titled({"type": "array", "uniqueItems": True, "items": {"oneOf": CHOICES}}),
                st.sampled_from([["one"], ["one", "three"]]),
            ),
            (
                titled({"type": "array", "items": titled({"type": "string"})}),
                st.lists(TEXTS, min_size=1),
            ),
            (titled({"type": "string", "x-format": "date"}), st.dates().map(str)),
        ]
    )


@st.composite
def filled(draw: st.DrawFn, depth: int = 2) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return an object schema and data that stands in it; some optional fields are left out."""
    properties, data, required = {}, {}, []
    for name in draw(st.lists(NAMES, min_size=1, max_size=4, unique=True)):
        kind = draw(st.sampled_from(["leaf", "group", "table"])) if depth else "leaf"
        if kind == "leaf":
            properties[name], values = draw(leaf())
        else:
            inner, inside = draw(filled(depth - 1))
            one = kind == "group"
            properties[name] = inner if one else titled({"type": "array", "items": inner})
            values = st.just(inside if one else [inside])
        if draw(st.booleans()):
            required.append(name)
        if name in required or draw(st.booleans()) or not data:
            data[name] = draw(values)
    return titled({"type": "object", "properties": properties, "required": required}), data


@given(filled())
@settings(max_examples=150, deadline=None)
def test_what_stands_in_a_form_comes_back(form: tuple[dict[str, Any], dict[str, Any]]) -> None:
    schema, data = form
    assert read(schema, sent(schema, data)) == data


@given(st.lists(st.tuples(st.text(max_size=30), st.text(max_size=30)), max_size=20))
@settings(max_examples=150, deadline=None)
def test_whatever_is_posted_is_read_and_checked(pairs: list[tuple[str, str]]) -> None:
    """Hostile names and texts end as data that the check can speak about, never as an error."""
    form = load_form((CHECKOUT / "forms/single-item/check-completeness.yaml").read_bytes(), "form")
    schema = resolve(form, CONTEXT)
    names = ["outcome", "defects.0.kind", "defects.7.defect", "defects.x.kind", "opinion"]
    known = [(names[n % len(names)], text) for n, (_, text) in enumerate(pairs)]
    data = read(schema, MultiDict([*pairs, *known]))
    for error in check(schema, data):
        assert error.message.zh
    build(schema, data, check(schema, data))


# ---------------------------------------------------------------- the forms that are deployed


@pytest.mark.parametrize("path", FORMS, ids=lambda p: p.stem)
def test_every_form_of_the_procedure_is_shown_and_read(path: Path) -> None:
    form = load_form(path.read_bytes(), path.name)
    schema = resolve(form, CONTEXT)
    offered = prefill(form, CONTEXT)
    root = build(schema, offered)
    assert [field.name for field in root.fields] == list(schema["properties"])
    back = read(schema, MultiDict(posted(root)))
    for name, value in offered.items():
        assert back.get(name) == value


def test_every_item_has_fields_of_its_own() -> None:
    form = load_form(FORMS[0].read_bytes(), "application")
    for item in load_items(CHECKOUT / "processes" / "catalogue").values():
        schema = resolve(form, form_context(asdict(item)))
        details = next(f for f in build(schema, {}).fields if f.name == "details")
        assert [f.name for f in details.fields] == [
            f"details.{n}" for n in item.details["properties"]
        ]


# ---------------------------------------------------------------- one rule each

AGENT = titled(
    {
        "type": "object",
        "required": ["name", "may_act"],
        "properties": {
            "name": titled({"type": "string"}),
            "may_act": titled({"type": "boolean"}),
            "online": titled({"type": "boolean"}),
        },
    }
)


def test_an_optional_group_is_left_out_when_nothing_is_said_in_it() -> None:
    schema = titled({"type": "object", "properties": {"agent": AGENT}})
    blank = MultiDict([("agent.name", "  ")])
    assert read(schema, blank) == {}
    assert read(schema | {"required": ["agent"]}, blank) == {"agent": {}}
    assert read(schema, MultiDict([("agent.may_act", "false")])) == {"agent": {"may_act": False}}


def test_a_demanded_group_counts_only_with_the_choice_that_demands_it() -> None:
    path = CHECKOUT / "forms/single-item/decision.yaml"
    schema = resolve(load_form(path.read_bytes(), path.name), CONTEXT)
    offered = [("licence.valid_from", "2026-11-23"), ("reasons", "r")]
    approved, refused = (
        read(schema, MultiDict([*offered, ("outcome", outcome)]))
        for outcome in ("approve", "refuse")
    )
    assert said(schema, approved) == approved
    assert said(schema, refused) == {"outcome": "refuse", "reasons": "r"}
    assert refused["licence"] == {"valid_from": "2026-11-23"}  # shown again after a fault


@pytest.mark.parametrize(
    ("text", "value"),
    [("12", 12), ("-3", -3), ("1.50", 1.5), ("12 m²", "12 m²"), ("1e9", "1e9"), ("NaN", "NaN")]
    + [("9" * 31, "9" * 31), ("１２", "１２")],
)
def test_a_wrong_number_stays_text(text: str, value: Any) -> None:
    schema = titled({"type": "object", "properties": {"n": titled({"type": "number"})}})
    assert read(schema, MultiDict([("n", text)])) == {"n": value}


def test_a_page_s_time_is_shanghai_time() -> None:
    field = titled({"type": "string", "x-format": "datetime"})
    schema = titled({"type": "object", "properties": {"at": field}})
    data = read(schema, MultiDict([("at", "2026-11-23T09:30")]))
    assert data == {"at": "2026-11-23T09:30:00+08:00"}
    assert check(schema, data) == []
    assert build(schema, data).fields[0].value == "2026-11-23T09:30"


def test_a_box_that_must_be_ticked_says_so_when_it_is_not() -> None:
    path = CHECKOUT / "forms/single-item/application.yaml"
    schema = resolve(load_form(path.read_bytes(), path.name), CONTEXT)
    data = read(schema, MultiDict())
    assert data["declaration"] is False
    message = next(e.message.zh for e in check(schema, data) if e.path == "/declaration")
    assert "须确认后方可提交" in message


def rows_form() -> dict[str, Any]:
    cells = {"a": titled({"type": "string"}), "b": titled({"type": "string"})}
    table = titled({"type": "array", "items": {"type": "object", "properties": cells}})
    return titled({"type": "object", "properties": {"t": table}})


def test_rows_come_and_go() -> None:
    form = MultiDict([("t.0.a", "x"), ("t.0.b", ""), ("t.4.a", ""), ("t.10.b", "y")])
    assert read(rows_form(), form) == {"t": [{"a": "x"}, {"b": "y"}]}
    assert read(rows_form(), form, Edit(add="t")) == {"t": [{"a": "x"}, {}, {"b": "y"}, {}]}
    assert read(rows_form(), form, Edit(remove="t.0")) == {"t": [{}, {"b": "y"}]}
    assert edit_of(MultiDict([("_remove", "t.0")])) == Edit(remove="t.0")
    assert not edit_of(MultiDict())


def test_a_list_begins_with_as_many_rows_as_it_needs() -> None:
    path = CHECKOUT / "forms/single-item/site-check.yaml"
    schema = resolve(load_form(path.read_bytes(), path.name), CONTEXT)
    officials = next(f for f in build(schema, {}).fields if f.name == "officials")
    assert [row.name for row in officials.rows] == ["officials.0", "officials.1"]


def test_prescribed_rows_can_t_be_changed() -> None:
    path = CHECKOUT / "forms/single-item/delivery.yaml"
    form = load_form(path.read_bytes(), path.name)
    root = build(resolve(form, CONTEXT), prefill(form, CONTEXT))
    table = next(f for f in root.fields if f.name == "comparison")
    assert table.fixed
    assert [(c.name, c.kind) for c in table.rows[0].fields[:2]] == [
        ("comparison.0.material", "fixed"),
        ("comparison.0.same", "yes_no"),
    ]


def test_faults_stand_at_their_fields_and_open_a_closed_group() -> None:
    schema = titled({"type": "object", "properties": {"agent": AGENT}})
    closed = build(schema, {}).fields[0]
    wrong = FieldError("/agent/name", Words("错", "wrong"))
    opened = build(schema, {}, [wrong]).fields[0]
    assert (closed.filled, opened.filled) == (False, True)
    assert opened.fields[0].error == wrong.message
    assert pointer_id(wrong.path) == opened.fields[0].id


def test_an_optional_field_says_when_it_is_needed() -> None:
    path = CHECKOUT / "forms/single-item/decision.yaml"
    schema = resolve(load_form(path.read_bytes(), path.name), CONTEXT)
    reasons = next(f for f in build(schema, {}).fields if f.name == "reasons")
    assert [w.zh for w in reasons.demanded] == ["不予许可", "退回承办人重新审查"]
