"""Every page: who may see it, its errors in words, and nothing that a strict policy forbids."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from string import Formatter

import pytest

from api.app import create_app
from engine.config import CHECKOUT
from engine.store.database import db
from tests.api.city import FOOD, PASSWORD, City
from tests.web.reader import Reader, signed_in
from web.words import english_texts

HOSTILE = '<script>alert("x")</script>{{7*7}}'
PUBLIC = ["/", f"/items/{FOOD}", "/login", "/register", "/progress", "/demo"]


@pytest.fixture
def number(city: City) -> str:
    """A case that was applied for and submitted."""
    return Reader(city, "applicant").apply(FOOD)


# ---------------------------------------------------------------- what is there


@pytest.mark.parametrize("path", PUBLIC)
def test_public_pages_are_there_in_both_languages(city: City, path: str) -> None:
    reader = Reader(city).open(path)
    assert reader.status == 200
    assert reader.page.get("lang") == "zh-CN"
    reader.open("/language/en?next=" + path)
    assert (reader.path, reader.page.get("lang")) == (path, "en")
    assert "联办" not in reader.page.get_element_by_id("main").text_content()


def test_the_guide_says_everything_about_the_item(city: City) -> None:
    text = Reader(city).open(f"/items/{FOOD}").main
    for part in (
        "6 个工作日",
        "10 个工作日",
        "主要设备设施清单",
        "不收费",
        "食品安全法",
        "行政复议",
    ):
        assert part in text


def test_items_are_found_by_name(city: City) -> None:
    reader = Reader(city).open("/?q=食品")
    assert "食品经营许可" in reader.main
    assert "劳务派遣" not in reader.main
    assert "0 个事项" in reader.open("/?q=不存在").main


def staff_pages(number: str) -> list[str]:
    return ["/work", "/cases", f"/cases/{number}", "/procedures", "/procedures/single-item/1"]


def test_no_page_holds_inline_scripts_or_styles(city: City, number: str) -> None:
    clerk = Reader(city, "clerk")
    pages = [Reader(city).open(path) for path in PUBLIC]
    pages += [Reader(city, "clerk").open(path) for path in staff_pages(number)]
    pages += [Reader(city, "applicant").open(f"/cases/{number}/withdrawal"), clerk.task(number)]
    for reader in pages:
        assert reader.status == 200
        assert reader.response.headers["Content-Security-Policy"].startswith("default-src 'self'")
        for element in reader.page.iter():
            assert element.tag != "style"
            assert element.tag != "script" or element.get("src", "").startswith("/static/")
            assert not [a for a in element.attrib if a == "style" or a.startswith("on")]
            assert not element.get("href", "").startswith(("http", "//", "javascript"))


def test_every_field_has_a_label(city: City, number: str) -> None:
    pages = [Reader(city, "clerk").task(number), Reader(city, "applicant").open(f"/apply/{FOOD}")]
    pages += [Reader(city).open(path) for path in PUBLIC]
    for reader in pages:
        named = {label.get("for") for label in reader.page.iter("label")}
        for field in reader.page.iter("input", "select", "textarea"):
            wrapped = any(parent.tag == "label" for parent in field.iterancestors())
            assert field.get("type") == "hidden" or wrapped or field.get("id") in named


# ---------------------------------------------------------------- who may


@pytest.mark.parametrize("path", ["/my", "/work", "/cases", "/procedures", f"/apply/{FOOD}"])
def test_who_is_not_signed_in_is_led_to_it_and_back(city: City, path: str) -> None:
    reader = Reader(city).open(path)
    assert reader.path.startswith("/login?next=")
    reader.send("password", login="clerk", password=PASSWORD)
    assert (reader.status, reader.path) == (200, path)


@pytest.mark.parametrize(
    "target", ["https://example.org/", "//example.org", "/\\example.org", "javascript:x", "/\n/x"]
)
def test_nobody_is_led_elsewhere(city: City, target: str) -> None:
    reader = Reader(city).open("/login")
    reader.send("password", login="applicant", password=PASSWORD, next=target)
    assert reader.path == "/my"


@pytest.mark.parametrize("path", ["/work", "/cases", "/procedures", f"/counter/{FOOD}"])
def test_applicants_do_not_see_staff_pages(city: City, path: str) -> None:
    reader = Reader(city, "applicant").open(path)
    assert reader.status == 403
    assert "工作人员" in reader.main


@pytest.mark.parametrize("login", ["stranger", "elsewhere", "other_department"])
def test_a_case_is_not_there_for_others(city: City, number: str, login: str) -> None:
    pages = ("", "/materials", "/submitted", "/withdrawal", "/supplement", "/diagram.bpmn")
    for page in pages:
        assert Reader(city, login).open(f"/cases/{number}{page}").status == 404


def test_an_applicant_sees_no_internal_step(city: City, number: str) -> None:
    reader = Reader(city, "applicant").open(f"/cases/{number}")
    assert "查询码" in reader.main
    assert not reader.page.xpath("//*[@data-diagram]")
    assert "环节开始" not in reader.main
    assert "绿灯" not in reader.main
    assert Reader(city, "applicant").open(f"/cases/{number}/diagram.bpmn").status == 404


def test_who_only_watches_gets_no_personal_data(city: City, number: str) -> None:
    reader = Reader(city, "supervisor").open(f"/cases/{number}")
    assert reader.status == 200
    assert "张三丰" not in reader.response.text
    assert "查询码" not in reader.main
    assert reader.follow("收件凭证").status == 403


def test_staff_see_the_diagram_with_its_tokens(city: City, number: str) -> None:
    reader = Reader(city, "clerk").open(f"/cases/{number}")
    (box,) = reader.page.xpath("//*[@data-diagram]")
    assert box.get("data-active").split() == ["check", "handle"]
    assert {"filed", "issue_receipt"} <= set(box.get("data-finished").split())
    xml = Reader(city, "clerk").open(box.get("data-diagram")).response
    assert xml.mimetype == "application/xml"
    assert b'id="issue_receipt"' in xml.data


def test_only_administrators_deploy(city: City) -> None:
    assert not Reader(city, "clerk").open("/procedures").page.xpath("//*[@name='files']")
    reader = Reader(city, "clerk").open("/work")
    token = reader.page.xpath("//*[@name='csrf_token']")[0].get("value")
    refused = reader.client.post("/procedures", data={"csrf_token": token})
    assert refused.status_code == 403


def test_the_demonstration_is_only_a_demonstration(city: City) -> None:
    config = city.app.extensions["lianban"].config
    app = create_app(replace(config, demo=False), clock=city.clock)
    answer = app.test_client().get("/demo")
    assert answer.status_code == 404
    assert "演示系统" not in app.test_client().get("/").text
    with app.app_context():
        db.engine.dispose()


# ---------------------------------------------------------------- form tokens, signing in


def posting_rules(city: City) -> Iterator[str]:
    samples = {"number": "N", "code": FOOD, "task_id": 1, "material_id": 1, "key": "k"}
    samples["outbox_id"] = 1
    for rule in city.app.url_map.iter_rules():
        if rule.endpoint.startswith("pages.") and "POST" in (rule.methods or ()):
            yield rule.build({name: samples[name] for name in rule.arguments})[1]


def test_nothing_is_taken_that_does_not_come_from_our_pages(city: City) -> None:
    paths = list(posting_rules(city))
    assert len(paths) >= 12
    reader = Reader(city, "clerk").open("/work")
    for path in paths:
        for token in ({}, {"csrf_token": "forged"}):
            refused = reader.client.post(path, data=token)
            assert refused.status_code == 400, path
            assert "刷新后重新提交" in refused.text
    assert Reader(city, "clerk").open("/work").status == 200  # and nobody was signed out


def test_the_cookie_is_out_of_reach_of_scripts(city: City) -> None:
    reader = Reader(city).open("/login")
    form = dict(reader.form("password").form_values())
    answer = reader.client.post("/login", data=form | {"login": "clerk", "password": PASSWORD})
    cookie = next(c for c in answer.headers.getlist("Set-Cookie") if "lianban_session" in c)
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


def test_a_wrong_password_says_nothing_about_who_exists(city: City) -> None:
    texts = []
    for login in ("clerk", "nobody-of-that-name"):
        reader = Reader(city).open("/login").send("password", login=login, password="wrong-one")
        assert reader.status == 401
        texts.append(reader.main)
    assert texts[0] == texts[1]


def test_signing_out_ends_the_session(city: City) -> None:
    reader = signed_in(city, "clerk")
    token = reader.client.get_cookie("lianban_session").value
    reader.send("/logout")
    assert reader.path == "/"
    other = Reader(city)
    other.client.set_cookie("lianban_session", token)
    assert other.open("/work").path.startswith("/login")


def test_registering(city: City) -> None:
    reader = Reader(city).open(f"/register?next=/apply/{FOOD}")
    reader.send("phone", login="new.person", password="short", name="王小明", phone="123")
    assert reader.status == 422
    assert "2 处需要修改" in reader.main
    assert reader.form("phone").fields["name"] == "王小明"
    assert "short" not in reader.response.text
    reader.send("phone", password="a-longer-password", phone="13812345678")
    assert (reader.status, reader.path) == (200, f"/apply/{FOOD}")
    taken = Reader(city).open("/register")
    taken.send("phone", login="new.person", password=PASSWORD, name="王", phone="13812345678")
    assert taken.status == 409
    assert "已被使用" in taken.main


# ---------------------------------------------------------------- errors, hostile texts


def test_errors_are_pages_with_a_way_on(city: City) -> None:
    for path in ("/nothing", "/items/none", "/cases/none", "/work/999999"):
        reader = Reader(city, "clerk").open(path)
        assert reader.status == 404
        assert reader.link("回到首页") == "/"
    assert city.app.test_client().get("/api/v1/nothing").mimetype == "application/problem+json"


def test_what_nobody_foresaw_is_a_page_too(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object) -> None:
        raise RuntimeError("张三丰 must not be told")

    monkeypatch.setattr("web.portal.items.item_list", fails)
    reader = Reader(city).open("/")
    assert reader.status == 500
    assert re.search(r"编号 [0-9a-f]{12}", reader.main)
    assert "张三丰" not in reader.response.text


def test_hostile_texts_stay_texts(city: City) -> None:
    applicant = Reader(city, "applicant")
    number = applicant.apply(FOOD, applicant__name=HOSTILE, subject=HOSTILE)
    draft = Reader(city, "applicant").open(f"/apply/{FOOD}").send("declaration", subject=HOSTILE)
    assert draft.status == 422
    pages = [draft, Reader(city).open(f"/?q={HOSTILE}"), Reader(city, "clerk").task(number)]
    pages += [Reader(city, "clerk").open(f"/cases?q={HOSTILE}"), applicant.open("/my")]
    pages += [Reader(city, "clerk").open(f"/cases/{number}")]
    for reader in pages:
        assert "{{7*7}}" in reader.response.text
        assert not reader.page.xpath("//script[not(@src)]")


def test_progress_needs_number_and_code(city: City, number: str) -> None:
    code = Reader(city, "applicant").open(f"/cases/{number}/submitted").page
    code = code.xpath("//strong[@class='number']")[1].text
    reader = Reader(city).open("/progress").send("code", number=number.lower(), code=code.lower())
    assert reader.status == 200
    assert "窗口最迟于" in reader.main
    for pair in ((number, "AAAAAAAA"), ("419900-20260101-0001-1", code)):
        wrong = Reader(city).open("/progress").send("code", number=pair[0], code=pair[1])
        assert wrong.status == 404
        assert "请核对办件编号和查询码" in wrong.main
    assert Reader(city).open("/progress").send("code", number="", code="").status == 422


# ---------------------------------------------------------------- words


def interface_texts() -> set[str]:
    call = re.compile(r"(?:\bt|\btranslated)\(\s*(['\"])(.+?)\1")
    files = [*(CHECKOUT / "web/templates").glob("*.html"), *(CHECKOUT / "web").glob("*.py")]
    return {m[2] for path in files for m in call.finditer(Path(path).read_text("utf-8"))}


def test_every_text_of_the_interface_has_its_english() -> None:
    assert interface_texts() == set(english_texts())


def test_the_english_fills_the_same_places() -> None:
    def places(text: str) -> set[str]:
        return {name for _, name, _, _ in Formatter().parse(text) if name}

    assert [zh for zh, en in english_texts().items() if places(zh) != places(en)] == []
