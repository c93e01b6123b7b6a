"""Logs as JSON lines on stderr, without personal data: routes instead of addresses, no bodies."""

from __future__ import annotations

import json
import logging
import time
import traceback
from datetime import UTC, datetime
from pathlib import Path

from flask import Flask, Response, g, request

from engine.config import CHECKOUT

log = logging.getLogger("lianban.api")
_STANDARD = frozenset(logging.makeLogRecord({}).__dict__) | {"message", "taskName"}


class JsonLines(logging.Formatter):
    """One JSON object a record: time (UTC), level, logger, message, and what `extra` gave."""

    def format(self, record: logging.LogRecord) -> str:
        moment = datetime.fromtimestamp(record.created, UTC)
        line = {
            "time": moment.isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        line |= {k: v for k, v in record.__dict__.items() if k not in _STANDARD}
        if record.exc_info and record.exc_info[1]:
            line["error"] = type(record.exc_info[1]).__name__
            line["frames"] = frames(record.exc_info[1])
        return json.dumps(line, ensure_ascii=False, default=str)


def set_up() -> None:
    """Send the records of `lianban` to stderr as JSON; harmless to repeat."""
    root = logging.getLogger("lianban")
    if not root.handlers:
        handler = logging.StreamHandler()
        handler.setFormatter(JsonLines())
        root.addHandler(handler)
        root.setLevel(logging.INFO)


def register(app: Flask) -> None:
    """Log each request of `app` but for the health probes."""

    @app.before_request
    def start() -> None:
        g.started = time.perf_counter()

    @app.after_request
    def write(response: Response) -> Response:
        rule = request.url_rule.rule if request.url_rule else None
        if rule not in ("/healthz", "/readyz"):
            log.info("request", extra=_facts(rule, response))
        return response


def frames(error: BaseException) -> list[str]:
    """Return where an exception came from, "engine/store/files.py:42 put", innermost last."""
    return [
        f"{_short(frame.filename)}:{frame.lineno} {frame.name}"
        for frame in traceback.extract_tb(error.__traceback__)
    ]


def _short(name: str) -> str:
    path = Path(name)
    return str(path.relative_to(CHECKOUT)) if path.is_relative_to(CHECKOUT) else path.name


def _facts(rule: str | None, response: Response) -> dict[str, object]:
    actor = g.get("actor")
    facts = {
        "method": request.method,
        "route": rule,
        "status": response.status_code,
        "ms": round((time.perf_counter() - g.started) * 1000, 1),
        "actor": actor.name if actor else None,
        "reference": g.get("reference"),
    }
    return {name: value for name, value in facts.items() if value is not None}
