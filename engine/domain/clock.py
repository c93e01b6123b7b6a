"""Clocks of a case: when a limit in working days is over, and why, day by day.

A due time is a pure function of the clock and the calendar, so that a pause, an extension or a
new holiday notice edits no timer. Sources: 行政许可法 art. 82 (working days), 民法典 arts. 201 to
203 (the day of the start, the corresponding day, the last day).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Literal, NamedTuple

from engine.domain.calendar import (
    ONE_DAY,
    SHANGHAI,
    Calendar,
    DayKind,
    Kind,
    aware,
    day_end,
    shanghai_day,
)
from engine.domain.duration import parse_duration
from engine.domain.pause import Pause, running_spans
from engine.errors import Invalid, Words

LICENSING_82 = "行政许可法第八十二条"
CIVIL_201 = "民法典第二百零一条"

DayOf = Kind | Literal["start", "suspended", "stopped"]


@dataclass(frozen=True)
class Clock:
    """A named limit of a case: `budget` and `extension` in working days, times aware.

    `stopped` is when what it measures was done; the due time stays what it was.
    Raises Invalid for negative days, a naive time, or a stop before the start.
    """

    name: str
    start: datetime
    budget: int
    extension: int = 0
    pauses: tuple[Pause, ...] = ()
    stopped: datetime | None = None

    def __post_init__(self) -> None:
        aware(self.start)
        _not_negative(self.budget)
        _not_negative(self.extension)
        if self.stopped is not None and aware(self.stopped) < self.start:
            raise Invalid(
                "时钟的停止时间不能早于起算时间。",
                "Expected a clock to stop at or after its start, but it stops earlier.",
            )


@dataclass(frozen=True)
class Due:
    """When a limit is over: the UTC instant `at`, and the Shanghai day `last_day` it ends.

    At `at` the limit is over already. `provisional`: the result rests on a year whose holiday
    notice is not out yet, and may change with it.
    """

    at: datetime
    last_day: date
    provisional: bool


def due(clock: Clock, calendar: Calendar, threshold: int | None = None) -> Due | None:
    """Say when `clock` has counted its budget, or `threshold` working days, plus its extension.

    The day of the start does not count; 0 days are over at 00:00 after it. None while an open
    pause keeps the limit out of reach. The result rests on the days after the start that no pause
    covers, up to the last day; the calendar is read for no others. Raises CalendarUncovered for
    one of these in a year without a calendar, Invalid for a negative threshold.
    """
    remaining = clock.extension + _not_negative(clock.budget if threshold is None else threshold)
    start = shanghai_day(clock.start)
    if remaining == 0:
        return Due(day_end(start), start, False)
    provisional = False
    for after, before in running_spans(start, clock.pauses):
        found = calendar.working_days_after(after, remaining, before)
        remaining -= len(found)
        last = before - ONE_DAY if remaining and before else found[-1]
        provisional = provisional or calendar.provisional_between(after + ONE_DAY, last)
        if not remaining:
            return Due(day_end(last), last, provisional)
    return None


def calendar_due(start: datetime, duration: str, calendar: Calendar) -> Due:
    """Say when an ISO 8601 duration after `start` (aware) is over.

    Years, months, weeks and days end at 24:00 of the corresponding day in Shanghai, or of the
    next working day where that is a rest day (民法典 arts. 201 to 203). With a time part the end
    is the exact instant and does not move; it reads no calendar. Raises Invalid for a wrong text,
    CalendarUncovered where the last day's year has no calendar.
    """
    length = parse_duration(duration)
    begin = aware(start).astimezone(SHANGHAI)
    day = length.corresponding_day(begin.date())
    if length.clock is not None:
        at = datetime.combine(day, begin.timetz()) + length.clock
        # Half-open: an instant at midnight ends the day before it.
        last = max(begin.date(), (at - timedelta.resolution).date())
        return Due(at.astimezone(UTC), last, False)
    last = calendar.on_or_after(day)
    return Due(day_end(last), last, calendar.provisional_between(day, last))


@dataclass(frozen=True)
class Day:
    """One day in the explanation of a limit.

    `count`: working days counted up to and with this one; `remaining`: those left, negative by
    the working days overdue; `overdue`: the limit was over before this day began; `basis`: the
    articles and the holiday notice, None where a day needs none; `provisional`: what the day is
    may change with its year's notice.
    """

    date: date
    kind: DayOf
    counted: bool
    count: int
    remaining: int
    overdue: bool
    reason: Words
    basis: str | None
    provisional: bool


def explain(clock: Clock, calendar: Calendar, until: date | None = None) -> list[Day]:
    """List the days of `clock` in Shanghai from its start, each with what it counts and why.

    The list ends with the last day of the limit, or at `until` where that is later; for a limit
    out of reach with `until`, without it on the day of the open pause; for a stopped clock on the
    day it stopped. Errors as for `due`, and CalendarUncovered for a listed day that no pause
    covers.
    """
    limit = due(clock, calendar)
    start = shanghai_day(clock.start)
    remaining = clock.budget + clock.extension
    reason = Words("起算当日，不计入", "day of the start, not counted")
    days = [Day(start, "start", False, 0, remaining, False, reason, CIVIL_201, False)]
    count = 0
    for day in _dates(start + ONE_DAY, _last_listed(clock, limit, until)):
        overdue = limit is not None and day > limit.last_day
        ground = _ground(clock, calendar, day, overdue)
        counted = ground.working and not overdue
        count += counted
        remaining -= ground.working
        days.append(
            Day(
                day,
                ground.kind,
                counted,
                count,
                remaining,
                overdue,
                ground.reason,
                ground.basis,
                ground.provisional,
            )
        )
    return days


def _not_negative(days: int) -> int:
    if days < 0:
        raise Invalid(
            "期限的工作日数不能为负数。",
            "Expected a limit of 0 working days or more, but it is negative.",
        )
    return days


def _last_listed(clock: Clock, limit: Due | None, until: date | None) -> date:
    if clock.stopped is not None:
        return shanghai_day(clock.stopped)
    if limit is not None:
        return max(limit.last_day, until or limit.last_day)
    return until or min(shanghai_day(pause.start) for pause in clock.pauses if pause.end is None)


def _dates(first: date, last: date) -> Iterator[date]:
    return (first + timedelta(days=n) for n in range((last - first).days + 1))


class _Ground(NamedTuple):
    kind: DayOf
    working: bool
    reason: Words
    basis: str | None
    provisional: bool


def _ground(clock: Clock, calendar: Calendar, day: date, overdue: bool) -> _Ground:
    """Say what decides about `day`: the clock's stop, then a pause, then the calendar."""
    if clock.stopped is not None and day == shanghai_day(clock.stopped):
        reason = Words("时钟当日停止，不计入", "the clock stopped on this day, not counted")
        return _Ground("stopped", False, reason, None, False)
    for pause in clock.pauses:
        if pause.covers(day):
            return _Ground("suspended", False, pause.reason, pause.basis, False)
    found = calendar.day(day)
    basis = f"{LICENSING_82}；{found.source}" if found.name else LICENSING_82
    reason = _calendar_reason(found, overdue)
    return _Ground(found.kind, found.working, reason, basis, found.provisional)


def _calendar_reason(day: DayKind, overdue: bool) -> Words:
    what = {
        "working": Words("工作日", "working day"),
        "make_up": Words(f"{day.name}", f"make-up working day ({day.name})"),
        "weekend": Words("周末", "weekend"),
        "holiday": Words(f"{day.name}放假", f"holiday ({day.name})"),
    }[day.kind]
    effect = Words("计入", "counted") if day.working else Words("不计入", "not counted")
    if overdue:
        effect = Words("已逾期", "overdue")
    return Words(f"{what.zh}，{effect.zh}", f"{what.en}, {effect.en}")
