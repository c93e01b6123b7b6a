"""Notices as facts and as PDF."""

from __future__ import annotations

import io

from pypdf import PdfReader

from tests.api.city import City, ok, refused
from tests.api.test_journey import accept


def test_a_notice_is_read_as_facts_and_as_the_same_pdf_ever_after(city: City) -> None:
    applicant = city.as_("applicant")
    number = applicant.file_case()
    accept(city, number)
    rows = ok(applicant.get(f"/cases/{number}/notices"))["rows"]
    assert [row["template"] for row in rows] == ["receipt", "acceptance"]
    notice = ok(applicant.get(f"/notices/{rows[1]['id']}"))
    assert notice["case"] == number and notice["number"] == rows[1]["number"]
    assert notice["facts"]["case"]["number"] == number
    first = applicant.get(f"/notices/{notice['id']}/pdf")
    assert first.mimetype == "application/pdf"
    city.clock.advance(days=3)
    assert applicant.get(f"/notices/{notice['id']}/pdf").data == first.data
    text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(first.data)).pages)
    assert number in text
    events = [
        row["event"] for row in ok(city.as_("clerk").get(f"/cases/{number}/timeline"))["rows"]
    ]
    assert events.count("notice_drawn") == 1


def test_a_notice_of_somebody_else_does_not_exist(city: City) -> None:
    number = city.as_("applicant").file_case()
    (row,) = ok(city.as_("applicant").get(f"/cases/{number}/notices"))["rows"]
    missing = refused(city.as_("stranger").get("/notices/999999"), 404)
    for login in ("stranger", "elsewhere", "other_department"):
        for path in (f"/notices/{row['id']}", f"/notices/{row['id']}/pdf"):
            assert refused(city.as_(login).get(path), 404) == missing
