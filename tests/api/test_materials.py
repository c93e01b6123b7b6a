"""Uploads are checked by size, ending and content; downloads are attachments."""

from __future__ import annotations

import hashlib
import io

from engine.commands.materials import MAX_BYTES
from tests.api.city import PDF, City, ok, refused


def test_an_upload_is_kept_by_its_hash_and_given_back_byte_by_byte(city: City) -> None:
    applicant = city.as_("applicant")
    number = applicant.open_case()["number"]
    row = ok(applicant.upload(number, "layout", name="平面图 (终稿).PDF"), 201)
    assert row["sha256"] == hashlib.sha256(PDF).hexdigest() and row["size"] == len(PDF)
    assert row["submitted"] is False
    answer = applicant.get(f"/cases/{number}/materials/{row['id']}")
    assert answer.data == PDF and answer.mimetype == "application/pdf"
    disposition = answer.headers["Content-Disposition"]
    assert disposition.startswith("attachment") and "filename*=UTF-8''%E5%B9%B3" in disposition
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "no-store"
    rows = ok(applicant.get(f"/cases/{number}/materials"))["rows"]
    assert [m["code"] for m in rows if m["files"]] == ["layout"]


def test_folders_are_cut_off_a_file_name(city: City) -> None:
    applicant = city.as_("applicant")
    number = applicant.open_case()["number"]
    row = ok(applicant.upload(number, "layout", name="../../etc/passwd.pdf"), 201)
    assert row["file_name"] == "passwd.pdf"


def test_what_is_not_an_accepted_file_is_refused_and_not_kept(city: City) -> None:
    applicant = city.as_("applicant")
    number = applicant.open_case()["number"]
    cases = (
        ("layout", PDF, "virus.exe", 415),
        ("layout", b"MZ\x90\x00", "renamed.pdf", 415),
        ("layout", b"", "empty.pdf", 415),
        ("layout", b"PK\x03\x04", "list.xlsx", 415),  # no xlsx for this material
        ("no-such-material", PDF, "a.pdf", 422),
        ("layout", PDF, "x" * 300 + ".pdf", 422),
    )
    for material, content, name, status in cases:
        refused(applicant.upload(number, material, content, name), status)
    rows = ok(applicant.get(f"/cases/{number}/materials"))["rows"]
    assert all(row["files"] == [] for row in rows)


def test_an_upload_without_its_parts_is_refused(city: City) -> None:
    applicant = city.as_("applicant")
    number = applicant.open_case()["number"]
    path = f"/cases/{number}/materials"
    problem = refused(applicant.post(path, data={"file": (io.BytesIO(PDF), "a.pdf")}), 422)
    assert [field["path"] for field in problem["fields"]] == ["/material"]
    form = {"material": "layout", "file": "no file"}
    only_text = applicant.post(path, data=form, content_type="multipart/form-data")
    assert refused(only_text, 422)["fields"][0]["path"] == "/file"
    refused(applicant.post(path, json={"material": "layout"}), 415)


def test_a_file_over_the_limit_is_refused_however_it_is_sent(city: City) -> None:
    applicant = city.as_("applicant")
    number = applicant.open_case()["number"]
    large = PDF + b"\0" * (MAX_BYTES + 1 - len(PDF))
    refused(applicant.upload(number, "layout", large), 413)
    exact = large[:MAX_BYTES]
    assert ok(applicant.upload(number, "layout", exact), 201)["size"] == MAX_BYTES
    endless = Endless()
    answer = applicant.post(
        f"/cases/{number}/materials",
        content_type="multipart/form-data; boundary=x",
        environ_overrides={"wsgi.input": endless, "wsgi.input_terminated": True},
    )
    refused(answer, 413)
    assert endless.given < 2 * MAX_BYTES  # stopped while it was streaming


class Endless(io.RawIOBase):
    """A multipart body without a length that never ends; `given` counts what was read."""

    HEAD = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"\r\n\r\n'

    def __init__(self) -> None:
        self.given = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray) -> int:
        rest = self.HEAD[self.given :] or b"0" * len(buffer)
        count = min(len(rest), len(buffer))
        buffer[:count] = rest[:count]
        self.given += count
        return count


def test_only_what_is_not_submitted_can_be_taken_back(city: City) -> None:
    applicant = city.as_("applicant")
    number = applicant.open_case()["number"]
    row = ok(applicant.upload(number, "layout"), 201)
    path = f"/cases/{number}/materials/{row['id']}"
    assert applicant.delete(path).status_code == 204
    refused(applicant.delete(path), 404)
    refused(applicant.get(path), 404)
    kept = ok(applicant.upload(number, "layout"), 201)
    ok(applicant.post(f"/cases/{number}/submission"))
    refused(applicant.delete(f"/cases/{number}/materials/{kept['id']}"), 409)
    refused(applicant.upload(number, "layout"), 409)
    events = [row["event"] for row in ok(applicant.get(f"/cases/{number}/timeline"))["rows"]]
    assert events[:4] == [
        "application_opened",
        "material_uploaded",
        "material_removed",
        "material_uploaded",
    ]


def test_a_file_belongs_to_its_case(city: City) -> None:
    applicant = city.as_("applicant")
    first, second = (applicant.open_case()["number"] for _ in range(2))
    row = ok(applicant.upload(first, "layout"), 201)
    refused(applicant.get(f"/cases/{second}/materials/{row['id']}"), 404)
    refused(applicant.delete(f"/cases/{second}/materials/{row['id']}"), 404)
