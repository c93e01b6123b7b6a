"""Files from outside: materials, archives, forms, templates. Nothing runs, nothing is read."""

from __future__ import annotations

import io
import struct
import warnings
import zipfile
import zlib
from typing import Any

import pytest
from werkzeug.test import TestResponse

from engine.config import CHECKOUT
from tests.api.city import PDF
from tests.hostile.conftest import Siege

FORM = (CHECKOUT / "forms/single-item/review.yaml").read_text("utf-8")
HEAD = (
    "// title: 文书\n// title-en: Notice\n// number: 文\n// basis: 无\n// signs: 无\n"
    "// needs: organ\n"
)
NOTICE = "forms/notices/approval.typ"
SVG = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"
HTML = b"<!doctype html><script>alert(1)</script>"


def zipped(*files: tuple[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(buffer, "w", method) as archive:
        warnings.simplefilter("ignore")  # the same name twice is what some of them are about
        for name, data in files:
            archive.writestr(name, data)
    return buffer.getvalue()


def symlink() -> bytes:
    info = zipfile.ZipInfo("link.bpmn")
    info.external_attr = 0o120777 << 16
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(info, "/etc/passwd")
    return buffer.getvalue()


def lying() -> bytes:
    """An archive whose entry says that it holds one byte, and holds fifty million."""
    data = bytearray(zipped(("a.bpmn", b"\0" * 50_000_000)))
    place = data.index(b"PK\x01\x02")
    data[place + 24 : place + 28] = struct.pack("<I", 1)
    return bytes(data)


def overlapping() -> bytes:
    """Many entries of the list that all point at one compressed file."""
    packed = zipped(("a.bpmn", b"\0" * 1_000_000))
    start = packed.index(b"PK\x01\x02")
    end = packed.index(b"PK\x05\x06")
    entry = packed[start:end]
    names = (b"%06d" % n for n in range(150))
    listed = b"".join(entry.replace(b"a.bpmn", name[:1] + b".bpmn") for name in names)
    tail = packed[end : end + 8] + struct.pack("<HHIIH", 150, 150, len(listed), start, 0)
    return packed[:start] + listed + tail


ARCHIVES: dict[str, bytes] = {
    "none": b"",
    "no archive": b"PK\x03\x04 nothing",
    "an empty one": zipped(),
    "an end alone": b"PK\x05\x06" + b"\0" * 18,
    "cut short": zipped(("a.bpmn", b"x" * 10_000))[:200],
    "a bomb": zipped(("a.bpmn", b"\0" * 200_000_000)),
    "a bomb in a bomb": zipped(("a.zip", zipped(("a.bpmn", b"\0" * 50_000_000)))),
    "a lying bomb": lying(),
    "overlapping": overlapping(),
    "a link": symlink(),
    "a path upwards": zipped(("../../../etc/cron.d/x.bpmn", b"<x/>")),
    "an absolute path": zipped(("/etc/x.bpmn", b"<x/>")),
    "a path of Windows": zipped(("..\\..\\x.bpmn", b"<x/>"), ("C:\\x.yaml", b"a: 1")),
    "the same twice": zipped(("a.bpmn", b"<a/>"), ("a.bpmn", b"<b/>")),
    "the same but for case": zipped(("a.bpmn", b"<a/>"), ("A.BPMN", b"<b/>")),
    "very many": zipped(*((f"{n}.bpmn", b"<x/>") for n in range(300))),
    "a great many": zipped(*((f"{n}", b"") for n in range(50_000)), method=zipfile.ZIP_STORED),
    "a long name": zipped(("x" * 60_000 + ".bpmn", b"<x/>")),
    "an unseen name": zipped(("a\u202enpmb.yaml", b"a: 1")),
    "bzip2": zipped(("a.bpmn", b"<x/>"), method=zipfile.ZIP_BZIP2),
    "lzma": zipped(("a.bpmn", b"<x/>"), method=zipfile.ZIP_LZMA),
    "gzip": zlib.compress(b"\0" * 10_000_000),
}
YAML: dict[str, str] = {
    "a tag of Python": "!!python/object/apply:os.system ['touch pwned']",
    "a class of Python": "a: !!python/name:os.system",
    "laughs": "a: &a [x,x,x]\n" + "".join(f"{c}: &{c} [*a,*a,*a,*a]\n" for c in "bcdefgh"),
    "an anchor": "a: &x 1\nb: *x",
    "a merge": "a: &x {b: 1}\nc:\n  <<: *x",
    "deep": "[" * 5_000 + "]" * 5_000,
    "deep maps": "".join(" " * n + "a:\n" for n in range(2_000)),
    "many documents": "--- 1\n" * 10_000,
    "a long key": "x" * 100_000 + ": 1",
    "NUL": "a: \0",
    "an escape": 'a: "\\u0000\\ud800"',
    "binary": "a: !!binary aGVsbG8=",
    "a reference to a file": FORM + "\n$ref: file:///etc/passwd\n",
    "a reference to a host": FORM.replace("properties:", "$ref: http://evil.example/\nproperties:"),
    "a reference to itself": FORM.replace("properties:", '$ref: "#"\nproperties:'),
    "a dynamic reference": FORM.replace("properties:", '$dynamicRef: "#x"\nproperties:'),
    "another schema": FORM.replace("properties:", "$schema: file:///etc/passwd\nproperties:"),
    "a path as key": FORM.replace("single-item/review", "../../../../etc/passwd"),
    "an unseen key": FORM.replace("single-item/review", "single-item/\u202ereview"),
    "a backreference": FORM + "\npattern: '(a)\\1'\n",
    "a huge repetition": FORM + "\npattern: '((a{999}){999}){999}'\n",
    "huge": "a:\n" + "  - x\n" * 400_000,
}
TYPST: dict[str, str] = {
    "a file": '#read("{canary}")',
    "a file above": '#read("../../../../../../{canary}")',
    "a file of the machine": '#read("/etc/passwd")',
    "an image": '#image("/etc/passwd")',
    "a table": '#csv("/etc/passwd")',
    "data": '#json("/proc/self/environ")',
    "a plugin": '#plugin("_official.typ")',
    "bytes as a plugin": "#plugin(bytes((0, 97, 115, 109, 1, 0, 0, 0)))",
    "a package": '#import "@preview/cetz:0.3.0"',
    "a computed package": '#import ("@" + "preview/cetz:0.3.0")',
    "an escaped package": '#import "\\u{40}preview/cetz:0.3.0"',
    "an include": '#include "/etc/passwd"',
    "eval": '#eval("1+1")',
    "no end": "#let f(n, k) = if n == 0 { k } else { f(n - 1, 2*k) + f(n - 1, 2*k+1) }\n#f(60, 1)",
    "a while": "#{ while true {} }",
    "loops": "#for i in range(90000) { for j in range(90000) { calc.rem(j, 7) } }",
    "itself": '#import "approval.typ": *',
    "recursion": "#let f(n) = f(n + 1)\n#f(0)",
    "memory": "#range(400000000).len()",
    "a long text": '#("x" * 3000000000)',
    "pages": "#for i in range(3000000) { pagebreak() }",
    "panic": '#panic("x")',
    "a syntax error": "#(",
    "a regular expression": '#("a" * 30000).match(regex("(a+)+$"))',
}


def deployed(siege: Siege, *files: tuple[str, bytes]) -> TestResponse:
    data: dict[str, Any] = {"files": [(io.BytesIO(content), name) for name, content in files]}
    response = siege.city.as_("administrator").post("/procedures", data=data)
    return siege.look(response, files[0][0])


@pytest.mark.parametrize("name", ARCHIVES)
def test_an_archive_is_refused_in_words(siege: Siege, name: str) -> None:
    response = deployed(siege, ("bundle.zip", ARCHIVES[name]))
    assert response.status_code in (409, 413, 422), response.text


@pytest.mark.parametrize("name", YAML)
def test_a_form_is_refused_in_words(siege: Siege, name: str) -> None:
    data = siege.text(YAML[name]).encode("utf-8", "surrogatepass")
    response = deployed(siege, ("forms/single-item/review.yaml", data))
    assert response.status_code in (409, 422), response.text
    if findings := response.get_json(force=True).get("findings"):
        assert all(each["message"] and each["remedy"] for each in findings)


@pytest.mark.parametrize("name", TYPST)
def test_a_template_is_refused_in_words(siege: Siege, name: str) -> None:
    source = (HEAD + siege.text(TYPST[name])).encode()
    response = deployed(siege, (NOTICE, source))
    assert response.status_code == 422, response.text
    (finding, *_) = response.get_json(force=True)["findings"]
    assert finding["rule"] in ("notice", "too-costly") and finding["message"]


FILE_NAMES = ("../../x.bpmn", "/etc/x.yaml", "x\u202e.yaml", "x\0.bpmn", "", ".bpmn", "a" * 500)


@pytest.mark.parametrize("name", FILE_NAMES)
def test_a_procedure_file_of_an_odd_name_is_refused(siege: Siege, name: str) -> None:
    response = deployed(siege, (name, b"$id: x/y\ntitle: x\n"), ("b.yaml", b"a: 1"))
    assert response.status_code in (400, 409, 422)


MATERIALS: dict[str, tuple[str, bytes, int]] = {
    "nothing": ("a.pdf", b"", 415),
    "a page": ("a.html", HTML, 415),
    "a page as PDF": ("a.pdf", HTML, 415),
    "a drawing with a script": ("a.svg", SVG, 415),
    "a drawing as picture": ("a.png", SVG, 415),
    "a program": ("a.exe", b"MZ", 415),
    "a program as PDF": ("a.pdf", b"MZ" + PDF, 415),
    "two endings": ("a.pdf.exe", PDF, 415),
    "a PDF that is a page too": ("a.pdf", PDF + HTML, 201),
    "a PDF with a script": (
        "a.pdf",
        PDF + b"/AA << /S /JavaScript /JS (app.alert(1)) >>",
        201,
    ),
    "a picture of great size": (
        "a.png",
        b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\x7f\xff\xff\xff\x7f\xff\xff\xff\x08\x06\0\0\0",
        201,
    ),
    "an office file that is a bomb": (
        "a.docx",
        zipped(("word/document.xml", b"\0" * 50_000_000)),
        201,
    ),
    "too large": ("a.pdf", PDF + b"\0" * 20 * 1024 * 1024, 413),
    "far too large": ("a.pdf", PDF + b"\0" * 30 * 1024 * 1024, 413),
}


@pytest.mark.parametrize("name", MATERIALS)
def test_a_material_is_what_it_says_or_refused(siege: Siege, name: str) -> None:
    file_name, content, status = MATERIALS[name]
    applicant = siege.city.as_("applicant")
    number = applicant.open_case()["number"]
    response = siege.look(applicant.upload(number, "layout", content, file_name), name)
    assert response.status_code == status, response.text
    if status == 201:
        back = applicant.get(f"/cases/{number}/materials/{response.get_json()['id']}")
        assert back.headers["Content-Disposition"].startswith("attachment")
        assert "sandbox" in back.headers["Content-Security-Policy"]


def test_a_body_of_thousands_of_parts_is_refused(siege: Siege) -> None:
    applicant = siege.city.as_("applicant")
    number = applicant.open_case()["number"]
    data = {f"f{n}": "x" for n in range(5_000)}
    response = applicant.post(f"/cases/{number}/materials", data=data)
    if response.status_code == 415:
        response = applicant.post(
            f"/cases/{number}/materials", data=data, content_type="multipart/form-data"
        )
    assert siege.look(response).status_code == 413


BODIES = (
    b"",
    b"--b--",
    b"--b\r\n",
    b"--b\r\n\r\n",
    b"--b\r\nContent-Disposition: form-data\r\n\r\nx\r\n--b--",
    b'--b\r\nContent-Disposition: form-data; name="file"\r\n\r\nx\r\n--b--',
    b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"\r\n\r\nx',
    b'--b\r\nContent-Disposition: form-data; name="\xff"; filename="\xff.pdf"\r\n\r\nx\r\n--b--',
    b"--b\r\n" + b"X: y\r\n" * 20_000 + b"\r\nx\r\n--b--",
    b"--b\r\nContent-Disposition: " + b"x" * 200_000 + b"\r\n\r\nx\r\n--b--",
    b"\r\n" * 100_000,
    b"--b\r\nContent-Disposition: form-data; name=material\r\nContent-Transfer-Encoding: base64"
    b"\r\n\r\n####\r\n--b--",
)


@pytest.mark.parametrize("number", range(len(BODIES)))
def test_a_broken_body_of_parts_is_refused(siege: Siege, number: int) -> None:
    applicant = siege.city.as_("applicant")
    case = applicant.open_case()["number"]
    for kind in ("multipart/form-data; boundary=b", "multipart/form-data", "multipart/mixed"):
        for path in (f"/cases/{case}/materials", "/procedures"):
            caller = siege.city.as_("administrator" if path == "/procedures" else "applicant")
            response = caller.post(path, data=BODIES[number], content_type=kind)
            assert siege.look(response, number).status_code in (400, 413, 415, 422)
