"""Logs as JSON lines on stderr, without personal data."""

from __future__ import annotations

import json
import logging
import traceback
from datetime import UTC, datetime
from pathlib import Path

from engine.config import CHECKOUT

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
        return _printable(json.dumps(line, ensure_ascii=False, default=str))


def _printable(line: str) -> str:
    """Escape what JSON leaves as it is, though it would break or turn a line on a terminal."""
    if line.isprintable():
        return line
    return "".join(char if char.isprintable() else json.dumps(char)[1:-1] for char in line)


def set_up() -> None:
    """Send the records of `lianban` to stderr as JSON; harmless to repeat."""
    root = logging.getLogger("lianban")
    if not root.handlers:
        handler = logging.StreamHandler()
        handler.setFormatter(JsonLines())
        root.addHandler(handler)
        root.setLevel(logging.INFO)


def frames(error: BaseException) -> list[str]:
    """Return where an exception came from, "engine/store/files.py:42 put", innermost last."""
    return [
        f"{_short(frame.filename)}:{frame.lineno} {frame.name}"
        for frame in traceback.extract_tb(error.__traceback__)
    ]


def _short(name: str) -> str:
    path = Path(name)
    return str(path.relative_to(CHECKOUT)) if path.is_relative_to(CHECKOUT) else path.name
