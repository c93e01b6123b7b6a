"""Every event that the code names is described in docs/journal.md."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from engine.config import CHECKOUT


def events_in(source: str) -> Iterator[str]:
    """The literal events of `record("…", …)` and `append(…, event="…")`."""
    for call in (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)):
        values = [keyword.value for keyword in call.keywords if keyword.arg == "event"]
        if isinstance(call.func, ast.Attribute) and call.func.attr == "record":
            values += call.args[:1]
        yield from (v.value for v in values if isinstance(v, ast.Constant))


def named_events(root: Path) -> set[str]:
    files = [path for part in ("commands", "operations") for path in (root / part).rglob("*.py")]
    return {event for path in files for event in events_in(path.read_text("utf-8"))}


def test_events_are_read_off_the_code() -> None:
    source = 'run.record("a", {})\njournal.append(session, event="b")\nrun.record(name, {})'
    assert set(events_in(source)) == {"a", "b"}


def test_every_event_is_documented() -> None:
    text = (CHECKOUT / "docs" / "journal.md").read_text("utf-8")
    missing = sorted(e for e in named_events(CHECKOUT / "engine") if f"`{e}`" not in text)
    assert missing == []
