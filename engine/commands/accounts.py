"""Accounts: applicants register themselves, staff are given seats by the operator."""

from __future__ import annotations

import re
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from engine.catalogue.formats import text_fault
from engine.catalogue.organisation import Organisation
from engine.domain.actor import ANY
from engine.domain.actor import Seat as SeatOf
from engine.domain.identifiers import mask_name
from engine.errors import Conflict, FieldError, Invalid, NotFound, Words
from engine.resources import Resources
from engine.store import journal
from engine.store.accounts import revoke_all
from engine.store.secrets import seal
from engine.store.tables import Account, Seat

LOGIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@-]{2,63}")
MIN_PASSWORD, MAX_PASSWORD = 10, 200
PHONE = re.compile(r"1[3-9][0-9]{9}")
MAX_NAME = 100


def check_registration(login: str, password: str, name: str, phone: str) -> None:
    """Check what an applicant registers with. Raises `Invalid` with every faulty field.

    Apart from `register`, so that the slow hash of a password can run between the two.
    """
    rules = (
        (
            "/login",
            LOGIN.fullmatch(login),
            Words(
                "登录名应为 3 至 64 个字母、数字或 . _ @ -，以字母或数字开头",
                "expected 3 to 64 letters, digits or . _ @ -, beginning with a letter or digit",
            ),
        ),
        (
            "/password",
            MIN_PASSWORD <= len(password) <= MAX_PASSWORD and "\0" not in password,
            Words(
                f"密码应为 {MIN_PASSWORD} 至 {MAX_PASSWORD} 个字符",
                f"expected a password of {MIN_PASSWORD} to {MAX_PASSWORD} characters",
            ),
        ),
        (
            "/name",
            name.strip() and len(name) <= MAX_NAME and not text_fault(name, lines=False),
            Words(
                f"姓名应为 1 至 {MAX_NAME} 个看得见的字",
                f"expected a name of 1 to {MAX_NAME} characters that can be seen",
            ),
        ),
        (
            "/phone",
            PHONE.fullmatch(phone),
            Words("手机号码应为 11 位，以 13 至 19 开头", "expected a mobile number of 11 digits"),
        ),
    )
    faults = [FieldError(path, words) for path, fits, words in rules if not fits]
    if faults:
        raise Invalid(
            f"注册信息有 {len(faults)} 处需要修改。",
            f"{len(faults)} field(s) of the registration must be mended.",
            fields=faults,
        )


def register(
    session: Session,
    resources: Resources,
    *,
    login: str,
    password_hash: str,
    name: str,
    phone: str,
    now: datetime,
) -> Account:
    """Add an applicant's account, which has no seat. The name is kept masked, the phone sealed.

    Raises `Conflict` for a login that is taken.
    """
    account = Account(
        login=login,
        name=mask_name(name.strip()),
        password_hash=password_hash,
        phone_sealed=seal(resources.keys, ("account", "phone", login), phone),
        created_at=now,
    )
    session.add(account)
    try:
        session.flush()
    except IntegrityError:
        raise _login_taken() from None
    journal.append(
        session,
        case=None,
        at=now,
        actor=f"account:{account.id}",
        event="account_registered",
        payload={"account": account.id},
    )
    return account


def add_staff(
    session: Session,
    organisation: Organisation,
    *,
    login: str,
    name: str | None,
    password_hash: str,
    seat: SeatOf,
    now: datetime,
) -> bool:
    """Give an account a seat; make the account where there is none. Returns whether it is new.

    Raises `Invalid` for an unknown post, department or county, a login that can't be, or a new
    account without a name; `Conflict` for a seat that it has already.
    """
    _check_seat(organisation, seat)
    account = session.scalars(sa.select(Account).where(Account.login == login)).one_or_none()
    new = account is None
    if new:
        if not name or not LOGIN.fullmatch(login):
            raise Invalid(
                "新账号需要姓名，登录名应为 3 至 64 个字母、数字或 . _ @ -。",
                "A new account needs a name, and a login of 3 to 64 letters, digits or . _ @ -.",
            )
        account = Account(login=login, name=name, password_hash=password_hash, created_at=now)
        session.add(account)
    session.flush()
    values = {"post": seat.post, "department": seat.department, "county": seat.county}
    known = session.scalar(sa.select(Seat.id).filter_by(account_id=account.id, **values))
    if known is not None:
        raise Conflict("该账号已有这个岗位。", "The account has this seat already.")
    session.add(Seat(account_id=account.id, **values))
    _record(session, now, event="seat_given", payload={"account": account.id, **values})
    return new


def change_password(session: Session, *, login: str, password_hash: str, now: datetime) -> None:
    """Set a new password and end all sign-ins of the account. Raises `NotFound`."""
    query = sa.select(Account).where(Account.login == login).with_for_update()
    account = session.scalars(query).one_or_none()
    if account is None:
        raise NotFound("没有这个账号。", "There is no such account.")
    account.password_hash = password_hash
    account.failed_logins, account.locked_until = 0, None
    revoke_all(session, account)
    _record(session, now, event="password_changed", payload={"account": account.id})


def _check_seat(organisation: Organisation, seat: SeatOf) -> None:
    places = (
        ("post", seat.post, organisation.posts, False),
        ("department", seat.department, organisation.departments, True),
        ("county", seat.county, organisation.counties, True),
    )
    for what, code, known, may_span in places:
        if code not in known and not (may_span and code == ANY):
            listed = ", ".join(known)
            raise Invalid(
                f"{what} 应为下列代码之一：{listed}。", f"Expected {what} to be one of: {listed}."
            )


def _record(session: Session, now: datetime, *, event: str, payload: dict) -> None:
    actor = "system:operator"
    journal.append(session, case=None, at=now, actor=actor, event=event, payload=payload)


def _login_taken() -> Conflict:
    words = Words("登录名已被使用，请换一个", "this login is taken; choose another")
    fields = [FieldError("/login", words)]
    return Conflict(f"{words.zh}。", f"{words.en}.", code="login-taken", fields=fields)
