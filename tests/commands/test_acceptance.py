"""Acceptance and the one-time notice (P10, P16; 行政许可法 32; notes on receipt and return)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from engine.domain.calendar import SHANGHAI, day_end
from engine.domain.clock import calendar_due
from engine.errors import Invalid
from engine.store.notices import facts_of
from engine.store.tables import Notice
from tests.cases import FOOD, PLANNING, City, Walk, defect


def last_day(day: str) -> datetime:
    return day_end(date.fromisoformat(day))


def facts(walk: Walk, template: str) -> dict:
    """What the last notice of this template says."""
    notice = [n for n in walk.rows(Notice) if n.template == template][-1]
    return facts_of(walk.city.resources.keys, walk.case(), notice)


# ---------------------------------------------------------------- acceptance


def test_acceptance_starts_both_clocks_and_freezes_the_catalogue(city: City) -> None:
    walk = city.file()
    assert walk.clocks() == {}
    city.wait_working_days(2)
    walk.go("check")
    case, clocks = walk.case(), walk.clocks()
    assert (case.accepted_at, case.accepted_day) == (city.now, date(2026, 11, 25))
    assert {n: (c.started_at, c.budget) for n, c in clocks.items()} == {
        "committed": (city.now, 8),
        "statutory": (city.now, 20),
    }
    assert clocks["committed"].due_at == last_day("2026-12-07")
    assert clocks["statutory"].due_at == last_day("2026-12-23")
    entry = city.resources.items[PLANNING]
    limits = replace(entry.limits, committed=1)
    changed = {PLANNING: replace(entry, limits=limits)}
    city.resources = replace(city.resources, items=changed)
    walk.go("review")
    assert walk.clocks()["committed"].budget == 8  # accepted under the earlier promise


def test_the_catalogue_of_the_acceptance_counts_not_that_of_the_filing(city: City) -> None:
    walk = city.file()
    entry = city.resources.items[PLANNING]
    limits = replace(entry.limits, committed=3)
    items = {PLANNING: replace(entry, limits=limits, materials=entry.materials[1:])}
    city.resources = replace(city.resources, items=items)
    walk.go("check")
    assert walk.clocks()["committed"].budget == 3
    assert walk.deadlines()["handle_red"] == last_day("2026-11-26")
    # What was handed in stays in the notices, though the catalogue asks for it no more.
    assert "application" in {m["code"] for m in facts(walk, "acceptance")["materials"]}


def test_what_the_catalogue_asks_for_since_the_filing_holds_nobody_up(city: City) -> None:
    """L32: what was not asked for when he applied, and can't be named in a notice, is not owed."""
    walk = city.file()
    entry = city.resources.items[PLANNING]
    extra = replace(entry.materials[0], code="new", name="新材料")
    items = {PLANNING: replace(entry, materials=(*entry.materials, extra))}
    city.resources = replace(city.resources, items=items)
    walk.go("check")
    assert walk.status == "accepted"


def test_an_incomplete_dossier_is_not_accepted_and_the_missing_is_named(city: City) -> None:
    walk = city.file(leave_out=("land", "design"))
    before = walk.snapshot()
    with pytest.raises(Invalid) as refused:
        walk.go("check")
    land, design = (m for m in city.resources.items[PLANNING].materials if m.code in "land design")
    for language, names in (
        ("zh", (land.name, design.name)),
        ("en", (land.name_en, design.name_en)),
    ):
        assert all(name in refused.value.message.in_language(language) for name in names)
    assert [fault.path for fault in refused.value.fields] == ["/outcome"]
    assert walk.snapshot() == before


def test_silence_for_five_working_days_accepts_as_of_the_receipt(city: City) -> None:
    """Both clocks run from the receipt, whatever is missing."""
    walk = city.file(leave_out=("land",))
    received = walk.case().received_at
    over = last_day("2026-11-30")
    city.now = over - timedelta(microseconds=1)
    city.tick()
    assert walk.status == "received"
    city.now = over + timedelta(hours=9)
    city.tick()
    case, clocks = walk.case(), walk.clocks()
    assert (case.status, case.accepted_at) == ("accepted", received)
    assert {c.started_at for c in clocks.values()} == {received}
    assert clocks["committed"].due_at == last_day("2026-12-03")
    assert [(item.element, item.created_at) for item in walk.open()] == [("review", over)]
    assert walk.item("check").status == "cancelled"
    told = facts(walk, "acceptance")
    assert (told["accepted_on"], told["deemed"]) == ("2026-11-23", True)
    # The window was late, so its step has both lights, before the acceptance by silence.
    assert [(light.colour, light.due_at) for light in walk.lights()] == [
        ("yellow", last_day("2026-11-27")),
        ("red", over),
    ]


def test_lights_that_were_due_before_the_deemed_acceptance_keep_their_times(city: City) -> None:
    """Six committed days from the receipt: after five days of silence yellow is overdue."""
    walk = city.file(FOOD)
    city.now = last_day("2026-11-30")
    city.tick()
    (yellow,) = (light for light in walk.lights() if light.clock == "committed")
    assert (yellow.colour, yellow.due_at) == ("yellow", last_day("2026-11-27"))
    assert yellow.seen_at == city.now


def test_time_in_the_journal_never_goes_back(city: City) -> None:
    from engine.store.tables import JournalEntry

    walk = city.file(FOOD)
    city.now = last_day("2026-12-10")
    city.tick()
    times = [entry.at for entry in walk.rows(JournalEntry)]
    assert times == sorted(times)


def test_the_clerk_who_comes_after_the_five_days_is_told_that_it_is_over(city: City) -> None:
    from engine.errors import Stale

    walk = city.file()
    city.now = last_day("2026-11-30")
    before = walk.snapshot()
    with pytest.raises(Stale):
        walk.go("check")
    assert walk.snapshot() == before  # the scheduler will do it


# ---------------------------------------------------------------- the one-time notice


def test_the_notice_lists_all_that_is_missing_at_once(city: City) -> None:
    """The clerk's list and what the system sees missing; nothing twice."""
    walk = city.file(leave_out=("land", "notice_board"))
    walk.complete(
        "check",
        outcome="incomplete",
        defects=[defect("design", "form"), defect("land", "missing", "未提交")],
    )
    (asked,) = walk.supplements()
    assert [(d["material"], d["kind"]) for d in asked.defects] == [
        ("design", "form"),
        ("land", "missing"),
        ("notice_board", "missing"),
    ]
    shown = facts(walk, "supplement")
    names = {m.code: m.name for m in city.resources.items[PLANNING].materials}
    assert [row["material"] for row in shown["defects"]] == [
        names[code] for code in ("design", "land", "notice_board")
    ]
    assert all(row["basis"] and row["requirement"] for row in shown["defects"])
    assert shown["repeated"] is False
    assert (walk.status, walk.at()) == ("supplementing", ["supplement"])


@pytest.mark.parametrize(
    ("day", "over"),
    [
        (datetime(2024, 1, 31, 9, tzinfo=SHANGHAI), "2024-02-29"),
        (datetime(2025, 1, 27, 9, tzinfo=SHANGHAI), "2025-02-27"),
        (datetime(2026, 1, 30, 9, tzinfo=SHANGHAI), "2026-02-28"),
        (datetime(2026, 9, 1, 9, tzinfo=SHANGHAI), "2026-10-08"),
    ],
    ids=str,
)
def test_notice_row_and_timer_agree_on_the_end_of_the_month(
    city: City, day: datetime, over: str
) -> None:
    city.now = day
    walk = city.file(leave_out=("land",))
    walk.complete("check", outcome="incomplete", defects=[defect("land", "missing")])
    assert facts(walk, "supplement")["deadline"]["due"] == over
    assert walk.supplements()[0].due_at == walk.deadlines()["month_over"] == last_day(over)
    assert calendar_due(day, "P1M", city.resources.calendar).last_day == date.fromisoformat(over)


def test_an_answer_receives_the_case_again_and_the_five_days_begin_anew(city: City) -> None:
    walk = city.file(leave_out=("land",))
    walk.complete("check", outcome="incomplete", defects=[defect("land", "missing")])
    city.wait_working_days(7)
    walk.upload("land")
    walk.go("supplement")
    assert (walk.status, walk.at()) == ("received", ["recheck"])
    (asked,) = walk.supplements()
    assert (asked.status, asked.answered_at) == ("answered", city.now)
    assert "month_over" not in walk.deadlines()
    assert walk.deadlines()["recheck_deemed"] == last_day("2026-12-09")


def test_silence_after_the_supplement_accepts_as_of_the_supplement(city: City) -> None:
    walk = city.file(leave_out=("land",))
    walk.complete("check", outcome="incomplete", defects=[defect("land", "missing")])
    city.wait_working_days(7)
    answered = city.now
    walk.upload("land")
    walk.go("supplement")
    city.now = last_day("2026-12-09")
    city.tick()
    assert (walk.status, walk.case().accepted_at) == ("accepted", answered)


def test_a_second_notice_can_only_repeat_the_first(city: City) -> None:
    """What the first one did not name can't be asked for any more (L32)."""
    walk = city.file(leave_out=("land", "design"))
    first = defect("land", "missing", "未提交土地证明")
    walk.complete("check", outcome="incomplete", defects=[first])
    walk.upload("design")
    walk.go("supplement")
    with pytest.raises(Invalid):  # the form offers nothing but what was named
        walk.complete(
            "recheck",
            outcome="incomplete",
            defects=[{"material": "application", "defect": "另有问题"}],
        )
    walk.complete(
        "recheck", outcome="incomplete", defects=[{"material": "land", "defect": "仍未提交"}]
    )
    one, two = walk.supplements()
    assert (one.status, two.status, two.round) == ("answered", "open", 2)
    assert two.defects == [{**first, "defect": "仍未提交"}]
    shown = facts(walk, "supplement")
    assert shown["repeated"] is True
    assert (
        shown["first_number"]
        == [n for n in walk.rows(Notice) if n.template == "supplement"][0].number
    )
    walk.upload("land")
    walk.go("supplement", "recheck")
    assert walk.status == "accepted"


def test_a_second_notice_finds_by_itself_what_is_still_missing(city: City) -> None:
    walk = city.file(leave_out=("land", "design"))
    walk.complete("check", outcome="incomplete", defects=[defect("application", "form")])
    walk.upload("application")
    walk.upload("land")
    walk.go("supplement")
    with pytest.raises(Invalid, match="design|Design|planning"):
        walk.go("recheck")
    again = [{"material": "application", "defect": "仍未盖章"}]
    walk.complete("recheck", outcome="incomplete", defects=again)
    assert [d["material"] for d in walk.supplements()[-1].defects] == ["application", "design"]


def test_the_month_begins_again_with_the_second_notice(city: City) -> None:
    walk = city.file(leave_out=("land",))
    walk.complete("check", outcome="incomplete", defects=[defect("land", "missing")])
    city.wait_working_days(3)
    walk.go("supplement")
    again = [{"material": "land", "defect": "仍未提交"}]
    walk.complete("recheck", outcome="incomplete", defects=again)
    due = calendar_due(city.now, "P1M", city.resources.calendar).at
    assert walk.deadlines()["month_over"] == walk.supplements()[-1].due_at == due
    city.now = due
    city.tick()
    assert walk.status == "returned"
    assert [s.status for s in walk.supplements()] == ["answered", "expired"]


def test_a_repetition_keeps_all_that_was_asked_of_one_material(city: City) -> None:
    """L32: two rows about one material are two requirements, also when told again; one answer to
    that material is enough."""
    walk = city.file()
    unsigned = defect("land") | {"requirement": "签名", "basis": "《行政许可法》第三十一条"}
    walk.complete("check", outcome="incomplete", defects=[defect("land"), unsigned])
    walk.upload("land")
    walk.go("supplement")
    walk.complete(
        "recheck", outcome="incomplete", defects=[{"material": "land", "defect": "仍未签名"}]
    )
    (told,) = facts(walk, "supplement")["defects"]
    assert told["requirement"] == "盖章后重新提交；签名"
    assert told["basis"] == "《城乡规划法》第四十条；《行政许可法》第三十一条"
