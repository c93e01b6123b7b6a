"""Timers as analysts write them.

Rows: P22a
"""

from datetime import UTC, datetime

import pytest

from engine.bpmn.functions import FUNCTIONS
from engine.bpmn.timer_text import Timer, parse_timer
from engine.domain.cycle import parse_cycle
from engine.errors import ExpressionError


@pytest.mark.parametrize(
    ("text", "clock", "expected"),
    [
        ("working_days(limit - 2)", "step", 3),
        (" working_days( (limit) )\n", "step", 5),
        ("committed_days(0)", "committed", 0),
        ("statutory_days(max(1, limit))", "statutory", 5),
        ("working_days(\n  limit\n - 1)", "step", 4),
    ],
)
def test_clocks(text, clock, expected):
    timer = parse_timer(text, "timeDuration")
    assert (timer.clock, timer.text) == (clock, None)
    assert timer.threshold.evaluate({"limit": 5}) == expected


def test_a_date_may_be_a_clock_too():
    assert parse_timer("working_days(5)", "timeDate").clock == "step"


@pytest.mark.parametrize("text", ["P1M", '"P1M"', "'P1M'", " P1M\n"])
def test_quotes_do_not_matter(text):
    assert parse_timer(text, "timeDuration") == Timer("calendar", text="P1M")


@pytest.mark.parametrize("text", ["PT0S", "P1Y2M10DT2H30M", "P2W", "P100Y", "PT36H", "PT0.5S"])
def test_durations(text):
    assert parse_timer(text, "timeDuration").text == text


@pytest.mark.parametrize(
    "text", ["2026-12-31", '"2026-12-31T17:00:00+08:00"', "2026-12-31T09:00:00Z"]
)
def test_dates(text):
    assert parse_timer(text, "timeDate") == Timer("date", text=text.strip('"'))


def test_a_date_from_data():
    timer = parse_timer("add_days(material.promised, 1)", "timeDate")
    assert timer.clock == "date"
    assert timer.threshold.evaluate({"material": {"promised": "2026-12-31"}}) == "2027-01-01"


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (None, "timeDuration"),
        ("  ", "timeDuration"),
        ("P", "timeDuration"),
        ("PT", "timeDuration"),
        ("P1", "timeDuration"),
        ("-P1D", "timeDuration"),
        ("P1.5D", "timeDuration"),
        ("P9999Y", "timeDuration"),
        ("P99999D", "timeDuration"),
        ("3", "timeDuration"),
        ("limit", "timeDuration"),
        ("2026-12-31", "timeDuration"),
        ("R3/P1D", "timeDuration"),
        ("${due}", "timeDuration"),
        ("working_days(5) + 1", "timeDuration"),
        ("working_days()", "timeDuration"),
        ("working_days(1, 2)", "timeDuration"),
        ("working_days(", "timeDuration"),
        ("working_days(a.__class__)", "timeDuration"),
        ("working_days(unknown(1))", "timeDuration"),
        ("working_days(working_days(1))", "timeDuration"),
        ("working_days_left(1)", "timeDuration"),
        ("2026-13-45", "timeDate"),
        ("2026-02-30", "timeDate"),
        ("0001-01-01", "timeDate"),
        ("9999-12-31T23:59:59Z", "timeDate"),
        ("P1M", "timeDate"),
        ("5", "timeDate"),
        ("'soon'", "timeDate"),
        ("", "timeDate"),
        ("P1D", "timeCycle"),
        ("R0/P1D", "timeCycle"),
        ("R3/PT0S", "timeCycle"),
        ("R3/soon/P1D", "timeCycle"),
        ("R3/0001-01-01/P1D", "timeCycle"),
        ("R3/9999-12-31T23:59:59Z/P1D", "timeCycle"),
        ("0 0/5 * * * ?", "timeCycle"),
        ("working_days(1)", "timeCycle"),
    ],
)
def test_everything_else_is_refused_in_words(text, kind):
    with pytest.raises(ExpressionError) as refused:
        parse_timer(text, kind)
    assert refused.value.message.zh
    assert refused.value.message.en


def test_functions_of_the_version_are_known():
    functions = {**FUNCTIONS, "yellow_days": lambda limit: limit - 2}
    timer = parse_timer("working_days(yellow_days(limit))", "timeDuration", functions)
    assert timer.threshold.evaluate({"limit": 9}) == 7


def test_a_cycle_that_goes_beyond_the_calendar_comes_at_its_end():
    cycle = parse_cycle("R/P99Y")
    begun = datetime(2026, 11, 23, tzinfo=UTC)
    assert cycle.due(begun, 1).at.year == 2125
    assert cycle.due(begun, 9_999).at.year == 9999
