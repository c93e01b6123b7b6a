"""An Idempotency-Key makes a repeated POST harmless."""

from __future__ import annotations

import threading

import sqlalchemy as sa
from werkzeug.test import TestResponse

from engine.store.tables import Repetition
from engine.transaction import reading
from tests.api.city import FOOD, PDF, City, application, ok, refused

BODY = {"item": FOOD, "application": application()}


def test_the_same_request_gets_the_first_answer_again(city: City) -> None:
    applicant = city.as_("applicant")
    first = applicant.post("/cases", json=BODY, key="k-1")
    city.clock.advance(hours=1)
    again = applicant.post("/cases", json=BODY, key="k-1")
    assert ok(again, 201) == ok(first, 201)
    assert again.headers["Location"] == first.headers["Location"]
    assert again.headers["Idempotency-Replayed"] == "true"
    assert "Idempotency-Replayed" not in first.headers
    assert len(ok(applicant.get("/cases"))["rows"]) == 1


def test_without_a_key_or_with_another_it_is_another_request(city: City) -> None:
    applicant = city.as_("applicant")
    for key in (None, None, "a", "b"):
        ok(applicant.post("/cases", json=BODY, key=key), 201)
    ok(city.as_("stranger").post("/cases", json=BODY, key="a"), 201)
    assert len(ok(applicant.get("/cases"))["rows"]) == 4


def test_a_key_stands_for_one_request_only(city: City) -> None:
    applicant = city.as_("applicant")
    ok(applicant.post("/cases", json=BODY, key="k"), 201)
    other = BODY | {"application": application(subject="另一家")}
    refused(applicant.post("/cases", json=other, key="k"), 409, "idempotency-key-reused")
    number = applicant.open_case()["number"]
    refused(applicant.post(f"/cases/{number}/submission", key="k"), 409, "idempotency-key-reused")


def test_a_refusal_keeps_nothing_so_that_a_repeat_may_succeed(city: City) -> None:
    applicant = city.as_("applicant")
    number = applicant.file_case()
    clerk = city.as_("clerk")
    task = clerk.task(number)
    path = f"/tasks/{task['id']}/complete"
    body = {"version": task["version"], "data": {"outcome": "nonsense"}}
    refused(clerk.post(path, json=body, key="k"), 422)
    body["data"] = {"outcome": "complete"}
    done = ok(clerk.post(path, json=body, key="k"))
    assert ok(clerk.post(path, json=body, key="k")) == done
    refused(clerk.post(path, json=body), 409)


def test_an_upload_is_told_by_the_hash_of_its_file(city: City) -> None:
    applicant = city.as_("applicant")
    number = applicant.open_case()["number"]
    first = ok(applicant.upload(number, "layout", key="u"), 201)
    assert ok(applicant.upload(number, "layout", key="u"), 201) == first
    refused(applicant.upload(number, "layout", PDF + b"%", key="u"), 409, "idempotency-key-reused")
    rows = ok(applicant.get(f"/cases/{number}/materials"))["rows"]
    assert sum(len(row["files"]) for row in rows) == 1


def test_of_many_at_once_one_is_carried_out(city: City) -> None:
    answers: list[TestResponse] = []
    barrier = threading.Barrier(4)

    def post() -> None:
        caller = city.as_("applicant")
        barrier.wait(5)
        answers.append(caller.post("/cases", json=BODY, key="at-once"))

    threads = [threading.Thread(target=post) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    numbers = {ok(answer, 201)["number"] for answer in answers}
    replayed = [answer.headers.get("Idempotency-Replayed") for answer in answers]
    assert len(numbers) == 1 and replayed.count("true") == 3
    assert len(ok(city.as_("applicant").get("/cases"))["rows"]) == 1


def test_what_is_kept_is_sealed_and_a_bad_key_is_refused(city: City) -> None:
    applicant = city.as_("applicant")
    ok(applicant.post("/cases", json=BODY, key="k"), 201)
    with city.app.app_context(), reading() as session:
        row = session.scalars(sa.select(Repetition)).one()
        assert row.actor == f"account:{city.accounts['applicant']}"
        assert "张三丰".encode() not in row.body_sealed and b"110101" not in row.body_sealed
    for key in ("a b", "x" * 256, "é"):
        problem = refused(applicant.post("/cases", json=BODY, key=key), 422)
        assert problem["fields"][0]["path"] == "/Idempotency-Key"
