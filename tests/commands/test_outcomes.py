"""Every way in which a case of the single-item procedure ends (P18, P19, P21; 行政许可法 32)."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from engine.domain.calendar import SHANGHAI, day_end
from engine.errors import Conflict
from engine.store.notices import facts_of
from engine.store.outbox import payload_of
from engine.store.tables import Notice, Outbox, WorkItem
from tests.cases import FOOD, REFUSAL, City, Walk, defect


def closed(walk: Walk, status: str) -> None:
    """The case ended so, and nothing of it is open or waiting any more."""
    case = walk.case()
    assert (case.status, case.closed_at) == (status, walk.city.now)
    assert walk.open() == [] and walk.deadlines() == {}
    assert all(clock.stopped_at is not None for clock in walk.clocks().values())
    assert walk.events().count("archived") == 1


def test_an_approved_case_ends_with_the_signed_receipt(city: City) -> None:
    walk = city.file()
    assert (walk.status, walk.at(), walk.notices()) == ("received", ["check"], ["receipt"])
    walk.go("check")
    assert (walk.status, walk.at()) == ("accepted", ["review"])
    walk.go("review", "decide")
    assert (walk.status, walk.at()) == ("approved", ["deliver"])
    walk.go("deliver")
    closed(walk, "delivered")
    assert walk.notices() == ["receipt", "acceptance", "approval", "delivery-receipt"]
    assert len(walk.rows(Outbox)) == 2  # accepted; ready for pickup
    assert [n.number[-5:] for n in walk.rows(Notice)] == ["0001号"] * 4


def test_the_receipt_lists_the_licence_beside_the_decision(city: City) -> None:
    """P21b, L44: what is handed over is what the applicant signs for; a refusal hands over none."""
    today = city.now.date().isoformat()
    licence = {"number": "建字第419900202600001号", "valid_from": today}
    for decision in ({"licence": licence}, REFUSAL | {"licence": licence}):
        walk = city.file().go("check", "review")
        walk.complete("decide", **decision)
        walk.go(*walk.at())
        listed = facts_of(city.resources.keys, walk.case(), walk.rows(Notice)[-1])["documents"]
        decided, *granted = [(each["name"], each["number"]) for each in listed]
        assert decided[1] == walk.rows(Notice)[-2].number
        assert granted == (
            [] if walk.status == "refused" else [("建设工程规划许可证", licence["number"])]
        )


def test_an_item_with_a_site_check_is_checked_before_its_review(city: City) -> None:
    walk = city.file(FOOD).accepted()
    assert walk.at() == ["site_check"]
    walk.go("site_check", "review", "decide", "deliver")
    closed(walk, "delivered")


def test_a_refused_case_ends_with_its_refusal_delivered(city: City) -> None:
    walk = city.file().go("check", "review")
    walk.complete("decide", **REFUSAL)
    assert (walk.status, walk.at()) == ("refused", ["deliver_refusal"])
    walk.go("deliver_refusal")
    closed(walk, "refused")
    assert walk.notices() == ["receipt", "acceptance", "refusal", "delivery-receipt"]


@pytest.mark.parametrize(
    "answer",
    [
        {"outcome": "not_competent", "competent_authority": "省厅", "opinion": "由省级办理"},
        {"outcome": "not_required", "opinion": "依法不需要许可"},
    ],
    ids=lambda answer: answer["outcome"],
)
def test_what_is_not_ours_is_not_accepted(city: City, answer: dict[str, str]) -> None:
    walk = city.file()
    walk.complete("check", **answer)
    closed(walk, "not_accepted")
    assert walk.notices() == ["receipt", "non-acceptance"]
    assert walk.clocks() == {}


def test_a_case_not_supplemented_within_the_month_is_returned(city: City) -> None:
    """P18. The month ends at 24:00 of its last day, and nobody has to do anything for it."""
    walk = city.file()
    walk.complete("check", outcome="incomplete", defects=[defect("land")])
    over = walk.supplements()[0].due_at
    city.now = over - timedelta(microseconds=1)
    assert city.tick() == 0
    city.now = over
    assert city.tick() == 1
    closed(walk, "returned")
    assert walk.notices()[-1] == "return"
    assert [s.status for s in walk.supplements()] == ["expired"]
    assert walk.item("supplement").status == "cancelled"


def test_a_return_found_late_carries_the_end_of_the_month(city: City) -> None:
    walk = city.file()
    walk.complete("check", outcome="incomplete", defects=[defect("land")])
    over = walk.supplements()[0].due_at
    city.now = over + timedelta(days=9)
    city.tick()
    assert walk.case().closed_at == over
    assert walk.rows(Notice)[-1].issued_at == over
    assert walk.item("supplement").finished_at == over
    events = walk.events()
    assert events.index("timer_fired") < events.index("returned") < events.index("archived")


def test_the_leader_sends_back_until_he_agrees(city: City) -> None:
    walk = city.file().go("check", "review")
    walk.complete("decide", outcome="send_back", reasons="事实不清")
    assert walk.at() == ["review"]
    walk.go("review", "decide", "deliver")
    closed(walk, "delivered")
    assert len(walk.rows(WorkItem, WorkItem.element == "review")) == 2


def differing(walk: Walk) -> list[dict]:
    """The comparison at the pickup with one paper that differs from the dossier."""
    rows = walk.answer("deliver")["comparison"]
    rows[0] |= {"same": False, "note": "版本不同"}
    return rows


def test_paper_that_differs_is_looked_into_before_the_licence_is_handed_over(city: City) -> None:
    """P21a: the licence is withheld; the comparison comes again afterwards."""
    walk = city.file().approved()
    walk.complete("deliver", comparison=differing(walk))
    assert (walk.status, walk.at()) == ("approved", ["investigate"])
    assert "delivery-receipt" not in walk.notices()
    walk.go("investigate", "deliver")
    closed(walk, "delivered")
    assert walk.notices().count("delivery-receipt") == 1


@pytest.mark.parametrize(
    "finding",
    [{"finding": "false_material"}, {"finding": "replaced"}, {"corrected": False}],
    ids=lambda each: next(iter(each)),
)
def test_nothing_is_handed_over_until_paper_and_dossier_agree(city: City, finding: dict) -> None:
    """Rule 8 of practice: paper that differs is withheld and looked into, however long it takes."""
    walk = city.file().approved()
    walk.complete("deliver", comparison=differing(walk))
    walk.complete("investigate", **finding)
    assert (walk.status, walk.at()) == ("approved", ["investigate"])
    walk.go("investigate")
    assert walk.at() == ["deliver"]


def test_a_discrepancy_prolongs_no_delivery(city: City) -> None:
    """L44: the days of the delivery count from the decision."""
    walk = city.file().approved()
    first = walk.item("deliver").due_at
    city.wait_working_days(3)
    walk.complete("deliver", comparison=differing(walk))
    walk.go("investigate")
    assert walk.item("deliver").due_at == first
    city.now = first
    city.tick()
    assert [light.due_at for light in walk.lights() if light.colour == "red"] == [first]


def test_a_case_filed_at_the_counter_goes_the_same_way(city: City) -> None:
    """P10a. The clerk supplements for an applicant who has no account."""
    walk = city.file(channel="counter", leave_out=("land",))
    walk.complete("check", outcome="incomplete", defects=[defect("land", "missing")])
    walk.upload("land")
    walk.go("supplement", "recheck", "review", "decide", "deliver")
    closed(walk, "delivered")
    assert walk.case().applicant_id is None


def test_a_draft_is_submitted_once(city: City) -> None:
    walk = city.file()
    before = walk.snapshot()
    with pytest.raises(Conflict) as refused:
        walk.submit()
    assert refused.value.facts == {"status": "received"}
    assert walk.snapshot() == before


RECTIFY = {"conclusion": "rectify", "rectification": "补装更衣设施。"}


def last_message(walk: Walk) -> str:
    return payload_of(walk.city.resources.keys, walk.rows(Outbox)[-1])["text"]


def test_a_rectification_is_told_to_the_applicant_with_its_last_day(city: City) -> None:
    """P18, P20a: what a site check asks for is done by somebody who was told what, and by when."""
    walk = city.file(FOOD).accepted()
    walk.complete("site_check", **RECTIFY)
    assert walk.at() == ["rectify"]
    assert "整改：补装更衣设施。请最迟于2026年12月23日完成" in last_message(walk)
    assert walk.item("rectify").due_at == day_end(date(2026, 12, 23))
    walk.complete("rectify", statement="已补装")
    assert walk.at() == ["site_check"]


def test_a_case_not_rectified_within_the_month_is_returned_for_that(city: City) -> None:
    """P18: the reason is the true one, whatever was supplemented before."""
    walk = city.file(FOOD)
    walk.complete("check", outcome="incomplete", defects=[defect("layout")])
    walk.upload("layout")
    walk.go("supplement", "recheck")
    walk.complete("site_check", **RECTIFY)
    city.now = walk.deadlines()["rectify_over"]
    city.tick()
    closed(walk, "returned")
    assert walk.supplements()[0].status == "answered"
    notice = facts_of(city.resources.keys, walk.case(), walk.rows(Notice)[-1])
    assert notice["reason"] == notice["explanation"] == "超过一个月未按现场核查的要求整改"
    assert notice["reason"] in last_message(walk)


def test_the_message_to_supplement_names_the_last_day_and_that_it_is_provisional(
    city: City,
) -> None:
    for month, words in ((11, "2026年12月23日一次"), (12, "2027年1月25日（暂定）一次")):
        city.now = datetime(2026, month, 23, 10, tzinfo=SHANGHAI)
        walk = city.file()
        walk.complete("check", outcome="incomplete", defects=[defect("land")])
        assert f"最迟于{words}补齐" in last_message(walk)
