"""What a browser posts from a form, as the data that `engine.catalogue.forms.check` reads.

Nothing here checks a value: a wrong number stays the text it was, so that the server's check
speaks about what was typed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from web.schema import Schema, choices, demands, is_rows, joined, text_of

ABSENT = object()
LONGEST_NAME = 200  # what is longer is no field of ours
Form = Any  # werkzeug's MultiDict: `get`, `getlist`, `keys`


def counted(form: Form, name: str) -> int:
    """Return the whole number of a hidden field; 0, which is no row's, for anything else."""
    text = form.get(name, "")
    return int(text) if re.fullmatch("[0-9]{1,18}", text) else 0


@dataclass(frozen=True)
class Edit:
    """A row to add to the list of this name, or the row of this name to take away."""

    add: str = ""
    remove: str = ""

    def __bool__(self) -> bool:
        return bool(self.add or self.remove)


def edit_of(form: Form) -> Edit:
    """Return the row that the pressed button adds or takes away, if it is such a button."""
    return Edit(form.get("_add", ""), form.get("_remove", ""))


def read(schema: Schema, form: Form, edit: Edit = Edit()) -> dict[str, Any]:
    """Return what stands in a posted form, to show it again.

    Empty fields, optional groups in which nothing stands and empty rows are left out (rows stay
    while `edit` changes their number); line ends are LF, texts lose the space around them.
    """
    return _Reader(form, edit).group(schema, "")


def said(schema: Schema, data: Mapping[str, Any]) -> dict[str, Any]:
    """Return what of `read` data was said, for `check`.

    A group that only some outcomes ask for (the licence of an approval) is offered filled in:
    with any other outcome it is left out.
    """
    left = dict(data)
    for key, cases in demands(schema).items():
        asked = any(data.get(other) == const for other, const in cases)
        if not asked and schema["properties"].get(key, {}).get("type") == "object":
            left.pop(key, None)
    return left


class _Reader:
    def __init__(self, form: Form, edit: Edit) -> None:
        self.form, self.edit, self.said = form, edit, _said(form)

    def value(self, schema: Schema, name: str, required: bool) -> Any:
        if schema.get("type") == "object":
            return self.group(schema, name) if required or name in self.said else ABSENT
        if is_rows(schema):
            rows = self.rows(schema["items"], name)
            return rows if rows or required else ABSENT
        if schema.get("type") == "array":
            return _chosen(schema["items"], self.form.getlist(name)) or ABSENT
        if schema.get("type") == "boolean":
            return self.boolean(schema, name, required)
        return _parsed(schema, self.form.get(name, ""))

    def group(self, schema: Schema, name: str) -> dict[str, Any]:
        data: dict[str, Any] = {}
        for key, inner in schema.get("properties", {}).items():
            needed = key in schema.get("required", ())
            value = self.value(inner, joined(name, key), needed)
            if value is not ABSENT:
                data[key] = value
        return data

    def rows(self, schema: Schema, name: str) -> list[Any]:
        pattern = re.compile(re.escape(name) + r"\.([0-9]{1,3})(?:\.|$)")
        found = {int(m[1]) for key in self.form if (m := pattern.match(key))}
        names = [f"{name}.{n}" for n in sorted(found)]
        kept = [n for n in names if n != self.edit.remove and (self.edit or n in self.said)]
        rows = [self._row(schema, each) for each in kept]
        return [*rows, _empty(schema)] if self.edit.add == name else rows

    def _row(self, schema: Schema, name: str) -> Any:
        value = self.value(schema, name, required=True)
        return _empty(schema) if value is ABSENT else value

    def boolean(self, schema: Schema, name: str, required: bool) -> Any:
        text = self.form.get(name)
        if text in ("true", "false"):
            return text == "true"
        return False if required and "const" in schema else ABSENT


def _parsed(schema: Schema, text: str) -> Any:
    text = text.replace("\r\n", "\n").strip()
    if not text:
        return ABSENT
    if "oneOf" in schema or "enum" in schema:
        return _chosen(schema, [text])[0]
    if schema.get("type") in ("number", "integer"):
        return _number(text)
    if schema.get("x-format") == "datetime" and re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d", text):
        return f"{text}:00+08:00"  # a page's clock stands on Asia/Shanghai
    return text


def _number(text: str) -> Any:
    if re.fullmatch(r"-?[0-9]{1,30}", text):
        return int(text)
    return float(text) if re.fullmatch(r"-?[0-9]{1,30}\.[0-9]{1,15}", text) else text


def _chosen(schema: Schema, texts: Sequence[str]) -> list[Any]:
    known = {text_of(const): const for const, _ in choices(schema)}
    return [known.get(text, text) for text in texts]


def _said(form: Form) -> set[str]:
    """Return the names of all fields, groups and rows in which something stands."""
    said: set[str] = set()
    for key in form:
        if len(key) <= LONGEST_NAME and any(text.strip() for text in form.getlist(key)):
            parts = key.split(".")
            said.update(".".join(parts[:n]) for n in range(1, len(parts) + 1))
    return said


def _empty(schema: Schema) -> Any:
    return {} if schema.get("type") == "object" else ""
