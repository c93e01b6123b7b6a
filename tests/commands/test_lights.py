"""Lights (P22a): a late completion never swallows one, and each carries its computed time."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from engine.domain.calendar import day_end
from engine.errors import Stale
from tests.cases import FOOD, City, Walk, defect


def last_day(day: str) -> datetime:
    return day_end(date.fromisoformat(day))


def shown(walk: Walk, scope: str = "step") -> list[tuple[str, str, datetime]]:
    return [(x.element, x.colour, x.due_at) for x in walk.lights() if x.scope == scope]


REVIEW_LATE = [  # accepted on Monday 23 November with 8 committed days; the review has two
    ("review", "yellow", last_day("2026-11-24")),
    ("review", "red", last_day("2026-11-25")),
]


def test_a_step_completed_late_before_any_tick_leaves_both_lights(city: City) -> None:
    walk = city.file().accepted()
    city.wait_working_days(4)
    walk.go("review")
    assert shown(walk) == REVIEW_LATE
    assert all(light.seen_at == city.now for light in walk.lights())
    item = walk.item("review")
    assert (item.status, item.colour, item.finished_at) == ("completed", "red", city.now)
    assert item.due_at == last_day("2026-11-25")


def test_the_same_lights_come_from_the_scheduler(city: City) -> None:
    walk = city.file().accepted()
    for _ in range(4):
        city.wait_working_days(1)
        city.tick()
    walk.go("review")
    assert shown(walk) == REVIEW_LATE


def test_an_applicant_who_withdraws_leaves_the_lights_of_the_late_window(city: City) -> None:
    """Another command comes first: what was due is told all the same, and then he is gone."""
    walk = city.file()
    city.now = last_day("2026-11-27") + timedelta(hours=1)
    walk.withdraw()
    assert shown(walk) == [("check", "yellow", last_day("2026-11-27"))]
    assert walk.status == "withdrawn"
    assert walk.events().index("light_raised") < walk.events().index("withdrawal_received")


def test_an_applicant_who_supplements_pays_for_nobody(city: City) -> None:
    """His own step has no light; the window's next one starts its own clock."""
    walk = city.file(leave_out=("land",))
    walk.complete("check", outcome="incomplete", defects=[defect("land", "missing")])
    city.wait_working_days(12)
    walk.upload("land")
    walk.go("supplement")
    assert walk.lights() == []
    assert walk.item("recheck").due_at == last_day("2026-12-16")


def test_a_light_due_after_the_completion_is_never_raised(city: City) -> None:
    walk = city.file().accepted()
    walk.go("review", "decide")
    city.wait(days=300)
    city.tick()
    assert {light.element for light in walk.lights()} == {"deliver"}


def test_the_whole_case_has_its_own_lights_and_a_breach_of_the_law(city: City) -> None:
    """8 committed days: yellow two days before; 20 statutory days: a severity of its own."""
    walk = city.file().accepted()
    city.now = last_day("2026-12-18")
    city.tick()
    assert shown(walk, "case") == [
        ("handle", "yellow", last_day("2026-12-01")),
        ("handle", "red", last_day("2026-12-03")),
    ]
    assert walk.case().colour == "red"
    city.wait(days=7)
    city.tick()
    breach = walk.lights()[-1]
    assert (breach.clock, breach.severity) == ("statutory", "statutory")
    assert breach.due_at == walk.clocks()["statutory"].due_at


def test_a_decision_in_time_puts_out_the_lights_of_the_case(city: City) -> None:
    walk = city.file().approved()
    assert {clock.stopped_at for clock in walk.clocks().values()} == {city.now}
    assert set(walk.deadlines()) == {"deliver_yellow", "deliver_red"}
    city.wait(days=60)
    city.tick()
    assert [light.scope for light in walk.lights()] == ["step", "step"]
    assert walk.case().colour == "green"


def test_the_window_that_overlooks_a_case_gets_both_lights_before_the_law_speaks(
    city: City,
) -> None:
    """The red light and the deemed acceptance are due at the same moment: the light comes first."""
    walk = city.file(FOOD)
    city.now = last_day("2026-11-30")
    with pytest.raises(Stale):
        walk.go("check")
    city.tick()
    events = [e for e in walk.events() if e in ("light_raised", "accepted")]
    assert events[:3] == ["light_raised", "light_raised", "accepted"]


def test_a_light_belongs_to_who_works_on_the_step(city: City) -> None:
    walk = city.file().accepted()
    city.wait_working_days(3)
    city.tick()
    assert {(x.department, x.county) for x in walk.lights()} == {("zrzyghj", "419900")}
    assert {x.work_item_id for x in walk.lights()} == {walk.item("review").id}


def test_deadlines_are_the_timers_that_wait_and_no_others(city: City) -> None:
    walk = city.file()
    assert set(walk.deadlines()) == {"check_yellow", "check_red", "check_deemed"}
    walk.go("check")
    assert set(walk.deadlines()) == {
        "review_yellow",
        "review_red",
        "handle_yellow",
        "handle_red",
        "handle_breach",
    }
    walk.go("review")
    assert "review_red" not in walk.deadlines()
