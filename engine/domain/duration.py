"""ISO 8601 durations: P1M, P7D, P2W, P1Y2M3D, PT36H, P1DT12H."""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta

from engine.errors import Invalid

MAX_YEARS = 100
MAX_DAYS = 36525

_WEEKS = re.compile(r"P([0-9]{1,9})W")
_PARTS = re.compile(
    r"P(?=[0-9T])(?:([0-9]{1,9})Y)?(?:([0-9]{1,9})M)?(?:([0-9]{1,9})D)?"
    r"(T(?=[0-9])(?:([0-9]{1,9})H)?(?:([0-9]{1,9})M)?(?:([0-9]{1,9})(?:[.,]([0-9]{1,6}))?S)?)?"
)


@dataclass(frozen=True)
class Duration:
    """A calendar duration: years are 12 months, weeks 7 days; `clock` is its time of day part.

    `clock` is None where the text has no time part, which is not the same as PT0S: a duration of
    whole days ends with a day, one with a time part at an instant.
    """

    months: int
    days: int
    clock: timedelta | None

    def corresponding_day(self, day: date) -> date:
        """Return the day that lies the months and days after `day`, the time part left out.

        Where the month has no such day it is the month's last (民法典 art. 202): 31 January and
        a month give 28 or 29 February.
        """
        year, month = divmod(day.year * 12 + day.month - 1 + self.months, 12)
        number = min(day.day, monthrange(year, month + 1)[1])
        return date(year, month + 1, number) + timedelta(days=self.days)


def parse_duration(text: str) -> Duration:
    """Read an ISO 8601 duration of non-negative numbers; weeks stand alone, and only seconds may
    have a fraction.

    Raises Invalid for any other text, and beyond MAX_YEARS or MAX_DAYS in one part.
    """
    if weeks := _WEEKS.fullmatch(text):
        return _within_limits(Duration(0, int(weeks[1]) * 7, None))
    parts = _PARTS.fullmatch(text)
    if parts is None:
        raise Invalid(
            "时长格式不正确。请使用 ISO 8601 写法，例如 P1M（一个月）、P7D（七日）、P2W（两周）、"
            "PT36H（三十六小时）、P1DT12H。",
            "Expected an ISO 8601 duration such as P1M (a month), P7D (seven days), P2W (two "
            "weeks), PT36H (thirty-six hours) or P1DT12H.",
            code="duration",
        )
    years, months, days, _, hours, minutes, seconds, fraction = (
        int(part) if part and part.isdigit() else 0 for part in parts.groups()
    )
    small = fraction * 10 ** (6 - len(parts[8] or ""))
    time = timedelta(hours=hours, minutes=minutes, seconds=seconds, microseconds=small)
    clock = time if parts[4] else None
    return _within_limits(Duration(years * 12 + months, days, clock))


def _within_limits(duration: Duration) -> Duration:
    clock = duration.clock or timedelta()
    if duration.months > MAX_YEARS * 12 or max(duration.days, clock.days) > MAX_DAYS:
        raise Invalid(
            f"时长过长，最多 {MAX_YEARS} 年或 {MAX_DAYS} 日。",
            f"Expected a duration of at most {MAX_YEARS} years or {MAX_DAYS} days; shorten it.",
            code="duration",
        )
    return duration
