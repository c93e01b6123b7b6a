"""Check filled-in data against a form's concrete JSON Schema and say every fault in words.

The schema comes from `forms.resolve` (or from an item's schema); only the keywords that
`form_rules` lets through occur in it, so each has its words here and no message of the
validator's own ever reaches a reader. Our own keywords `x-format`, `x-order` and `x-message`
work as the keywords of the standard do.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from jsonschema import Draft202012Validator, validators
from jsonschema.exceptions import ValidationError

from engine.catalogue.formats import FORMATS, text_fault
from engine.catalogue.patterns import found
from engine.catalogue.validation_words import by_position, rank, sentence, subschema, words_of
from engine.errors import FieldError, Words

MAX_DEPTH = 12
MAX_ITEMS = 500
MAX_VALUES = 20_000
MAX_TEXT = 20_000
# The largest whole number that every JSON reader keeps exactly (RFC 8259, section 6).
MAX_NUMBER = 2**53 - 1

Path = tuple[str | int, ...]


def check(schema: Mapping[str, Any], data: Any) -> list[FieldError]:
    """Return every fault of `data`, at most one a field, in the order of the fields; [] if none.

    `schema` is concrete (no `x-source` left), `data` what a JSON reader returned. A path is a
    JSON pointer; a missing field is reported at its own path, not at the object that lacks it.
    """
    faults: dict[Path, Words] = {}
    try:
        clean = _clean(schema, data, (), faults, [0])
    except _TooBig as fault:
        return [_field(fault.path, fault.words)]
    errors = sorted(_VALIDATOR(schema).iter_errors(clean), key=rank)
    for error in errors:
        path = tuple(error.absolute_path)
        if path not in faults:
            faults[path] = sentence(schema, path, words_of(error))
    unknown = {tuple(e.absolute_path) for e in errors if e.validator == "additionalProperties"}
    told = [p for p in faults if not any(p[:n] in unknown for n in range(1, len(p)))]
    return [_field(path, faults[path]) for path in sorted(told, key=by_position(schema))]


def _field(path: Path, words: Words) -> FieldError:
    escaped = (str(part).replace("~", "~0").replace("/", "~1") for part in path)
    return FieldError("".join(f"/{part}" for part in escaped), words)


# -- what no schema should have to say ------------------------------------------------------------


class _TooBig(Exception):
    def __init__(self, path: Path, zh: str, en: str) -> None:
        super().__init__(en)
        self.path, self.words = path, Words(zh, en)


def _clean(
    schema: Mapping[str, Any], value: Any, path: Path, faults: dict[Path, Words], seen: list[int]
) -> Any:
    """Return `value` with unusable leaves made harmless; note each of them in `faults`."""
    seen[0] += 1
    if len(path) > MAX_DEPTH:
        raise _TooBig(path[:1], "内容嵌套过深，请简化。", "Nested too deeply; simplify.")
    if seen[0] > MAX_VALUES or isinstance(value, list) and len(value) > MAX_ITEMS:
        raise _TooBig(path[:1], "内容过多，请分次填写。", "Too much content; fill in less.")
    if isinstance(value, dict):
        return _clean_object(schema, value, path, faults, seen)
    if isinstance(value, list):
        return [_clean(schema, v, (*path, i), faults, seen) for i, v in enumerate(value)]
    fault = _leaf_fault(value, subschema(schema, path))
    if fault:
        faults[path] = sentence(schema, path, fault)
        return ""
    return value


def _clean_object(
    schema: Mapping[str, Any], value: dict, path: Path, faults: dict[Path, Words], seen: list[int]
) -> dict:
    result = {}
    for key, item in value.items():
        if not isinstance(key, str) or len(key) > 64 or text_fault(key, lines=False):
            unreadable = Words("含有无法识别的字段名", "holds a field name that cannot be read")
            faults[path] = sentence(schema, path, unreadable)
        else:
            result[key] = _clean(schema, item, (*path, key), faults, seen)
    return result


def _leaf_fault(value: Any, schema: Mapping[str, Any]) -> Words | None:
    if isinstance(value, str):
        if len(value) > MAX_TEXT:
            return Words("文字过长", "holds too much text")
        return text_fault(value, lines=schema.get("x-ui", {}).get("widget") == "textarea")
    if value is None or isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        if abs(value) <= MAX_NUMBER:  # false for NaN and the infinities too
            return None
        return Words("数值过大或者不是数", "expected a number of ordinary size")
    return Words("内容的类型无法识别", "holds a value of an unknown kind")


# -- our own keywords -----------------------------------------------------------------------------


def _required(_: Any, names: list[str], data: Any, schema: Mapping) -> Iterator[ValidationError]:
    if isinstance(data, dict):
        for name in names:
            if name not in data:
                yield ValidationError("required", path=(name,), validator="required")


def _dependent(
    _: Any, needs: Mapping[str, list[str]], data: Any, schema: Mapping
) -> Iterator[ValidationError]:
    if isinstance(data, dict):
        for given in needs.keys() & data.keys():
            yield from _required(_, needs[given], data, schema)


def _closed(_: Any, allowed: bool, data: Any, schema: Mapping) -> Iterator[ValidationError]:
    if isinstance(data, dict) and allowed is False:
        for name in data.keys() - schema.get("properties", {}).keys():
            yield ValidationError("unknown", path=(name,), validator="additionalProperties")


def _pattern(_: Any, pattern: str, data: Any, schema: Mapping) -> Iterator[ValidationError]:
    if isinstance(data, str) and not found(pattern, data):
        yield ValidationError("pattern", validator="pattern")


def _format(_: Any, name: str, data: Any, schema: Mapping) -> Iterator[ValidationError]:
    fault = FORMATS[name](data) if isinstance(data, str) else None
    if fault:
        yield ValidationError("format", cause=_Spoken(fault), validator="x-format")


def _order(_: Any, names: list[str], data: Any, schema: Mapping) -> Iterator[ValidationError]:
    """`x-order: [from, until]`: the second date is not before the first."""
    first, second = names
    pair = (data.get(first), data.get(second)) if isinstance(data, dict) else (None, None)
    if all(isinstance(day, str) for day in pair) and pair[1] < pair[0]:
        title = schema["properties"][first]
        words = Words(
            f"不得早于{title['title']}", f'expected no day before "{title["x-title-en"]}"'
        )
        yield ValidationError("order", path=(second,), cause=_Spoken(words), validator="x-order")


class _Spoken(Exception):
    """Carries words through the validator, which hands on exceptions only."""

    def __init__(self, words: Words) -> None:
        super().__init__(words.en)
        self.words = words


_VALIDATOR = validators.extend(
    Draft202012Validator,
    {
        "required": _required,
        "dependentRequired": _dependent,
        "additionalProperties": _closed,
        "pattern": _pattern,
        "x-format": _format,
        "x-order": _order,
    },
)
