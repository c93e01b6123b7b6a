"""Which days count, held against an independent source and a naive count.

Rows: L82
"""

from datetime import UTC, date, datetime, timedelta, timezone

import chinese_calendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.domain.calendar import Calendar, YearCalendar, day_end, shanghai_day
from engine.errors import CalendarUncovered, Invalid

ONE_DAY = timedelta(days=1)
covered = st.dates(date(2024, 1, 1), date(2026, 12, 31))


def year(number: int, status: str = "official") -> YearCalendar:
    return YearCalendar(number, status, "test", {date(number, 1, 1): "元旦"}, {})


def counted(start: date, n: int) -> date:
    """The n-th working day after `start`, a day at a time."""
    day = start
    while n:
        day += ONE_DAY
        n -= chinese_calendar.is_workday(day)
    return day


@pytest.mark.parametrize(
    ("day", "working", "kind", "name"),
    [
        (date(2026, 2, 13), True, "working", None),
        (date(2026, 2, 14), True, "make_up", "春节调休上班"),
        (date(2026, 2, 15), False, "holiday", "春节"),
        (date(2026, 2, 23), False, "holiday", "春节"),
        (date(2026, 3, 1), False, "weekend", None),
    ],
)
def test_a_day_says_what_it_is(calendar, day, working, kind, name):
    found = calendar.day(day)
    assert (found.date, found.working, found.kind, found.name) == (day, working, kind, name)
    assert (found.provisional, found.source) == (False, "国办发明电〔2025〕7号")


def test_a_day_of_a_provisional_year_says_so(calendar):
    assert calendar.day(date(2027, 3, 1)).provisional


def test_make_up_days_count_and_holidays_do_not(calendar):
    # 11, 12, 13 and, in place of the long holiday, Saturday 14 February 2026; then 24.
    assert calendar.add_working_days(date(2026, 2, 10), 4) == date(2026, 2, 14)
    assert calendar.add_working_days(date(2026, 2, 10), 5) == date(2026, 2, 24)


@given(start=st.dates(date(2023, 12, 31), date(2026, 9, 1)), n=st.integers(0, 60))
def test_adding_working_days_agrees_with_a_count_day_by_day(calendar, start, n):
    assert calendar.add_working_days(start, n) == counted(start, n)


@given(start=covered, most=st.integers(0, 30), reach=st.integers(-5, 60))
def test_working_days_before_a_day_agree_with_a_count_day_by_day(calendar, start, most, reach):
    before = min(start + reach * ONE_DAY, date(2027, 1, 1))
    between = [start + n * ONE_DAY for n in range(1, (before - start).days)]
    expected = [day for day in between if chinese_calendar.is_workday(day)][:most]
    assert calendar.working_days_after(start, most, before) == expected


@given(day=st.dates(date(2024, 1, 1), date(2026, 12, 30)))
def test_the_first_working_day_on_or_after_a_day_is_the_next_one_there_is(calendar, day):
    expected = day
    while not chinese_calendar.is_workday(expected):
        expected += ONE_DAY
    assert calendar.on_or_after(day) == expected


def test_no_working_days_after_a_day_is_that_day_in_any_year(calendar):
    assert calendar.add_working_days(date(1999, 12, 31), 0) == date(1999, 12, 31)


def test_a_negative_number_of_days_is_refused(calendar):
    with pytest.raises(Invalid, match="0 or more"):
        calendar.add_working_days(date(2026, 1, 1), -1)


def test_the_start_itself_needs_no_calendar(calendar):
    assert calendar.add_working_days(date(2023, 12, 31), 1) == date(2024, 1, 2)


@pytest.mark.parametrize(
    ("ask", "missing"),
    [
        (lambda c: c.day(date(2028, 1, 1)), 2028),
        (lambda c: c.is_working(date(2023, 6, 1)), 2023),
        (lambda c: c.add_working_days(date(2027, 12, 20), 20), 2028),
        (lambda c: c.add_working_days(date(2023, 12, 1), 1), 2023),
        (lambda c: c.add_working_days(date(2024, 1, 1), 10_000), 2028),
        (lambda c: c.on_or_after(date(2028, 1, 1)), 2028),
        (lambda c: c.provisional_between(date(2023, 12, 31), date(2024, 1, 1)), 2023),
        (lambda c: c.working_days_after(date(2027, 12, 1), 99, date(2028, 1, 3)), 2028),
    ],
)
def test_a_year_without_a_calendar_is_named_never_guessed(calendar, ask, missing):
    with pytest.raises(CalendarUncovered) as caught:
        ask(calendar)
    assert caught.value.facts == {"year": missing}
    assert f"{missing}.yaml" in caught.value.message.zh
    assert f"{missing}.yaml" in caught.value.message.en


def test_a_year_missing_between_two_others_is_named():
    gap = Calendar([year(2026), year(2024)])
    assert gap.add_working_days(date(2024, 12, 30), 1) == date(2024, 12, 31)
    with pytest.raises(CalendarUncovered) as caught:
        gap.add_working_days(date(2024, 12, 30), 2)
    assert caught.value.facts == {"year": 2025}


def test_no_year_is_read_that_is_not_needed(calendar):
    last = date(2027, 12, 31)
    assert calendar.working_days_after(last - ONE_DAY, 1, before=date(2030, 1, 1)) == [last]
    assert calendar.working_days_after(last, 5, before=last + ONE_DAY) == []
    assert Calendar([]).working_days_after(date(2026, 3, 2), 5, before=date(2026, 3, 3)) == []


def test_provisional_is_asked_of_both_ends_and_what_lies_between():
    calendar = Calendar([year(2024), year(2025, "provisional"), year(2026)])
    assert not calendar.provisional_between(date(2024, 1, 1), date(2024, 12, 31))
    assert calendar.provisional_between(date(2024, 12, 31), date(2025, 1, 1))
    assert calendar.provisional_between(date(2024, 1, 1), date(2026, 1, 1))
    assert not calendar.provisional_between(date(2026, 1, 1), date(2026, 1, 1))


def test_a_year_may_not_come_twice():
    with pytest.raises(Invalid, match="2026"):
        Calendar([year(2026), year(2026)])


def test_days_begin_and_end_in_shanghai():
    assert shanghai_day(datetime(2026, 11, 22, 15, 59, 59, tzinfo=UTC)) == date(2026, 11, 22)
    assert shanghai_day(datetime(2026, 11, 22, 16, tzinfo=UTC)) == date(2026, 11, 23)
    tokyo = timezone(timedelta(hours=9))
    assert shanghai_day(datetime(2026, 11, 23, 0, 30, tzinfo=tokyo)) == date(2026, 11, 22)
    assert day_end(date(2026, 11, 22)) == datetime(2026, 11, 22, 16, tzinfo=UTC)
    assert day_end(date(2026, 11, 22)).tzinfo is UTC


def test_a_time_without_an_offset_is_refused():
    with pytest.raises(Invalid, match="offset"):
        shanghai_day(datetime(2026, 11, 22))
