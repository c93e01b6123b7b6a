"""What process data may hold: JSON that every reader can read back."""

from __future__ import annotations

import math
import re
from typing import Any

from engine.errors import Invalid

MAX_DEPTH = 50
MAX_INTEGER = 2**63 - 1
_SURROGATE = re.compile("[\ud800-\udfff]")


def plain(data: dict[str, Any]) -> dict[str, Any]:
    """Return `data` if it is JSON with text names, finite numbers of 64 bits and whole characters,
    at most 50 levels deep. Raises `Invalid` that names the entry which is not."""
    for name, value in data.items():
        if not isinstance(name, str) or _SURROGATE.search(name) or not _is_plain(value):
            shown = _SURROGATE.sub("\ufffd", str(name))[:80]
            raise Invalid(
                f"流程数据“{shown}”的值无法保存：只能是文字、64 位以内的数字、真假、列表和对象，"
                f"嵌套不超过 {MAX_DEPTH} 层。",
                f"The value of {shown!r} can't be kept: expected text, a number of 64 bits, true "
                f"or false, a list or an object, at most {MAX_DEPTH} levels deep.",
            )
    return data


def _is_plain(value: Any) -> bool:
    level, depth = [value], 0
    while level:
        depth += 1
        if depth > MAX_DEPTH or not all(map(_is_single, level)):
            return False
        level = [inner for each in level for inner in _inside(each)]
    return True


def _inside(value: Any) -> Any:
    if isinstance(value, dict):
        return [*value, *value.values()]
    return value if isinstance(value, list) else ()


def _is_single(value: Any) -> bool:
    """Whether a value is sound, apart from what it holds."""
    if value is None or isinstance(value, (bool, list)):
        return True
    if isinstance(value, str):
        return _SURROGATE.search(value) is None
    if isinstance(value, int):
        return abs(value) <= MAX_INTEGER
    if isinstance(value, float):
        return math.isfinite(value)
    return isinstance(value, dict) and all(isinstance(name, str) for name in value)
