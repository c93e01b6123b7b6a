"""What public engines test, and the standard says: each scenario in one piece and reloaded."""

from __future__ import annotations

from collections import Counter

import pytest

from engine.domain.calendar import Calendar
from tests.bpmn.scenarios import activities, events, flows, timers, together
from tests.bpmn.scenarios.play import Scenario, play

ALL = [
    *flows.SCENARIOS,
    *activities.SCENARIOS,
    *events.SCENARIOS,
    *timers.SCENARIOS,
    *together.SCENARIOS,
]


@pytest.mark.parametrize("scenario", ALL, ids=[each.name for each in ALL])
def test_the_gate_lets_it_pass(scenario: Scenario) -> None:
    assert scenario.refused() == []


@pytest.mark.parametrize("reloading", [False, True], ids=["at once", "reloaded"])
@pytest.mark.parametrize("scenario", ALL, ids=[each.name for each in ALL])
def test_it_ends_as_the_standard_says(
    scenario: Scenario, reloading: bool, calendar: Calendar
) -> None:
    going = play(scenario, calendar, reloading)
    assert going.instance.finished is scenario.ends
    there = going.instance.data
    assert {name: there.get(name) for name in scenario.data} == scenario.data
    counts = Counter(going.ran)
    assert {name: counts[name] for name in scenario.ran} == scenario.ran
    assert going.instance.waiting_timers() == []


@pytest.mark.parametrize("scenario", ALL, ids=[each.name for each in ALL])
def test_reloading_changes_nothing_that_is_seen(scenario: Scenario, calendar: Calendar) -> None:
    """The order of the open tasks and of what ran, and the data that the tokens hold together."""
    at_once, reloaded = (play(scenario, calendar, reloading) for reloading in (False, True))
    assert at_once.seen == reloaded.seen
