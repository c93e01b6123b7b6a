"""Names and ids from outside: of files, of cases, keys, codes, tokens, in addresses and headers.

None reads a file, breaks a header or ends in a 500.
"""

from __future__ import annotations

import json
from urllib.parse import quote

import pytest

from tests.api.city import PDF, ok
from tests.hostile.conftest import Siege
from tests.hostile.values import PATHS, SCRIPTS, TEMPLATES, TEXTS, UNSEEN

IDS = (
    "0",
    "-1",
    "1.0",
    "1e3",
    "0x1",
    "00000000001",
    "１",
    "٣",
    "9223372036854775807",
    "9223372036854775808",
    "9" * 400,
    "%00",
    "1%00",
    "1%0a",
    "%2e%2e",
    "%2e%2e%2f%2e%2e%2fetc%2fpasswd",
    "..%5c..%5c",
    "%c0%ae%c0%ae",
    "%ff%fe",
    "%ed%a0%80",
    "%u0000",
    "null",
    "*",
    "' OR 1=1--",
    ";id",
    "1;2",
    "true",
    "{}",
    "[]",
    "<script>",
    "%3Cscript%3E",
    "x" * 3_000,
)
PLACES = (
    "/cases/{}",
    "/cases/{}/timeline",
    "/cases/{}/clock",
    "/cases/{}/materials",
    "/cases/{}/materials/{}",
    "/cases/{}/notices",
    "/items/{}",
    "/tasks/{}",
    "/notices/{}",
    "/notices/{}/pdf",
    "/procedures/{}/versions/{}",
    "/procedures/{}/versions/{}/xml",
    "/procedures/{}/versions/{}/file?path={}",
    "/procedures/single-item/versions/1/file?path={}",
    "/progress/{}?code={}",
    "/{}",
)
PAGES = ("/cases/{}", "/cases/{}/diagram.bpmn", "/work/{}", "/apply/{}", "/items/{}", "/static/{}")


@pytest.mark.parametrize("text", IDS)
def test_an_odd_id_in_an_address_is_not_found(siege: Siege, text: str) -> None:
    administrator = siege.city.as_("administrator")
    administrator.client.set_cookie("lianban_session", administrator.token or "")
    for place in PLACES:
        path = place.replace("{}", quote(text, safe="%"))
        response = siege.look(administrator.get(path), path)
        assert response.status_code in (200, 308, 400, 404, 422), path
        siege.look(administrator.client.post(f"/api/v1{path}", json={}), path)
        siege.look(administrator.client.delete(f"/api/v1{path}"), path)
    for place in PAGES:
        path = place.replace("{}", quote(text, safe="%"))
        response = siege.look(administrator.client.get(path), path)
        assert response.status_code in (200, 302, 308, 400, 403, 404, 409), path


FILE_NAMES = (
    *(text for text in TEXTS if len(text) < 3_000 and "\ud800" not in text),
    *(f"{path}.pdf" for path in PATHS),
    "x" * 196 + ".pdf",
    "x" * 197 + ".pdf",
    "x" * 1_000 + ".pdf",
    "字" * 196 + ".pdf",
    ".pdf",
    "..pdf",
    "a.pdf\r\nContent-Type: text/html",
    'a".pdf',
    "a;b.pdf",
    "a%0d%0ab.pdf",
    "a.pdf.html",
    "a.html",
    "a.svg",
    "a.exe",
    "a.PDF",
    "a.pdf ",
    "a.pdf.",
    "＼..＼a.pdf",
    "\u202efdp.exe",
    "con.pdf",
    "é.pdf",
    "e\u0301.pdf",
)


@pytest.fixture(scope="module")
def draft(siege: Siege) -> str:
    return siege.city.as_("applicant").open_case()["number"]


@pytest.mark.parametrize("number", range(len(FILE_NAMES)))
def test_a_file_name_breaks_no_header_and_no_page(siege: Siege, draft: str, number: int) -> None:
    name = siege.text(FILE_NAMES[number])
    for ending in ("", ".pdf"):
        applicant = siege.city.as_("applicant")
        response = siege.look(applicant.upload(draft, "layout", PDF, name + ending), name)
        if response.status_code != 201:
            assert response.status_code in (400, 415, 422), name
            continue
        kept = response.get_json()
        assert kept["file_name"].isprintable() and not set(kept["file_name"]) & set("/\\")
        back = siege.look(applicant.get(f"/cases/{draft}/materials/{kept['id']}"), name)
        assert back.status_code == 200 and back.get_data() == PDF
        assert back.headers["Content-Disposition"].startswith("attachment")
        assert "\r" not in str(back.headers["Content-Disposition"])
        assert back.headers["X-Content-Type-Options"] == "nosniff"
        assert "sandbox" in back.headers["Content-Security-Policy"]
        page = f"/cases/{draft}/materials"
        applicant.client.set_cookie("lianban_session", applicant.token or "")
        shown = siege.look(applicant.client.get(page), name)
        assert b"<script>alert" not in shown.get_data()
        assert applicant.delete(f"/cases/{draft}/materials/{kept['id']}").status_code == 204


CODES = tuple(text for text in TEXTS if len(text) < 3_000)


@pytest.mark.parametrize("number", range(len(CODES)))
def test_a_code_or_key_that_nobody_gave_out_opens_nothing(siege: Siege, number: int) -> None:
    text = siege.text(CODES[number])
    applicant, nobody = siege.city.as_("applicant"), siege.city.as_(None)
    sent = quote(text.encode("utf-8", "surrogatepass"))
    for path in (
        f"/items?q={sent}&department={sent}",
        f"/cases?q={sent}",
        f"/cases?item={sent}&county={sent}",
        f"/cases?cursor={sent}",
        f"/cases?{sent}=1",
        f"/tasks?post={sent}",
        f"/messages?cursor={sent}",
        f"/progress/419900-20261123-0001-8?code={sent}",
    ):
        siege.look(applicant.get(path), path)
    account = {"login": text, "password": text, "name": text, "phone": text}
    credentials = {"login": text, "password": text}
    case = {"item": text, "county": text, "application": {}}
    for caller, path, body in (
        (nobody, "/login", credentials),
        (nobody, "/accounts", account),
        (applicant, "/cases", case),
    ):
        sent_body = {"data": json.dumps(body), "content_type": "application/json"}
        response = siege.look(caller.post(path, **sent_body), text)
        assert response.status_code in (400, 401, 404, 422), path
    page = applicant.client.get(f"/progress?number={sent}&code={sent}")
    siege.look(page, text)


HEADERS = (
    "Accept",
    "Accept-Language",
    "Accept-Encoding",
    "Authorization",
    "Content-Type",
    "Cookie",
    "Host",
    "Idempotency-Key",
    "If-Match",
    "If-Modified-Since",
    "Origin",
    "Range",
    "Referer",
    "User-Agent",
    "X-Forwarded-For",
    "X-Forwarded-Host",
    "X-HTTP-Method-Override",
)
VALUES = (
    "",
    "*",
    "x" * 8_000,
    "a,b;q=9,;;q=x," * 100,
    "zh;q=NaN, en;q=1e400",
    "Bearer",
    "Bearer  ",
    "Bearer " + "x" * 4_000,
    "Bearer \u00ff\u00fe",
    "Basic !!!!",
    "Basic Og==",
    'Digest username="a", realm=',
    "application/json; charset=utf-7",
    "application/json; charset=\u00ff",
    "multipart/form-data",
    "multipart/form-data; boundary=",
    "multipart/form-data; boundary=" + "b" * 300,
    "bytes=0-,1-,2-",
    "bytes=-1",
    "bytes=9999999999999999999-",
    "lianban_session=" + "x" * 4_000,
    "lianban_page=.eJw; lianban_language=../../x",
    "evil.example",
    "evil.example:99999",
    "[::1",
    'W/"x", "',
    "Thu, 99 Nov 99999 99:99:99 GMT",
    *(text for text in (*SCRIPTS[:4], *TEMPLATES[:4]) if text.isascii()),
)


@pytest.mark.parametrize("header", HEADERS)
def test_a_header_is_no_way_in(siege: Siege, header: str) -> None:
    applicant = siege.city.as_("applicant")
    for value in VALUES:
        headers = {header: value}
        for path in ("/api/v1/me", "/api/v1/items", "/", "/my", "/static/lianban.css"):
            response = applicant.client.get(path, headers=headers)
            siege.look(response, (header, value, path))
            assert "evil.example" not in response.headers.get("Location", ""), (header, path)
            if path == "/":
                assert "evil.example" not in response.text
        response = applicant.client.post("/api/v1/login", data=b"{}", headers=headers)
        siege.look(response, (header, value))


@pytest.mark.parametrize("text", [text for text in UNSEEN if "\ud800" not in text])
def test_an_idempotency_key_is_visible_ascii(siege: Siege, text: str) -> None:
    if "\r" in text or "\n" in text:
        pytest.skip("no client can send it")
    key = text.encode("utf-8").decode("latin-1")
    response = siege.city.as_("applicant").post("/cases", json={}, headers={"Idempotency-Key": key})
    assert siege.look(response, text).status_code == 422


@pytest.mark.parametrize(
    "target",
    [
        "//evil.example",
        "/\\evil.example",
        "https://evil.example",
        "/%09/evil.example",
        "/\t/evil.example",
        "javascript:alert(1)",
        "/\r\nSet-Cookie: a=b",
        "\\\\evil.example",
        "/..//evil.example",
    ],
)
def test_no_page_leads_to_another_host(siege: Siege, target: str) -> None:
    client = siege.city.as_(None).client
    response = client.get("/language/en", query_string={"next": target})
    siege.look(response, target)
    place = response.headers.get("Location", "/")
    assert place.startswith("/") and place[1:2] not in ("/", "\\"), place
    assert "a=b" not in str(response.headers.getlist("Set-Cookie"))


def test_methods_that_nobody_offers_are_told_which_are(siege: Siege) -> None:
    client = siege.city.as_("applicant").client
    for method in ("TRACE", "CONNECT", "PATCH", "PUT", "PROPFIND", "FOO"):
        for path in ("/api/v1/items", "/api/v1/cases", "/api/v1/login", "/", "/login"):
            response = siege.look(client.open(path, method=method), (method, path))
            assert response.status_code in (401, 405), (method, path)
            if response.status_code == 405 and path.startswith("/api"):
                assert response.headers["Allow"]
    assert ok(client.get("/healthz")) == {"status": "ok"}
