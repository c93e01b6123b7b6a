"""The library's workflow and tasks as a case needs them: small, deep-safe, and in a known order.

SpiffWorkflow keeps an instance as a tree of tasks. Four things are ours here, each by overriding
one method of the library:

- An automatic task that becomes ready goes onto an *agenda*, so that a step runs what it touched
  and not the whole tree over and over (`settle`).
- Tasks are numbered 1, 2, 3, … within their instance instead of drawing random ids: short in the
  saved state, and later means greater.
- A token's arrival at a task is numbered as well: a task's own number is that of the moment when
  it was foreseen, which saving and loading changes.
- Nothing is written for a log that nobody reads: the library builds a log record's details (the
  names of all tasks) at each change of a state.
"""

from __future__ import annotations

from collections import deque
from itertools import islice
from typing import Any

from SpiffWorkflow.bpmn import BpmnWorkflow
from SpiffWorkflow.bpmn.specs.mixins.events.event_types import CatchingEvent
from SpiffWorkflow.bpmn.specs.mixins.multiinstance_task import LoopTask
from SpiffWorkflow.bpmn.util.subworkflow import BpmnSubWorkflow
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

from engine.bpmn.forgetting import forget
from engine.bpmn.guards import guard_size, guard_steps

AT = "at"  # task.internal_data[AT]: when a token came there, in the order of arrivals
LIVE = TaskState.WAITING | TaskState.READY | TaskState.STARTED
AHEAD = TaskState.FUTURE | TaskState.PREDICTED_MASK  # no token has come there yet
FORGET_EVERY = 100  # automatic steps; keeps the tree shallow, the library recurses along it


class CaseTask(Task):
    """A task of a case; its id is its number."""

    def __init__(
        self,
        workflow: Any,
        task_spec: Any,
        parent: Task | None = None,
        state: int = TaskState.MAYBE,
        id: int | None = None,
    ) -> None:
        super().__init__(workflow, task_spec, parent, state, id or workflow.top_workflow.number())

    def _add_child(self, task_spec: Any, state: int = TaskState.MAYBE) -> CaseTask:
        child = CaseTask(self.workflow, task_spec, self, state)
        if state == TaskState.READY:
            child._ready()
        return child

    def _sync_children(self, task_specs: list[Any], state: int = TaskState.MAYBE) -> None:
        """Make those that come after this task, once a token is here.

        The library draws the whole way ahead at the start: one that doubles at each fork, is
        deeper than it can recurse, and has no end where an activity comes after itself.
        """
        if not self._state & AHEAD:
            super()._sync_children(task_specs, state)

    def _set_state(self, value: int) -> None:
        """Change the state; what has finished stays finished, what is ready goes on the agenda."""
        if value == self._state or (
            self._state & TaskState.FINISHED_MASK and not value & TaskState.FINISHED_MASK
        ):
            return
        self._state = value
        self.workflow.touched = True
        self.workflow.note_waiting(self)
        if value & LIVE:
            self.arrive()
            if not self._children and self.task_spec._outputs:
                self.task_spec._predict_hook(self)
        if value == TaskState.READY and not self.task_spec.manual:
            self.workflow.top_workflow.agenda.append(self)

    def _inherit_data(self) -> None:
        """Take over the parent's data; lists and objects are copied so that neither sees changes
        to the other's (the library merges them into each other, position by position)."""
        for name, value in self.parent.data.items():
            self.data[name] = value.copy() if isinstance(value, (dict, list)) else value

    def __getattr__(self, name: str) -> Any:
        """Unfold the data of a loaded task when they are first asked for; see `state`."""
        if name != "data":
            raise AttributeError(name)
        line, task = [], self
        while task is not None and "folded" in task.__dict__:  # not by recursion: it may be deep
            line.append(task)
            task = task.__dict__["folded"][0]
        for each in reversed(line):
            each._unfold()
        return self.__dict__["data"]

    def _unfold(self) -> None:
        parent, news, gone = self.__dict__.pop("folded")
        self.data = {
            key: value.copy() if isinstance(value, (dict, list)) else value
            for key, value in (parent.data.items() if parent is not None else ())
        }
        self.data.update(news)
        for key in gone:
            self.data.pop(key, None)

    def arrive(self) -> None:
        """Note that a token is here now, unless it was here before."""
        if AT not in self.internal_data:
            self.internal_data[AT] = self.workflow.top_workflow.arrival()

    @property
    def arrived(self) -> int:
        """The place of this task in the order in which tokens came to tasks."""
        return self.internal_data.get(AT, self.id)

    def complete(self) -> None:
        self.workflow.top_workflow.note(self)
        super().complete()

    def is_descendant_of(self, task: Task) -> bool:
        above = self.parent
        while above is not None and above is not task:
            above = above.parent
        return above is not None

    def find_ancestor(self, spec_name: str) -> Task | None:
        above = self.parent
        while above is not None and above.task_spec.name != spec_name:
            above = above.parent
        return above


class _Rooted:
    """What the workflow of a case and those of its sub-processes share.

    `touched` tells whether a task of it changed since it was loaded, `rows` how it was saved then.
    """

    touched = False
    rows: list[Any] | None = None
    joining: dict[int, CaseTask]  # tasks that wait for others at a join
    ended: dict[int, CaseTask]  # tokens at the end of the process

    def begin(self) -> None:
        """Make the first task, as the library does, but one of ours."""
        self.task_tree = CaseTask(self, self.spec.start, state=TaskState.FUTURE)
        self.spec.start._predict(self.task_tree, mask=TaskState.NOT_FINISHED_MASK)
        self.task_tree._ready()

    def update_waiting_tasks(self) -> None:
        """Look again at the joins that wait. Events that wait are woken by what they wait for.

        Of the tokens that have come to the end of a process one speaks for all.
        """
        joining = sorted(self.joining.values(), key=lambda task: task.arrived)
        for task in (*joining, *islice(self.ended.values(), 1)):
            if task._state == TaskState.WAITING:
                task.task_spec._update(task)

    def note_waiting(self, task: CaseTask) -> None:
        """Remember a task that waits for others, and forget one that does no more."""
        waits = task._state == TaskState.WAITING and not isinstance(task.task_spec, CatchingEvent)
        at = self.ended if task.task_spec is self.spec.end else self.joining
        if waits:
            at[task.id] = task
        else:
            at.pop(task.id, None)


class CaseWorkflow(_Rooted, BpmnWorkflow):
    """The instance as a whole.

    `situation` is what surrounds the step that runs. `executed` are the ids of the elements that
    ran since the instance was started or loaded, in order; `finished` those of all that ever ran.
    """

    situation: Any = None

    def __init__(self, spec: Any, subprocesses: Any, script_engine: Any = None) -> None:
        self.agenda: deque[CaseTask] = deque()
        self.executed: list[str] = []
        self.finished: dict[str, None] = {}  # in the order of the first time
        self.names: list[str] = []  # the table of texts that it was saved with
        self.numbered, self.made = 0, 0  # tasks ever, tasks in this step
        self.joining, self.ended = {}, {}
        super().__init__(spec, subprocesses, script_engine=script_engine, deserializing=True)
        self.task_removed_event.connect(self._unlisten)

    def number(self) -> int:
        """Return the number of the next task."""
        self.numbered += 1
        self.made += 1
        guard_size(self.made, len(self.subprocesses))
        return self.numbered

    def arrival(self) -> int:
        """Return the number of the next arrival."""
        self.numbered += 1
        return self.numbered

    def note(self, task: Task) -> None:
        """Remember that the element of this task ran."""
        element = task.task_spec.bpmn_id
        if element is not None:
            self.finished[element] = None
            if not isinstance(task.task_spec, LoopTask):  # its instances have been noted
                self.executed.append(element)

    def create_subprocess(self, my_task: Task, spec_name: str) -> CaseSubWorkflow:
        workflow = CaseSubWorkflow(self.subprocess_specs[spec_name], my_task.id, self)
        self.subprocesses[my_task.id] = workflow
        workflow.begin()
        return workflow

    def settle(self) -> None:
        """Run all that is automatic, in the order in which it became ready.

        Raises `ProcedureFault` where that does not come to an end.
        """
        steps = 0
        while self.agenda:
            task = self.agenda.popleft()
            if task._state != TaskState.READY or task.workflow.tasks.get(task.id) is not task:
                continue
            guard_steps(steps := steps + 1)
            task.run()
            if steps % FORGET_EVERY == 0:
                forget(self)

    def _unlisten(self, _workflow: Any, task: Task) -> None:
        """A task that is gone waits for no event any more; the library would keep a ghost."""
        self.event_manager.remove_task(task)
        task.workflow.joining.pop(task.id, None)
        task.workflow.ended.pop(task.id, None)


class CaseSubWorkflow(_Rooted, BpmnSubWorkflow):
    """An embedded sub-process or a called process of an instance."""

    def __init__(self, spec: Any, parent_task_id: int, top_workflow: CaseWorkflow) -> None:
        self.joining, self.ended = {}, {}
        super().__init__(spec, parent_task_id, top_workflow, deserializing=True)
