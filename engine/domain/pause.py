"""Pauses of a clock (挂起, P17 and L45), and the stretches of days in which it runs.

A day counts if the clock runs at its end, 24:00 in Shanghai. A pause therefore covers the days
from the one in which it starts up to, not including, the one in which it ends: an hour's pause
within a day costs nothing, and resuming is exact.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime

from engine.domain.calendar import ONE_DAY, aware, shanghai_day
from engine.errors import Invalid, Words


@dataclass(frozen=True)
class Pause:
    """A time in which a clock stands still, open while `end` is None.

    `start` and `end` are aware; `reason` is shown to people, `basis` names the article.
    Raises Invalid for a naive time and for an end before its start.
    """

    start: datetime
    end: datetime | None
    reason: Words
    basis: str

    def __post_init__(self) -> None:
        aware(self.start)
        if self.end is not None and aware(self.end) < self.start:
            raise Invalid(
                "恢复时间不能早于挂起时间。",
                "Expected a resumption at or after its suspension, but it is earlier.",
            )

    def covers(self, day: date) -> bool:
        """Tell whether the clock stands still at the end of `day`."""
        if day < shanghai_day(self.start):
            return False
        return self.end is None or day < shanghai_day(self.end)


def running_spans(start: date, pauses: Iterable[Pause]) -> Iterator[tuple[date, date | None]]:
    """Yield the stretches of days after `start` that no pause covers, in order.

    Each is (after, before), both excluded and never empty; `before` is None in a stretch without
    end, which is missing where a pause is open.
    """
    after = start
    for pause in sorted(pauses, key=lambda pause: pause.start):
        first = shanghai_day(pause.start)
        if first > after + ONE_DAY:
            yield after, first
        if pause.end is None:
            return
        after = max(after, shanghai_day(pause.end) - ONE_DAY)
    yield after, None
