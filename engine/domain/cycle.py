"""Repeating intervals of ISO 8601: R3/PT1H, R/P1D, R5/2026-12-01T09:00:00/P1W.

A reminder that repeats comes at exact intervals from the moment when its activity began (or from
the start that is written): the days of rest that move the end of a legal limit do not move it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from engine.domain.calendar import SHANGHAI, instant, last_day
from engine.domain.clock import Due
from engine.domain.duration import Duration, parse_duration
from engine.errors import Invalid

_TEXT = re.compile(r"R(\d{0,4})/(?:([^/]{8,40})/)?(P[^/]{1,40})")
_NEVER = datetime(9999, 12, 31, tzinfo=UTC)


@dataclass(frozen=True)
class Cycle:
    """`times`: how often, None for without end; `start`: aware, of the first time, None for one
    `interval` after the activity began."""

    times: int | None
    start: datetime | None
    interval: Duration

    def has(self, number: int) -> bool:
        """Whether there is a time of this number, from 1."""
        return self.times is None or number <= self.times

    def due(self, begun: datetime, number: int) -> Due:
        """When the time of this number is due, for an activity that began at `begun` (aware)."""
        first = (self.start or begun).astimezone(SHANGHAI)
        rounds = number if self.start is None else number - 1
        one = self.interval
        whole = Duration(one.months * rounds, one.days * rounds, None)
        try:
            at = datetime.combine(whole.corresponding_day(first.date()), first.timetz())
            at += (one.clock or timedelta()) * rounds
            at = at.astimezone(UTC)
            return Due(at, last_day(at), False)
        except (OverflowError, ValueError):  # beyond the calendar: nobody will see it
            return Due(_NEVER, last_day(_NEVER), False)


def parse_cycle(text: str) -> Cycle | None:
    """Read a repeating interval; None for anything else, and for an interval of no length."""
    match = _TEXT.fullmatch(text)
    if match is None or match[1] and int(match[1]) < 1:
        return None
    try:
        start = instant(match[2]) if match[2] else None
        last_day(start or _NEVER)
        interval = parse_duration(match[3])
    except (ValueError, OverflowError, Invalid):
        return None
    if not (interval.months or interval.days or interval.clock):
        return None
    return Cycle(int(match[1]) if match[1] else None, start, interval)
