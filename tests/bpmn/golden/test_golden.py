"""What an earlier release saved goes on in this one, to the end, with its data and its timers."""

from __future__ import annotations

import base64
from datetime import timedelta
from pathlib import Path

import pytest

from engine.bpmn.runtime import Instance
from engine.bpmn.versions import build
from tests.bpmn.golden.__main__ import FILES, HERE, world
from tests.bpmn.instances import complete, fire, waiting

STATES = sorted(HERE.glob("*.state"))


@pytest.mark.parametrize("path", STATES, ids=lambda path: path.stem)
def test_a_saved_state_goes_on(path: Path) -> None:
    assert len(STATES) >= 2
    around = world()
    state = base64.decodebytes(path.read_bytes())
    instance = Instance.load(build("Golden", FILES), around.situation, state)
    departments = 3 if path.stem.endswith("-0") else 2
    assert waiting(instance).count("review") == departments
    assert [element for element, _ in fire(instance, around.now + timedelta(days=9))] == (
        ["light"] * departments
    )
    for _ in range(departments):
        complete(instance, "review", opinion={"agreed": False})
    if departments == 3:
        complete(instance, "window", checked=1.5)
    assert instance.finished
    opinions = [opinion["agreed"] for opinion in instance.data["opinions"]]
    assert len(opinions) == 3 and opinions.count(False) == departments
    assert instance.data["checked"] == 1.5


@pytest.mark.parametrize("path", STATES, ids=lambda path: path.stem)
def test_a_saved_state_can_be_withdrawn_from(path: Path) -> None:
    state = base64.decodebytes(path.read_bytes())
    instance = Instance.load(build("Golden", FILES), world().situation, state)
    instance.send("gone", {"reason": "r"})
    assert "review" not in waiting(instance)
    if waiting(instance):
        complete(instance, "window", checked=1)
    assert instance.finished and instance.data["reason"] == "r"
