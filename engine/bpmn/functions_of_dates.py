"""The functions of expressions that work on dates, which are ISO text."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from types import MappingProxyType

from engine.bpmn.values import Trouble, Value, number
from engine.errors import Words


def _iso_date(text: Value) -> str:
    return _date(text).isoformat()


def _year(text: Value) -> int:
    return _date(text).year


def _month(text: Value) -> int:
    return _date(text).month


def _day(text: Value) -> int:
    return _date(text).day


def _days_between(start: Value, end: Value) -> int:
    return (_date(end) - _date(start)).days


def _add_days(start: Value, days: Value) -> str:
    try:
        return (_date(start) + timedelta(days=int(number(days)))).isoformat()
    except OverflowError:
        raise Trouble("日期超出范围", "the date is out of range") from None


def _outside() -> Value:
    raise Trouble("只有运行中的办件才有当前日期", "only a running case has a present day")


def _date(text: Value) -> date:
    try:
        return date.fromisoformat(text[:10] if isinstance(text, str) else "")
    except ValueError:
        raise Trouble("此处需要形如 2026-01-31 的日期", "expected a date like 2026-01-31") from None


DATES: Mapping[str, tuple[Callable[..., Value], Words]] = MappingProxyType(
    {
        "date": (_iso_date, Words("date(文字)：其中的日期", "date(text): the date in it")),
        "year": (_year, Words("year(日期)：年", "year(date): the year")),
        "month": (_month, Words("month(日期)：月", "month(date): the month")),
        "day": (_day, Words("day(日期)：日", "day(date): the day of the month")),
        "days_between": (
            _days_between,
            Words(
                "days_between(起, 止)：相隔的自然日数",
                "days_between(start, end): calendar days between",
            ),
        ),
        "add_days": (
            _add_days,
            Words("add_days(日期, n)：n 个自然日之后", "add_days(date, n): n calendar days on"),
        ),
        "today": (_outside, Words("today()：当天日期", "today(): the present day")),
        "now": (
            _outside,
            Words("now()：当前时间（北京时间）", "now(): the present time, in Shanghai"),
        ),
    }
)
