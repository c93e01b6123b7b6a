"""One running instance: load, fire what is due, complete a step, settle, save."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from SpiffWorkflow.bpmn.script_engine import BasePythonScriptEngineEnvironment, PythonScriptEngine
from SpiffWorkflow.bpmn.specs.event_definitions.message import MessageEventDefinition
from SpiffWorkflow.bpmn.util import BpmnEvent
from SpiffWorkflow.util.task import TaskState

from engine.bpmn.expressions import Expression, compile_assignments, compile_expression
from engine.bpmn.situation import Situation
from engine.bpmn.state import CaseWorkflow, restore, save
from engine.bpmn.timers import timers_of
from engine.bpmn.versions import Version
from engine.bpmn.vocabulary import Extensions
from engine.domain.clock import Due
from engine.errors import Conflict, ProcedureFault, Stale

MAX_STEPS = 5_000  # automatic steps between two waits
MAX_ROUNDS = 100  # entries of one element in a case; the library loses tasks past about 250
MAX_DEPTH = 900  # tasks one below another; at 1,000 the library stops looking


@dataclass(frozen=True)
class OpenTask:
    """A user task that waits for somebody. `limit` in working days, None where it has none."""

    task: str
    element: str
    name: str
    form: str | None
    post: str
    department: str | None
    limit: int | None


@dataclass(frozen=True)
class WaitingTimer:
    """A timer and when it is due. `interrupting` ends the activity it is attached to."""

    task: str
    timer: str
    element: str
    clock: str
    due: Due
    interrupting: bool


class Environment(BasePythonScriptEngineEnvironment):
    """Everything the library would evaluate as Python goes to our expressions instead."""

    def __init__(self, version: Version, situation: Situation) -> None:
        super().__init__()
        self.version, self.situation = version, situation

    def evaluate(self, expression: str, context: Any, external_context: Any = None) -> Any:
        compiled = compile_expression(expression, self.version.functions)
        return self.value(compiled, {**(external_context or {}), **context})

    def value(self, expression: Expression, names: Mapping[str, Any]) -> Any:
        """Return the value for these names; the situation's facts can't be shadowed by data."""
        return expression.evaluate({**names, **self.situation.facts}, self.version.functions)

    def execute(self, script: str, context: Any, external_context: Any = None) -> bool:
        names = {**(external_context or {}), **context, **self.situation.facts}
        functions = self.version.functions
        context.update(compile_assignments(script, functions).run(names, functions))
        return True


class Instance:
    """A process instance of a case, between two waits. After any error, throw it away."""

    def __init__(self, workflow: CaseWorkflow, version: Version, situation: Situation) -> None:
        self._workflow, self.version, self.situation = workflow, version, situation
        workflow.situation = situation
        workflow.script_engine = PythonScriptEngine(environment=Environment(version, situation))
        manager = workflow.event_manager
        workflow.task_removed_event.connect(lambda _, task: manager.remove_task(task))

    @classmethod
    def start(cls, version: Version, situation: Situation, data: Mapping[str, Any]) -> Instance:
        """Start an instance with its first process data and run it until it waits."""
        workflow = CaseWorkflow(version.spec, dict(version.subprocesses))
        instance = cls(workflow, version, situation)
        workflow.task_tree.data.update(data)
        instance._settle()
        return instance

    @classmethod
    def load(cls, version: Version, situation: Situation, state: bytes) -> Instance:
        """Load an instance as it was saved."""
        workflow = restore(state, version.spec, dict(version.subprocesses))
        return cls(workflow, version, situation)

    def save(self) -> bytes:
        """Return the state as bytes for the case row."""
        self._workflow.get_events()  # uncaught events would pile up in the saved state
        return save(self._workflow)

    @property
    def finished(self) -> bool:
        return self._workflow.completed

    @property
    def data(self) -> dict[str, Any]:
        """The process data at the end; while it runs, only what the process as a whole holds."""
        return dict(self._workflow.data)

    def open_tasks(self) -> list[OpenTask]:
        """Return the user tasks that wait, in the order in which they became ready."""
        tasks = [task for task in self._tasks() if _is_open(task)]
        return [self._open_task(task) for task in sorted(tasks, key=_age)]

    def task_data(self, task_id: str) -> dict[str, Any]:
        """Return the process data as an open user task sees it."""
        return dict(self._find_open(task_id).data)

    def complete(self, task_id: str, data: Mapping[str, Any]) -> None:
        """Complete an open user task with the values that decide, and run until the next wait.

        Raises `Stale` where the task is not open (any more): nothing is ever completed twice.
        """
        task = self._find_open(task_id)
        task.data.update(data)
        task.run()
        self._settle()

    def awaits(self, message: str) -> bool:
        """Tell whether something in the process waits for this message now."""
        event = BpmnEvent(MessageEventDefinition(message))
        waiting = self._workflow.event_manager.tasks.values()
        return any(task.task_spec.catches(task, event) for task in waiting)

    def send(self, message: str, data: Mapping[str, Any]) -> None:
        """Send a message to whatever waits for it. Raises `Conflict` where nothing does."""
        if not self.awaits(message):
            raise Conflict(
                f"办件当前不接收“{message}”。",
                f"Expected the case to wait for {message!r} but it does not.",
            )
        event = BpmnEvent(MessageEventDefinition(message), payload=dict(data))
        self._workflow.send_event(event)
        self._settle()

    def waiting_timers(self) -> list[WaitingTimer]:
        """Return the timers that will be due, earliest first; equal times: lights first."""
        found = [timer for task in self._waiting() for timer in self._timers(task)]
        return sorted(found, key=lambda each: (each.due.at, each.interrupting, each.element))

    def fire_due(
        self, until: datetime, after: Callable[[WaitingTimer], None]
    ) -> list[WaitingTimer]:
        """Fire in order all that is due at `until`, each with `now` = its due time.

        A light due at the same moment as an interruption is told first. `after` is called when a
        timer's path has run, still at its time; then `now` is given back.
        """
        now, fired = self.situation.now, []
        while (timer := next(iter(self.waiting_timers()), None)) and timer.due.at <= until:
            self.situation.now = timer.due.at
            self._fire(timer)
            after(timer)
            fired.append(timer)
            _guard(len(fired))
        self.situation.now = now
        return fired

    def tokens(self) -> list[str]:
        """Return the ids of the elements that are active now, for the diagram."""
        states = TaskState.READY | TaskState.WAITING | TaskState.STARTED
        active = (t.task_spec for t in self._tasks(states) if t.task_spec.bpmn_id)
        return sorted({spec.bpmn_id for spec in active if not hasattr(spec, "cancel_activity")})

    # ------------------------------------------------------------ inside

    def _tasks(self, state: int = TaskState.READY) -> Iterator[Any]:
        for workflow in (self._workflow, *self._workflow.subprocesses.values()):
            for task in workflow.tasks.values():
                if task.has_state(state):
                    yield task

    def _waiting(self) -> list[Any]:
        tasks = list(self._workflow.event_manager.tasks.values())
        return [
            t for t in tasks if t.workflow.tasks.get(t.id) is t and t.has_state(TaskState.WAITING)
        ]

    def _timers(self, task: Any) -> Iterator[WaitingTimer]:
        interrupting = getattr(task.task_spec, "cancel_activity", True)
        for timer in timers_of(task):
            if (due := timer.due(task)) is not None:
                clock = timer.timer.clock
                yield WaitingTimer(
                    str(task.id), timer.name, task.task_spec.bpmn_id, clock, due, interrupting
                )

    def _fire(self, timer: WaitingTimer) -> None:
        task = self._workflow.get_task_from_id(UUID(timer.task))
        self.situation.firing = (timer.task, timer.timer)
        try:
            task.task_spec._update(task)
        finally:
            self.situation.firing = None
        self._settle()

    def _settle(self) -> None:
        """Run all that is automatic; a timer that fired is only ready after the first pass."""
        steps = 0

        def count(task: Any) -> None:
            nonlocal steps
            steps += 1
            _guard(steps)
            self._guard_rounds(task)

        while True:
            self._workflow.do_engine_steps(did_complete_task=count)
            if self._workflow.get_next_task(state=TaskState.READY, manual=False) is None:
                return

    def _guard_rounds(self, task: Any) -> None:
        spec = task.task_spec
        rounds = sum(1 for each in task.workflow.tasks.values() if each.task_spec is spec)
        if rounds > MAX_ROUNDS or task.depth > MAX_DEPTH:
            name = spec.bpmn_name or spec.bpmn_id or spec.name
            raise ProcedureFault(
                f"“{name}”在本办件中已反复 {rounds} 次，流程不再往回走。"
                "请作出决定，或请流程管理员检查流程图中的回路。",
                f"{name} was entered {rounds} times in this case; decide, or have the loop in "
                "the diagram mended.",
                code="too-many-rounds",
            )

    def _find_open(self, task_id: str) -> Any:
        task = self._workflow.get_task_from_id(UUID(task_id))
        if task is None or not _is_open(task):
            raise Stale(
                "该环节已经办结或已取消，请刷新后查看最新状态。",
                "Expected an open user task but it is finished or cancelled; reload the case.",
            )
        return task

    def _open_task(self, task: Any) -> OpenTask:
        spec, extensions = task.task_spec, task.task_spec.extensions or Extensions()
        lane = spec.lane
        return OpenTask(
            task=str(task.id),
            element=spec.bpmn_id,
            name=spec.bpmn_name or spec.bpmn_id,
            form=extensions.form,
            post=extensions.post or (lane and (lane.post or lane.name)) or "",
            department=extensions.department,
            limit=self._limit(task, extensions),
        )

    def _limit(self, task: Any, extensions: Extensions) -> int | None:
        if extensions.limit is None:
            return None
        return self._workflow.script_engine.environment.evaluate(extensions.limit.days, task.data)


def _is_open(task: Any) -> bool:
    return task.has_state(TaskState.READY) and task.task_spec.manual


def _age(task: Any) -> tuple[float, str]:
    return task.last_state_change, str(task.id)


def _guard(steps: int) -> None:
    if steps > MAX_STEPS:
        raise ProcedureFault(
            f"流程连续自动运行了 {MAX_STEPS} 步仍未停下，已全部撤销。"
            "请检查流程图中没有人工环节的回路。",
            f"The procedure ran {MAX_STEPS} automatic steps without waiting; all was undone. Look "
            "for a loop without a user task in the diagram.",
            code="endless-loop",
        )
