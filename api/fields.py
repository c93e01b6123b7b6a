"""Fields of the schemas, each with its description and an example for the API document."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from apiflask import Schema, fields, validators
from marshmallow import ValidationError

from api.context import language
from engine.catalogue.formats import UNSEEN_CLASS, text_fault
from engine.errors import Words
from engine.queries.paging import DEFAULT_SIZE, MOST


class Spoken(fields.String):
    """A text in both languages, written in the reader's."""

    def _serialize(self, value: Any, attr: str | None, obj: Any, **options: Any) -> str | None:
        return value.in_language(language()) if isinstance(value, Words) else value


def text(description: str, example: str | None, **options: Any) -> fields.String:
    return fields.String(**_described(description, example, options))


def words(description: str, example: str, **options: Any) -> fields.String:
    return Spoken(**_described(description, example, options))


FIRST, LAST = datetime(1900, 1, 1, tzinfo=UTC), datetime(2999, 12, 31, tzinfo=UTC)
MOST_ROWID = 2**63 - 1
MOST_CODE = 200  # characters of a code, a key, a path: no column holds a longer one
UNSEEN = "Holds unseen characters."
MISNAMED = "Not a name of a field."
MOST_TOLD = 20  # faulty names that one answer lists
FIELD_NAME = "^[a-z][a-z0-9_]{0,62}$"


class Seen(validators.Validator):
    """A text in which a reader sees every character; `pattern` says it in the API document."""

    def __init__(self, *, lines: bool, blank: bool) -> None:
        self.lines = lines
        unseen = UNSEEN_CLASS if lines else f"\\t\\n\\r{UNSEEN_CLASS}"
        one = "" if blank else f"[^\\s{unseen}][^{unseen}]*"
        self.pattern = f"^[^{unseen}]*{one}$"
        self.blank = blank

    def __call__(self, value: str) -> str:
        if text_fault(value, lines=self.lines):
            raise ValidationError(UNSEEN)
        if not self.blank and not value.strip():
            raise ValidationError("Shorter than minimum length 1.")
        return value


ONE_LINE = Seen(lines=False, blank=False)


def given(
    description: str,
    example: str | None,
    *,
    most: int = MOST_CODE,
    least: int = 0,
    lines: bool = False,
    form: str = "",
    **options: Any,
) -> fields.String:
    """Return a field for a text that comes in: `least` to `most` characters, all to be seen.

    `lines` allows tabs and line ends; `form` is a regular expression for the whole text instead.
    """
    rule = validators.Regexp(f"(?:{form})\\Z") if form else Seen(lines=lines, blank=least == 0)
    described = _described(description, example, options)
    described["metadata"]["pattern"] = f"^(?:{form})$" if form else rule.pattern
    return fields.String(validate=[validators.Length(least or None, most), rule], **described)


class Whole(fields.Integer):
    """A whole number of JSON, 7 or 7.0, that a column can hold; no text and no fraction."""

    def _validated(self, value: Any) -> int:
        if isinstance(value, str) or isinstance(value, float) and not value.is_integer():
            raise self.make_error("invalid", input=value)
        whole = super()._validated(value)
        if abs(whole) >= 2**63:
            raise self.make_error("invalid", input=value)
        return whole


def number(description: str, example: int | None, **options: Any) -> fields.Integer:
    return Whole(**_described(description, example, options))


def whole(description: str, example: int, **options: Any) -> fields.Integer:
    """Return a field for a number that comes in: of a row, or of its version."""
    limits = validators.Range(1, MOST_ROWID)
    return Whole(validate=limits, **_described(description, example, options))


class Digits(fields.Integer):
    """A whole number of a query, in plain digits: `int` would also read "1_0" and "１０"."""

    def _validated(self, value: Any) -> int:
        if not re.fullmatch("-?[0-9]{1,9}", str(value)):
            raise self.make_error("invalid", input=value)
        return super()._validated(value)


def flag(description: str, example: bool, **options: Any) -> fields.Boolean:
    spelled = {"truthy": {True, "true"}, "falsy": {False, "false"}}
    return fields.Boolean(**spelled, **_described(description, example, options))


def moment(description: str, example: str, **options: Any) -> fields.AwareDateTime:
    """A time: ISO 8601 with its offset; answers are in UTC."""
    return Moment(format="iso", **_described(description, example, options))


class Moment(fields.AwareDateTime):
    """Times before 1900 and after 2999, which no zone can write at either end of the calendar,
    become the beginning or the end of that age."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **options: Any) -> datetime:
        found = super()._deserialize(value, attr, data, **options)
        return found if 1900 <= found.year <= 2999 else FIRST if found.year < 1900 else LAST


def day(description: str, example: str, **options: Any) -> fields.Date:
    """A day in Asia/Shanghai: ISO 8601."""
    return fields.Date(**_described(description, example, options))


def record(description: str, example: Any = None, **options: Any) -> fields.Dict:
    """A JSON object whose fields are not fixed by this document."""
    return fields.Dict(**_described(description, example, options))


class Filling(fields.Dict):
    """What was filled into a form: the form itself checks the values, here only the names."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **options: Any) -> Any:
        filled = super()._deserialize(value, attr, data, **options)
        if wrong := [name for name in filled if not re.fullmatch(FIELD_NAME, name)]:
            raise ValidationError({name[:MOST_CODE]: [MISNAMED] for name in wrong[:MOST_TOLD]})
        return filled


def filling(description: str, example: Mapping[str, Any], **options: Any) -> fields.Dict:
    return Filling(**_described(description, example, options))


def many(schema: type[Schema], description: str) -> fields.List:
    return fields.List(fields.Nested(schema), metadata={"description": description})


def one(schema: type[Schema], description: str, **options: Any) -> fields.Nested:
    return fields.Nested(schema, **_described(description, None, options))


def texts(description: str, example: list[str]) -> fields.List:
    return fields.List(fields.String(), metadata={"description": description, "example": example})


def choice(description: str, values: tuple[str, ...], **options: Any) -> fields.String:
    return text(description, values[0], validate=validators.OneOf(values), **options)


def _described(description: str, example: Any, options: dict[str, Any]) -> dict[str, Any]:
    """`says` holds what the document says on top, of limits that are checked elsewhere."""
    metadata = {"description": description} | options.pop("says", {})
    if example is not None:
        metadata["example"] = example
    return options | {"metadata": metadata}


class Label(Schema):
    """A code of ours and its name."""

    code = text("Stable code.", "scjgj")
    label = words("Its name, in the reader's language.", "澜川市市场监督管理局")


class Light(Schema):
    colour = text("green, yellow or red.", "green")
    label = words("The light as a word.", "绿灯")
    shape = text("The light as a sign: ● ▲ ■.", "●")


class PageQuery(Schema):
    cursor = given("`next` of the page before; leave it out for the first page.", None)
    limit = Digits(
        load_default=DEFAULT_SIZE,
        validate=validators.Range(min=1, max=MOST),
        metadata={"description": "Rows of a page.", "example": DEFAULT_SIZE},
    )


CURSOR = "Cursor of the next page; null on the last."
