"""Progress by number and query code (P2c)."""

from __future__ import annotations

from tests.api.city import City, ok, refused
from tests.api.test_journey import accept, review


def test_the_public_sees_where_a_case_stands_and_nothing_from_inside(city: City) -> None:
    number = city.as_("applicant").file_case()
    code = ok(city.as_("applicant").get(f"/cases/{number}"))["query_code"]
    path = f"/progress/{number}?code={code}"
    received = ok(city.as_(None).get(path))
    assert received["status"]["code"] == "received" and received["limits"] == []
    assert "2026年11月30日" in received["next"]
    accept(city, number)
    review(city, number, "refuse")
    response = city.as_(None, "en").get(path)
    shown = ok(response)
    assert shown["status"]["label"] == "accepted, under review"
    assert shown["limits"][0]["last_day"] == "2026-12-01"
    assert [step["label"] for step in shown["history"]][-1] == "applicant notified"
    for inside in ("张", "handler", "refuse", "opinion"):
        assert inside not in response.text


def test_small_letters_and_blanks_in_a_code_are_forgiven(city: City) -> None:
    case = city.as_("applicant").open_case()
    code = f" {case['query_code'].lower()} "
    shown = ok(city.as_(None).get(f"/progress/{case['number']}", query_string={"code": code}))
    assert shown["status"]["code"] == "draft"


def test_a_wrong_code_and_a_wrong_number_are_refused_alike(city: City) -> None:
    number = city.as_("applicant").file_case()
    code = ok(city.as_("applicant").get(f"/cases/{number}"))["query_code"]
    wrong = refused(city.as_(None).get(f"/progress/{number}?code=AAAAAAAA"), 404)
    unknown = refused(city.as_(None).get(f"/progress/419900-20261123-9999-0?code={code}"), 404)
    assert wrong == unknown
    refused(city.as_(None).get(f"/progress/{number}"), 422)
    other = city.as_("applicant").file_case()
    refused(city.as_(None).get(f"/progress/{other}?code={code}"), 404)
