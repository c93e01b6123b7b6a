"""Writes the states of this release beside the diagram."""

from __future__ import annotations

import base64
import sys
from pathlib import Path

from engine.bpmn.runtime import Instance
from engine.bpmn.versions import build
from engine.catalogue.calendars import load_calendar
from tests.bpmn.instances import World, complete

HERE = Path(__file__).parent
FILES = {"processes/procedure.bpmn": (HERE / "procedure.bpmn").read_bytes()}


def world() -> World:
    return World(load_calendar(HERE.parents[2] / "processes" / "calendar"))


def states() -> list[bytes]:
    """The state at the start, and after one department and the window are done."""
    instance = Instance.start(build("Golden", FILES), world().situation, {"list": ["a", "b", "c"]})
    first = instance.save()
    complete(instance, "review", opinion={"agreed": True, "by": "甲"})
    complete(instance, "window", checked=1.5)
    return [first, instance.save()]


def main() -> None:
    release = sys.argv[1]
    for number, state in enumerate(states()):
        target = HERE / f"{release}-{number}.state"
        with target.open("xb") as file:
            file.write(base64.encodebytes(state))
        print(target.name)


if __name__ == "__main__":
    main()
