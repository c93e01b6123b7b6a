"""Instances of small diagrams: built past the gate, run with a calendar and recorded operations."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from engine.bpmn.runtime import Instance, WaitingTimer
from engine.bpmn.situation import OperationCall, Situation
from engine.bpmn.versions import Version, build
from engine.domain.calendar import Calendar
from tests.bpmn.diagrams import boundary, diagram, node, ours, process, timer

MONDAY = datetime(2026, 11, 23, 1, 30, tzinfo=UTC)


def version(*parts: str, key: str = "P", extra: str = "", **files: bytes) -> Version:
    """The version of one process made of `parts`, and of further files."""
    main = diagram(process(*parts, key=key), extra=extra, drawn=False)
    others = {f"processes/{name}.bpmn": data for name, data in files.items()}
    return build(key, {"processes/main.bpmn": main, **others})


def script(key: str, text: str) -> str:
    return node("scriptTask", key, f"<b:script>{text}</b:script>")


def light(key: str, on: str, text: str, colour: str) -> str:
    """A boundary timer with a light."""
    return boundary(key, on, ours(f'<l:light colour="{colour}"/>'), timer(text))


def interrupting(key: str, on: str, *inner: str) -> str:
    return node("boundaryEvent", key, *inner, attachedToRef=on)


def message(name: str = "come") -> str:
    """The definition of a message event; the message itself goes into `extra`."""
    return f'<b:messageEventDefinition messageRef="m_{name}"/>'


def messages(*names: str) -> str:
    return "".join(f'<b:message id="m_{name}" name="{name}"/>' for name in names)


@dataclass
class World:
    """What surrounds an instance: its situation, and the operations that were asked for."""

    calendar: Calendar
    now: datetime = MONDAY
    facts: dict[str, Any] = field(default_factory=dict)
    results: Mapping[str, Any] = field(default_factory=dict)
    calls: list[tuple[datetime, OperationCall]] = field(default_factory=list)
    perform: Callable[[OperationCall], Mapping[str, Any] | None] | None = None

    def __post_init__(self) -> None:
        self.situation = Situation(self.now, self.calendar, self._perform, self.facts)

    def _perform(self, call: OperationCall) -> Mapping[str, Any] | None:
        self.calls.append((self.situation.now, call))
        return self.perform(call) if self.perform else self.results.get(call.name)

    def start(self, of: Version, **data: Any) -> Instance:
        return Instance.start(of, self.situation, data)

    def reload(self, instance: Instance) -> Instance:
        """The instance as another process finds it: saved, and loaded on a fresh parse."""
        of = instance.version
        return Instance.load(build(of.key, of.files), self.situation, instance.save())

    def at(self, moment: datetime) -> None:
        self.situation.now = moment


def waiting(instance: Instance) -> list[str]:
    return [task.element for task in instance.open_tasks()]


def complete(instance: Instance, element: str, **data: Any) -> None:
    """Complete the first open task of this element."""
    task = next(task for task in instance.open_tasks() if task.element == element)
    instance.complete(task.task, data)


def fire(instance: Instance, until: datetime) -> list[tuple[str, datetime]]:
    """Fire what is due; return each element with the `now` at which its path ran."""
    fired: list[tuple[str, datetime]] = []

    def note(timer_: WaitingTimer) -> None:
        fired.append((timer_.element, instance.situation.now))

    instance.fire_due(until, before=lambda timer_: None, after=note)
    return fired
