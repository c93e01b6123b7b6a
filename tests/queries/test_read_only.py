"""The read side reads: no query adds, deletes, flushes or commits."""

from __future__ import annotations

import ast

from engine.config import CHECKOUT

WRITES = {"add", "add_all", "delete", "flush", "commit", "merge", "insert", "update"}
# Methods of sets, dicts and lists have such names too; a session's or sqlalchemy's do not hide.
OF = {"session", "sa"}


def written_in(source: str) -> list[str]:
    calls = (node.func for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call))
    return [
        f"{call.value.id}.{call.attr}"
        for call in calls
        if isinstance(call, ast.Attribute)
        and isinstance(call.value, ast.Name)
        and call.value.id in OF
        and call.attr in WRITES
    ]


def test_writing_is_noticed() -> None:
    assert written_in("session.add(x)\nsa.update(t)\nseen.add(y)") == ["session.add", "sa.update"]


def test_no_query_writes() -> None:
    for file in sorted((CHECKOUT / "engine" / "queries").glob("*.py")):
        assert written_in(file.read_text("utf-8")) == [], file.name
