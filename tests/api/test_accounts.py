"""Registering, signing in and out, the inbox."""

from __future__ import annotations

import sqlalchemy as sa

from engine.delivery.outbox import deliver
from engine.domain.calendar import shanghai_day
from engine.store.tables import Account, JournalEntry
from engine.transaction import reading
from tests.api.city import PASSWORD, City, ok, refused

NEW = {"login": "zhangsan", "password": PASSWORD, "name": "张三丰", "phone": "13812345678"}


def test_an_applicant_registers_signs_in_and_out(city: City) -> None:
    nobody = city.as_(None)
    account = ok(nobody.post("/accounts", json=NEW), 201)
    assert account["name"] == "张*丰" and account["seats"] == []
    credentials = {"login": "zhangsan", "password": PASSWORD}
    answer = ok(nobody.post("/login", json=credentials))
    city.tokens["zhangsan"] = answer["token"]
    assert ok(city.as_("zhangsan").get("/me")) == account == answer["account"]
    assert city.as_("zhangsan").post("/logout").status_code == 204
    refused(city.as_("zhangsan").get("/me"), 401, "unauthenticated")


def test_name_and_phone_are_not_kept_in_the_clear(city: City) -> None:
    ok(city.as_(None).post("/accounts", json=NEW), 201)
    with city.app.app_context(), reading() as session:
        account = session.scalars(sa.select(Account).where(Account.login == "zhangsan")).one()
        assert account.name == "张*丰"
        assert b"138" not in account.phone_sealed
        entry = session.scalars(sa.select(JournalEntry)).one()
        assert entry.event == "account_registered" and "张" not in entry.payload


def test_a_login_is_taken_once(city: City) -> None:
    ok(city.as_(None).post("/accounts", json=NEW), 201)
    problem = refused(city.as_(None).post("/accounts", json=NEW), 409, "login-taken")
    assert problem["fields"][0]["path"] == "/login"


def test_every_faulty_field_is_named(city: City) -> None:
    faults = (
        ("login", "ab"),
        ("login", "a b c"),
        ("login", "x" * 65),
        ("password", "too-short"),
        ("password", "x" * 201),
        ("name", "   "),
        ("name", "张\n三"),
        ("phone", "12345678901"),
        ("phone", "1381234567"),
    )
    for field, value in faults:
        problem = refused(city.as_(None).post("/accounts", json=NEW | {field: value}), 422)
        assert [each["path"] for each in problem["fields"]] == [f"/{field}"], value


def test_a_wrong_password_and_an_unknown_login_are_refused_alike(city: City) -> None:
    wrong = {"login": "clerk", "password": "not-the-password"}
    unknown = {"login": "nobody-at-all", "password": PASSWORD}
    answers = [refused(city.as_(None).post("/login", json=body), 401) for body in (wrong, unknown)]
    assert answers[0] == answers[1]


def test_five_failures_lock_the_account_for_five_minutes(city: City) -> None:
    nobody, right = city.as_(None), {"login": "clerk", "password": PASSWORD}
    for _ in range(5):
        refused(nobody.post("/login", json=right | {"password": "guess-guess"}), 401)
    refused(nobody.post("/login", json=right), 401)
    city.clock.advance(minutes=5)
    ok(nobody.post("/login", json=right))


def test_a_token_is_over_after_twelve_hours(city: City) -> None:
    answer = ok(city.as_(None).post("/login", json={"login": "clerk", "password": PASSWORD}))
    city.tokens["clerk"] = answer["token"]
    city.clock.advance(hours=11, minutes=59)
    ok(city.as_("clerk").get("/me"))
    city.clock.advance(minutes=1)
    refused(city.as_("clerk").get("/me"), 401)


def test_seats_are_named(city: City) -> None:
    (seat,) = ok(city.as_("clerk", "en").get("/me"))["seats"]
    assert seat["post"] == {"code": "window_clerk", "label": "Window clerk"}
    (everywhere,) = ok(city.as_("supervisor", "en").get("/me"))["seats"]
    assert everywhere["county"] == {"code": "*", "label": "all"}


def test_the_inbox_holds_what_the_applicant_was_told(city: City) -> None:
    applicant = city.as_("applicant")
    number = applicant.file_case()
    city.as_("clerk").complete(number, outcome="complete")
    with city.app.app_context():
        deliver(city.app.extensions["lianban"].resources, city.clock.now)
    (message,) = ok(applicant.get("/messages"))["rows"]
    assert message["case"] == number and "已受理" in message["text"]
    assert str(shanghai_day(city.clock.now).year) in message["text"]
    assert ok(city.as_("stranger").get("/messages"))["rows"] == []
