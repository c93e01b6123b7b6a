"""The functions of expressions that work on text, and from and to text."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType

from engine.bpmn.values import MAX_LENGTH, Trouble, Value, is_number, kind, number
from engine.errors import Words

_NUMBER = re.compile(r"\s*[-+]?[0-9]{1,20}(\.[0-9]{1,20})?\s*")


def _text(value: Value) -> str:
    if not isinstance(value, str):
        raise Trouble(f"此处需要文字，却是{kind(value).zh}", f"expected text, not {kind(value).en}")
    return value


def _str(value: Value) -> str:
    """As JSON writes it, text without quotes."""
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    return str(number(value)) if is_number(value) else _text(value)


def _float(value: Value) -> float:
    return float(number(_read(value) if isinstance(value, str) else value))


def _int(value: Value) -> int:
    """Without the part behind the point."""
    return int(number(_read(value) if isinstance(value, str) else value))


def _read(text: str) -> Value:
    if _NUMBER.fullmatch(text) is None:
        raise Trouble("文字不是数字", "the text is not a number")
    return number(float(text) if "." in text else int(text))


def _join(values: Value, between: Value = "") -> str:
    if not isinstance(values, list):
        raise Trouble(
            f"此处需要列表，却是{kind(values).zh}", f"expected a list, not {kind(values).en}"
        )
    parts = [_str(value) for value in values]
    if sum(map(len, parts)) + len(_text(between)) * len(parts) > MAX_LENGTH:
        raise Trouble(f"结果长于 {MAX_LENGTH}", f"the result is longer than {MAX_LENGTH}")
    return between.join(parts)


def _split(text: Value, at: Value) -> list[Value]:
    if not _text(at):
        raise Trouble("分隔文字是空的", "the text to split at is empty")
    return _text(text).split(at)


TEXTS: Mapping[str, tuple[Callable[..., Value], Words]] = MappingProxyType(
    {
        "str": (_str, Words("str(x)：写成文字", "str(x): written as text")),
        "int": (
            _int,
            Words(
                "int(x)：整数部分，或读出文字中的整数", "int(x): the whole part, or read from text"
            ),
        ),
        "float": (
            _float,
            Words("float(x)：小数，或读出文字中的数", "float(x): as a decimal, or read from text"),
        ),
        "lower": (
            lambda text: _text(text).lower(),
            Words("lower(文字)：小写", "lower(text): in small letters"),
        ),
        "upper": (
            lambda text: _text(text).upper(),
            Words("upper(文字)：大写", "upper(text): in capitals"),
        ),
        "trim": (
            lambda text: _text(text).strip(),
            Words("trim(文字)：去掉两端空白", "trim(text): without white space around it"),
        ),
        "starts_with": (
            lambda text, start: _text(text).startswith(_text(start)),
            Words("starts_with(文字, 开头)", "starts_with(text, start)"),
        ),
        "ends_with": (
            lambda text, end: _text(text).endswith(_text(end)),
            Words("ends_with(文字, 结尾)", "ends_with(text, end)"),
        ),
        "join": (
            _join,
            Words("join(列表, 间隔)：连成文字", "join(list, between): one text of them"),
        ),
        "split": (
            _split,
            Words("split(文字, 分隔)：分成列表", "split(text, at): a list of its parts"),
        ),
    }
)
