"""Which ISO 8601 durations are understood, and what day they lead to."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.domain.duration import Duration, parse_duration
from engine.errors import Invalid


@pytest.mark.parametrize(
    ("text", "months", "days", "clock"),
    [
        ("P1M", 1, 0, None),
        ("P7D", 0, 7, None),
        ("P2W", 0, 14, None),
        ("P1Y", 12, 0, None),
        ("P1Y2M3D", 14, 3, None),
        ("P0D", 0, 0, None),
        ("PT36H", 0, 0, timedelta(hours=36)),
        ("PT1H30M15S", 0, 0, timedelta(hours=1, minutes=30, seconds=15)),
        ("P1DT12H", 0, 1, timedelta(hours=12)),
        ("P1MT5M", 1, 0, timedelta(minutes=5)),
        ("PT0S", 0, 0, timedelta(0)),
        ("PT0.25S", 0, 0, timedelta(milliseconds=250)),
        ("PT1M1,5S", 0, 0, timedelta(seconds=61.5)),
        ("P100Y", 1200, 0, None),
        ("P36525D", 0, 36525, None),
    ],
)
def test_a_duration_is_months_days_and_a_time_part(text, months, days, clock):
    assert parse_duration(text) == Duration(months, days, clock)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "P",
        "PT",
        "1M",
        "P1",
        "P1DT",
        "P1H",
        "PT1D",
        "P1M1Y",
        "P1W2D",
        "P1.5D",
        "PT1.5H",
        "PT.5S",
        "PT1.S",
        "-P1D",
        "P-1D",
        "p1d",
        "P1D ",
        "P1D\n",
        "P٣D",
        "P1D/P2D",
    ],
)
def test_any_other_text_is_refused_with_examples(text):
    with pytest.raises(Invalid) as caught:
        parse_duration(text)
    assert "PT36H" in caught.value.message.zh
    assert "PT36H" in caught.value.message.en


@pytest.mark.parametrize("text", ["P101Y", "P100Y1M", "P36526D", "P5218W", "PT876625H"])
def test_a_duration_beyond_a_century_is_refused(text):
    with pytest.raises(Invalid, match="at most 100 years"):
        parse_duration(text)


def test_a_thousand_digits_are_refused_like_any_wrong_text():
    with pytest.raises(Invalid, match="ISO 8601"):
        parse_duration("P" + "9" * 1000 + "D")


@pytest.mark.parametrize(
    ("day", "text", "expected"),
    [
        (date(2026, 1, 15), "P1M", date(2026, 2, 15)),
        (date(2026, 1, 31), "P1M", date(2026, 2, 28)),
        (date(2024, 1, 31), "P1M", date(2024, 2, 29)),
        (date(2024, 2, 29), "P1Y", date(2025, 2, 28)),
        (date(2026, 11, 30), "P3M", date(2027, 2, 28)),
        (date(2026, 12, 31), "P1D", date(2027, 1, 1)),
        (date(2026, 1, 31), "P1M1D", date(2026, 3, 1)),
    ],
)
def test_the_corresponding_day_is_the_months_last_where_there_is_none(day, text, expected):
    assert parse_duration(text).corresponding_day(day) == expected


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)), st.integers(0, 1200))
def test_the_corresponding_day_lies_in_the_month_that_is_due(day, months):
    found = Duration(months, 0, None).corresponding_day(day)
    assert (found.year - day.year) * 12 + found.month - day.month == months
    assert found.day == day.day or (found.day < day.day and (found + timedelta(1)).day == 1)
