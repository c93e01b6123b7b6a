"""Forms on pages: a concrete JSON Schema (`engine.catalogue.forms.resolve`) becomes fields.

Names are dotted (`applicant.name`), rows of a list are numbered (`defects.0.kind`); `posted` reads
what comes back.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.errors import FieldError, Words
from web.schema import Schema, choices, demands, is_rows, joined, text_of

NO_WORDS = Words("", "")


@dataclass
class Field:
    """One field, group, list or table of a page.

    `kind`: group, table, list, checkboxes, radio, select, fixed (a choice nobody may change),
    yes_no, checkbox, number, date, datetime, textarea, text. `value` is what stands in it, as text
    for inputs; `fields` the members of a group, `rows` those of a table or list, each row a Field.
    `demanded` are the choices that make an optional field necessary.
    """

    name: str
    kind: str
    title: Words
    help: Words = NO_WORDS
    required: bool = False
    demanded: tuple[Words, ...] = ()
    value: Any = ""
    error: Words | None = None
    choices: tuple[tuple[str, Words], ...] = ()
    fields: list[Field] = field(default_factory=list)
    rows: list[Field] = field(default_factory=list)
    fixed: bool = False

    @property
    def id(self) -> str:
        return field_id(self.name)

    @property
    def filled(self) -> bool:
        """Tell whether anything stands in it or is wrong with it: a closed group then opens."""
        below = [*self.fields, *self.rows]
        own = self.kind not in ("group", "table", "list") and self.value not in ("", [], False)
        return bool(self.error) or own or any(each.filled for each in below)


def field_id(name: str) -> str:
    return "f-" + name.replace(".", "-")


def pointer_id(path: str) -> str:
    """Return the id of the field that a JSON pointer such as /applicant/name names."""
    return field_id(path.strip("/").replace("/", "."))


def build(schema: Schema, data: Any, errors: Iterable[FieldError] = ()) -> Field:
    """Return the form as a group, with `data` standing in it and each fault at its field."""
    told = {error.path: error.message for error in errors}
    root = _Maker(told).group(schema, "", data if isinstance(data, Mapping) else {})
    root.error = told.get("")
    return root


class _Maker:
    """Builds fields; holds the faults by JSON pointer."""

    def __init__(self, errors: Mapping[str, Words]) -> None:
        self.errors = errors

    def field(self, schema: Schema, name: str, value: Any, required: bool) -> Field:
        if schema.get("type") == "object":
            made = self.group(schema, name, value if isinstance(value, Mapping) else {})
        elif is_rows(schema):
            made = self.table(schema, name, value if isinstance(value, list) else [])
        else:
            made = self.leaf(schema, name, value, required)
        made.required = required
        made.error = self.errors.get("/" + name.replace(".", "/"))
        return made

    def group(self, schema: Schema, name: str, data: Mapping[str, Any]) -> Field:
        made = Field(name, "group", *_words(schema))
        cases = demands(schema)
        for key, inner in schema.get("properties", {}).items():
            needed = key in schema.get("required", ())
            each = self.field(inner, joined(name, key), data.get(key), needed)
            each.demanded = tuple(
                _choice_title(schema["properties"], *case) for case in cases.get(key, ())
            )
            made.fields.append(each)
        return made

    def table(self, schema: Schema, name: str, data: list[Any]) -> Field:
        made = Field(name, "table", *_words(schema))
        inner = schema["items"]
        if inner.get("type") != "object":
            made.kind = "list"
        made.fixed = bool(data) and schema.get("minItems", 0) == schema.get("maxItems")
        blank = {} if made.kind == "table" else ""
        rows = data + [blank] * (max(schema.get("minItems", 0), 1) - len(data))
        if made.fixed or schema.get("maxItems") != 0:
            made.rows = [self._row(inner, name, n, row, made.fixed) for n, row in enumerate(rows)]
        return made

    def _row(self, schema: Schema, name: str, n: int, value: Any, fixed: bool) -> Field:
        row = self.field(schema, f"{name}.{n}", value, False)
        for cell in row.fields if fixed else ():
            if cell.kind == "select" and cell.value:
                cell.kind = "fixed"
        return row

    def leaf(self, schema: Schema, name: str, value: Any, required: bool) -> Field:
        kind = _leaf_kind(schema, required)
        made = Field(name, kind, *_words(schema))
        source = schema["items"] if kind == "checkboxes" else schema
        made.choices = tuple((text_of(const), words) for const, words in choices(source))
        if kind == "checkboxes":
            made.value = [text_of(v) for v in value] if isinstance(value, list) else []
        elif kind == "checkbox":
            made.value = value is True
        else:
            made.value = text_of(value)[:16] if kind == "datetime" else text_of(value)
        return made


def _leaf_kind(schema: Schema, required: bool) -> str:
    widget = schema.get("x-ui", {}).get("widget", "text")
    kind = schema.get("type")
    if kind == "array":
        return "checkboxes"
    if kind == "boolean":
        return "yes_no" if required and "const" not in schema else "checkbox"
    if "oneOf" in schema or "enum" in schema:
        return "radio" if widget == "radio" else "select"
    if kind in ("number", "integer"):
        return "number"
    if schema.get("x-format") in ("date", "datetime"):
        return schema["x-format"]
    return "textarea" if widget == "textarea" else "text"


def _words(schema: Schema) -> tuple[Words, Words]:
    """Return title and help."""
    title, ui = schema.get("title", ""), schema.get("x-ui", {})
    zh = ui.get("help") or schema.get("description", "")
    en = ui.get("help_en") or schema.get("x-description-en", "")
    return Words(title, schema.get("x-title-en", title)), Words(zh, en or zh)


def _choice_title(properties: Mapping[str, Schema], name: str, const: Any) -> Words:
    """Return the words of a choice; where it is no choice, the title of its field."""
    found = properties.get(name, {})
    title = _words(found)[0]
    if const is False:
        return Words(f"{title.zh}：否", f"{title.en}: no")
    return next((words for each, words in choices(found) if each == const), title)
