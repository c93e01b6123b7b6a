"""The functions of expressions that work on numbers."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from decimal import ROUND_HALF_UP, Decimal
from types import MappingProxyType

from engine.bpmn.values import MAX_LENGTH, TOO_LARGE, Trouble, Value, is_number, number
from engine.errors import Words


def _abs(value: Value) -> Value:
    return abs(number(value))


def _round(value: Value, digits: Value = 0) -> Value:
    """Half away from zero (四舍五入), not to the even neighbour as Python does."""
    if not isinstance(digits, int) or isinstance(digits, bool) or not 0 <= digits <= 6:
        raise Trouble("小数位数应为 0 至 6 的整数", "the digits must be an integer from 0 to 6")
    step = Decimal(1).scaleb(-digits)
    if abs(number(value)) >= 10**15:  # a float this large has no fraction left to round
        return value
    rounded = Decimal(repr(value)).quantize(step, rounding=ROUND_HALF_UP)
    return int(rounded) if digits == 0 or isinstance(value, int) else float(rounded)


def _floor(value: Value) -> Value:
    return math.floor(number(value))


def _ceil(value: Value) -> Value:
    return math.ceil(number(value))


def _range(first: Value, end: Value = None) -> list[Value]:
    """0 to n - 1, or from `first` up to but not including `end`, as in Python."""
    start, stop = (0, first) if end is None else (first, end)
    if not all(is_number(each) and isinstance(each, int) for each in (start, stop)):
        raise Trouble("范围的两端应为整数", "a range has whole numbers as ends")
    if stop - start > MAX_LENGTH:
        raise Trouble(TOO_LARGE.zh, TOO_LARGE.en)
    return list(range(start, stop))


NUMBERS: Mapping[str, tuple[Callable[..., Value], Words]] = MappingProxyType(
    {
        "abs": (_abs, Words("abs(n)：绝对值", "abs(n): the absolute value")),
        "round": (
            _round,
            Words("round(n, 位数)：四舍五入", "round(n, digits): half away from zero"),
        ),
        "floor": (_floor, Words("floor(n)：向下取整", "floor(n): the whole number below")),
        "ceil": (_ceil, Words("ceil(n)：向上取整", "ceil(n): the whole number above")),
        "range": (
            _range,
            Words(
                "range(n) 或 range(起, 止)：整数列表，不含止",
                "range(n) or range(first, end): whole numbers, without the end",
            ),
        ),
    }
)
