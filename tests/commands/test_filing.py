"""Filing (P2a, P10a): the application is checked, numbered, and kept sealed."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from engine.commands import filing, work
from engine.domain.calendar import shanghai_day
from engine.domain.identifiers import case_number_fault
from engine.errors import Conflict, Forbidden, Invalid, NotFound
from engine.store import submissions
from engine.store.tables import Case, Submission
from engine.transaction import writing
from tests.cases import CITY, COUNTY, IDENTITY, PLANNING, City, Walk, mandate, single_item
from tests.commands.test_deployment import caller, put

PERSON = {
    "type": "person",
    "name": "欧阳小明",
    "id_number": IDENTITY,
    "phone": "13800000000",
    "address": "文汇路1号",
}


def open_with(city: City, **changes: object) -> Walk:
    given = {
        "actor": city.applicant(),
        "item_code": PLANNING,
        "county": CITY,
        "channel": "online",
        "now": city.now,
        "data": {},
        **changes,
    }
    with writing() as session:
        case = filing.open_application(session, city.resources, **given)
    return Walk(city, case.number, given["actor"])


def test_a_draft_is_numbered_and_no_clock_runs_yet(city: City) -> None:
    first, second = city.draft(), city.draft()
    assert all(case_number_fault(walk.number) is None for walk in (first, second))
    assert first.number.startswith("419900-20261123-0001")
    assert second.number.startswith("419900-20261123-0002")
    case = first.case()
    assert (case.status, case.received_at, case.state) == ("draft", None, None)
    assert first.open() == [] and first.deadlines() == {}
    city.wait(days=400)
    city.tick()
    assert first.status == "draft"


def test_a_person_is_masked_in_lists_and_sealed_in_the_store(city: City) -> None:
    walk = city.draft(applicant=PERSON)
    case = walk.case()
    assert "小" not in case.applicant_shown and case.applicant_shown.startswith("欧")
    (kept,) = walk.rows(Submission)
    assert IDENTITY.encode() not in kept.data_sealed
    assert IDENTITY not in case.applicant_index
    assert walk.case().applicant_index == city.draft(applicant=PERSON).case().applicant_index


def test_every_fault_of_the_application_is_told_at_once(city: City) -> None:
    faulty = {**PERSON, "id_number": "110105194912310021", "phone": "12"}
    with pytest.raises(Invalid) as refused:
        city.draft(applicant=faulty, declaration=False)
    assert {fault.path for fault in refused.value.fields} == {
        "/applicant/id_number",
        "/applicant/phone",
        "/declaration",
    }
    with writing() as session:
        assert session.query(Case).count() == 0


@pytest.mark.parametrize("days", [(-9, -1), (1, 9)], ids=["run out", "not yet begun"])
def test_an_agent_files_under_a_mandate_in_force(city: City, days: tuple[int, int]) -> None:
    """L29."""
    today = shanghai_day(city.now)
    begin, end = (today + timedelta(days=each) for each in days)
    with pytest.raises(Invalid) as refused:
        city.draft(agent=mandate(city, valid_from=str(begin), valid_until=str(end)))
    assert [fault.path for fault in refused.value.fields] == ["/agent/valid_until"]


@pytest.mark.parametrize("data", [None, [], "x", 5, {"applicant": "x"}])
def test_what_is_no_form_at_all_is_refused(city: City, data: object) -> None:
    with pytest.raises(Invalid):
        open_with(city, data=data)


@pytest.mark.parametrize("unknown", [{"item_code": "nothing"}, {"county": "999999"}])
def test_an_unknown_item_or_county_is_not_found(city: City, unknown: dict) -> None:
    with pytest.raises(NotFound):
        open_with(city, **unknown)


def test_only_the_window_of_the_department_files_at_its_counter(city: City) -> None:
    for actor in (
        city.applicant(),
        city.staff("handler"),
        city.staff("window_clerk", "wjw"),
        city.staff("window_clerk", county=COUNTY),
    ):
        with pytest.raises(Forbidden):
            open_with(city, actor=actor, channel="counter")
    assert city.draft(channel="counter").case().applicant_id is None


def test_a_procedure_without_a_form_keeps_nothing_unchecked(new_city: City) -> None:
    put(new_city, {"a.bpmn": caller("A")})
    entry = replace(new_city.resources.items[PLANNING], procedure="A")
    new_city.resources = replace(new_city.resources, items={PLANNING: entry})
    walk = open_with(new_city, data={"applicant": "no object", "subject": ["x"] * 999})
    walk.submit()
    assert walk.case().subject == entry.name and walk.at() == ["own"]
    complete_with(walk, "own", {"defects": nested(2_000)})
    keys = new_city.resources.keys
    assert [submissions.read(keys, walk.case(), row) for row in walk.rows(Submission)] == [{}, {}]


def nested(depth: int) -> list:
    inside: list = []
    for _ in range(depth):
        inside = [inside]
    return inside


def complete_with(walk: Walk, element: str, data: object) -> None:
    item, city = walk.item(element), walk.city
    actor = walk.worker(item)
    with writing() as session:
        work.complete(
            session,
            city.resources,
            actor=actor,
            work_item_id=item.id,
            version=item.version,
            data=data,
            now=city.now,
        )


def test_another_applicant_cannot_submit_a_draft(city: City) -> None:
    walk = city.draft()
    with pytest.raises(NotFound):
        walk.submit(city.applicant("2"))
    assert walk.status == "draft"


def test_a_draft_has_no_steps_to_complete_yet(city: City) -> None:
    walk = city.draft()
    with pytest.raises(Conflict):
        walk.withdraw()


def test_a_case_stays_on_the_version_that_its_application_was_checked_by(city: City) -> None:
    walk = city.draft()
    city.found()  # another version is deployed before he submits
    walk.submit()
    assert walk.case().procedure_version_id != city.draft().case().procedure_version_id


def test_a_draft_written_online_is_its_applicants_alone(city: City) -> None:
    walk = city.draft()
    with pytest.raises(NotFound):
        walk.submit(actor=city.staff("window_clerk"))
    assert walk.status == "draft"


def test_lists_show_the_beginning_of_a_long_subject(new_city: City) -> None:
    path = "forms/single-item/application.yaml"
    form = single_item()[path].replace(b"    maxLength: 200\n", b"    maxLength: 900\n")
    put(new_city, single_item() | {path: form})
    walk = new_city.draft(subject="长" * 900)
    assert walk.case().subject == "长" * 255
    (kept,) = walk.rows(Submission)
    whole = submissions.read(new_city.resources.keys, walk.case(), kept)
    assert whole["subject"] == "长" * 900
