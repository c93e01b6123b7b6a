"""Whatever comes in is answered with a problem document, and never with a 500."""

from __future__ import annotations

import pytest

from api.bodies import Malformed, parse
from tests.api.city import FOOD, City, application, ok, refused

JSON = "application/json"
DEEP = b'{"item":' + b"[" * 100_000 + b"]" * 100_000 + b"}"
BODIES = (
    (b"", JSON, 400),
    (b"{", JSON, 400),
    (b'{"item": NaN}', JSON, 400),
    (b'{"item": Infinity}', JSON, 400),
    (b'{"item": 1e999}', JSON, 400),
    (b'{"item": ' + b"9" * 5_000 + b"}", JSON, 400),
    (b'{"item": "\xff\xfe"}', JSON, 400),
    (b'{"item": "\\ud800"}', JSON, 400),
    (b'{"item": "\\u0000"}', JSON, 400),
    (b'{"\\udfff": 1}', JSON, 400),
    (DEEP, JSON, 400),
    (b"[]", JSON, 422),
    (b"null", JSON, 422),
    (b"7", JSON, 422),
    (b'"text"', JSON, 422),
    (b"{}", JSON, 422),
    (b'{"item": 1, "application": []}', JSON, 422),
    (b'{"item": "x", "application": {}, "surprise": 1}', JSON, 422),
    (b'{"item": "x", "application": {}, "channel": "fax"}', JSON, 422),
    (b"item=x", "application/x-www-form-urlencoded", 415),
    (b"<item/>", "application/xml", 415),
    (b"{}", "text/plain", 415),
    (b"{}", "", 415),
    (b" " * 1_000_001, JSON, 413),
)


def test_a_bad_body_is_refused_with_the_right_status(city: City) -> None:
    applicant = city.as_("applicant")
    for body, kind, status in BODIES:
        response = applicant.post("/cases", data=body, content_type=kind)
        assert response.status_code == status, (body[:60], response.text)
        refused(response, status)
    assert ok(applicant.get("/cases"))["rows"] == []


def test_bad_values_inside_a_form_are_refused_field_by_field(city: City) -> None:
    applicant = city.as_("applicant")
    deep: list = []
    for _ in range(100):
        deep = [deep]
    for subject in (7, None, True, [], {}, "x" * 100_000, "\x07", 10**300, deep):
        body = {"item": FOOD, "application": application(subject=subject)}
        problem = refused(applicant.post("/cases", json=body), 422)
        assert problem["fields"][0]["path"] == "/subject", subject


def test_bad_versions_and_accounts_are_refused(city: City) -> None:
    number = city.as_("applicant").file_case()
    task = city.as_("clerk").task(number)
    path = f"/tasks/{task['id']}"
    for version in (None, "1", 1.5, True, [], 2**63, -(2**63), 10**400):
        problem = refused(city.as_("clerk").post(f"{path}/claim", json={"version": version}), 422)
        assert problem["fields"][0]["path"] == "/version", version
    huge = {"version": 1, "account": 10**30}
    refused(city.as_("leader").post(f"{path}/reassign", json=huge), 422)
    assert ok(city.as_("clerk").post(f"{path}/claim", json={"version": 1.0}))["mine"]


QUERIES = (
    "/cases?limit=0",
    "/cases?limit=201",
    "/cases?limit=many",
    "/cases?limit=1_0",
    "/cases?limit=%EF%BC%95",
    "/cases?limit=5&limit=6",
    "/cases?item=%E2%80%AE",
    "/cases?status=nowhere",
    "/cases?colour=blue",
    "/cases?q=%00",
    "/cases?q=" + "x" * 101,
    "/tasks?due_before=yesterday",
    "/tasks?due_before=2026-11-23",
    "/tasks?due_before=2026-11-23T00:00:00",
    "/tasks?mine=perhaps",
    "/tasks?status=lost",
)
CURSORS = (
    "/cases?cursor=",
    "/cases?cursor=nonsense",
    "/cases?cursor=bnVsbA",
    "/cases?cursor=WzFd" + "A" * 100,
    "/cases?cursor=WzFlOTk5XQ",
    "/cases?cursor=WzE4NDQ2NzQ0MDczNzA5NTUxNjE2XQ",
    "/tasks?cursor=WyJ4IiwxXQ",
    "/tasks?cursor=WyIyMDI2LTExLTIzVDAwOjAwOjAwIiwxXQ",
)


def test_a_bad_query_is_refused_naming_the_parameter(city: City) -> None:
    clerk = city.as_("clerk")
    for query in QUERIES:
        response = clerk.get(query)
        assert response.status_code == 422, (query, response.text)
        name = query.partition("?")[2].partition("=")[0]
        assert refused(response, 422)["fields"][0]["path"] == f"/{name}", query


def test_a_cursor_that_nobody_was_given_names_no_page(city: City) -> None:
    for query in CURSORS:
        problem = refused(city.as_("clerk").get(query), 404)
        assert problem["fields"][0]["path"] == "/cursor", query


def test_a_time_at_the_end_of_the_calendar_is_taken_for_what_it_means(city: City) -> None:
    number = city.as_("applicant").file_case()
    for text, shown in (
        ("0001-01-01T00:00:00%2B14:00", False),
        ("9999-12-31T23:59:59-12:00", True),
    ):
        rows = ok(city.as_("clerk").get(f"/tasks?due_before={text}"))["rows"]
        assert (number in [row["case"]["number"] for row in rows]) is shown, text


def test_strange_addresses_are_not_found(city: City) -> None:
    clerk = city.as_("clerk")
    for path in (
        "/cases/%00",
        "/cases/..%2f..",
        "/cases/%ff%fe",
        "/cases/" + "9" * 500,
        "/nothing",
    ):
        refused(clerk.get(path), 404)
    for path in ("/tasks/0", "/tasks/-1", "/tasks/x", "/notices/9223372036854775808", "/tasks/１"):
        refused(clerk.get(path), 404)
    number = city.as_("applicant").open_case()["number"]
    refused(city.as_("applicant").delete(f"/cases/{number}/materials/{10**25}"), 404)
    for number in (0, 2**31, 2**62):
        refused(clerk.get(f"/procedures/single-item/versions/{number}"), 404)
        refused(clerk.get(f"/procedures/single-item/versions/{number}/xml"), 404)
    response = clerk.delete("/cases")
    refused(response, 405, "method-not-allowed")
    assert "GET" in response.headers["Allow"]


def test_bad_tokens_are_refused(city: City) -> None:
    for value in ("", "Bearer", "Bearer x", "Basic YTpi", "Bearer \u00e9", "token"):
        response = city.as_(None).get("/me", headers={"Authorization": value})
        refused(response, 401, "unauthenticated")
        assert response.headers["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize(
    "text",
    ['{"a": 1, "a": 2}', "{} {}", "\ufeff{}", "{'a': 1}", '{"a": 01}', '"\t"', "-Infinity", "[1,]"],
)
def test_only_standard_json_is_read(text: str) -> None:
    with pytest.raises(Malformed):
        parse(text.encode())


def test_every_kind_of_json_value_is_read() -> None:
    text = '{"a": [1, -2.5, 1e3, true, null, "\\ud83d\\ude00 汉字 \\n"]}'
    assert parse(text.encode()) == {"a": [1, -2.5, 1000.0, True, None, "😀 汉字 \n"]}


def test_refusals_speak_the_language_of_the_reader(city: City) -> None:
    body = {"login": "a"}
    chinese = refused(city.as_(None, "zh-CN,zh;q=0.9,en;q=0.1").post("/login", json=body), 422)
    english = refused(city.as_(None, "en-GB").post("/login", json=body), 422)
    other = refused(city.as_(None, "fr").post("/login", json=body), 422)
    assert chinese["fields"] == [{"path": "/password", "message": "缺少该字段"}]
    assert english["fields"] == [
        {"path": "/password", "message": "Missing data for required field"}
    ]
    assert other == chinese
