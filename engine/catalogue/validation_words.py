"""The words for each fault that `validation.check` finds, and the name of the field it is in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from jsonschema.exceptions import ValidationError

from engine.errors import Words

Path = tuple[str | int, ...]

_KINDS = {
    "string": Words("应为文字", "expected text"),
    "integer": Words("应为整数", "expected a whole number"),
    "number": Words("应为数字", "expected a number"),
    "boolean": Words("应为“是”或者“否”", "expected true or false"),
    "array": Words("应为列表", "expected a list"),
    "object": Words("应为一组字段", "expected a group of fields"),
    "null": Words("应为空", "expected nothing"),
}
_UNKNOWN = Words("不是本表的字段，请删除", "is not a field of this form")
_REQUIRED = Words("必须填写", "is required")


def _kind(error: ValidationError) -> Words:
    names = error.validator_value
    kinds = [_KINDS[name] for name in ([names] if isinstance(names, str) else names)]
    return Words("，或者".join(k.zh for k in kinds), ", or ".join(k.en for k in kinds))


def _choice(error: ValidationError) -> Words:
    titles = [(o["title"], o["x-title-en"]) for o in error.validator_value]
    return _one_of([t for t, _ in titles], [t for _, t in titles])


def _enum(error: ValidationError) -> Words:
    if not error.validator_value:
        return Words("没有可以填写的内容", "has nothing to choose from here")
    values = [str(value) for value in error.validator_value]
    return _one_of(values, values)


def _one_of(zh: list[str], en: list[str]) -> Words:
    more = len(zh) > 12
    return Words(
        "应为" + "、".join(zh[:12]) + ("等" if more else "") + "之一",
        "expected one of: " + ", ".join(en[:12]) + (", …" if more else ""),
    )


def _pattern(error: ValidationError) -> Words:
    if error.validator_value == r"\S":
        return Words("不能只填空格", "expected more than spaces")
    return Words("格式不对", "has the wrong form")


def _shortest(error: ValidationError) -> Words:
    if not error.instance:
        return Words("不能为空", "must not be empty")
    n = error.validator_value
    return Words(f"至少 {n} 个字", f"expected at least {n} characters")


def _number(zh: str, en: str) -> Callable[[ValidationError], Words]:
    def words(error: ValidationError) -> Words:
        return Words(zh.format(error.validator_value), en.format(error.validator_value))

    return words


# Where a field has several faults, the first of this order is told.
_WORDS: dict[str, Callable[[ValidationError], Words]] = {
    "additionalProperties": lambda _: Words(
        "不是本表的字段，请删除", "is not a field of this form"
    ),
    "required": lambda _: _REQUIRED,
    "type": _kind,
    "x-format": lambda error: error.cause.words,
    "oneOf": _choice,
    "enum": _enum,
    "const": lambda error: Words("应为规定的内容", "expected the prescribed value"),
    "minLength": _shortest,
    "maxLength": _number("最多 {} 个字", "expected at most {} characters"),
    "pattern": _pattern,
    "minimum": _number("不得小于 {}", "expected at least {}"),
    "exclusiveMinimum": _number("应大于 {}", "expected more than {}"),
    "maximum": _number("不得大于 {}", "expected at most {}"),
    "exclusiveMaximum": _number("应小于 {}", "expected less than {}"),
    "multipleOf": _number("应为 {} 的倍数", "expected a multiple of {}"),
    "contains": lambda _: Words("缺少规定的一行", "lacks a prescribed row"),
    "minItems": _number("至少 {} 项", "expected at least {} entries"),
    "maxItems": _number("最多 {} 项", "expected at most {} entries"),
    "uniqueItems": lambda _: Words("不得重复", "expected no repetition"),
    "x-order": lambda error: error.cause.words,
}


def rank(error: ValidationError) -> tuple[int, int]:
    """Deepest last, so that  an outer fault does not hide an inner one's path."""
    return -len(error.absolute_path), list(_WORDS).index(error.validator)


def words_of(error: ValidationError) -> Words:
    own = error.schema.get("x-message") if isinstance(error.schema, Mapping) else None
    if own and error.validator not in ("required", "type", "additionalProperties"):
        return Words(own["zh"], own["en"])
    return _WORDS[error.validator](error)


def sentence(schema: Mapping[str, Any], path: Path, words: Words) -> Words:
    """Name the field by its title: 手机号码：格式不对…; in a table also the row."""
    label = _label(schema, path)
    return Words(f"{label.zh}：{words.zh}。", f"{label.en}: {words.en}.")


def _label(schema: Mapping[str, Any], path: Path) -> Words:
    here = subschema(schema, path)
    name = path[-1] if path else "form"
    zh = str(here.get("title") or ("本表" if not path else name))
    en = str(here.get("x-title-en") or ("This form" if not path else name))
    rows = [i for i, part in enumerate(path) if isinstance(part, int)]
    if not rows:
        return Words(zh, en)
    table, row = subschema(schema, path[: rows[-1]]), path[rows[-1]] + 1
    zh_row, en_row = f"{table.get('title', '')}第 {row} 项", f"{table.get('x-title-en', '')} {row}"
    if isinstance(path[-1], int):
        return Words(zh_row, en_row)
    return Words(f"{zh_row}的{zh}", f"{en_row}, {en}")


def subschema(schema: Mapping[str, Any], path: Path) -> Mapping[str, Any]:
    """Return the schema of the field at `path`; {} where the form has no such field."""
    for part in path:
        schema = schema.get("items" if isinstance(part, int) else "properties", {})
        if isinstance(part, str):
            schema = schema.get(part, {})
        if not isinstance(schema, Mapping):
            return {}
    return schema


def by_position(schema: Mapping[str, Any]) -> Callable[[Path], tuple]:
    """Order paths as a reader meets them on the form; unknown fields come last."""

    def key(path: Path) -> tuple:
        place = []
        for depth, part in enumerate(path):
            if isinstance(part, int):
                place.append(part)
            else:
                names = list(subschema(schema, path[:depth]).get("properties", {}))
                place.append(names.index(part) if part in names else len(names))
        return (tuple(place), tuple(map(str, path)))

    return key
