"""A small city for the tests of the API: a deployed procedure, people with seats, a moved clock."""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from engine.bpmn.versions import content_hash
from engine.commands.bundle import canonical
from engine.config import CHECKOUT
from engine.procedure_files import read_paths
from engine.store import definitions
from engine.store.accounts import hash_password, issue_token
from engine.store.tables import Account, Seat
from engine.transaction import writing
from tests.databases import CHEAP

FOOD = "11419900004177049W4410131002000"
CITY, OTHER_COUNTY = "419900", "419902"
PASSWORD = "correct-horse-battery"
PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n"

SEATS = {
    "clerk": ("window_clerk", "scjgj", CITY),
    "clerk2": ("window_clerk", "scjgj", CITY),
    "handler": ("handler", "scjgj", CITY),
    "leader": ("department_leader", "scjgj", CITY),
    "elsewhere": ("window_clerk", "scjgj", OTHER_COUNTY),
    "other_department": ("window_clerk", "wsjkw", CITY),
    "supervisor": ("supervisor", "*", "*"),
    "administrator": ("administrator", "*", "*"),
    "applicant": None,
    "stranger": None,
}


@dataclass
class Clock:
    """The present of a test; it moves only when a test moves it."""

    now: datetime

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **parts: float) -> None:
        self.now += timedelta(**parts)


@dataclass
class City:
    """An app with people in it; `accounts` and `tokens` by login."""

    app: Flask
    clock: Clock
    accounts: dict[str, int] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)

    def as_(self, login: str | None, language: str = "zh") -> Caller:
        return Caller(self, self.app.test_client(), self.tokens.get(login or ""), language)


@dataclass
class Caller:
    """Somebody who calls the API, under /api/v1."""

    city: City
    client: FlaskClient
    token: str | None
    language: str

    def get(self, path: str, **options: Any) -> TestResponse:
        return self._send("GET", path, **options)

    def post(self, path: str, **options: Any) -> TestResponse:
        return self._send("POST", path, **options)

    def delete(self, path: str, **options: Any) -> TestResponse:
        return self._send("DELETE", path, **options)

    def _send(self, method: str, path: str, key: str | None = None, **options: Any) -> TestResponse:
        headers = {"Accept-Language": self.language} | options.pop("headers", {})
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        if key:
            headers["Idempotency-Key"] = key
        return self.client.open(f"/api/v1{path}", method=method, headers=headers, **options)

    # -------------------------------------------------------- what a journey is made of

    def open_case(self, **changes: Any) -> dict[str, Any]:
        body = {"item": FOOD, "county": CITY, "application": application()} | changes
        return ok(self.post("/cases", json=body), 201)

    def upload(
        self,
        number: str,
        material: str,
        content: bytes = PDF,
        name: str = "材料.pdf",
        **options: Any,
    ) -> TestResponse:
        data = {"material": material, "file": (io.BytesIO(content), name)}
        return self.post(f"/cases/{number}/materials", data=data, **options)

    def file_case(self, *, leave_out: tuple[str, ...] = (), **changes: Any) -> str:
        """Open a case, upload what is required, submit it; return its number."""
        case = self.open_case(**changes)
        for material in case["materials"]:
            if material["required"] and material["code"] not in leave_out:
                ok(self.upload(case["number"], material["code"]), 201)
        ok(self.post(f"/cases/{case['number']}/submission"))
        return case["number"]

    def task(self, number: str) -> dict[str, Any]:
        """Return the first of the caller's open tasks in a case."""
        rows = ok(self.get("/tasks"))["rows"]
        task_id = next(row["id"] for row in rows if row["case"]["number"] == number)
        return ok(self.get(f"/tasks/{task_id}"))

    def complete(self, number: str, **data: Any) -> dict[str, Any]:
        """Complete the caller's task in a case, starting from what the form knows already."""
        task = self.task(number)
        body = {
            "version": task["version"],
            "data": (task["form"] or {"prefill": {}})["prefill"] | data,
        }
        return ok(self.post(f"/tasks/{task['id']}/complete", json=body))


def ok(response: TestResponse, status: int = 200) -> Any:
    """Return the JSON of an answer with this status."""
    assert response.status_code == status, response.text
    return response.get_json()


def refused(response: TestResponse, status: int, code: str | None = None) -> dict[str, Any]:
    """Return the problem document of a refusal with this status."""
    assert response.status_code == status, response.text
    assert response.mimetype == "application/problem+json"
    problem = response.get_json(force=True)
    assert problem["status"] == status
    if code is not None:
        assert problem["type"] == f"/problems/{code}"
    return problem


def found(city: City, now: datetime) -> None:
    """Deploy the procedure and give everybody an account, a seat and a token."""
    with city.app.app_context(), writing() as session:
        files = source_files()  # stored directly: the gate has tests of its own
        digest = content_hash(files)
        definitions.add_version(
            session, "single-item", "单体事项审批", files, digest, now, "system:operator"
        )
        for login, seat in SEATS.items():
            account = Account(
                login=login,
                name=f"{login}-name",
                password_hash=hash_password(PASSWORD, CHEAP),
                created_at=now,
            )
            session.add(account)
            session.flush()
            if seat:
                post, department, county = seat
                session.add(
                    Seat(account_id=account.id, post=post, department=department, county=county)
                )
            city.accounts[login] = account.id
            city.tokens[login] = issue_token(session, account, now, 24 * 400)


@cache
def source_files() -> dict[str, bytes]:
    """The files of the procedure as they lie in the checkout, by canonical path."""
    folders = ("processes/single-item", "processes/rules", "forms")
    read = read_paths([CHECKOUT / folder for folder in folders])
    return {path: data for name, data in read.items() if (path := canonical(name, data))}


def application(**changes: Any) -> dict[str, Any]:
    """A complete application for a food business licence. The person is invented."""
    return {
        "applicant": {
            "type": "person",
            "name": "张三丰",
            "id_number": "110101199003070038",
            "phone": "13812345678",
            "address": "澜川市澜东区文汇路1号",
        },
        "subject": "新开餐馆",
        "details": {
            "business_form": "catering",
            "operations": ["hot_food"],
            "premises_address": "澜川市澜东区文汇路1号",
            "floor_area": 88.5,
            "safety_manager": "李四光",
        },
        "delivery": {"method": "window"},
        "declaration": True,
    } | changes
