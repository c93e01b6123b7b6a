"""Fields of the schemas, each with its description and an example for the API document."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from apiflask import Schema, fields, validators
from marshmallow import ValidationError

from api.context import language
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


def flag(description: str, example: bool, **options: Any) -> fields.Boolean:
    spelled = {"truthy": {True, "true"}, "falsy": {False, "false"}}
    return fields.Boolean(**spelled, **_described(description, example, options))


def moment(description: str, example: str, **options: Any) -> fields.AwareDateTime:
    """A time: ISO 8601 with its offset; answers are in UTC."""
    described = _described(description, example, options)
    return fields.AwareDateTime(format="iso", validate=_in_our_time, **described)


def _in_our_time(value: datetime) -> None:
    """Refuse what cannot be written in another zone, at either end of the calendar."""
    if not 1900 <= value.year <= 2999:
        raise ValidationError("Not a valid datetime.")


def day(description: str, example: str, **options: Any) -> fields.Date:
    """A day in Asia/Shanghai: ISO 8601."""
    return fields.Date(**_described(description, example, options))


def record(description: str, example: Any = None, **options: Any) -> fields.Dict:
    """A JSON object whose fields are not fixed by this document."""
    return fields.Dict(**_described(description, example, options))


def many(schema: type[Schema], description: str) -> fields.List:
    return fields.List(fields.Nested(schema), metadata={"description": description})


def one(schema: type[Schema], description: str, **options: Any) -> fields.Nested:
    return fields.Nested(schema, **_described(description, None, options))


def texts(description: str, example: list[str]) -> fields.List:
    return fields.List(fields.String(), metadata={"description": description, "example": example})


def choice(description: str, values: tuple[str, ...], **options: Any) -> fields.String:
    return text(description, values[0], validate=validators.OneOf(values), **options)


def _described(description: str, example: Any, options: dict[str, Any]) -> dict[str, Any]:
    metadata = {"description": description}
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
    cursor = text("`next` of the page before; leave it out for the first page.", None)
    limit = fields.Integer(
        load_default=DEFAULT_SIZE,
        validate=validators.Range(min=1, max=MOST),
        metadata={"description": "Rows of a page.", "example": DEFAULT_SIZE},
    )


CURSOR = "Cursor of the next page; null on the last."
