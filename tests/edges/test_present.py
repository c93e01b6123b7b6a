"""The present: real, or the demonstration's, which moves forward and does what falls due."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from engine.config import Config
from engine.errors import CalendarUncovered, Conflict
from engine.present import move_clock, present_time
from tests.cases import City

SOON = timedelta(minutes=1)


@pytest.fixture
def today(city: City) -> City:
    """The city at the real present: the demonstration's clock starts there."""
    city.now = datetime.now(UTC)
    return city


def test_without_a_demonstration_the_present_is_real(today: City, config: Config) -> None:
    real = replace(config, demo=False)
    assert abs(present_time(real) - datetime.now(UTC)) < SOON


def test_moving_the_clock_does_all_that_falls_due(today: City, config: Config) -> None:
    walk = today.file()
    to = today.now + timedelta(days=20)
    assert abs(move_clock(today.resources, config, to) - to) < SOON
    assert walk.status == "accepted"  # by silence
    assert abs(present_time(config) - to) < SOON
    assert abs(present_time(replace(config, demo=False)) - datetime.now(UTC)) < SOON


def test_it_never_goes_back(today: City, config: Config) -> None:
    move_clock(today.resources, config, today.now + timedelta(days=20))
    with pytest.raises(Conflict) as refused:
        move_clock(today.resources, config, today.now + timedelta(days=19))
    assert refused.value.code == "clock-back"
    assert present_time(config) > today.now + timedelta(days=19)


def test_it_does_not_leave_the_years_of_the_calendar(today: City, config: Config) -> None:
    with pytest.raises(CalendarUncovered):
        move_clock(today.resources, config, datetime(2031, 1, 2, tzinfo=UTC))
    assert abs(present_time(config) - datetime.now(UTC)) < SOON
