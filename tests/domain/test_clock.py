"""When a limit is over: examples as a clerk would count them, and properties over three years.

Rows: L82, P10c
"""

from datetime import UTC, date, datetime, timedelta

import chinese_calendar
import pytest
from clock_cases import SHANGHAI, SURVEY, at, clocks, lasting, pause, starts, with_pauses
from hypothesis import assume, given
from hypothesis import strategies as st

from engine.domain.calendar import Calendar, YearCalendar, day_end
from engine.domain.clock import Clock, Pause, due
from engine.errors import CalendarUncovered, Invalid


def last_day(calendar, start: str, budget: int, *pauses: Pause, **more) -> date | None:
    found = due(Clock("committed", at(start), budget, pauses=pauses, **more), calendar)
    return found and found.last_day


# Examples. March 2026 has no holiday; the 2nd, 9th and 16th are Mondays.


def test_a_limit_is_over_at_midnight_after_its_last_day_in_utc(calendar):
    found = due(Clock("committed", at("2026-03-02T09:00"), 5), calendar)
    assert found.last_day == date(2026, 3, 9)
    assert found.at == datetime(2026, 3, 9, 16, tzinfo=UTC)
    assert found.at.tzinfo is UTC
    assert not found.provisional


def test_the_day_of_the_start_does_not_count_from_its_first_to_its_last_instant(calendar):
    assert last_day(calendar, "2026-03-02T00:00", 1) == date(2026, 3, 3)
    assert last_day(calendar, "2026-03-02T23:59:59.999999", 1) == date(2026, 3, 3)
    assert last_day(calendar, "2026-03-03T00:00", 1) == date(2026, 3, 4)


def test_a_start_is_dated_in_shanghai_whatever_its_offset(calendar):
    late = Clock("committed", datetime(2026, 3, 2, 16, tzinfo=UTC), 1)
    assert due(late, calendar).last_day == date(2026, 3, 4)


def test_a_start_on_a_rest_day_begins_with_the_next_working_day(calendar):
    assert last_day(calendar, "2026-03-07T10:00", 1) == date(2026, 3, 9)


def test_an_extension_adds_its_days(calendar):
    """Rows: L42"""
    assert last_day(calendar, "2026-03-02T09:00", 5, extension=2) == date(2026, 3, 11)


def test_a_threshold_replaces_the_budget_and_keeps_the_extension(calendar):
    clock = Clock("committed", at("2026-03-02T09:00"), 5, extension=2)
    assert due(clock, calendar, threshold=1).last_day == date(2026, 3, 5)
    assert due(clock, calendar, threshold=5) == due(clock, calendar)


def test_a_limit_of_no_days_is_over_at_midnight_after_the_start_and_needs_no_calendar():
    found = due(Clock("step", at("2026-03-02T09:00"), 20), Calendar([]), threshold=0)
    assert (found.at, found.provisional) == (day_end(date(2026, 3, 2)), False)


def test_a_pause_within_one_day_costs_nothing(calendar):
    short = pause("2026-03-04T09:00", "2026-03-04T23:59")
    assert last_day(calendar, "2026-03-02T09:00", 5, short) == date(2026, 3, 9)


def test_a_pause_costs_each_working_day_at_whose_end_it_lasts(calendar):
    over_night = pause("2026-03-04T23:59", "2026-03-05T00:01")
    assert last_day(calendar, "2026-03-02T09:00", 5, over_night) == date(2026, 3, 10)
    over_the_weekend = pause("2026-03-07T10:00", "2026-03-08T20:00")
    assert last_day(calendar, "2026-03-02T09:00", 5, over_the_weekend) == date(2026, 3, 9)


def test_a_pause_until_midnight_covers_the_day_that_ends_there(calendar):
    whole_day = pause("2026-03-04T09:00", "2026-03-05T00:00")
    assert last_day(calendar, "2026-03-02T09:00", 5, whole_day) == date(2026, 3, 10)


def test_a_pause_from_midnight_leaves_the_day_that_ended_there(calendar):
    next_day = pause("2026-03-05T00:00", "2026-03-05T09:00")
    assert last_day(calendar, "2026-03-02T09:00", 5, next_day) == date(2026, 3, 9)


def test_an_open_pause_keeps_the_limit_out_of_reach(calendar):
    assert last_day(calendar, "2026-03-02T09:00", 5, pause("2026-03-09T10:00", None)) is None


def test_an_open_pause_after_the_last_day_changes_nothing(calendar):
    late = pause("2026-03-10T00:00", None)
    assert last_day(calendar, "2026-03-02T09:00", 5, late) == date(2026, 3, 9)


def test_a_stopped_clock_still_has_the_due_time_it_had(calendar):
    stopped = at("2026-03-04T15:00")
    assert last_day(calendar, "2026-03-02T09:00", 5, stopped=stopped) == date(2026, 3, 9)


# Years.


def test_a_result_is_provisional_only_where_it_rests_on_a_provisional_year(calendar):
    clock = Clock("committed", at("2026-12-29T09:00"), 2)
    assert due(clock, calendar).last_day == date(2026, 12, 31)
    assert not due(clock, calendar).provisional
    assert due(clock, calendar, threshold=3).last_day == date(2027, 1, 4)
    assert due(clock, calendar, threshold=3).provisional


def test_days_of_a_provisional_year_that_a_pause_covers_do_not_make_it_provisional():
    years = [(2025, "provisional"), (2026, "official")]
    calendar = Calendar(YearCalendar(y, s, "test", {date(y, 1, 1): "元旦"}, {}) for y, s in years)
    covered = pause("2025-12-30T00:00", "2026-01-02T09:00")
    clock = Clock("committed", at("2025-12-29T09:00"), 1, pauses=(covered,))
    assert due(clock, calendar).last_day == date(2026, 1, 2)
    assert not due(clock, calendar).provisional
    uncovered = Clock("committed", at("2025-12-29T09:00"), 3)
    assert due(uncovered, calendar).last_day == date(2026, 1, 2)
    assert due(uncovered, calendar).provisional
    partly = Clock("committed", at("2025-12-28T09:00"), 2, pauses=(covered,))
    assert due(partly, calendar).last_day == date(2026, 1, 2)
    assert due(partly, calendar).provisional


def test_a_limit_that_reaches_a_year_without_calendar_is_refused(calendar):
    with pytest.raises(CalendarUncovered) as caught:
        last_day(calendar, "2027-12-20T09:00", 20)
    assert caught.value.facts == {"year": 2028}


def test_a_paused_limit_reads_no_year_beyond_the_pause(calendar):
    assert last_day(calendar, "2027-12-20T09:00", 20, pause("2027-12-22T09:00", None)) is None
    far = pause("2030-01-01T09:00", "2031-01-01T09:00")
    assert last_day(calendar, "2027-12-20T09:00", 3, far) == date(2027, 12, 23)


# What is refused.


@pytest.mark.parametrize(
    "make",
    [
        lambda: Clock("committed", datetime(2026, 3, 2), 5),
        lambda: Clock("committed", at("2026-03-02T09:00"), 5, stopped=datetime(2026, 3, 3)),
        lambda: Clock("committed", at("2026-03-02T09:00"), 5, stopped=at("2026-03-02T08:59")),
        lambda: Clock("committed", at("2026-03-02T09:00"), -1),
        lambda: Clock("committed", at("2026-03-02T09:00"), 5, extension=-1),
        lambda: Pause(datetime(2026, 3, 2), None, SURVEY, "P17"),
        lambda: Pause(at("2026-03-02T09:00"), datetime(2026, 3, 3), SURVEY, "P17"),
        lambda: pause("2026-03-02T09:00", "2026-03-02T08:59"),
    ],
)
def test_naive_times_negative_days_and_ends_before_starts_are_refused(make):
    with pytest.raises(Invalid):
        make()


def test_a_negative_threshold_is_refused(calendar):
    with pytest.raises(Invalid, match="negative"):
        due(Clock("committed", at("2026-03-02T09:00"), 5, extension=9), calendar, threshold=-1)


# Properties.


def naive_due(clock: Clock) -> datetime | None:
    """The rule as it is written, a day at a time, on the independent calendar."""
    day = clock.start.astimezone(SHANGHAI).date()
    left = clock.budget + clock.extension
    while True:
        midnight = datetime(day.year, day.month, day.day, tzinfo=SHANGHAI) + timedelta(days=1)
        if left == 0:
            return midnight
        day += timedelta(days=1)
        end = midnight + timedelta(days=1)
        paused = [p for p in clock.pauses if p.start < end and (p.end is None or p.end >= end)]
        if any(p.end is None for p in paused):
            return None
        left -= chinese_calendar.is_workday(day) and not paused


def instant(clock: Clock, calendar: Calendar) -> datetime:
    """The due time, a limit out of reach being later than any."""
    found = due(clock, calendar)
    return found.at if found else datetime.max.replace(tzinfo=UTC)


@given(clock=clocks())
def test_due_agrees_with_the_rule_counted_day_by_day(calendar, clock):
    found = due(clock, calendar)
    assert (found and found.at) == naive_due(clock)


@given(clock=clocks(), when=starts, index=st.integers(0, 4))
def test_pausing_and_resuming_at_the_same_instant_changes_nothing(calendar, clock, when, index):
    at_once = Pause(when, when, SURVEY, "P17")
    pauses = (*clock.pauses[:index], at_once, *clock.pauses[index:])
    assert due(with_pauses(clock, *pauses), calendar) == due(clock, calendar)


@given(clock=clocks(), data=st.data())
def test_the_order_of_pauses_is_of_no_matter(calendar, clock, data):
    shuffled = data.draw(st.permutations(clock.pauses))
    assert due(with_pauses(clock, *shuffled), calendar) == due(clock, calendar)


@given(clock=clocks(open_pauses=False), first=lasting, share=st.floats(0, 1), more=lasting)
def test_overlapping_pauses_equal_their_union(calendar, clock, first, share, more):
    begin, end = clock.start + first[0], clock.start + sum(first, timedelta())
    inside = begin + (end - begin) * share
    overlapping = Pause(begin, end, SURVEY, "P17"), Pause(inside, inside + more[1], SURVEY, "P17")
    union = Pause(begin, max(end, inside + more[1]), SURVEY, "P17")
    merged = due(with_pauses(clock, *clock.pauses, union), calendar)
    assert due(with_pauses(clock, *overlapping, *clock.pauses), calendar) == merged


@given(clock=clocks(open_pauses=False), first=lasting, share=st.floats(0, 1))
def test_a_pause_cut_in_two_is_the_same_pause(calendar, clock, first, share):
    begin, end = clock.start + first[0], clock.start + sum(first, timedelta())
    cut = begin + (end - begin) * share
    halves = Pause(begin, cut, SURVEY, "P17"), Pause(cut, end, SURVEY, "P17")
    whole = due(with_pauses(clock, *clock.pauses, Pause(begin, end, SURVEY, "P17")), calendar)
    assert due(with_pauses(clock, *halves, *clock.pauses), calendar) == whole


@given(clock=clocks())
def test_another_pause_never_makes_a_limit_end_earlier(calendar, clock):
    for n in range(len(clock.pauses)):
        fewer = with_pauses(clock, *clock.pauses[:n])
        more = with_pauses(clock, *clock.pauses[: n + 1])
        assert instant(more, calendar) >= instant(fewer, calendar)


@given(clock=clocks(), threshold=st.integers(0, 30))
def test_a_smaller_threshold_is_never_reached_later(calendar, clock, threshold):
    assume(threshold < clock.budget)
    early, late = due(clock, calendar, threshold), due(clock, calendar)
    assert late is None or early.at < late.at
