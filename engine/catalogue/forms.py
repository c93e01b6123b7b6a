"""Forms: JSON Schema 2020-12 in YAML with hints of ours, one file a user task.

A form is read once (`load_form`), made concrete for a case (`resolve`), offered with what is
already known (`prefill`), checked when it comes back (`check`), and gives the process the values
that decide its way (`decisions`). `forms/README.md` describes the keywords.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

from engine.catalogue.form_rules import SCHEMA_SOURCES, Fault, refuse, schema_faults
from engine.catalogue.validation import check
from engine.catalogue.yaml_lines import load_yaml
from engine.errors import CatalogueError, Words

__all__ = ["Form", "check", "decisions", "form_in", "load_form", "prefill", "resolve"]

FORM_PATH = "forms/{}.yaml"
MAX_LENGTH = 2_000
MAX_ITEMS = 200

# What a client that knows nothing of `x-format` can check by itself.
_PLAIN = {
    "date": {"format": "date"},
    "datetime": {"format": "date-time"},
    "mobile": {"pattern": "^1[3-9][0-9]{9}$"},
    "id-number": {"pattern": "^[0-9]{17}[0-9Xx]$"},
    "credit-code": {"pattern": "^[0-9A-HJ-NPQRTUWXYa-hj-npqrtuwxy]{18}$"},
}


@dataclass(frozen=True)
class Form:
    """One form as deployed. `schema` may still hold `x-source`; treat it as read-only.

    `decides` names the fields copied into the data of the process; `derived` maps those among
    them that the server computes to their derivation, such as {"all_same": "comparison.same"}.
    """

    key: str
    title: Words
    schema: dict[str, Any]
    decides: tuple[str, ...]
    derived: Mapping[str, str]

    @cached_property
    def sources(self) -> frozenset[str]:
        """What the form draws on for each case: the names in its `x-source` and `x-rows`."""
        return frozenset(_sources(self.schema))

    @cached_property
    def fixed(self) -> dict[str, Any] | None:
        """The concrete schema of a form that draws on nothing, the same for every case; to be
        read only. None where the form draws on something."""
        return None if self.sources else resolve(self, {})


def _sources(schema: Any) -> Iterator[str]:
    if isinstance(schema, dict):
        yield from (schema[word] for word in ("x-source", "x-rows") if word in schema)
        for each in schema.values():
            yield from _sources(each)
    elif isinstance(schema, list):
        for each in schema:
            yield from _sources(each)


def form_in(files: Mapping[str, bytes], key: str) -> Form:
    """Return a form of a deployed version, by the version's files; the gate made sure of it."""
    path = FORM_PATH.format(key)
    return _read_once(files[path], path)


@lru_cache(maxsize=1024)
def _read_once(data: bytes, path: str) -> Form:
    """A deployed form never changes, and reading one costs more than completing a task."""
    return load_form(data, path)


def load_form(data: bytes, name: str) -> Form:
    """Read the form in `data`; `name` is what messages call the file.

    Raises CatalogueError that tells all faults of the file, each with its line.
    """
    schema, line_of = load_yaml(data, name)
    faults = schema_faults(schema)
    if not faults:
        faults = [*_head_faults(schema), *_derivation_faults(schema)]
    if faults:
        raise refuse(name, line_of, faults)
    fields = schema["properties"]
    return Form(
        key=schema["$id"],
        title=Words(schema["title"], schema["x-title-en"]),
        schema=schema,
        decides=tuple(field for field, s in fields.items() if s.get("x-decides")),
        derived={field: s["x-derive"]["every"] for field, s in fields.items() if "x-derive" in s},
    )


def _head_faults(schema: dict[str, Any]) -> list[Fault]:
    faults: list[Fault] = []
    for word in ("$id", "title", "x-title-en"):
        if not schema.get(word):
            faults.append(((), Words(f"缺少 {word}，请补上。", f"Lacks `{word}`; add it.")))
    if schema["type"] != "object" or not schema.get("properties"):
        faults.append(
            (("type",), Words("表单应为带字段的 object。", "A form is an object with fields."))
        )
    return faults


def _derivation_faults(schema: dict[str, Any]) -> list[Fault]:
    fields = schema.get("properties", {})
    faults = []
    for name, field in fields.items():
        if "x-derive" not in field:
            continue
        table, _, column = str(field["x-derive"].get("every", "")).partition(".")
        rows = fields.get(table, {}).get("items", {})
        known = rows.get("properties", {}).get(column, {}).get("type") == "boolean"
        if not known or name in schema.get("required", []):
            words = Words(
                "推导的字段不得列为必填，且 every 应指向表格中的是否字段。",
                "A derived field is never required, and `every` names a boolean column of a table.",
            )
            faults.append((("properties", name, "x-derive"), words))
    return faults


def resolve(form: Form, context: Mapping[str, Any]) -> dict[str, Any]:
    """Return the concrete JSON Schema of `form` for one case; it can be used without this module.

    `context` holds, by the name that `x-source` and `x-rows` use:
    - `materials`: all materials of the item; `materials.submitted`: those handed in that have a
      paper original; `supplement.unmet`: those the one-time notice named and that are still unmet.
      Each a sequence of {"code", "title", "title_en"}.
    - `item.details`: the item's own fields, an object schema (`Item.details`).
    Objects are closed, texts are not blank (unless `minLength: 0`) and at most 2,000 characters,
    lists at most 200 entries long, where the form says nothing else. Derived fields are left out:
    the server computes them. Raises CatalogueError where the context lacks a source.
    """
    return _concrete(form, form.schema, context)


def _concrete(form: Form, schema: Mapping[str, Any], context: Mapping[str, Any]) -> dict[str, Any]:
    source = schema.get("x-source")
    if source in SCHEMA_SOURCES:
        fragment = {**_of(form, context, source), **_without(schema, "x-source")}
        return _concrete(form, fragment, context)
    result = copy.deepcopy(_without(schema, "x-source", "x-rows", "properties", "items"))
    if source:
        result |= _choices(_of(form, context, source))
    if "x-rows" in schema:
        result |= _rows(schema, _of(form, context, schema["x-rows"]))
    if "properties" in schema:
        result["properties"] = {
            name: _concrete(form, field, context)
            for name, field in schema["properties"].items()
            if "x-derive" not in field
        }
        result["additionalProperties"] = False
    if "items" in schema:
        result["items"] = _concrete(form, schema["items"], context)
        result.setdefault("maxItems", MAX_ITEMS)
    if result.get("type") == "string":
        _limit_text(result)
    return result


def _of(form: Form, context: Mapping[str, Any], source: str) -> Any:
    if source not in context:
        raise CatalogueError(
            f"表单 {form.key} 需要“{source}”，但本环节没有提供。",
            f'The form {form.key} needs "{source}", which this task does not provide.',
            form=form.key,
        )
    return context[source]


def _without(schema: Mapping[str, Any], *words: str) -> dict[str, Any]:
    return {word: value for word, value in schema.items() if word not in words}


def _choices(rows: Sequence[Mapping[str, str]]) -> dict[str, Any]:
    if not rows:
        return {"enum": []}
    return {
        "oneOf": [
            {"const": row["code"], "title": row["title"], "x-title-en": row["title_en"]}
            for row in rows
        ]
    }


def _rows(schema: Mapping[str, Any], rows: Sequence[Mapping[str, str]]) -> dict[str, Any]:
    """Exactly one row for each of `rows`, told by the column that the same source fills."""
    column = _column(schema)
    each = [
        {
            "contains": {"properties": {column: {"const": row["code"]}}, "required": [column]},
            "x-message": {
                "zh": f"缺少“{row['title']}”这一项",
                "en": f'lacks the entry "{row["title_en"]}"',
            },
        }
        for row in rows
    ]
    limits: dict[str, Any] = {"minItems": len(rows), "maxItems": len(rows)}
    return limits | ({"allOf": each} if each else {})


def _limit_text(schema: dict[str, Any]) -> None:
    fixed = schema.keys() & {"oneOf", "enum", "const"}
    if fixed:
        return
    schema.setdefault("maxLength", MAX_LENGTH)
    schema |= _PLAIN.get(schema.get("x-format", ""), {})
    if schema.setdefault("minLength", 1) and "pattern" not in schema:
        schema["pattern"] = r"\S"


def prefill(form: Form, context: Mapping[str, Any]) -> dict[str, Any]:
    """Return what can stand in `form` before anybody has filled it in.

    Taken from `default`, from `x-rows` (one row for each, the column of its source filled), and
    from `context["prefill"]` for fields marked `x-prefill: name`; missing values stay out.
    """
    known = context.get("prefill", {})
    data: dict[str, Any] = {}
    for name, field in form.schema["properties"].items():
        if field.get("x-prefill") in known:
            data[name] = copy.deepcopy(known[field["x-prefill"]])
        elif "x-rows" in field:
            data[name] = [
                {_column(field): row["code"]} for row in _of(form, context, field["x-rows"])
            ]
        elif "default" in field:
            data[name] = copy.deepcopy(field["default"])
    return data


def _column(field: Mapping[str, Any]) -> str:
    columns = field["items"]["properties"].items()
    return next(name for name, cell in columns if cell.get("x-source") == field["x-rows"])


def decisions(form: Form, data: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values of checked `data` that decide, among them those the server derives.

    `x-derive: {every: table.column}` is true when every row has the column true; an empty table
    is true (there was nothing to compare), a missing one is not.
    """
    values = {name: data[name] for name in form.decides if name in data}
    for name, source in form.derived.items():
        table, _, column = source.partition(".")
        values[name] = table in data and all(row[column] is True for row in data[table])
    return values
