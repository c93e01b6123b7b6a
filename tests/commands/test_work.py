"""Work items: who may take, give back, hand on and complete them, and in which version."""

from __future__ import annotations

import zlib
from typing import Any

import pytest
import sqlalchemy as sa

from engine.commands import work
from engine.domain.actor import Actor
from engine.errors import Conflict, Forbidden, Invalid, NotFound, Stale
from engine.store.tables import Case, JournalEntry, WorkItem
from engine.transaction import reading, writing
from tests.cases import COUNTY, City, Walk


def do(verb: Any, walk: Walk, actor: Actor, element: str = "review", **more: Any) -> WorkItem:
    item = walk.item(element)
    given = {"version": item.version, **more}
    with writing() as session:
        return verb(session, actor=actor, work_item_id=item.id, now=walk.city.now, **given)


@pytest.fixture
def walk(city: City) -> Walk:
    return city.file().accepted()


def strangers(city: City) -> dict[str, Actor]:
    return {
        "another post": city.staff("window_clerk"),
        "the leader without a seat": city.staff("department_leader"),
        "another department": city.staff("handler", "wjw"),
        "another county": city.staff("handler", county=COUNTY),
        "the applicant": city.applicant(),
        "the administrator": city.administrator(),
        "a supervisor": city.staff("supervisor", "*", "*"),
    }


def test_only_the_post_of_the_department_and_county_may_work(city: City, walk: Walk) -> None:
    before = walk.snapshot()
    for who, actor in strangers(city).items():
        for attempt in (
            lambda actor=actor: walk.complete("review", actor=actor),
            lambda actor=actor: do(work.claim, walk, actor),
        ):
            with pytest.raises(Forbidden):
                attempt()
                pytest.fail(f"{who} was let in")
    assert walk.snapshot() == before


def test_an_applicant_does_his_own_step_and_no_other_applicant_does(city: City) -> None:
    walk = city.file(leave_out=("land",))
    walk.complete(
        "check",
        outcome="incomplete",
        defects=[{**_defect(), "material": "land"}],
    )
    for actor in (city.applicant("2"), city.staff("handler"), city.staff("window_clerk", "wjw")):
        with pytest.raises(Forbidden):
            walk.complete("supplement", actor=actor)
    walk.upload("land")
    walk.go("supplement")
    assert walk.item("supplement").finished_by == city.applicant().name


def _defect() -> dict[str, str]:
    return {"kind": "missing", "defect": "未提交", "requirement": "提交", "basis": "第四十条"}


def test_a_claimed_item_is_kept_from_colleagues(city: City, walk: Walk) -> None:
    first, second = city.staff("handler"), city.staff("handler", which="2")
    item = do(work.claim, walk, first)
    assert (item.assignee_id, item.version) == (first.account_id, 2)
    for attempt in (
        lambda: do(work.claim, walk, second),
        lambda: walk.complete("review", actor=second),
    ):
        with pytest.raises(Conflict) as refused:
            attempt()
        assert refused.value.facts["assignee"] == first.account_id
    with pytest.raises(Forbidden):
        do(work.release, walk, second)
    walk.complete("review", actor=first)
    assert walk.item("review").assignee_id == first.account_id


def test_who_claimed_it_gives_it_back(city: City, walk: Walk) -> None:
    first, second = city.staff("handler"), city.staff("handler", which="2")
    do(work.claim, walk, first)
    assert do(work.release, walk, first).assignee_id is None
    walk.complete("review", actor=second)
    assert walk.item("review").finished_by == second.name


def test_the_leader_releases_what_lies_with_somebody_who_is_ill(city: City, walk: Walk) -> None:
    do(work.claim, walk, city.staff("handler"))
    assert do(work.release, walk, city.staff("department_leader")).assignee_id is None
    do(work.claim, walk, city.staff("handler"))
    with pytest.raises(Forbidden):
        do(work.release, walk, city.staff("department_leader", "wjw"))


def test_the_leader_hands_work_to_another_of_the_post(city: City, walk: Walk) -> None:
    first, second = city.staff("handler"), city.staff("handler", which="2")
    do(work.claim, walk, first)
    leader = city.staff("department_leader")
    given = do(work.reassign, walk, leader, to_account_id=second.account_id)
    assert (given.assignee_id, given.version) == (second.account_id, 3)
    with pytest.raises(Conflict):
        walk.complete("review", actor=first)
    walk.complete("review", actor=second)


@pytest.mark.parametrize("who", ["handler", "leader elsewhere", "leader of another county"])
def test_nobody_else_hands_work_on(city: City, walk: Walk, who: str) -> None:
    actor = {
        "handler": city.staff("handler"),
        "leader elsewhere": city.staff("department_leader", "wjw"),
        "leader of another county": city.staff("department_leader", county=COUNTY),
    }[who]
    with pytest.raises(Forbidden):
        do(work.reassign, walk, actor, to_account_id=city.staff("handler").account_id)


def test_work_is_handed_to_nobody_without_a_seat_for_it(city: City, walk: Walk) -> None:
    leader = city.staff("department_leader")
    others = (city.applicant().account_id, city.staff("handler", "wjw").account_id, 999_999)
    for account_id in others:
        with pytest.raises(Invalid) as refused:
            do(work.reassign, walk, leader, to_account_id=account_id)
        assert [fault.path for fault in refused.value.fields] == ["/account"]


def test_every_change_of_hands_is_in_the_journal(city: City, walk: Walk) -> None:
    first, leader = city.staff("handler"), city.staff("department_leader")
    do(work.claim, walk, first)
    do(work.release, walk, first)
    do(work.reassign, walk, leader, to_account_id=first.account_id)
    rows = walk.rows(JournalEntry, JournalEntry.event.in_(HANDS))
    assert [(row.event, row.actor) for row in rows] == [
        ("task_claimed", first.name),
        ("task_released", first.name),
        ("task_reassigned", leader.name),
    ]


HANDS = ("task_claimed", "task_released", "task_reassigned")


@pytest.mark.parametrize("verb", ["claim", "release", "reassign", "complete"])
def test_an_old_version_is_refused_with_the_present_state(
    city: City, walk: Walk, verb: str
) -> None:
    first = city.staff("handler")
    do(work.claim, walk, first)
    before = walk.snapshot()
    attempts = {
        "claim": lambda: do(work.claim, walk, first, version=1),
        "release": lambda: do(work.release, walk, first, version=1),
        "reassign": lambda: do(
            work.reassign,
            walk,
            city.staff("department_leader"),
            version=1,
            to_account_id=first.account_id,
        ),
        "complete": lambda: walk.complete("review", actor=first, version=1),
    }
    with pytest.raises(Stale) as refused:
        attempts[verb]()
    assert refused.value.facts == {
        "status": "open",
        "version": 2,
        "assignee": first.account_id,
        "finished_by": None,
    }
    assert walk.snapshot() == before


def test_a_finished_item_is_finished(city: City, walk: Walk) -> None:
    item = walk.item("review")
    walk.go("review")
    before = walk.snapshot()
    for attempt in (
        lambda: walk.complete("review", version=item.version),
        lambda: do(work.claim, walk, city.staff("handler")),
    ):
        with pytest.raises(Stale) as refused:
            attempt()
        assert refused.value.facts["status"] == "completed"
        assert refused.value.facts["finished_by"] == city.staff("handler").name
    assert walk.snapshot() == before


def test_a_form_that_does_not_fit_changes_nothing(city: City, walk: Walk) -> None:
    before = walk.snapshot()
    for data in ({"opinion": "perhaps"}, {"opinion": "refuse"}, {"facts": 5}):
        with pytest.raises(Invalid) as refused:
            walk.complete("review", **data)
        assert refused.value.fields
    assert walk.snapshot() == before


def test_what_is_filled_in_stays_out_of_the_engine_but_for_what_decides(
    city: City, walk: Walk
) -> None:
    walk.complete("review", facts="身份证号 11010519491231002X")
    case = walk.case()
    assert b"11010519491231002X" not in zlib.decompress(case.state[1:])
    (row,) = walk.rows(
        JournalEntry, JournalEntry.event == "task_completed", JournalEntry.payload.like("%review%")
    )
    assert "11010519491231002X" not in row.payload and '"opinion":"approve"' in row.payload


def test_an_unknown_item_is_not_found(city: City) -> None:
    actor = city.staff("handler")
    with writing() as session, pytest.raises(NotFound):
        work.claim(session, actor=actor, work_item_id=999_999, version=1, now=city.now)


def test_a_correction_may_go_round_as_often_as_it_must(city: City, walk: Walk) -> None:
    sizes = []
    for _ in range(15):
        walk.go("review")
        walk.complete("decide", outcome="send_back", reasons="再议")
        with reading() as session:
            sizes.append(session.scalar(sa.select(sa.func.length(Case.state))))
    assert sizes[-1] < sizes[3] * 1.2, "the saved state does not grow with the rounds"
    walk.go("review")
    walk.go("decide")
    assert walk.status == "approved"
