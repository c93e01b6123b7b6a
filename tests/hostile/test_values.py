"""No value of a form breaks a case, a page, a list, a document or a log.

Issue 3, "Case data". Every text goes through the front door into the fields that others read.
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from engine.logs import JsonLines
from tests.api.city import FOOD, application, ok
from tests.hostile.conftest import Siege
from tests.hostile.values import OTHERS, RAW, TEXTS

SENT = json.dumps({"item": FOOD, "application": application(subject="%s")}, ensure_ascii=False)


def filed(siege: Siege, **changes: Any) -> Any:
    """Open a case; return it where the form took the value."""
    body = json.dumps({"item": FOOD, "application": application(**changes)})
    applicant = siege.city.as_("applicant")
    response = applicant.post("/cases", data=body, content_type="application/json")
    siege.look(response, changes)
    assert response.status_code in (201, 400, 413, 422), changes
    return response.get_json() if response.status_code == 201 else None


def read_everywhere(siege: Siege, number: str) -> None:
    """Read a case as applicant, as clerk and in public; in JSON and as pages."""
    applicant, clerk = siege.city.as_("applicant"), siege.city.as_("clerk")
    for path in ("", "/timeline", "/materials", "/clock"):
        siege.look(applicant.get(f"/cases/{number}{path}"), path)
    siege.look(clerk.get(f"/cases?q={number}"))
    applicant.client.set_cookie("lianban_session", applicant.token or "")
    for page in (f"/cases/{number}", f"/cases/{number}/materials", "/my"):
        shown = siege.look(applicant.client.get(page), page)
        assert shown.status_code == 200, page
        for mark in (b"<script>alert", b"<svg/onload", b"<img src=x", b"<iframe", b"<base "):
            assert mark not in shown.get_data(), (page, mark)


@pytest.mark.parametrize("number", range(len(TEXTS)))
def test_a_text_is_kept_as_it_is_or_refused_in_words(siege: Siege, number: int) -> None:
    text = siege.text(TEXTS[number])
    case = filed(siege, subject=text)
    if case is not None:
        assert case["application"]["subject"] == text
        read_everywhere(siege, case["number"])
    person = application()["applicant"] | {"name": text, "address": text}
    named = filed(siege, applicant=person)
    if named is not None:
        read_everywhere(siege, named["number"])


@pytest.mark.parametrize("number", range(len(OTHERS)))
def test_another_kind_of_value_is_refused_in_words(siege: Siege, number: int) -> None:
    value = OTHERS[number]
    assert filed(siege, subject=value) is None
    filed(siege, details=value)
    filed(siege, delivery={"method": value})
    clerk = siege.city.as_("clerk")
    for body in ({"version": value, "data": value}, {"version": 1, "data": value}, value):
        text = json.dumps(body)
        options = {"data": text, "content_type": "application/json"}
        siege.look(clerk.post("/tasks/1/complete", **options), value)
        siege.look(siege.city.as_(None).post("/login", **options), value)
        siege.look(siege.city.as_(None).post("/accounts", **options), value)


@pytest.mark.parametrize("number", range(len(RAW)))
def test_what_no_writer_of_json_writes_is_refused(siege: Siege, number: int) -> None:
    applicant = siege.city.as_("applicant")
    for body in (SENT.replace('"%s"', RAW[number]), RAW[number]):
        response = applicant.post("/cases", data=body.encode(), content_type="application/json")
        assert siege.look(response, RAW[number]).status_code in (400, 422)


def test_hostile_names_are_printed_as_they_are_in_a_document(siege: Siege) -> None:
    """What a form takes, a notice can print: the receipt of each is drawn."""
    town = siege.city
    names = ['#read("x")', "$x$ *b*", "𰻞𱍐", "😀", "ئۇيغۇرچە", "<b>", "é" + "\u0301" * 8, "\\"]
    for name in names:
        person = application()["applicant"] | {"name": name}
        number = town.as_("applicant").file_case(
            application=application(applicant=person, subject=name)
        )
        for notice in ok(town.as_("applicant").get(f"/cases/{number}/notices"))["rows"]:
            pdf = siege.look(town.as_("applicant").get(f"/notices/{notice['id']}/pdf"), name)
            assert pdf.status_code == 200 and pdf.get_data().startswith(b"%PDF-"), name


@pytest.mark.parametrize("number", range(len(TEXTS)))
def test_a_line_of_the_log_stays_one_line_of_json(siege: Siege, number: int) -> None:
    import logging

    text = siege.text(TEXTS[number])
    record = logging.makeLogRecord({"msg": "request", "name": "lianban", "actor": text})
    line = JsonLines().format(record)
    line.encode("utf-8")
    assert line.isprintable() and len(line.splitlines()) == 1
    assert json.loads(line)["actor"] == text
