"""Timers that store only their clock and threshold; the due time is computed, never frozen.

The library's own timers read the machine's clock and know no calendar. Ours fire only when the
runtime names them (`Situation.firing`), each with `now` = its due time, so that what fell due is
told in order and with the right time however late somebody looks.
"""

from __future__ import annotations

import json
from datetime import datetime
from functools import lru_cache
from typing import Any

from SpiffWorkflow.bpmn.specs.event_definitions.multiple import MultipleEventDefinition
from SpiffWorkflow.bpmn.specs.event_definitions.timer import TimerEventDefinition
from SpiffWorkflow.bpmn.util import PendingBpmnEvent

from engine.bpmn.expressions import Expression
from engine.bpmn.places import placed
from engine.bpmn.situation import Situation
from engine.bpmn.timer_text import Timer
from engine.bpmn.values import kind
from engine.domain.calendar import instant, last_day
from engine.domain.clock import Clock, Due, calendar_due, due
from engine.domain.cycle import parse_cycle
from engine.errors import ExpressionError, Words

# A pure function of three immutable values, asked several times a step for every timer of a case.
_due = lru_cache(maxsize=10_000)(due)
ARMED = "timers"  # task.internal_data[ARMED][timer name] = what the timer stores


class ClockTimer(TimerEventDefinition):
    """A timer of the step's clock, of a clock of the case, or of calendar time.

    `limit` is the limit of the activity it is attached to (name `limit` in the threshold), or None.
    """

    def __init__(
        self, name: str, timer: Timer, limit: Expression | None = None, **options: Any
    ) -> None:
        super().__init__(name, timer.text or timer.threshold.text, **options)
        self.timer = timer
        self.limit = limit

    def has_fired(self, my_task: Any) -> bool:
        armed = self._armed(my_task)
        firing = situation_of(my_task).firing
        if firing is not None and firing[:2] == (str(my_task.id), self.name):
            armed["fired"] = firing[2].isoformat()
        return "fired" in armed

    def fired(self, my_task: Any) -> datetime:
        """Return when the timer of this task, which has fired, was due."""
        return datetime.fromisoformat(my_task.internal_data[ARMED][self.name]["fired"])

    def since(self, my_task: Any) -> datetime:
        """Return when the timer of this task began to wait, or its clock did if that was later."""
        return datetime.fromisoformat(self._armed(my_task)["start"])

    def due(self, my_task: Any) -> Due | None:
        """Return when the timer of this task is due.

        None while its clock stands, has not started, or was stopped before the limit was over.
        """
        armed = self._armed(my_task)
        if "fired" in armed:
            return None
        situation = situation_of(my_task)
        start = self.since(my_task)
        if self.timer.clock == "calendar":
            return calendar_due(start, armed["text"], situation.calendar)
        if self.timer.clock == "date":
            return date_due(armed["text"])
        if self.timer.clock == "cycle":
            return parse_cycle(armed["text"]).due(start, armed["number"])
        if armed["threshold"] is None:
            return None
        clock = situation.clocks.get(self.timer.clock)
        if self.timer.clock == "step":
            clock = Clock("step", start, armed["threshold"])
        end = clock and _due(clock, situation.calendar, armed["threshold"])
        if end is None or (clock.stopped is not None and clock.stopped < end.at):
            return None
        return end

    def following(self, my_task: Any) -> dict[str, Any] | None:
        """What the task after this one, whose timer has fired, stores for the next time of the
        cycle; None where this was the last, or the timer is no cycle."""
        armed = self._armed(my_task)
        if self.timer.clock != "cycle" or not parse_cycle(armed["text"]).has(armed["number"] + 1):
            return None
        following = {"start": armed["start"], "text": armed["text"], "number": armed["number"] + 1}
        return {ARMED: {self.name: following}}

    def __eq__(self, other: object) -> bool:
        """Timers are told apart by their names; an event-based gateway may hold several."""
        return isinstance(other, ClockTimer) and self.name == other.name

    __hash__ = None

    def details(self, my_task: Any) -> PendingBpmnEvent:
        return PendingBpmnEvent(self.name, type(self).__name__, None)

    def _armed(self, my_task: Any) -> dict[str, Any]:
        timers = my_task.internal_data.setdefault(ARMED, {})
        if self.name not in timers:
            timers[self.name] = self._arm(my_task)
        armed = timers[self.name]
        if armed.get("waiting_for_clock"):  # its clock had not started when the activity began
            timers[self.name] = armed = self._arm(my_task)
            my_task.workflow.touched = True
        return armed

    def _arm(self, my_task: Any) -> dict[str, Any]:
        situation = situation_of(my_task)
        armed: dict[str, Any] = {"start": situation.now.isoformat()}
        if self.timer.clock == "calendar":
            armed["text"] = self.timer.text
        elif self.timer.clock == "date":
            armed["text"] = self._date(my_task)
        elif self.timer.clock == "cycle":
            armed |= {"text": self.timer.text, "number": 1}
        elif self.timer.clock == "step" or self.timer.clock in situation.clocks:
            armed["threshold"] = self._threshold(my_task)
        else:
            armed |= {"threshold": None, "waiting_for_clock": True}
        return armed

    def _threshold(self, my_task: Any) -> int | None:
        value = self._value(my_task)
        return None if value is None else whole_days(value, self.name, self.expression)

    def _date(self, my_task: Any) -> str:
        text = self.timer.text if self.timer.threshold is None else self._value(my_task)
        date_due(text)  # refuse now what could not be read later
        return text

    def _value(self, my_task: Any) -> Any:
        environment = my_task.workflow.script_engine.environment
        names = dict(my_task.data)
        with placed(my_task.task_spec):
            if self.limit is not None:
                names["limit"] = environment.value(self.limit, names)
            return environment.value(self.timer.threshold, names)


def whole_days(value: Any, name: str, expression: str) -> int:
    """Return `value` if it is a number of working days. Raises `ExpressionError` naming `name`."""
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        got = _got(value)
        raise ExpressionError(
            f"“{name}”应得到不小于 0 的整数个工作日，实际得到{got.zh}。"
            f"请改写表达式“{expression}”。",
            f"Expected {name} to give a whole number of working days of 0 or more but got "
            f"{got.en}; mend the expression {expression!r}.",
        )
    return value


def _got(value: Any) -> Words:
    """What a value is, without its text: a text may be somebody's name or number, and what is told
    here goes into logs, the journal and lists of cases that are stuck."""
    if isinstance(value, (bool, int, float)) or value is None:
        shown = json.dumps(value)[:20]
        return Words(f" {shown}", shown)
    return kind(value)


def date_due(text: Any) -> Due:
    """Read the ISO date or datetime of a `timeDate`; without a zone it is meant in Shanghai."""
    try:
        at = instant(text)
        return Due(at, last_day(at), False)
    except (TypeError, ValueError, OverflowError):
        got = _got(text)
        if isinstance(text, str):
            got = Words("别的文字", "another text")
        raise ExpressionError(
            f"定时事件需要日期，如 2026-12-31 或 2026-12-31T17:00:00，实际得到{got.zh}。",
            f"Expected a date such as 2026-12-31 or 2026-12-31T17:00:00 but got {got.en}.",
        ) from None


def situation_of(my_task: Any) -> Situation:
    """Return the situation that the runtime gave to the instance of this task."""
    return my_task.workflow.top_workflow.situation


def timers_of(my_task: Any) -> list[ClockTimer]:
    """Return the timers a waiting task stands on; an event-based gateway may hold some."""
    definition = my_task.task_spec.event_definition
    if isinstance(definition, MultipleEventDefinition):
        definitions = definition.event_definitions
    else:
        definitions = [definition]
    return [each for each in definitions if isinstance(each, ClockTimer)]
