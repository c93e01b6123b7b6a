"""Cases in trouble over HTTP: words for everybody who meets one, the repair for administrators."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.scheduler import run_due
from engine.store.tables import Case
from engine.transaction import reading, writing
from tests.api.city import City, ok, refused


@pytest.fixture
def number(city: City) -> str:
    """A case whose saved state was damaged, found by the scheduler when its light was due."""
    number = city.as_("applicant").file_case()
    damage(city, number, b"1 damaged")
    tick(city, days=9)
    return number


def damage(city: City, number: str, state: bytes) -> None:
    with city.app.app_context(), writing() as session:
        session.execute(sa.update(Case).where(Case.number == number).values(state=state))


def state_of(city: City, number: str) -> bytes:
    def read(session: Session) -> bytes:
        return session.scalar(sa.select(Case.state).where(Case.number == number))

    with city.app.app_context(), reading() as session:
        return read(session)


def tick(city: City, **parts: float) -> None:
    city.clock.now += timedelta(**parts)
    with city.app.app_context():
        run_due(city.app.extensions["lianban"].resources, city.clock.now)


def test_staff_find_it_in_the_list_with_the_reason_in_their_language(
    city: City, number: str
) -> None:
    for who in ("clerk", "supervisor", "administrator"):
        (row,) = ok(city.as_(who).get("/stuck-cases"))["rows"]
        assert row["number"] == number and "无法读取" in row["fault"]["message"]
        assert row["fault"]["set_aside_at"] and row["fault"]["attempts"] == 1
    (row,) = ok(city.as_("clerk", "en").get("/stuck-cases"))["rows"]
    assert "damaged" in row["fault"]["message"]
    assert ok(city.as_("other_department").get("/stuck-cases"))["rows"] == []
    refused(city.as_("applicant").get("/stuck-cases"), 403)


def test_no_page_of_the_case_breaks_for_anybody(city: City, number: str) -> None:
    for who in ("clerk", "applicant", "supervisor"):
        caller = city.as_(who)
        file = ok(caller.get(f"/cases/{number}"))
        assert bool(file["fault"]) == (who != "applicant")
        for part in ("clock", "timeline", "notices", "materials"):
            ok(caller.get(f"/cases/{number}/{part}"))
    rows = ok(city.as_("clerk").get("/tasks"))["rows"]
    assert [row["case"]["number"] for row in rows] == [number], "its work stays to be seen"
    ok(city.as_("clerk").get(f"/tasks/{rows[0]['id']}"))


def test_the_applicant_hears_that_it_is_looked_after_and_nothing_internal(
    city: City, number: str
) -> None:
    code = ok(city.as_("applicant").get(f"/cases/{number}"))["query_code"]
    progress = ok(city.as_(None).get(f"/progress/{number}?code={code}"))
    assert "管理员正在处理" in progress["next"] and "无法读取" not in str(progress)


def test_a_clerk_who_goes_on_working_is_told_in_words(city: City, number: str) -> None:
    clerk = city.as_("clerk")
    task = clerk.task(number)
    body = {"version": task["version"], "data": {"outcome": "complete"}}
    problem = refused(clerk.post(f"/tasks/{task['id']}/complete", json=body), 409)
    assert problem["type"] == "/problems/state-unreadable" and "备份" in problem["detail"]


def test_only_an_administrator_reads_and_repairs(city: City, number: str) -> None:
    for who in ("clerk", "leader", "supervisor", "applicant"):
        refused(city.as_(who).get(f"/cases/{number}/trouble"), 403)
        body = {"reason": "试试"}
        refused(city.as_(who).post(f"/cases/{number}/repair", json=body), 403)
    found = ok(city.as_("administrator").get(f"/cases/{number}/trouble"))
    assert found["data"] == [] and found["entries"][0]["event"] == "set_aside"


def test_it_goes_on_once_its_state_is_restored(city: City) -> None:
    number = city.as_("applicant").file_case()
    kept = state_of(city, number)
    damage(city, number, kept[:20])
    tick(city, days=9)
    administrator = city.as_("administrator")
    body = {"reason": "已从备份恢复"}
    refused(administrator.post(f"/cases/{number}/repair", json=body), 409, "state-unreadable")
    damage(city, number, kept)
    file = ok(administrator.post(f"/cases/{number}/repair", json=body, key="once"))
    assert file["fault"] is None and file["status"]["code"] == "accepted"
    again = administrator.post(f"/cases/{number}/repair", json=body, key="once")
    assert ok(again) == file and again.headers["Idempotency-Replayed"] == "true"
    refused(administrator.post(f"/cases/{number}/repair", json=body), 409, "conflict")


def test_a_sound_case_can_be_corrected_with_a_reason(city: City) -> None:
    number = city.as_("applicant").file_case()
    administrator = city.as_("administrator")
    correction = {"name": "note", "value": {"a": [1, True, None]}}
    refused(administrator.post(f"/cases/{number}/repair", json={"corrections": [correction]}), 422)
    ok(
        administrator.post(
            f"/cases/{number}/repair", json={"reason": "补记", "corrections": [correction]}
        )
    )
    found = ok(administrator.get(f"/cases/{number}/trouble"))
    assert {"a": [1, True, None]} in [datum["value"] for datum in found["data"]]
    assert found["entries"][0]["details"]["reason"] == "补记"


def test_a_case_that_is_not_there_is_not_found(city: City) -> None:
    administrator = city.as_("administrator")
    refused(administrator.get("/cases/nothing/trouble"), 404)
    refused(administrator.post("/cases/nothing/repair", json={"reason": "x"}), 404)
