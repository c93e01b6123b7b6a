"""What the schema of a form (or of an item's own fields) may say; every breach with its place.

A form is JSON Schema 2020-12 cut down to what `validation` has words for and what a page can
show: no references, no `anyOf`/`not`, `oneOf` only as a list of titled choices. The `x-` keywords
are listed in `forms/README.md`.
"""

from __future__ import annotations

import keyword
import re
from collections.abc import Iterator, Mapping
from typing import Any

from jsonschema import Draft202012Validator

from engine.catalogue.formats import FORMATS
from engine.catalogue.patterns import readable
from engine.catalogue.validation import MAX_ITEMS, MAX_TEXT
from engine.catalogue.yaml_lines import LineOf, Place
from engine.errors import CatalogueError, Words

Fault = tuple[Place, Words]

# What `x-source` and `x-rows` may name; `forms.resolve` says what each holds.
CHOICE_SOURCES = frozenset({"materials", "materials.submitted", "supplement.unmet"})
SCHEMA_SOURCES = frozenset({"item.details"})
PREFILLS = frozenset({"applicant", "agent", "recipient", "delivery", "today", "licence"})
WIDGETS = frozenset(
    {"text", "textarea", "radio", "select", "checkbox", "table", "date", "datetime"}
)
DERIVATIONS = frozenset({"every"})
_UI = frozenset({"widget", "help", "help_en"})

_STANDARD = frozenset(
    """
    $schema $id title description type properties required items enum const oneOf allOf if then
    else contains dependentRequired minLength maxLength pattern minimum maximum exclusiveMinimum
    exclusiveMaximum multipleOf minItems maxItems uniqueItems additionalProperties default examples
    """.split()  # noqa: SIM905
)
_OURS = frozenset(
    """
    x-title-en x-description-en x-ui x-source x-rows x-format x-order x-message x-prefill x-personal
    x-decides x-derive x-basis
    """.split()  # noqa: SIM905
)
_SCALARS = frozenset({"string", "integer", "number", "boolean"})
_NAME = re.compile("[a-z][a-z0-9_]{0,62}")


def refuse(name: str, line_of: LineOf, faults: list[Fault]) -> CatalogueError:
    """Build one refusal of file `name` that tells all `faults`, each with its line."""
    told = [(line_of(place), words) for place, words in faults]
    return CatalogueError(
        "\n".join(f"{name} 第 {line} 行：{words.zh}" for line, words in told),
        "\n".join(f"{name}:{line}: {words.en}" for line, words in told),
        file=name,
        line=told[0][0],
        lines=[line for line, _ in told],
    )


def schema_faults(schema: Any, place: Place = ()) -> list[Fault]:
    """Return all faults of an object schema that stands at `place` of its file."""
    meta = Draft202012Validator(Draft202012Validator.META_SCHEMA)
    wrong = [
        ((*place, *error.absolute_path), _not_a_schema(error)) for error in meta.iter_errors(schema)
    ]
    if wrong or not isinstance(schema, dict):
        return wrong or [(place, Words("应为一组字段。", "Expected a mapping."))]
    return [fault for fault in _field_faults(schema, place, named=bool(place))]


def _not_a_schema(error: Any) -> Words:
    at = error.absolute_path[-1] if error.absolute_path else "$"
    return Words(
        f"“{at}”不符合 JSON Schema 2020-12（{error.validator}），请对照 forms/README.md 改正。",
        f'"{at}" breaks JSON Schema 2020-12 ({error.validator}); see forms/README.md.',
    )


def _field_faults(schema: Any, place: Place, *, named: bool) -> Iterator[Fault]:
    """Faults of one field and of all below it."""
    if not isinstance(schema, dict):
        yield place, Words("应写明字段的内容。", "Expected the description of a field.")
        return
    yield from _keyword_faults(schema, place)
    if named:
        yield from _title_faults(schema, place)
    if "type" not in schema and schema.get("x-source") not in SCHEMA_SOURCES:
        yield place, Words("缺少 type，请写明类型。", "Lacks `type`; say what kind of value it is.")
    yield from _choice_faults(schema, place)
    yield from _limit_faults(schema, place)
    yield from _source_faults(schema, place)
    yield from _own_faults(schema, place)
    yield from _decision_faults(schema, place)
    for name, field in schema.get("properties", {}).items():
        yield from _name_faults(name, (*place, "properties", name))
        yield from _field_faults(field, (*place, "properties", name), named=True)
    for name in schema.get("required", []):
        if name not in schema.get("properties", {}):
            yield (*place, "required"), _undeclared(name)
    if schema.get("type") == "array" or "items" in schema:
        yield from _field_faults(schema.get("items"), (*place, "items"), named=False)
    yield from _condition_faults(schema, place, schema.get("properties", {}))


def _keyword_faults(schema: Mapping[str, Any], place: Place) -> Iterator[Fault]:
    for word in schema:
        if word not in _STANDARD | _OURS:
            yield (
                (*place, word),
                Words(
                    f"不支持“{word}”，请改用 forms/README.md 所列的关键字。",
                    f'"{word}" is not supported; use the keywords listed in forms/README.md.',
                ),
            )
    if schema.get("additionalProperties", False) is not False:
        yield (
            (*place, "additionalProperties"),
            Words("只能为 false，请删去。", "Can only be false; remove it."),
        )


def _title_faults(schema: Mapping[str, Any], place: Place) -> Iterator[Fault]:
    for word in ("title", "x-title-en"):
        if not isinstance(schema.get(word), str) or not schema[word].strip():
            yield (
                place,
                Words(f"缺少 {word}，请写明字段名称。", f"Lacks `{word}`; give the field a title."),
            )


def _name_faults(name: str, place: Place) -> Iterator[Fault]:
    if not _NAME.fullmatch(name) or keyword.iskeyword(name):
        yield (
            place,
            Words(
                f"字段名“{name}”不可用，请用小写字母、数字和下划线，且不用保留字。",
                f'The field name "{name}" cannot be used; take lower-case letters, digits and '
                "underscores, and no reserved word.",
            ),
        )


def _undeclared(name: str) -> Words:
    return Words(
        f"字段“{name}”没有在 properties 中定义，请补上。",
        f'The field "{name}" is not among `properties`; define it.',
    )


def _choice_faults(schema: Mapping[str, Any], place: Place) -> Iterator[Fault]:
    for i, choice in enumerate(schema.get("oneOf", [])):
        known = isinstance(choice, dict) and choice.keys() == {"const", "title", "x-title-en"}
        if not known:
            yield (
                (*place, "oneOf", i),
                Words(
                    "选项只写 const、title 和 x-title-en。",
                    "A choice consists of `const`, `title` and `x-title-en`.",
                ),
            )


def _limit_faults(schema: Mapping[str, Any], place: Place) -> Iterator[Fault]:
    for word, most in (("maxLength", MAX_TEXT), ("maxItems", MAX_ITEMS)):
        if schema.get(word, 0) > most:
            yield (*place, word), Words(f"不得大于 {most}。", f"Must not exceed {most}.")
    if "pattern" in schema and not readable(schema["pattern"]):
        yield (
            (*place, "pattern"),
            Words(
                "不是可用的正则表达式：不支持前后断言和反向引用，重复次数不超过 1000。",
                "Is not a regular expression that can be used: without lookarounds and "
                "backreferences, at most 1000 repetitions.",
            ),
        )


def _source_faults(schema: Mapping[str, Any], place: Place) -> Iterator[Fault]:
    ui = schema.get("x-ui", {})
    closed: list[tuple[str, Any, frozenset[str]]] = [
        ("x-source", schema.get("x-source"), CHOICE_SOURCES | SCHEMA_SOURCES),
        ("x-rows", schema.get("x-rows"), CHOICE_SOURCES),
        ("x-format", schema.get("x-format"), frozenset(FORMATS)),
        ("x-prefill", schema.get("x-prefill"), PREFILLS),
        ("x-ui", ui.get("widget") if isinstance(ui, dict) else "?", WIDGETS),
    ]
    for word, value, known in closed:
        if value is not None and value not in known:
            names = ", ".join(sorted(known))
            yield (
                (*place, word),
                Words(f"应为 {names} 之一。", f"Expected one of: {names}."),
            )


def _own_faults(schema: Mapping[str, Any], place: Place) -> Iterator[Fault]:
    """The shapes of `x-ui`, `x-message`, `x-order` and `x-rows`."""
    columns = (schema.get("items") or {}).get("properties", {}).values()
    if "x-rows" in schema and all(c.get("x-source") != schema["x-rows"] for c in columns):
        yield (
            (*place, "x-rows"),
            Words("表格中应有一列 x-source 与之相同。", "A column needs the same `x-source`."),
        )
    ui, message, order = (schema.get(word) for word in ("x-ui", "x-message", "x-order"))
    if isinstance(ui, dict) and not ui.keys() <= _UI:
        yield (
            (*place, "x-ui"),
            Words("只写 widget、help、help_en。", "Takes widget, help, help_en."),
        )
    if message is not None and not (isinstance(message, dict) and message.keys() == {"zh", "en"}):
        yield (*place, "x-message"), Words("应写 zh 和 en。", "Expected `zh` and `en`.")
    fields = schema.get("properties", {})
    if order is not None and not (
        isinstance(order, list)
        and len(order) == 2
        and all(fields.get(name, {}).get("x-format") == "date" for name in order)
    ):
        yield (
            (*place, "x-order"),
            Words("应为本组两个日期字段的名称。", "Expected the names of two date fields here."),
        )


def _decision_faults(schema: Mapping[str, Any], place: Place) -> Iterator[Fault]:
    if schema.get("x-decides"):
        if schema.get("type") not in _SCALARS:
            yield (
                (*place, "x-decides"),
                Words(
                    "只有文字、数字、是否可以决定流程，请改用单个值。",
                    "Only a text, number or boolean can decide; use a single value.",
                ),
            )
        if len([part for part in place if part == "properties"]) != 1 or len(place) != 2:
            yield (
                (*place, "x-decides"),
                Words(
                    "只能标在表单第一层的字段上。",
                    "Can only mark a field of the form's first level.",
                ),
            )
    derive = schema.get("x-derive")
    if derive is not None and not (isinstance(derive, dict) and derive.keys() <= DERIVATIONS):
        yield (
            (*place, "x-derive"),
            Words("应为 every: 表格.字段。", "Expected `every: table.field`."),
        )


def _condition_faults(
    schema: Mapping[str, Any], place: Place, fields: Mapping[str, Any]
) -> Iterator[Fault]:
    """`if`/`then`/`else`/`allOf` speak only of fields that the object itself defines."""
    parts = [((*place, word), schema[word]) for word in ("if", "then", "else") if word in schema]
    parts += [((*place, "allOf", i), part) for i, part in enumerate(schema.get("allOf", []))]
    for spot, part in parts:
        if not isinstance(part, dict):
            yield spot, Words("应为一组条件。", "Expected a mapping of conditions.")
            continue
        yield from _keyword_faults(part, spot)
        for name in [*part.get("properties", {}), *part.get("required", [])]:
            if name not in fields:
                yield spot, _undeclared(name)
        yield from _condition_faults(part, spot, fields)
