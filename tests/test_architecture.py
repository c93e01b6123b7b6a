"""The rooms keep to themselves, and the check that says so sees every kind of breach."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.config import CHECKOUT
from tests.architecture import ROOMS, SHARED_BY_COMMANDS, faults

IN_TYPES_ONLY = """
from typing import TYPE_CHECKING
if TYPE_CHECKING:
    from engine.commands.run import CaseRun
"""


def check(root: Path, file: str, text: str) -> list[str]:
    path = root / file
    path.parent.mkdir(parents=True)
    path.write_text(text, "utf-8")
    return faults(root)


def test_the_rooms_know_only_whom_they_may() -> None:
    assert faults(CHECKOUT) == []


@pytest.mark.parametrize(
    ("file", "text", "expected"),
    [
        ("engine/domain/a.py", "import yaml", "engine.domain may not import yaml"),
        ("engine/domain/a.py", "from engine.store import x", "may not know engine.store"),
        ("engine/domain/a.py", "from ..errors import Words", "relative import"),
        ("engine/store/a.py", "import SpiffWorkflow.bpmn", "may not import SpiffWorkflow"),
        ("engine/store/a.py", "from engine.bpmn import lint", "may not know engine.bpmn"),
        ("engine/bpmn/a.py", "def f():\n    from engine.store import x", "a.py:2: engine.bpmn"),
        ("engine/commands/a.py", "from flask import g", "may not import flask"),
        ("engine/commands/a.py", "import engine.transaction", "may not know engine.transaction"),
        ("engine/commands/a.py", "from engine.commands.work import claim", "calls a command"),
        ("engine/commands/a.py", "from engine.commands import work", "calls a command"),
        ("engine/commands/a.py", "import engine.commands.runner", "calls a command"),
        ("engine/operations/a.py", "from engine.commands.run import x", "engine.commands"),
        ("engine/queries/a.py", "from engine.commands.work import claim", "engine.commands"),
        ("engine/queries/a.py", "session.add(case)", "a query never writes"),
        ("engine/queries/a.py", "self.session.flush()", "a query never writes"),
        ("engine/queries/a.py", "x = sa.update(Case)", "a query never writes"),
        ("engine/queries/a.py", "x = sa.select(Case).with_for_update()", "never writes"),
        ("engine/commands/a.py", "session.commit()", "only engine/transaction.py commits"),
        ("api/a.py", "db.session.rollback()", "only engine/transaction.py commits"),
        ("api/a.py", "import SpiffWorkflow", "may not import SpiffWorkflow"),
        ("api/a.py", "from engine.operations import x", "may not know engine.operations"),
        ("web/a.py", "from engine.bpmn.lint import lint", "may not know engine.bpmn"),
        ("api/a.py", "now = datetime.now(UTC)", "time is an argument"),
        ("engine/commands/a.py", "x = datetime.datetime.utcnow()", "time is an argument"),
        ("engine/domain/a.py", "x = date.today()", "time is an argument"),
        ("engine/store/a.py", "x = sa.func.now()", "time is an argument"),
        ("engine/scheduler.py", "x = time.time()", "time is an argument"),
        ("engine/helpers.py", "x = 1", "engine.helpers is in no room"),
        (
            "engine/domain/a.py",
            "if TYPE_CHECKING:\n    import yaml\nelse:\n    import yaml",
            "a.py:4: engine.domain may not import yaml",
        ),
    ],
)
def test_a_breach_is_seen(tmp_path: Path, file: str, text: str, expected: str) -> None:
    found = check(tmp_path, file, text)
    assert len(found) == 1
    assert found[0].startswith(file)
    assert expected in found[0]


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("engine/domain/a.py", "import bisect\nfrom engine.errors import Words"),
        ("engine/domain/a.py", "from engine.domain.calendar import Calendar"),
        ("engine/bpmn/a.py", "from SpiffWorkflow.bpmn import parser"),
        ("engine/commands/a.py", "from engine.commands.run import running"),
        ("engine/operations/a.py", IN_TYPES_ONLY),
        ("engine/queries/a.py", "seen = set()\nseen.add(1)\nfacts.update(x=1)"),
        ("engine/queries/a.py", "due = clock.now"),
        ("engine/transaction.py", "session.commit()"),
        ("engine/present.py", "datetime.now(UTC)"),
        ("engine/scheduler.py", "time.monotonic()"),
    ],
)
def test_what_is_allowed_is_left_alone(tmp_path: Path, file: str, text: str) -> None:
    assert check(tmp_path, file, text) == []


@pytest.mark.parametrize("name", SHARED_BY_COMMANDS)
def test_what_commands_share_is_there(name: str) -> None:
    """A name that is gone would silently allow nothing, or the wrong thing later."""
    module, _, function = name.removeprefix("engine.commands.").partition(".")
    text = (CHECKOUT / "engine" / "commands" / f"{module}.py").read_text("utf-8")
    assert not function or f"def {function}(" in text


def test_a_room_names_only_rooms() -> None:
    assert {name for room in ROOMS.values() for name in room.rooms} <= set(ROOMS)


def test_only_the_edges_open_transactions() -> None:
    openers = {name for name, room in ROOMS.items() if "engine.transaction" in room.rooms}
    insiders = ("domain", "bpmn", "catalogue", "store", "queries", "operations", "commands")
    assert openers.isdisjoint(f"engine.{name}" for name in insiders)
