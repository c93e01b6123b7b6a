"""The scenarios of the engine on the bench: at once, and with a process of its own each step."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from engine.domain.calendar import Calendar
from engine.nursery import Nursery
from engine.trial.files import diagram_of, judge
from engine.trial.run import trial
from engine.trial.steps import read_steps
from tests.bpmn.diagrams import diagram, process
from tests.bpmn.instances import MONDAY
from tests.bpmn.scenarios.play import Scenario
from tests.bpmn.scenarios.test_scenarios import ALL


@pytest.fixture(scope="module")
def nursery() -> Iterator[Nursery]:
    nursery = Nursery("engine.trial.run")
    yield nursery
    nursery.close()


def lines(
    scenario: Scenario, calendar: Calendar, nursery: Nursery | None = None
) -> list[dict[str, Any]]:
    files = {f"{n}.bpmn": diagram(each, drawn=False) for n, each in enumerate(scenario.others)}
    main = diagram(process(*scenario.parts), extra=scenario.extra, drawn=False)
    files = {"p.bpmn": main, **files}
    assert [finding for finding in judge(files) if finding.level == "error"] == []
    steps = read_steps([step.told for step, _ in scenario.steps])
    what = diagram_of(files, "P", calendar)
    return list(trial(what, data=scenario.start, steps=steps, at=MONDAY, nursery=nursery))


@pytest.mark.parametrize("scenario", ALL, ids=[each.name for each in ALL])
def test_a_scenario_goes_as_the_standard_says_wherever_it_is_loaded(
    scenario: Scenario, calendar: Calendar, nursery: Nursery
) -> None:
    there = lines(scenario, calendar)
    assert [line["error"] for line in there] == [None] * len(there)
    expected = [scenario.first, *(opened for _, opened in scenario.steps)]
    assert [sorted(row["element"] for row in line["open"]) for line in there] == expected
    last = there[-1]
    assert (last["completed"], last["timers"]) == (scenario.ends, [])
    expected_data = dict(scenario.data)
    expected_data |= expected_data.pop("data_objects", {})  # they stand beside the data
    assert {name: last["data"].get(name) for name in expected_data} == expected_data
    ran = Counter(element for line in there for element in line["executed"])
    assert {name: ran[name] for name in scenario.ran} == scenario.ran
    drawn = "".join((*scenario.parts, *scenario.others))
    assert [element for element in ran if f'"{element}"' not in drawn] == []
    assert lines(scenario, calendar, nursery) == there
