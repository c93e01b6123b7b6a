"""Clocks to test with: times on the wall in Shanghai, pauses, and strategies for both."""

from datetime import datetime, timedelta, timezone

from hypothesis import strategies as st

from engine.domain.clock import Clock, Pause
from engine.errors import Words

SHANGHAI = timezone(timedelta(hours=8))
SURVEY = Words("联合踏勘", "joint survey")


def at(text: str) -> datetime:
    """A time on the wall in Shanghai."""
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def pause(start: str, end: str | None) -> Pause:
    return Pause(at(start), at(end) if end else None, SURVEY, "濮政〔2016〕59号第十七条")


# Offsets of whole days from a start at midnight put pauses on the boundaries of days.
hours = st.one_of(st.just(0.0), st.floats(0, 23.99))
starts = st.builds(
    lambda n, h: at("2024-01-01T00:00") + timedelta(days=n, hours=h), st.integers(0, 850), hours
)
# When a pause begins after the start of its clock, and how long it lasts.
lasting = st.tuples(
    st.builds(lambda n, h: timedelta(days=n, hours=h), st.integers(0, 40), hours),
    st.builds(lambda n, h: timedelta(days=n, hours=h), st.integers(0, 15), hours),
)


@st.composite
def clocks(draw, open_pauses: bool = True) -> Clock:
    """A clock of 2024 to 2026 whose pauses begin from ten days before its start on."""
    start = draw(starts)
    midnight = start.replace(hour=0, minute=0, second=0, microsecond=0)
    pauses = []
    for _ in range(draw(st.integers(0, 4))):
        begin = midnight + timedelta(days=draw(st.integers(-10, 50)), hours=draw(hours))
        length = timedelta(days=draw(st.integers(0, 15)), hours=draw(hours))
        is_open = open_pauses and draw(st.integers(0, 9)) == 0
        pauses.append(Pause(begin, None if is_open else begin + length, SURVEY, "P17"))
    extension = draw(st.sampled_from([0, 0, 5]))
    return Clock("committed", start, draw(st.integers(0, 30)), extension, tuple(pauses))


def with_pauses(clock: Clock, *pauses: Pause) -> Clock:
    return Clock(clock.name, clock.start, clock.budget, clock.extension, pauses)
