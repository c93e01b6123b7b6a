"""The people of the demonstration: staff with seats, applicants with accounts. All invented."""

from __future__ import annotations

import csv
import os
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from random import Random

from sqlalchemy.orm import Session

from engine.config import PasswordCost
from engine.domain.actor import ANY, Actor
from engine.domain.actor import Seat as SeatOf
from engine.domain.identifiers import credit_code_fault, id_number_fault
from engine.store.accounts import hash_password
from engine.store.tables import Account, Seat

FAMILY = "王李张刘陈杨赵黄周吴徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾"
GIVEN = ["伟", "芳", "秀英", "敏", "静", "丽", "强", "磊", "洋", "艳", "勇", "军", "杰", "娟"]
GIVEN += ["涛", "明", "超", "桂兰", "霞", "平", "建国", "志强", "晓东", "文博", "子涵", "雨桐"]
TRADES = [
    "餐饮管理",
    "商贸",
    "酒店管理",
    "健身服务",
    "人力资源",
    "置业",
    "建设",
    "食品",
    "文化传媒",
]
MARKS = ["澜江", "东湖", "云帆", "恒信", "百味", "同德", "金谷", "新河", "启明", "瑞丰", "华茂"]
PASSWORD_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # noqa: S105 (an alphabet, no password)
CHECK_CHARACTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"

DEPARTMENT_POSTS = (("window_clerk", 1), ("handler", 2), ("department_leader", 1))
CITY_POSTS = ("administrator", "analyst", "centre", "supervisor", "inspector")
APPLICANTS = 8


@dataclass(frozen=True)
class Person:
    """Somebody who can sign in; `password` is shown once and kept nowhere but in the CSV file."""

    login: str
    password: str
    name: str
    post: str
    department: str
    county: str
    account_id: int

    def actor(self) -> Actor:
        seats = (SeatOf(self.post, self.department, self.county),)
        staff = self.post != "applicant"
        name = f"account:{self.account_id}"
        return Actor(name, self.account_id, self.name, seats if staff else ())


def person_name(random: Random) -> str:
    return random.choice(FAMILY) + random.choice(GIVEN)


def company_name(random: Random) -> str:
    return f"澜川市{random.choice(MARKS)}{random.choice(TRADES)}有限公司"


def id_number(random: Random) -> str:
    """Return an invented identity number whose check character is right (GB 11643)."""
    birth = f"{random.randint(1960, 2003)}{random.randint(1, 12):02d}{random.randint(1, 28):02d}"
    body = f"4199{random.choice(['02', '03', '21'])}{birth}{random.randint(100, 999)}"
    return next(body + c for c in "0123456789X" if id_number_fault(body + c) is None)


def credit_code(random: Random) -> str:
    """Return an invented unified social credit code whose check character is right (GB 32100)."""
    body = "91419902MA" + "".join(random.choice(CHECK_CHARACTERS) for _ in range(7))
    return next(body + c for c in CHECK_CHARACTERS if credit_code_fault(body + c) is None)


def add_people(
    session: Session, random: Random, places: Iterable[tuple[str, str]], now: datetime
) -> list[Person]:
    """Create all accounts; `places` are the (department, county) that handle items."""
    wanted = [
        (
            f"{department}_{post}_{n + 1}" + ("" if county.endswith("00") else f"_{county}"),
            post,
            department,
            county,
        )
        for department, county in places
        for post, many in DEPARTMENT_POSTS
        for n in range(many)
    ]
    wanted += [(post, post, ANY, ANY) for post in CITY_POSTS]
    wanted += [(f"applicant_{n + 1}", "applicant", "", "") for n in range(APPLICANTS)]
    return [_add(session, random, *each, now) for each in wanted]


def _add(
    session: Session,
    random: Random,
    login: str,
    post: str,
    department: str,
    county: str,
    now: datetime,
) -> Person:
    name = person_name(random)
    password = "".join(secrets.choice(PASSWORD_LETTERS) for _ in range(12))
    hashed = hash_password(password, PasswordCost())
    account = Account(login=login, name=name, password_hash=hashed, created_at=now)
    session.add(account)
    session.flush()
    if post != "applicant":
        session.add(Seat(account_id=account.id, post=post, department=department, county=county))
    return Person(login, password, name, post, department, county, account.id)


def write_accounts(path: Path, people: Iterable[Person]) -> None:
    """Write logins and passwords to a file that only its owner can read."""
    unfinished = path.with_suffix(".unfinished")
    handle = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with open(handle, "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["login", "password", "name", "post", "department", "county"])
        for p in people:
            writer.writerow([p.login, p.password, p.name, p.post, p.department, p.county])
        file.flush()
        os.fsync(handle)
    unfinished.rename(path)
