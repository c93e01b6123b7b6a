"""What surrounds one step of an instance: the moment, the calendar, the clocks, the operations."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from engine.bpmn.vocabulary import Light
from engine.domain.calendar import Calendar
from engine.domain.clock import Clock


@dataclass(frozen=True)
class Trigger:
    """The boundary timer whose path is running.

    `due_at` is when it became due, not when somebody looked; `clock` is step, committed, statutory,
    calendar or date; `attached` names the activity, `attached_task` its task in the instance and
    `step` whether that activity is a user task.
    """

    element: str
    light: Light | None
    clock: str
    due_at: datetime
    attached: str
    attached_task: str
    step: bool


@dataclass(frozen=True)
class OperationCall:
    """A service task that asks for an operation: its evaluated parameters and the process data."""

    name: str
    element: str
    element_name: str
    params: Mapping[str, Any]
    notice: str | None
    data: Mapping[str, Any]
    trigger: Trigger | None


@dataclass
class Situation:
    """Handed to an instance before each step; nothing of it is saved with the instance.

    `now` is aware UTC. `facts` are names that expressions may read beside the process data (and
    that data can't shadow). `clocks` are the case's own clocks by name; an operation may start one.
    `perform` carries out an operation and returns values to add to the process data, or None.
    """

    now: datetime
    calendar: Calendar
    perform: Callable[[OperationCall], Mapping[str, Any] | None]
    facts: dict[str, Any] = field(default_factory=dict)
    clocks: dict[str, Clock] = field(default_factory=dict)
    firing: tuple[str, str, datetime] | None = None  # (task, timer, due): what alone may fire now
