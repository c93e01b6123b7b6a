"""Scenarios: a diagram, what is done to it, and where it then stands.

Each is played twice: in one piece, and saved and loaded on a fresh parse between all steps. The
sources are the standard (BPMN 2.0.2) and what public engines test; the diagrams are ours.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from engine.bpmn.glance import data_seen
from engine.bpmn.lint import has_errors
from engine.bpmn.runtime import Instance
from engine.bpmn.versions import Version
from engine.domain.calendar import Calendar
from tests.bpmn.diagrams import diagram, findings, process
from tests.bpmn.instances import World, fire
from tests.bpmn.instances import version as build_version


@dataclass(frozen=True)
class Step:
    """Something done to an instance. `told` is the same as a step of `lianban try`."""

    told: dict[str, Any]
    do: Callable[[Play], None]

    def __call__(self, going: Play) -> None:
        self.do(going)


@dataclass
class Play:
    """A scenario as it goes on."""

    world: World
    instance: Instance
    reloading: bool
    ran: list[str] = field(default_factory=list)
    seen: list[Any] = field(default_factory=list)  # what an onlooker saw after each step

    def open(self) -> list[str]:
        return sorted(task.element for task in self.instance.open_tasks())

    def after(self, step: Callable[[Play], None]) -> None:
        step(self)
        self.ran += self.instance.executed
        self.instance.save()  # as after every step of a case
        there = [(task.element, task.path) for task in self.instance.open_tasks()]
        self.seen.append((there, list(self.instance.executed), data_seen(self.instance)))
        self.instance.executed.clear()
        if self.reloading:
            self.instance = self.world.reload(self.instance)


@dataclass(frozen=True)
class Scenario:
    """`steps`: what is done, each with the open tasks (sorted) that there are then. `ends`: whether
    the instance is over at the end; `data`: some of its data then; `never`: elements not run;
    `ran`: elements that ran, with how often."""

    name: str
    parts: tuple[str, ...]
    first: list[str]
    steps: list[tuple[Step, list[str]]] = field(default_factory=list)
    ends: bool = True
    start: dict[str, Any] = field(default_factory=dict)
    data: dict[str, Any] = field(default_factory=dict)
    ran: dict[str, int] = field(default_factory=dict)
    extra: str = ""
    others: tuple[str, ...] = ()  # further processes

    def version(self) -> Version:
        files = {f"other{n}": diagram(each, drawn=False) for n, each in enumerate(self.others)}
        return build_version(*self.parts, extra=self.extra, **files)

    def refused(self) -> list[Any]:
        """What the gate has against the diagram: nothing."""
        files = {f"{n}.bpmn": diagram(each) for n, each in enumerate(self.others)}
        main = diagram(process(*self.parts), extra=self.extra)
        there = findings({"p.bpmn": main, **files})
        return [each.text("en") for each in there if has_errors([each])]


def play(scenario: Scenario, calendar: Calendar, reloading: bool) -> Play:
    """Play a scenario, and check at each step what is open."""
    world = World(calendar)
    going = Play(world, world.start(scenario.version(), **scenario.start), reloading)
    going.after(lambda _: None)
    assert going.open() == scenario.first, "at the start"
    for number, (step, expected) in enumerate(scenario.steps, 1):
        going.after(step)
        assert going.open() == expected, f"after step {number}"
    return going


def done(element: str, index: int = 0, **data: Any) -> Step:
    """Complete the open task of this element, of several the one with this index."""

    def step(going: Play) -> None:
        tasks = [task for task in going.instance.open_tasks() if task.element == element]
        going.instance.complete(tasks[index].task, data)

    return Step({"op": "complete", "task": element, "instance": index, "data": data}, step)


def sent(name: str, **data: Any) -> Step:
    """Send a message."""
    told = {"op": "message", "name": name, "data": data}
    return Step(told, lambda going: going.instance.send(name, data))


def signalled(name: str, **data: Any) -> Step:
    """Broadcast a signal."""
    told = {"op": "signal", "name": name, "data": data}
    return Step(told, lambda going: going.instance.signal(name, data))


def passed(**time: float) -> Step:
    """Let time pass, and what is due fire."""

    def step(going: Play) -> None:
        going.world.now += timedelta(**time)
        going.world.at(going.world.now)
        fire(going.instance, going.world.now)

    return Step({"op": "advance", "seconds": timedelta(**time).total_seconds()}, step)
