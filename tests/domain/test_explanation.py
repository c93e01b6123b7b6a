"""How a limit explains itself, day by day.

Rows: L82, P10c
"""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from clock_cases import SHANGHAI, SURVEY, at, clocks, pause
from hypothesis import given
from hypothesis import strategies as st

from engine.domain.calendar import Calendar
from engine.domain.clock import Clock, due, explain
from engine.errors import CalendarUncovered


def told(days) -> list[tuple]:
    return [(f"{day.date:%m-%d}", day.kind, day.counted, day.count, day.remaining) for day in days]


def test_each_day_says_whether_it_counts_and_what_is_left(calendar):
    survey = pause("2026-02-12T09:00", "2026-02-13T09:00")
    clock = Clock("committed", at("2026-02-11T09:00"), 3, pauses=(survey,))
    assert told(explain(clock, calendar)) == [
        ("02-11", "start", False, 0, 3),
        ("02-12", "suspended", False, 0, 3),
        ("02-13", "working", True, 1, 2),
        ("02-14", "make_up", True, 2, 1),
        *((f"02-{day}", "holiday", False, 2, 1) for day in range(15, 24)),
        ("02-24", "working", True, 3, 0),
    ]


def test_each_day_gives_its_reason_and_its_basis(calendar):
    survey = pause("2026-02-12T09:00", "2026-02-13T09:00")
    clock = Clock("committed", at("2026-02-11T09:00"), 9, pauses=(survey,))
    days = {day.kind: day for day in explain(clock, calendar)}
    told = {kind: (day.reason.zh, day.basis) for kind, day in days.items()}
    notice = "行政许可法第八十二条；国办发明电〔2025〕7号"
    assert told == {
        "start": ("起算当日，不计入", "民法典第二百零一条"),
        "suspended": ("联合踏勘", "濮政〔2016〕59号第十七条"),
        "working": ("工作日，计入", "行政许可法第八十二条"),
        "weekend": ("周末，不计入", "行政许可法第八十二条"),
        "holiday": ("春节放假，不计入", notice),
        "make_up": ("春节调休上班，计入", notice),
    }
    assert days["suspended"].reason == SURVEY
    assert days["make_up"].reason.en == "make-up working day (春节调休上班), counted"


def test_days_after_the_last_one_are_overdue_and_counted_below_zero(calendar):
    clock = Clock("committed", at("2026-03-05T09:00"), 1)
    days = explain(clock, calendar, until=date(2026, 3, 9))
    assert told(days) == [
        ("03-05", "start", False, 0, 1),
        ("03-06", "working", True, 1, 0),
        ("03-07", "weekend", False, 1, 0),
        ("03-08", "weekend", False, 1, 0),
        ("03-09", "working", False, 1, -1),
    ]
    assert [day.overdue for day in days] == [False, False, True, True, True]
    assert days[-1].reason.zh == "工作日，已逾期"


def test_a_pause_after_the_due_time_stops_the_count_of_days_overdue(calendar):
    late = pause("2026-03-09T09:00", "2026-03-10T09:00")
    clock = Clock("committed", at("2026-03-05T09:00"), 1, pauses=(late,))
    days = explain(clock, calendar, until=date(2026, 3, 10))
    assert [(d.kind, d.remaining, d.overdue) for d in days[-2:]] == [
        ("suspended", 0, True),
        ("working", -1, True),
    ]


def test_a_limit_out_of_reach_is_explained_up_to_the_day_asked_for(calendar):
    clock = Clock("committed", at("2026-03-02T09:00"), 5, pauses=(pause("2026-03-04T09:00", None),))
    assert [day.kind for day in explain(clock, calendar, until=date(2026, 3, 6))] == [
        "start",
        "working",
        "suspended",
        "suspended",
        "suspended",
    ]
    assert explain(clock, calendar)[-1].date == date(2026, 3, 4)


@pytest.mark.parametrize(
    ("stopped", "last", "remaining"),
    [
        ("2026-03-04T15:00", date(2026, 3, 4), 2),
        ("2026-03-09T15:00", date(2026, 3, 9), -1),
        ("2026-03-02T17:00", date(2026, 3, 2), 3),
    ],
)
def test_a_stopped_clock_is_explained_up_to_the_day_it_stopped(calendar, stopped, last, remaining):
    clock = Clock("committed", at("2026-03-02T09:00"), 3, stopped=at(stopped))
    end = explain(clock, calendar, until=date(2026, 3, 31))[-1]
    assert (end.date, end.counted, end.remaining) == (last, False, remaining)
    assert end.kind == ("start" if last == date(2026, 3, 2) else "stopped")


def test_a_clock_stopped_in_a_pause_is_explained_too(calendar):
    open_pause = pause("2026-03-04T09:00", None)
    stopped = at("2026-03-05T09:00")
    clock = Clock("committed", at("2026-03-02T09:00"), 3, pauses=(open_pause,), stopped=stopped)
    kinds = [day.kind for day in explain(clock, calendar)]
    assert kinds == ["start", "working", "suspended", "stopped"]


def test_days_that_a_new_notice_may_change_are_marked(calendar):
    over_new_year = pause("2026-12-30T09:00", "2027-01-05T09:00")
    clock = Clock("committed", at("2026-12-29T09:00"), 1, pauses=(over_new_year,))
    marked = [day.date for day in explain(clock, calendar) if day.provisional]
    assert marked == [date(2027, 1, 5)]


def test_a_paused_year_needs_no_calendar_and_any_other_does(calendar):
    clock = Clock("committed", at("2027-12-29T09:00"), 9, pauses=(pause("2027-12-30T09:00", None),))
    assert explain(clock, calendar, until=date(2028, 1, 5))[-1].kind == "suspended"
    with pytest.raises(CalendarUncovered):
        explain(Clock("committed", at("2027-12-29T09:00"), 1), calendar, until=date(2028, 1, 5))


@given(clock=clocks(open_pauses=False))
def test_the_days_counted_are_the_limit_and_the_last_is_the_last_day(calendar, clock):
    counted = [day for day in explain(clock, calendar) if day.counted]
    assert len(counted) == clock.budget + clock.extension
    assert [day.count for day in counted] == list(range(1, len(counted) + 1))
    start = clock.start.astimezone(SHANGHAI).date()
    assert (counted[-1].date if counted else start) == due(clock, calendar).last_day


@given(clock=clocks(), later=st.integers(0, 90))
def test_no_day_is_left_out_and_the_tally_follows_the_days(calendar, clock, later):
    until = clock.start.astimezone(SHANGHAI).date() + timedelta(days=later)
    days = explain(clock, calendar, until)
    assert [day.date for day in days] == [
        days[0].date + timedelta(days=n) for n in range(len(days))
    ]
    found = due(clock, calendar)
    for day in days:
        assert day.overdue == (found is not None and day.date > found.last_day)
        assert not (day.counted and day.overdue)
        assert day.count + max(day.remaining, 0) == clock.budget + clock.extension
        if day.kind == "suspended":
            assert any(p.covers(day.date) for p in clock.pauses)


@given(clock=clocks())
def test_the_result_is_provisional_exactly_where_one_of_its_days_is(calendar, clock):
    waiting = Calendar(
        replace(year, status="provisional" if year.year == 2025 else "official")
        for year in calendar.years
    )
    found = due(clock, waiting)
    marked = any(day.provisional for day in explain(clock, waiting))
    assert found is None or found.provisional == marked
