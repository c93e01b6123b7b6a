"""The demonstration's clock."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest

import engine.present
from api.app import create_app
from engine.config import Config
from engine.present import present_time
from engine.store.database import db
from tests.api.city import City, Clock, found, ok, refused

MORNING = datetime(2026, 1, 31, 2, 0, tzinfo=UTC)


class Frozen(datetime):
    """The machine's clock, standing still."""

    @classmethod
    def now(cls, tz: object = None) -> datetime:
        return MORNING


@pytest.fixture
def demo(config: Config, monkeypatch: pytest.MonkeyPatch) -> Iterator[City]:
    """A city on the demonstration's own clock."""
    monkeypatch.setattr(engine.present, "datetime", Frozen)
    city = City(create_app(config), Clock(MORNING))
    found(city, MORNING)
    yield city
    with city.app.app_context():
        db.engine.dispose()


def test_the_clock_moves_forward_and_does_what_fell_due(demo: City) -> None:
    applicant, clerk = demo.as_("applicant"), demo.as_("clerk")
    number = applicant.file_case(leave_out=("rules",))
    defect = {"material": "rules", "kind": "missing", "defect": "未提交"}
    defect |= {"requirement": "提交", "basis": "第十三条"}
    clerk.complete(number, outcome="incomplete", defects=[defect])
    assert ok(clerk.get("/demo/clock"))["now"] == "2026-01-31T02:00:00+00:00"
    moved = ok(clerk.post("/demo/clock", json={"advance": "P1M"}))
    assert moved["now"] == "2026-02-28T02:00:00+00:00"
    assert ok(applicant.get(f"/cases/{number}"))["status"]["code"] == "supplementing"
    ok(clerk.post("/demo/clock", json={"advance": "P1D"}))
    assert ok(applicant.get(f"/cases/{number}"))["status"]["code"] == "returned"
    (message, *_) = ok(applicant.get("/messages"))["rows"]
    assert "退件" in message["text"]
    to = ok(clerk.post("/demo/clock", json={"to": "2026-03-02T09:00:00+08:00"}))
    assert to["now"] == "2026-03-02T01:00:00+00:00"
    with demo.app.app_context():
        assert present_time(demo.app.extensions["lianban"].config).day == 2


def test_moving_it_signs_nobody_out(demo: City) -> None:
    clerk = demo.as_("clerk")
    ok(clerk.post("/demo/clock", json={"advance": "P6M"}))
    assert ok(clerk.get("/me"))["login"] == "clerk"


def test_it_never_goes_back_nor_beyond_the_calendars(demo: City) -> None:
    clerk = demo.as_("clerk")
    refused(clerk.post("/demo/clock", json={"to": "2026-01-30T00:00:00Z"}), 409, "clock-back")
    beyond = refused(clerk.post("/demo/clock", json={"to": "2030-01-01T00:00:00Z"}), 409)
    refused(clerk.post("/demo/clock", json={"advance": "P89Y99M9999D"}), 409, "calendar-uncovered")
    refused(clerk.post("/demo/clock", json={"to": "0001-01-01T00:00:00+14:00"}), 409)
    assert beyond["facts"] == {"year": 2030} and "2030" in beyond["detail"]
    for body in (
        {},
        {"to": "2026-02-01T00:00:00Z", "advance": "P1D"},
        {"to": "2026-02-01T00:00:00"},
        {"advance": "a month"},
        {"advance": "P9999Y"},
    ):
        refused(clerk.post("/demo/clock", json=body), 422)
    refused(demo.as_(None).post("/demo/clock", json={"advance": "P1D"}), 401)
    assert ok(clerk.get("/demo/clock"))["now"] == "2026-01-31T02:00:00+00:00"


def test_outside_of_a_demonstration_there_is_no_such_address(config: Config) -> None:
    app = create_app(replace(config, demo=False))
    for method in ("GET", "POST"):
        refused(app.test_client().open("/api/v1/demo/clock", method=method), 404)
