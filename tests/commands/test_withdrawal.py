"""Withdrawal before the decision (P18), and by an agent under express authority (L29)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from engine.domain.calendar import shanghai_day
from engine.errors import Conflict, Forbidden, Invalid, NotFound
from engine.store.notices import facts_of
from engine.store.tables import Notice, Supplement
from tests.cases import City, Walk, defect, mandate


def gone(walk: Walk) -> None:
    assert (walk.status, walk.open(), walk.deadlines()) == ("withdrawn", [], {})
    assert walk.notices()[-1] == "return"


def reason_of(walk: Walk) -> dict[str, str]:
    return facts_of(walk.city.resources.keys, walk.case(), walk.rows(Notice)[-1])


def test_before_the_acceptance(city: City) -> None:
    walk = city.file()
    walk.withdraw(reason="选址变更：另行申请")
    gone(walk)
    assert walk.clocks() == {}
    said = reason_of(walk)
    assert said["reason"] == "申请人主动撤回申请"
    assert said["explanation"] == "选址变更：另行申请"


def test_while_a_supplement_is_asked_for(city: City) -> None:
    walk = city.file()
    walk.complete("check", outcome="incomplete", defects=[defect("land")])
    walk.withdraw()
    gone(walk)
    assert [s.status for s in walk.rows(Supplement)] == ["withdrawn"]


def test_after_the_acceptance_the_clocks_stop(city: City) -> None:
    walk = city.file().accepted()
    city.wait(days=1)
    walk.withdraw()
    gone(walk)
    assert {clock.stopped_at for clock in walk.clocks().values()} == {city.now}
    assert walk.item("review").status == "cancelled"


@pytest.mark.parametrize("steps", [(), ("deliver",)], ids=["approved", "delivered"])
def test_after_the_decision_only_a_cancellation_is_left(city: City, steps: tuple) -> None:
    walk = city.file().approved().go(*steps)
    before = walk.snapshot()
    with pytest.raises(Conflict) as refused:
        walk.withdraw()
    assert refused.value.facts["status"] == walk.status
    assert walk.snapshot() == before


def test_a_case_that_was_returned_unnoticed_is_not_withdrawn_any_more(city: City) -> None:
    """The month ran out before he came, though no tick has told so yet."""
    walk = city.file()
    walk.complete("check", outcome="incomplete", defects=[defect("land")])
    city.now = walk.supplements()[0].due_at
    with pytest.raises(Conflict) as refused:
        walk.withdraw()
    assert refused.value.facts == {"status": "returned"}


def test_a_draft_is_not_withdrawn(city: City) -> None:
    with pytest.raises(Conflict):
        city.draft().withdraw()


@pytest.mark.parametrize("reason", ["", " \n ", "x" * 501, "a\0b", "a\x07", "\u202eabc", "\ue000"])
def test_the_reason_is_mandatory_bounded_and_readable(city: City, reason: str) -> None:
    walk = city.file()
    with pytest.raises(Invalid) as refused:
        walk.withdraw(reason=reason)
    assert [fault.path for fault in refused.value.fields] == ["/reason"]
    assert walk.status == "received"


def test_nobody_else_learns_that_there_is_a_case(city: City) -> None:
    walk = city.file()
    for actor in (city.applicant("2"), city.staff("handler"), city.staff("window_clerk", "wjw")):
        with pytest.raises(NotFound):
            walk.withdraw(actor=actor)
    walk.withdraw(actor=city.staff("window_clerk"))  # the window's clerk acts for him
    gone(walk)


def test_an_agent_withdraws_where_his_mandate_says_so(city: City) -> None:
    walk = city.file(agent=mandate(city))
    walk.withdraw(by_agent=True)
    gone(walk)


@pytest.mark.parametrize(
    "changes",
    [
        {"may_withdraw": False},
        {"valid_from": "2026-01-01", "valid_until": "2026-11-24"},
        None,
    ],
    ids=["not named", "run out yesterday", "no agent at all"],
)
def test_an_agent_without_authority_withdraws_nothing(city: City, changes: dict | None) -> None:
    walk = city.file(**({} if changes is None else {"agent": mandate(city, **changes)}))
    city.now += timedelta(days=2)
    before = walk.snapshot()
    with pytest.raises(Forbidden):
        walk.withdraw(by_agent=True)
    assert walk.snapshot() == before


def test_the_last_day_of_a_mandate_counts(city: City) -> None:
    today = shanghai_day(city.now).isoformat()
    walk = city.file(agent=mandate(city, valid_from=today, valid_until=today))
    walk.withdraw(by_agent=True)
    gone(walk)
