"""When a duration in calendar time is over (民法典 arts. 201 to 203).

Rows: P18
"""

from datetime import UTC, date, datetime, timedelta

import chinese_calendar
import pytest
from clock_cases import SHANGHAI, at, starts
from hypothesis import given
from hypothesis import strategies as st

from engine.domain.calendar import Calendar, YearCalendar, day_end
from engine.domain.clock import calendar_due
from engine.errors import CalendarUncovered, Invalid


@pytest.mark.parametrize(
    ("start", "text", "last"),
    [
        ("2026-03-02T09:00", "P1M", date(2026, 4, 2)),
        ("2024-01-31T09:00", "P1M", date(2024, 2, 29)),
        ("2026-01-31T09:00", "P1M", date(2026, 2, 28)),  # a Saturday that is worked
        ("2026-02-28T09:00", "P1M", date(2026, 3, 30)),  # 28 March is a Saturday
        ("2026-09-01T09:00", "P1M", date(2026, 10, 8)),  # 1 October
        ("2026-02-09T09:00", "P7D", date(2026, 2, 24)),  # in the Spring Festival
        ("2026-03-02T23:59", "P2W", date(2026, 3, 16)),
        ("2025-11-03T00:00", "P1Y", date(2026, 11, 3)),
        ("2026-03-02T09:00", "P0D", date(2026, 3, 2)),
    ],
)
def test_calendar_time_ends_with_the_corresponding_day_or_the_next_working_day(
    calendar, start, text, last
):
    found = calendar_due(at(start), text, calendar)
    assert (found.last_day, found.at) == (last, day_end(last))


def test_the_corresponding_day_is_that_of_shanghai(calendar):
    start = datetime(2026, 3, 1, 16, tzinfo=UTC)  # 2 March, 00:00 in Shanghai
    assert calendar_due(start, "P1D", calendar).last_day == date(2026, 3, 3)


@given(start=starts, months=st.integers(0, 3), days=st.integers(0, 40))
def test_calendar_time_ends_with_the_first_working_day_from_the_corresponding_one(
    calendar, start, months, days
):
    found = calendar_due(start, f"P{months}M{days}D", calendar)
    assert chinese_calendar.is_workday(found.last_day)
    day = found.last_day - timedelta(days=1)
    while not chinese_calendar.is_workday(day):
        day -= timedelta(days=1)
    shifted = calendar_due(start, f"P{months}M{days}DT0S", Calendar([])).at.astimezone(SHANGHAI)
    assert day < shifted.date() <= found.last_day


def test_a_time_part_ends_at_the_exact_instant_on_any_day_and_needs_no_calendar():
    friday = at("2026-03-06T10:00")
    for text, length in [("PT36H", 36), ("P1DT12H", 36), ("PT0S", 0)]:
        found = calendar_due(friday, text, Calendar([]))
        assert found.at == friday + timedelta(hours=length)
        assert found.at.tzinfo is UTC
        assert not found.provisional


def test_the_last_day_of_an_instant_at_midnight_is_the_one_that_ends_there():
    found = calendar_due(at("2026-03-06T10:00"), "PT14H", Calendar([]))
    assert found.last_day == date(2026, 3, 6)
    later = calendar_due(at("2026-03-06T10:00"), "PT15H", Calendar([]))
    assert later.last_day == date(2026, 3, 7)
    at_once = calendar_due(at("2026-03-06T00:00"), "PT0S", Calendar([]))
    assert at_once.last_day == date(2026, 3, 6)


def test_months_are_counted_before_hours():
    found = calendar_due(at("2026-01-31T20:00"), "P1MT6H", Calendar([]))
    assert found.at == at("2026-03-01T02:00")


def test_calendar_time_is_provisional_where_its_last_day_was_looked_up_in_such_a_year(calendar):
    assert not calendar_due(at("2026-11-30T09:00"), "P1M", calendar).provisional
    moved = calendar_due(at("2026-12-01T09:00"), "P1M", calendar)
    assert (moved.last_day, moved.provisional) == (date(2027, 1, 4), True)


def test_calendar_time_moved_out_of_a_provisional_year_rests_on_that_year():
    years = [(2022, "provisional"), (2023, "official")]
    calendar = Calendar(YearCalendar(y, s, "test", {date(y, 1, 1): "元旦"}, {}) for y, s in years)
    moved = calendar_due(at("2022-12-30T09:00"), "P1D", calendar)  # to a Saturday
    assert (moved.last_day, moved.provisional) == (date(2023, 1, 2), True)


def test_calendar_time_into_a_year_without_calendar_is_refused(calendar):
    with pytest.raises(CalendarUncovered):
        calendar_due(at("2026-11-30T09:00"), "P2Y", calendar)


def test_calendar_time_from_a_naive_start_is_refused(calendar):
    with pytest.raises(Invalid, match="offset"):
        calendar_due(datetime(2026, 3, 2), "PT1H", calendar)
