"""Our instance under the steps of a walk: kept in memory, or loaded in another process for each."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from engine.bpmn.runtime import Instance
from engine.bpmn.situation import Situation
from engine.bpmn.versions import build
from engine.domain.calendar import Calendar
from tests.walks.reference import event
from tests.walks.seen import EVENTS, Seen, Step


class Ours:
    """One instance; with `saved` each step begins by loading what the last one saved."""

    def __init__(self, data: bytes, calendar: Calendar) -> None:
        self.version, self.calendar = build("P", {"processes/p.bpmn": data}), calendar

    def begin(self, now: datetime, names: dict[str, Any]) -> tuple[Seen, bytes]:
        self.instance = Instance.start(self.version, self._situation(now), names)
        return self._seen(), self.instance.save()

    def load(self, now: datetime, state: bytes) -> None:
        self.instance = Instance.load(self.version, self._situation(now), state)

    def step(self, step: Step) -> Seen:
        instance = self.instance
        instance.executed.clear()
        if step.op == "complete":
            task = sorted(instance.open_tasks(), key=lambda each: (each.element, each.path))
            instance.complete(task[step.at].task, step.data)
        elif step.op == "message":
            instance.send(step.name, step.data)
        elif step.op == "signal":
            instance.signal(step.name, step.data)
        elif step.op == "advance":
            until = datetime.fromisoformat(step.name)
            instance.fire_due(until, before=lambda timer: None, after=lambda timer: None)
            instance.situation.now = until
        return self._seen()

    def _situation(self, now: datetime) -> Situation:
        return Situation(now, self.calendar, lambda call: None, {})

    def _seen(self) -> Seen:
        instance = self.instance
        tasks = [(t.element, t.path, instance.task_data(t.task)) for t in instance.open_tasks()]
        return Seen(
            open=sorted(tasks, key=lambda each: each[:2]),
            timers=sorted((t.due.at.isoformat(), t.timer) for t in instance.waiting_timers()),
            awaited=[each for each in EVENTS if instance._caught(event(*each))],
            ran=sorted(instance.executed),
            completed=instance.finished,
            data=instance.data if instance.finished else {},
        )
