"""Working days (工作日): which days count, by the holiday notice of each year.

Days are dates in Asia/Shanghai, which has kept UTC+8 without summer time since 1992; instants
are aware datetimes in UTC. A year without a calendar is refused, never guessed.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone
from typing import Literal

from engine.errors import CalendarUncovered, Invalid

SHANGHAI = timezone(timedelta(hours=8), "Asia/Shanghai")
ONE_DAY = timedelta(days=1)

Status = Literal["official", "provisional"]
Kind = Literal["working", "weekend", "holiday", "make_up"]


def shanghai_day(moment: datetime) -> date:
    """Return the day in Shanghai on which `moment` (aware) falls; Invalid if it is naive."""
    return aware(moment).astimezone(SHANGHAI).date()


def day_end(day: date) -> datetime:
    """Return 24:00 of `day` in Shanghai, as a UTC instant (16:00 UTC of the same date)."""
    return datetime.combine(day + ONE_DAY, time(), SHANGHAI).astimezone(UTC)


def last_day(due_at: datetime) -> date:
    """Return the last day of a limit that is over at `due_at`: half-open, so 00:00 ends the day
    before it."""
    return shanghai_day(due_at - timedelta.resolution)


def instant(text: str) -> datetime:
    """Read an ISO date or datetime as aware UTC; without a zone it is meant in Shanghai.

    Raises `ValueError`, and `OverflowError` at the ends of the calendar.
    """
    at = datetime.fromisoformat(text)
    return (at if at.tzinfo else at.replace(tzinfo=SHANGHAI)).astimezone(UTC)


def chinese_day(day: date) -> str:
    """Return a day as notices, messages and pages write it: 2026年11月22日."""
    return f"{day.year}年{day.month}月{day.day}日"


def aware(moment: datetime) -> datetime:
    """Return `moment` if it knows its offset; Invalid otherwise."""
    if moment.utcoffset() is None:
        raise Invalid(
            "时间缺少时区，请使用带时区的时间，例如 2026-11-22T01:00:00Z。",
            "Expected a time with its offset, such as 2026-11-22T01:00:00Z, but it has none.",
        )
    return moment


@dataclass(frozen=True)
class YearCalendar:
    """One year's days off and make-up days (调休上班日), each with its name.

    `status` is "official" once the State Council's notice is in `source`; "provisional" means the
    statutory holidays alone.
    """

    year: int
    status: Status
    source: str
    holidays: Mapping[date, str]
    working_days: Mapping[date, str]

    def is_working(self, day: date) -> bool:
        """Tell whether `day`, which lies in this year, is a working day."""
        if day in self.holidays:
            return False
        return day.weekday() < 5 or day in self.working_days


@dataclass(frozen=True)
class DayKind:
    """What one date is: `name` is the holiday's or make-up day's, `source` the year's notice."""

    date: date
    working: bool
    kind: Kind
    name: str | None
    provisional: bool
    source: str


class Calendar:
    """The working days of the years it is given; immutable.

    Every question that needs a year outside them raises CalendarUncovered, which names the year.
    """

    def __init__(self, years: Iterable[YearCalendar]) -> None:
        """Take the years in any order; Invalid if one comes twice."""
        self._years: dict[int, YearCalendar] = {}
        for year in years:
            if year.year in self._years:
                raise Invalid(
                    f"{year.year} 年的日历重复，请只保留一份。",
                    f"Expected one calendar for {year.year}, but there are two; keep one.",
                )
            self._years[year.year] = year
        # Sorted once, so that counting is two bisections whatever the length of a limit.
        self._working = [
            day
            for number in sorted(self._years)
            for day in _days_of(number)
            if self._years[number].is_working(day)
        ]

    @property
    def years(self) -> tuple[YearCalendar, ...]:
        """The years covered, in order."""
        return tuple(self._years[number] for number in sorted(self._years))

    def day(self, day: date) -> DayKind:
        """Say what `day` is."""
        year = self._year(day.year)
        working = year.is_working(day)
        kind: Kind = "working" if working else "weekend"
        name = None
        if day in year.holidays:
            kind, name = "holiday", year.holidays[day]
        elif day in year.working_days:
            kind, name = "make_up", year.working_days[day]
        return DayKind(day, working, kind, name, year.status == "provisional", year.source)

    def is_working(self, day: date) -> bool:
        """Tell whether `day` is a working day."""
        return self._year(day.year).is_working(day)

    def working_days_after(self, start: date, most: int, before: date | None = None) -> list[date]:
        """Return the first `most` working days after `start` (exclusive) and before `before`.

        There are fewer only where `before` comes first. No year is read beyond the last of them,
        or beyond the day before `before` where they are fewer.
        """
        if most <= 0:
            return []
        first = bisect_right(self._working, start)
        last = first + most
        if before is not None:
            last = min(last, bisect_left(self._working, before))
        found = self._working[first:last]
        if len(found) == most:
            self._cover(start + ONE_DAY, found[-1])
        elif before is not None:
            self._cover(start + ONE_DAY, before - ONE_DAY)
        else:
            self._refuse_beyond(start + ONE_DAY)
        return found

    def add_working_days(self, start: date, n: int) -> date:
        """Return the `n`-th working day after `start`, which is not counted; `start` for 0.

        Source: 行政许可法 art. 82. Raises Invalid for a negative `n`.
        """
        if n < 0:
            raise Invalid(
                "工作日数不能为负数。",
                "Expected a number of working days of 0 or more, but it is negative.",
            )
        return self.working_days_after(start, n)[-1] if n else start

    def on_or_after(self, day: date) -> date:
        """Return `day` if it is a working day, else the next one (民法典 art. 203)."""
        return day if self.is_working(day) else self.add_working_days(day, 1)

    def provisional_between(self, first: date, last: date) -> bool:
        """Tell whether a day from `first` to `last` (both included) is in a provisional year."""
        numbers = range(first.year, last.year + 1)
        return any(self._year(number).status == "provisional" for number in numbers)

    def _cover(self, first: date, last: date) -> None:
        if first <= last:
            for number in range(first.year, last.year + 1):
                self._year(number)

    def _refuse_beyond(self, first: date) -> None:
        number = first.year
        while number in self._years:
            number += 1
        self._year(number)

    def _year(self, number: int) -> YearCalendar:
        if number not in self._years:
            raise CalendarUncovered(
                f"没有 {number} 年的工作日日历，无法计算期限；请管理员添加 "
                f"processes/calendar/{number}.yaml。",
                f"Expected a working-day calendar for {number}, but there is none; an "
                f"administrator has to add processes/calendar/{number}.yaml.",
                year=number,
            )
        return self._years[number]


def _days_of(year: int) -> Iterable[date]:
    first = date(year, 1, 1)
    return (first + timedelta(days=n) for n in range((date(year, 12, 31) - first).days + 1))
