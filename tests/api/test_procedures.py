"""Reading and deploying procedures."""

from __future__ import annotations

import hashlib
import io
import zipfile
from typing import Any

from werkzeug.test import TestResponse

from tests.api.city import Caller, City, ok, refused, source_files

DIAGRAM = "processes/single-item.bpmn"
CHANGED = source_files()[DIAGRAM].replace("材料齐全性审查".encode(), "收件初审".encode())


def deploy(caller: Caller, files: dict[str, bytes], **options: Any) -> TestResponse:
    parts = [(io.BytesIO(data), name) for name, data in files.items()]
    return caller.post("/procedures", data={"files": parts}, **options)


def zipped(files: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def test_a_version_is_read_with_its_files_and_its_diagram(city: City) -> None:
    clerk = city.as_("clerk")
    (row,) = ok(clerk.get("/procedures"))["rows"]
    assert (row["key"], row["number"], row["versions"]) == ("single-item", 1, [1])
    number = city.as_("applicant").file_case()
    version = ok(clerk.get("/procedures/single-item/versions/1"))
    assert version["cases"] == version["running"] == 1
    assert ok(clerk.get(f"/cases/{number}"))["procedure"]["hash"] == version["hash"]
    xml = clerk.get("/procedures/single-item/versions/1/xml")
    assert xml.mimetype == "application/xml" and xml.data == source_files()[DIAGRAM]
    (file,) = [each for each in version["files"] if each["path"] == DIAGRAM]
    assert file["sha256"] == hashlib.sha256(xml.data).hexdigest()
    form = clerk.get("/procedures/single-item/versions/1/file?path=forms/single-item/review.yaml")
    assert form.data == source_files()["forms/single-item/review.yaml"]
    refused(clerk.get("/procedures/single-item/versions/1/file?path=../secret"), 404)
    refused(clerk.get("/procedures/single-item/versions/2"), 404)
    refused(clerk.get("/procedures/nothing/versions/1/xml"), 404)


def test_new_cases_take_the_new_version_and_running_ones_keep_theirs(city: City) -> None:
    old = city.as_("applicant").file_case()
    answer = ok(deploy(city.as_("administrator"), {"single-item.bpmn": CHANGED}), 201)
    deployed = {version["key"]: version for version in answer["versions"]}
    assert deployed["single-item"]["number"] == 2 and deployed["single-item"]["changed"]
    new = city.as_("applicant").file_case()
    assert city.as_("clerk").task(old)["name"] == "材料齐全性审查"
    assert city.as_("clerk").task(new)["name"] == "收件初审"
    rows = ok(city.as_("clerk").get("/procedures"))["rows"]
    assert {row["key"]: row["versions"] for row in rows}["single-item"] == [1, 2]
    assert rows[0]["deployed_by"] == "administrator-name"


def test_a_zip_is_as_good_as_its_files(city: City) -> None:
    archive = {"update.zip": zipped({"some/folder/single-item.bpmn": CHANGED, "README.md": b"x"})}
    answer = ok(deploy(city.as_("administrator"), archive), 201)
    assert "single-item" in [version["key"] for version in answer["versions"]]


def test_a_faulty_file_is_refused_with_located_findings_and_nothing_is_deployed(
    city: City,
) -> None:
    faulty = CHANGED.replace(b"single-item/review", b"single-item/no-such-form")
    faulty = faulty.replace(b"committed_days(committed_limit)", b"__import__('os')")
    problem = refused(
        deploy(city.as_("administrator", "en"), {"single-item.bpmn": faulty}),
        422,
        "deployment-refused",
    )
    errors = [finding for finding in problem["findings"] if finding["level"] == "error"]
    assert {"review", "handle_red"} <= {finding["element"] for finding in errors}
    lines = faulty.decode().splitlines()
    (form,) = [finding for finding in errors if finding["element"] == "review"]
    nearby = "\n".join(lines[form["line"] - 1 : form["line"] + 5])
    assert form["file"].endswith("single-item.bpmn") and "no-such-form" in nearby
    assert all(finding["message"] and finding["remedy"] for finding in errors)
    (row,) = ok(city.as_("clerk").get("/procedures"))["rows"]
    assert row["number"] == 1


def test_only_an_administrator_deploys(city: City) -> None:
    for login in ("leader", "supervisor", "applicant"):
        refused(deploy(city.as_(login), {"single-item.bpmn": CHANGED}), 403)


def test_two_files_of_one_name_are_not_guessed_at(city: City) -> None:
    parts = [(io.BytesIO(data), "single-item.bpmn") for data in (CHANGED, CHANGED + b" ")]
    refused(city.as_("administrator").post("/procedures", data={"files": parts}), 409)


def test_archives_that_are_traps_are_refused(city: City) -> None:
    bomb = zipped({"a.bpmn": b"\0" * 30_000_000})
    many = zipped({f"{n}.bpmn": b"" for n in range(1_000)})
    administrator = city.as_("administrator")
    for archive, status in ((bomb, 413), (many, 413), (b"PK\x03\x04 broken", 422)):
        refused(deploy(administrator, {"x.zip": archive}), status)
    refused(deploy(administrator, {"readme.txt": b"hello"}), 422)
    refused(administrator.post("/procedures", data={}, content_type="multipart/form-data"), 422)
    assert len(ok(administrator.get("/procedures"))["rows"]) == 1
