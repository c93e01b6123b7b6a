"""Accounts, sign-in, seats, messages."""

from __future__ import annotations

from apiflask import Schema

from api.fields import CURSOR, ONE_LINE, Label, given, many, moment, number, one, text
from engine.commands.accounts import LOGIN, MAX_NAME, MAX_PASSWORD, MIN_PASSWORD, PHONE

ANY_TEXT = r"[^\u0000]*"  # a password may hold what cannot be seen


class NewAccount(Schema):
    """`check_registration` checks it, in better words than a pattern has."""

    login = text(
        "3 to 64 letters, digits or . _ @ -.",
        "zhangsan",
        required=True,
        says={"pattern": f"^{LOGIN.pattern}$"},
    )
    password = text(
        f"{MIN_PASSWORD} to {MAX_PASSWORD} characters.",
        "correct-horse-battery",
        required=True,
        says={"minLength": MIN_PASSWORD, "maxLength": MAX_PASSWORD, "pattern": f"^{ANY_TEXT}$"},
    )
    name = text(
        f"Your name, 1 to {MAX_NAME} characters; only its masked form is kept here.",
        "张三丰",
        required=True,
        says={"minLength": 1, "maxLength": MAX_NAME, "pattern": ONE_LINE.pattern},
    )
    phone = text(
        "Mobile number of 11 digits; stored encrypted.",
        "13812345678",
        required=True,
        says={"pattern": f"^{PHONE.pattern}$"},
    )


class Seat(Schema):
    post = one(Label, "The post.")
    department = one(Label, "The department; `*` stands for all.")
    county = one(Label, "The county; `*` stands for all.")


class Account(Schema):
    id = number("Number of the account.", 7)
    login = text("The login.", "zhangsan")
    name = text("The name; an applicant's is masked.", "张*丰")
    seats = many(Seat, "What the account may work on; empty for an applicant.")


class Credentials(Schema):
    login = given("The login.", "zhangsan", form=ANY_TEXT, most=64, required=True)
    password = given(
        "The password.", "correct-horse-battery", form=ANY_TEXT, most=MAX_PASSWORD, required=True
    )


class SignedIn(Schema):
    token = text("Send it as `Authorization: Bearer <token>`.", "3q2-7wAb…")
    expires_at = moment("When the token is over.", "2026-11-22T13:00:00Z")
    account = one(Account, "Who is signed in.")


class Message(Schema):
    id = number("Number of the message.", 12)
    case = text("Number of the case.", "419900-20261122-0001-8")
    text = text("The message, in Chinese as it was sent.", "您的办件……已受理。")
    sent_at = moment("When it was sent.", "2026-11-23T02:00:00Z")


class Messages(Schema):
    rows = many(Message, "Newest first.")
    next = text(CURSOR, None, allow_none=True)
