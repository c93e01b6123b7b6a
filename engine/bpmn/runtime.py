"""One running instance: load, fire what is due, complete a step, settle, save."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from SpiffWorkflow.bpmn.script_engine import PythonScriptEngine
from SpiffWorkflow.bpmn.specs.event_definitions.item_aware_event import SignalEventDefinition
from SpiffWorkflow.bpmn.util import BpmnEvent
from SpiffWorkflow.util.task import TaskState

from engine.bpmn.environment import Environment
from engine.bpmn.faults import told
from engine.bpmn.guards import guard_steps
from engine.bpmn.messages import Message
from engine.bpmn.places import placed
from engine.bpmn.plain import plain
from engine.bpmn.repeating import NUMBER
from engine.bpmn.situation import Situation
from engine.bpmn.state import restore, save
from engine.bpmn.timers import ClockTimer, timers_of, whole_days
from engine.bpmn.versions import Version
from engine.bpmn.vocabulary import Extensions, Lane
from engine.bpmn.workflow import CaseWorkflow
from engine.domain.clock import Due
from engine.domain.light import Colour
from engine.errors import Conflict, Stale


@dataclass(frozen=True)
class OpenTask:
    """A user task that waits for somebody.

    `limit` in working days, None where it has none; `until` is when a timer ends the task, if any.
    `lane` is the name of its lane; `path` the number, from 0, of each multi-instance or loop round
    around it, the outermost first.
    """

    task: str
    element: str
    name: str
    form: str | None
    post: str
    department: str | None
    limit: int | None
    until: Due | None
    lane: str | None = None
    path: tuple[int, ...] = ()


@dataclass(frozen=True)
class WaitingTimer:
    """A timer and when it is due. `interrupting` ends the activity it is attached to.

    `since` is when it began to wait: a timer whose clock had run out by then is due before.
    """

    task: str
    timer: str
    element: str
    clock: str
    due: Due
    since: datetime
    interrupting: bool
    light: Colour | None

    @property
    def order(self) -> tuple[Any, ...]:
        """Earliest first; at the same moment lights before what interrupts, yellow before red."""
        return (self.due.at, self.interrupting, self.light or Colour.GREEN, self.element)


class Instance:
    """A process instance of a case, between two waits. After any error, throw it away."""

    def __init__(self, workflow: CaseWorkflow, version: Version, situation: Situation) -> None:
        self._workflow, self.version, self.situation = workflow, version, situation
        workflow.situation = situation

    @classmethod
    def start(cls, version: Version, situation: Situation, data: Mapping[str, Any]) -> Instance:
        """Start an instance with its first process data and run it until it waits."""
        engine = _engine(version, situation)
        workflow = CaseWorkflow(version.spec, dict(version.subprocesses), engine)
        instance = cls(workflow, version, situation)
        with told():
            workflow.begin()
            workflow.task_tree.data.update(plain(dict(data)))
            workflow.settle()
        return instance

    @classmethod
    def load(cls, version: Version, situation: Situation, state: bytes) -> Instance:
        """Load an instance as it was saved. Raises `ProcedureFault` where that can't be read."""
        engine = _engine(version, situation)
        return cls(restore(state, version.spec, version.subprocesses, engine), version, situation)

    def save(self) -> bytes:
        """Return the state as bytes for the case row."""
        return save(self._workflow)

    @property
    def finished(self) -> bool:
        return self._workflow.completed

    @property
    def data(self) -> dict[str, Any]:
        """The process data at the end; while it runs, only what the process as a whole holds."""
        return dict(self._workflow.data)

    @property
    def executed(self) -> list[str]:
        """The ids of the elements that ran since the start or the loading, in their order. The
        reader may clear the list."""
        return self._workflow.executed

    def open_tasks(self) -> list[OpenTask]:
        """Return the user tasks that wait, in the order in which they became ready."""
        ends: dict[int, list[Any]] = {}  # what may end the tasks of a split, by the split
        for task in self._waiting():
            if getattr(task.task_spec, "cancel_activity", False):
                ends.setdefault(task._parent, []).append(task)
        tasks = sorted(self._tasks(), key=lambda task: task.arrived)
        return [self._open_task(task, ends.get(task._parent, ())) for task in tasks]

    def task_data(self, task_id: str) -> dict[str, Any]:
        """Return the process data as an open user task sees it."""
        return dict(self._find_open(task_id).data)

    def complete(self, task_id: str, data: Mapping[str, Any]) -> None:
        """Complete an open user task with the values that decide, and run until the next wait.

        Raises `Stale` where the task is not open (any more): nothing is ever completed twice.
        """
        task = self._find_open(task_id)
        task.data.update(plain(dict(data)))
        with told():
            task.run()
            self._workflow.settle()

    def awaits(self, message: str) -> bool:
        """Tell whether something in the process waits for this message now."""
        return self._caught(BpmnEvent(Message(message, [])))

    def send(self, message: str, data: Mapping[str, Any]) -> None:
        """Send a message to whatever waits for it, in the conversation it belongs to.

        Raises `Conflict` where nothing does.
        """
        if not self.awaits(message):
            raise Conflict(
                f"办件当前不接收“{message}”。",
                f"Expected the case to wait for {message!r} but it does not.",
            )
        event = BpmnEvent(Message(message, []), payload=plain(dict(data)))
        if not self._caught(event):
            raise Conflict(
                f"办件在等“{message}”，但消息中的关联数据与所等的都不一致。请核对消息的数据。",
                f"The case waits for {message!r}, but the message belongs to none of its "
                "conversations; check the data that tell which.",
            )
        with told():
            self._workflow.send_event(event)
            self._workflow.settle()

    def signal(self, name: str, data: Mapping[str, Any]) -> None:
        """Broadcast a signal to all that waits for it. Raises `Conflict` where nothing does."""
        event = BpmnEvent(SignalEventDefinition(name), payload=plain(dict(data)))
        if not self._caught(event):
            raise Conflict(
                f"办件当前不接收信号“{name}”。",
                f"Expected the case to wait for the signal {name!r} but it does not.",
            )
        with told():
            self._workflow.send_event(event)
            self._workflow.settle()

    def waiting_timers(self) -> list[WaitingTimer]:
        """Return the timers that will be due, in the order in which they fire."""
        return sorted(self._timers(), key=lambda each: each.order)

    def is_due(self, until: datetime) -> bool:
        """Tell whether a timer is due at `until`."""
        return self._next_due(until) is not None

    def fire_due(
        self,
        until: datetime,
        before: Callable[[WaitingTimer], None],
        after: Callable[[WaitingTimer], None],
        most: int | None = None,
    ) -> list[WaitingTimer]:
        """Fire in order all that is due at `until`, each with `now` = its due time; with `most`,
        after so many no more than what is due at the same moment.

        `now` never goes back: a timer that was due before it began to wait fires when it began.
        `before` and `after` are called at that time, around the timer's path; then `now` is given
        back.
        """
        now, fired, since = self.situation.now, [], 0
        while timer := self._next_due(until):
            moment = max(timer.due.at, timer.since)
            if not fired or moment > self.situation.now:
                if most is not None and len(fired) >= most:
                    break
                since = len(fired)
            self.situation.now = moment
            before(timer)
            self._fire(timer)
            after(timer)
            fired.append(timer)
            guard_steps(len(fired) - since)  # time that goes on comes to an end
        self.situation.now = now
        return fired

    # ------------------------------------------------------------ inside

    def _caught(self, event: BpmnEvent) -> bool:
        waiting = self._workflow.event_manager.tasks.values()
        return any(task.task_spec.catches(task, event) for task in waiting)

    def _tasks(self) -> Iterator[Any]:
        """Yield the user tasks that are ready, in the process and in what it called."""
        for workflow in (self._workflow, *self._workflow.subprocesses.values()):
            for task in workflow.tasks.values():
                if task._state == TaskState.READY and task.task_spec.manual:
                    yield task

    def _waiting(self) -> list[Any]:
        tasks = list(self._workflow.event_manager.tasks.values())
        return [
            t for t in tasks if t.workflow.tasks.get(t.id) is t and t._state == TaskState.WAITING
        ]

    def _next_due(self, until: datetime) -> WaitingTimer | None:
        return min(self._timers(until), key=lambda each: each.order, default=None)

    def _timers(self, until: datetime | None = None) -> Iterator[WaitingTimer]:
        """Yield the timers that will be due, or those that are by `until`."""
        for task in self._waiting():
            for timer in timers_of(task):
                due = timer.due(task)
                if due is not None and (until is None or due.at <= until):
                    yield _waiting_timer(task, timer, due)

    def _fire(self, timer: WaitingTimer) -> None:
        task = self._workflow.get_task_from_id(int(timer.task))
        self.situation.firing = (timer.task, timer.timer, timer.due.at)
        try:
            with told():
                task.task_spec._update(task)
        finally:
            self.situation.firing = None
        with told():
            self._workflow.settle()

    def _find_open(self, task_id: str) -> Any:
        task = next((t for t in self._tasks() if str(t.id) == task_id), None)
        if task is None:
            raise Stale(
                "该环节已经办结或已取消，请刷新后查看最新状态。",
                "Expected an open user task but it is finished or cancelled; reload the case.",
            )
        return task

    def _open_task(self, task: Any, ends: Collection[Any]) -> OpenTask:
        spec, extensions = task.task_spec, task.task_spec.extensions or Extensions()
        return OpenTask(
            task=str(task.id),
            element=spec.bpmn_id,
            name=spec.bpmn_name or spec.bpmn_id,
            form=extensions.form,
            post=_post(extensions, spec.lane),
            department=extensions.department,
            limit=self._limit(task, extensions),
            until=_first_end(ends),
            lane=spec.lane and (spec.lane.name or spec.lane.id),
            path=_path(task),
        )

    def _limit(self, task: Any, extensions: Extensions) -> int | None:
        if extensions.limit is None:
            return None
        environment = self._workflow.script_engine.environment
        with placed(task.task_spec):
            days = environment.evaluate(extensions.limit.days, task.data)
        name = task.task_spec.bpmn_name or task.task_spec.bpmn_id
        return whole_days(days, name, extensions.limit.days)


def _engine(version: Version, situation: Situation) -> PythonScriptEngine:
    return PythonScriptEngine(environment=Environment(version.functions, situation))


def _waiting_timer(task: Any, timer: ClockTimer, due: Due) -> WaitingTimer:
    spec = task.task_spec
    light = (spec.extensions or Extensions()).light
    return WaitingTimer(
        task=str(task.id),
        timer=timer.name,
        element=spec.bpmn_id,
        clock=timer.timer.clock,
        due=due,
        since=timer.since(task),
        interrupting=getattr(spec, "cancel_activity", True),
        light=light and Colour(light.colour),
    )


def _first_end(events: Collection[Any]) -> Due | None:
    """When the earliest timer of the interrupting events beside a user task is due."""
    ends = (timer.due(task) for task in events for timer in timers_of(task))
    return min(filter(None, ends), key=lambda due: due.at, default=None)


def _path(task: Any) -> tuple[int, ...]:
    """The number of each multi-instance or loop round around a task, the outermost first."""
    path: list[int] = []
    while task is not None:
        if NUMBER in task.internal_data:
            path.append(task.internal_data[NUMBER])
        owner = task.workflow.parent_task_id
        task = owner and task.workflow.parent_workflow.tasks[owner]
    return tuple(reversed(path))


def _post(extensions: Extensions, lane: Lane | None) -> str:
    """Whose work a step is: ours come first, then another engine's word, then the lane's name."""
    named = extensions.post or (lane and lane.post) or extensions.claimed("post")
    return named or (lane and lane.name) or ""
