"""Reading bodies strictly: what a reader of standard JSON must not swallow is refused."""

from __future__ import annotations

import json
import math
from typing import Any, NoReturn

from apiflask.schema_adapters.marshmallow import load_form_and_files, parser
from flask import Request

from engine.errors import LianbanError, UnsupportedMedia

MAX_BYTES = 1_000_000
MOST_VALUES = 50_000  # names of fields among them; a form holds at most 20,000


class Malformed(LianbanError):
    """The body is not what its content type says."""

    status = 400
    code = "malformed"


@parser.location_loader("json")
def load_json(request: Request, _schema: Any) -> Any:
    """Return the JSON value of a request. Raises `UnsupportedMedia` or `Malformed`."""
    if not request.is_json:
        raise UnsupportedMedia(
            "请求体应为 JSON，并带上 Content-Type: application/json。",
            "Expected a JSON body with Content-Type: application/json.",
        )
    return parse(request.get_data(cache=True))


@parser.location_loader("form_and_files")
def load_upload(request: Request, schema: Any) -> Any:
    """Return fields and files of a multipart body. Raises `UnsupportedMedia`."""
    if request.mimetype != "multipart/form-data":
        raise UnsupportedMedia(
            "请求体应为 multipart/form-data。", "Expected a body of type multipart/form-data."
        )
    return load_form_and_files(request, schema)


def parse(body: bytes) -> Any:
    """Return the value of a JSON text. Raises `Malformed` for wrong syntax or UTF-8, NaN,
    infinities, repeated keys, numbers or nesting beyond reason, NUL and lone surrogates."""
    try:
        value = json.loads(
            body.decode("utf-8"),
            parse_constant=_refuse,
            parse_float=_number,
            object_pairs_hook=_once,
        )
    except (ValueError, RecursionError):
        raise Malformed(
            "请求体不是有效的 JSON（UTF-8，不含 NaN 和无穷大，键不重复，嵌套不过深）。",
            "Expected valid JSON: UTF-8, no NaN or infinity, no repeated key, not nested too "
            "deeply.",
        ) from None
    _check_texts(value)
    return value


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"not JSON: {constant}")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Of a repeated key each reader takes another value: what was checked might not be what is
    read elsewhere."""
    value = dict(pairs)
    if len(value) != len(pairs):
        raise ValueError("a repeated key")
    return value


def _number(text: str) -> float:
    number = float(text)
    if math.isinf(number):
        raise ValueError("a number too large")
    return number


def _check_texts(value: Any) -> None:
    """Refuse texts that no database column and no UTF-8 file can hold, and more values than any
    form has: every later check costs much more for each than the parser does."""
    waiting, seen = [value], 0
    while waiting:
        each = waiting.pop()
        seen += 1
        if seen > MOST_VALUES:
            raise Malformed(
                f"请求体中的值过多：最多 {MOST_VALUES} 个。",
                f"The body holds too many values: at most {MOST_VALUES} are taken.",
            )
        if isinstance(each, dict):
            waiting += [*each.keys(), *each.values()]
        elif isinstance(each, list):
            waiting += each
        elif isinstance(each, str) and not storable(each):
            raise Malformed(
                "文本中含有无效字符（空字符或不成对的代理码）。",
                "A text holds an invalid character (NUL or a lone surrogate).",
            )


def storable(text: str) -> bool:
    """Tell whether a text is free of NUL and lone surrogates."""
    return "\0" not in text and not any("\ud800" <= c <= "\udfff" for c in text)
