"""The functions that expressions may call. Positional arguments only; see `MEANINGS`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from types import MappingProxyType

from engine.bpmn.values import Trouble, Value, is_number, kind, less, member, number, same
from engine.errors import Words


def _len(value: Value) -> int:
    if not isinstance(value, (str, list, dict)):
        raise Trouble(f"{kind(value).zh}没有长度", f"{kind(value).en} has no length")
    return len(value)


def _min(first: Value, *others: Value) -> Value:
    least, *rest = _several(first, others)
    for value in rest:
        least = value if less(value, least) else least
    return least


def _max(first: Value, *others: Value) -> Value:
    most, *rest = _several(first, others)
    for value in rest:
        most = value if less(most, value) else most
    return most


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


def _get(holder: Value, key: Value, default: Value = None) -> Value:
    if holder is not None and not isinstance(holder, dict):
        raise Trouble(
            f"不能从{kind(holder).zh}中按名取值", f"{kind(holder).en} has no named entries"
        )
    return holder.get(key, default) if holder and isinstance(key, str) else default


def _count(rows: Value, key: Value, value: Value) -> int:
    return sum(1 for row in _rows(rows) if _is(row, key, value))


def _any_is(rows: Value, key: Value, value: Value) -> bool:
    return any(_is(row, key, value) for row in _rows(rows))


def _all_are(rows: Value, key: Value, value: Value) -> bool:
    return all(_is(row, key, value) for row in _rows(rows))


def _contains(holder: Value, item: Value) -> bool:
    return member(item, holder)


def _days_between(start: Value, end: Value) -> int:
    return (_date(end) - _date(start)).days


def _add_days(start: Value, days: Value) -> str:
    try:
        return (_date(start) + timedelta(days=int(number(days)))).isoformat()
    except OverflowError:
        raise Trouble("日期超出范围", "the date is out of range") from None


def _several(first: Value, others: tuple[Value, ...]) -> list[Value]:
    values = list(first) if isinstance(first, list) and not others else [first, *others]
    if not values:
        raise Trouble("列表是空的", "the list is empty")
    if not all(is_number(value) for value in values) and not all(
        isinstance(value, str) for value in values
    ):
        raise Trouble("只能比较一组数字或一组文字", "only numbers, or only texts, can be compared")
    return values


def _rows(rows: Value) -> list[Value]:
    """A list of objects, or the objects of an object: multi-instance over keys gives the latter."""
    if isinstance(rows, dict):
        return list(rows.values())
    if isinstance(rows, list):
        return rows
    raise Trouble(f"此处需要列表，却是{kind(rows).zh}", f"expected a list, not {kind(rows).en}")


def _is(row: Value, key: Value, value: Value) -> bool:
    return isinstance(row, dict) and isinstance(key, str) and key in row and same(row[key], value)


def _date(text: Value) -> date:
    try:
        return date.fromisoformat(text[:10] if isinstance(text, str) else "")
    except ValueError:
        raise Trouble("此处需要形如 2026-01-31 的日期", "expected a date like 2026-01-31") from None


FUNCTIONS: Mapping[str, Callable[..., Value]] = MappingProxyType(
    {
        "len": _len,
        "min": _min,
        "max": _max,
        "abs": _abs,
        "round": _round,
        "get": _get,
        "count": _count,
        "any_is": _any_is,
        "all_are": _all_are,
        "contains": _contains,
        "days_between": _days_between,
        "add_days": _add_days,
    }
)

MEANINGS: Mapping[str, Words] = MappingProxyType(
    {
        "len": Words("len(x)：文字、列表或对象的长度", "len(x): length of a text, list or object"),
        "min": Words("min(a, b, …) 或 min(列表)：最小值", "min(a, b, …) or min(list): the least"),
        "max": Words("max(a, b, …) 或 max(列表)：最大值", "max(a, b, …) or max(list): the most"),
        "abs": Words("abs(n)：绝对值", "abs(n): the absolute value"),
        "round": Words("round(n, 位数)：四舍五入", "round(n, digits): half away from zero"),
        "get": Words("get(对象, 名, 缺省值)：取值", "get(object, key, default): an entry"),
        "count": Words(
            "count(行, 名, 值)：符合的行数", "count(rows, key, value): how many rows match"
        ),
        "any_is": Words("any_is(行, 名, 值)：有一行符合", "any_is(rows, key, value): one matches"),
        "all_are": Words(
            "all_are(行, 名, 值)：各行都符合；没有行时为真",
            "all_are(rows, key, value): all match; true where there are no rows",
        ),
        "contains": Words("contains(a, x)：a 中有 x", "contains(a, x): a has x"),
        "days_between": Words(
            "days_between(起, 止)：相隔的自然日数",
            "days_between(start, end): calendar days between",
        ),
        "add_days": Words(
            "add_days(日期, n)：n 个自然日之后", "add_days(date, n): n calendar days on"
        ),
    }
)
