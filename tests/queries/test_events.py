"""Every event of a case has its words, and what is internal stays inside."""

from __future__ import annotations

from engine.config import CHECKOUT
from engine.queries.events import EVENTS, event_of
from tests.test_journal_events import named_events

OF_THE_SYSTEM = {
    "procedure_deployed",
    "account_registered",
    "seat_given",
    "password_changed",
}
INTERNAL = {"task_completed", "task_opened", "light_raised", "timer_fired", "put_off"}


def test_every_event_that_a_case_may_have_is_labelled() -> None:
    named = named_events(CHECKOUT / "engine") - OF_THE_SYSTEM
    assert sorted(named - EVENTS.keys()) == []


def test_steps_opinions_and_lights_are_not_shared() -> None:
    assert all(EVENTS[name].shared is None for name in INTERNAL)
    assert all("decisions" not in (event.shared or ()) for event in EVENTS.values())


def test_an_unknown_event_keeps_its_name_and_stays_inside() -> None:
    assert event_of("from_the_future").label.zh == "from_the_future"
    assert event_of("from_the_future").shared is None
