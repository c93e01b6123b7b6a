"""marshmallow's complaints in both languages, as field errors with JSON pointers."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

from engine.errors import FieldError, Words

# What marshmallow says about the kinds of fields that the schemas use.
_CHINESE = (
    (r"Missing data for required field\.", "缺少该字段"),
    (r"Field may not be null\.", "不能为 null"),
    (r"Unknown field\.", "没有这个字段"),
    (r"Not a valid string\.", "应为文本"),
    (r"Not a valid integer\.", "应为整数"),
    (r"Not a valid boolean\.", "应为 true 或 false"),
    (r"Not a valid (?:aware )?datetime\.", "应为带时区的 ISO 8601 时间，例如 2026-11-22T01:00:00Z"),
    (r"Not a valid mapping type\.", "应为对象"),
    (r"Holds unseen characters\.", "含有看不见或者无法显示的字符，请删除"),
    (r"Not a name of a field\.", "不是表单的字段名：小写字母开头，只含小写字母、数字和下划线"),
    (r"String does not match expected pattern\.", "格式不对"),
    (r"Not a valid file\.", "应为文件"),
    (r"Not a valid list\.", "应为列表"),
    (r"Invalid input type\.", "应为对象"),
    (r"Shorter than minimum length (\d+)\.", r"至少 \1 个字符"),
    (r"Longer than maximum length (\d+)\.", r"最多 \1 个字符"),
    (r"Length must be between (\d+) and (\d+)\.", r"长度应为 \1 至 \2"),
    (r"Must be greater than or equal to (\S+?)\.", r"不能小于 \1"),
    (
        r"Must be greater than or equal to (\S+) and less than or equal to (\S+?)\.",
        r"应在 \1 至 \2 之间",
    ),
    (r"Must be one of: (.+)\.", r"应为以下之一：\1"),
)
MOST_TOLD = 100
PATTERNS = tuple((re.compile(pattern), chinese) for pattern, chinese in _CHINESE)


def words_of(message: str) -> Words:
    """Return a message of marshmallow in both languages."""
    for pattern, chinese in PATTERNS:
        if match := pattern.fullmatch(message):
            return Words(match.expand(chinese), message.rstrip("."))
    return Words("内容不符合要求", message.rstrip("."))


def field_errors(messages: Any) -> list[FieldError]:
    """Return the field errors in marshmallow's nested messages, each with its JSON pointer; the
    first MOST_TOLD of them."""
    told = islice(_leaves(messages, ""), MOST_TOLD)
    return [FieldError(path, words_of(text)) for path, text in told]


def _leaves(messages: Any, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(messages, Mapping):
        for name, inner in messages.items():
            step = "" if name == "_schema" else f"/{_escaped(str(name))}"
            yield from _leaves(inner, path + step)
    elif isinstance(messages, list):
        for inner in messages:
            yield from _leaves(inner, path)
    else:
        yield path, str(messages)


def _escaped(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")
