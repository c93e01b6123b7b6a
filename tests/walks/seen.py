"""What a walk does, and what is seen of an instance after it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

EVENTS = (("message", "come"), ("message", "gone"), ("signal", "go"))


@dataclass(frozen=True)
class Step:
    """`op`: begin, complete (the open task `at` this place of the sorted list), message, signal,
    advance (`name`: to this ISO time)."""

    op: str
    at: int = 0
    name: str = ""
    data: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Seen:
    """The open tasks (element, path of instances, data), the timers (due, element), the messages
    and signals that are waited for, what ran in the step, and at the end the data."""

    open: list[tuple[str, tuple, dict]]
    timers: list[tuple[str, str]]
    awaited: list[tuple[str, str]]
    ran: list[str]
    completed: bool
    data: dict[str, Any]
