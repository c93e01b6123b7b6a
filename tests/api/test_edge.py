"""What every answer carries: headers, logs, problem documents; starting; the probes."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError

import api.items
from api.app import create_app
from engine.config import CHECKOUT, ConfigError
from engine.logs import JsonLines
from engine.scheduler import tick
from tests.api.city import City, ok, refused
from tests.databases import make_config


def test_every_answer_carries_the_security_headers(city: City) -> None:
    client = city.app.test_client()
    for path in ("/api/v1/items", "/api/v1/me", "/nothing", "/api/docs", "/api/openapi.json"):
        headers = client.get(path).headers
        assert "default-src 'self'" in headers["Content-Security-Policy"], path
        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
        assert "unsafe" not in headers["Content-Security-Policy"]
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Cache-Control"] == "no-store"
        assert "Strict-Transport-Security" not in headers


def test_the_docs_page_loads_from_this_host_only(city: City) -> None:
    client = city.app.test_client()
    page = client.get("/api/docs").text
    assert "//" not in page.replace("<!doctype html>", "") and "<script>" not in page
    for asset in ("swagger-ui.css", "swagger-ui-bundle.js"):
        assert client.get(f"/static/vendor/swagger-ui/{asset}").status_code == 200
    assert client.get("/api/docs/docs.js").mimetype == "text/javascript"


def test_an_unforeseen_failure_tells_a_reference_that_the_log_holds_and_no_more(
    city: City, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object) -> None:
        raise ValueError("the secret of 张三丰")

    monkeypatch.setattr(api.items, "item_list", fail)
    response = city.as_(None).get("/items")
    problem = refused(response, 500, "internal")
    reference = problem["facts"]["reference"]
    assert reference in problem["detail"]
    assert "Traceback" not in response.text and "secret" not in response.text
    lines = [JsonLines().format(record) for record in caplog.records]
    (line,) = [json.loads(text) for text in lines if '"ERROR"' in text]
    assert line["reference"] == reference and line["error"] == "ValueError"
    assert line["frames"][-1].endswith(" fail")
    assert not any("secret" in text for text in lines)


def test_a_busy_database_asks_to_come_again(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise OperationalError("SELECT", {}, Exception("database is locked"))

    monkeypatch.setattr(api.items, "item_list", fail)
    response = city.as_(None).get("/items")
    refused(response, 503, "busy")
    assert response.headers["Retry-After"] == "2"


def test_logs_name_the_route_and_the_account_and_nobody(
    city: City, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "lianban")
    number = city.as_("applicant").open_case()["number"]
    city.as_("applicant").get(f"/cases/{number}?note=张三丰")
    lines = [json.loads(JsonLines().format(record)) for record in caplog.records]
    last = [line for line in lines if line["message"] == "request"][-1]
    assert last["route"] == "/api/v1/cases/<number>" and last["status"] == 200
    assert last["actor"] == f"account:{city.accounts['applicant']}" and last["ms"] >= 0
    assert number not in json.dumps(lines) and "张三丰" not in json.dumps(lines, ensure_ascii=False)


def test_the_probes_tell_what_works(city: City) -> None:
    client = city.app.test_client()
    assert ok(client.get("/healthz")) == {"status": "ok"}
    ready = {"status": "ok", "database": True, "schema": True, "scheduler": False}
    assert ok(client.get("/readyz")) == ready
    installation = city.app.extensions["lianban"]
    with city.app.app_context():
        tick(installation.config, installation.resources, city.clock.now)
    assert ok(client.get("/readyz")) == ready | {"scheduler": True}
    city.clock.advance(minutes=2)
    assert ok(client.get("/readyz")) == ready


def test_a_database_that_cannot_be_reached_is_not_ready(
    city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise OperationalError("SELECT", {}, Exception("gone"))

    monkeypatch.setattr("api.health.is_current", fail)
    answer = ok(city.app.test_client().get("/readyz"), 503)
    assert answer["status"] == "unavailable" and answer["schema"] is False


def test_without_the_schema_the_start_says_so_in_one_line(tmp_path: Path) -> None:
    config = make_config(tmp_path, f"sqlite:///{tmp_path / 'new.db'}")
    with pytest.raises(ConfigError) as refusal:
        create_app(config)
    assert "lianban serve" in refusal.value.message.en
    assert "\n" not in refusal.value.message.zh + refusal.value.message.en


def test_a_server_that_cannot_start_says_why_in_one_line_and_gives_up(tmp_path: Path) -> None:
    environment = {"LIANBAN_DATA": str(tmp_path / "var"), "PATH": "/usr/bin:/bin"}
    done = subprocess.run(
        [sys.executable, "-c", "import wsgi"],
        cwd=CHECKOUT,
        env=environment,
        capture_output=True,
        encoding="utf-8",
        timeout=60,
    )
    assert done.returncode == 3
    (line,) = done.stderr.splitlines()
    assert "lianban serve" in line
