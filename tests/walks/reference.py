"""The library as it is: its own workflow, stepping, gateways and saved state, on our parser.

What is shared with ours is what the library leaves to its users: expressions, timers, operations.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from SpiffWorkflow.bpmn import BpmnWorkflow
from SpiffWorkflow.bpmn.parser.ProcessParser import ProcessParser
from SpiffWorkflow.bpmn.script_engine import PythonScriptEngine
from SpiffWorkflow.bpmn.serializer import BpmnWorkflowSerializer
from SpiffWorkflow.bpmn.serializer.config import DEFAULT_CONFIG
from SpiffWorkflow.bpmn.serializer.default.workflow import BpmnWorkflowConverter, WorkflowConverter
from SpiffWorkflow.bpmn.specs.control import BoundaryEventSplit, SimpleBpmnTask
from SpiffWorkflow.bpmn.specs.event_definitions.item_aware_event import SignalEventDefinition
from SpiffWorkflow.bpmn.specs.event_definitions.message import MessageEventDefinition
from SpiffWorkflow.bpmn.specs.mixins.multiinstance_task import LoopTask
from SpiffWorkflow.bpmn.util import BpmnEvent
from SpiffWorkflow.util.task import TaskState

from engine.bpmn.environment import Environment
from engine.bpmn.functions import FUNCTIONS
from engine.bpmn.parser import Parser
from engine.bpmn.reading import ProcessReader
from engine.bpmn.situation import Situation
from engine.bpmn.timers import timers_of
from engine.domain.calendar import Calendar
from tests.walks.seen import EVENTS, Seen, Step


class LibraryProcess(ProcessReader):
    create_spec = ProcessParser.create_spec


class LibraryParser(Parser):
    """Our parser with the library's own gateways, events, calls and ends of processes."""

    OVERRIDE_PARSER_CLASSES = {
        tag: parser
        for tag, parser in Parser.OVERRIDE_PARSER_CLASSES.items()
        if tag.endswith("Task") and not tag.endswith("receiveTask")
    }
    PROCESS_PARSER_CLASS = LibraryProcess


class LibraryWorkflow(BpmnWorkflow):
    situation: Any = None


class Reference:
    """One instance; each step saves it and loads it again with the library's serializer."""

    def __init__(self, data: bytes, calendar: Calendar, now: datetime, names: dict) -> None:
        parser = LibraryParser(FUNCTIONS)
        parser.add({"p.bpmn": data})
        self.specs = parser.get_spec("P"), parser.get_subprocess_specs("P")
        for spec in (self.specs[0], *self.specs[1].values()):
            _connect_events(spec)
        self.situation = Situation(now, calendar, lambda call: None, {})
        self.ran: list[str] = []
        self.workflow = LibraryWorkflow(*self.specs)
        self._prepare()
        self.workflow.task_tree.data.update(names)
        self._settle()

    def step(self, step: Step) -> Seen:
        self.ran = []
        self._reload()
        getattr(self, step.op)(step)
        return self.seen()

    def begin(self, _step: Step) -> None:
        pass

    def complete(self, step: Step) -> None:
        task = self._open()[step.at][1]
        task.data.update(step.data)
        self._ran(task)
        task.run()
        self._settle()

    def message(self, step: Step) -> None:
        self.workflow.send_event(event(step.op, step.name, step.data))
        self._settle()

    signal = message

    def advance(self, step: Step) -> None:
        until = datetime.fromisoformat(step.name)
        while waiting := sorted(t for t in self._timers() if t[0] <= until):
            due, _, element, task_id = waiting[0]
            self.situation.now = due
            task = self.workflow.get_task_from_id(UUID(task_id))
            self.situation.firing = (task_id, element, due)
            task.task_spec._update(task)
            self.situation.firing = None
            self._settle()
        self.situation.now = until

    def seen(self) -> Seen:
        return Seen(
            open=[(*place, task.data) for place, task in self._open()],
            timers=sorted((due.isoformat(), element) for due, _, element, _ in self._timers()),
            awaited=[each for each in EVENTS if self._caught(event(*each))],
            ran=sorted(self.ran),
            completed=self.workflow.completed,
            data=self.workflow.data if self.workflow.completed else {},
        )

    # ------------------------------------------------------------ inside

    def _prepare(self) -> None:
        workflow = self.workflow
        workflow.situation = self.situation
        environment = Environment(FUNCTIONS, self.situation)
        workflow.script_engine = PythonScriptEngine(environment=environment)
        workflow.task_removed_event.connect(self._forget)  # else a ghost of a timer stays

    def _forget(self, _workflow: Any, task: Any) -> None:
        self.workflow.event_manager.remove_task(task)

    def _reload(self) -> None:
        converter = type("Bound", (_ByReference,), {"specs": self.specs})
        config = {k: v for k, v in DEFAULT_CONFIG.items() if k is not BpmnWorkflow}
        registry = BpmnWorkflowSerializer.configure({**config, LibraryWorkflow: converter})
        serializer = BpmnWorkflowSerializer(registry)
        for task in _all_tasks(self.workflow):
            task.internal_data.pop("seen_events", None)
        saved = json.dumps(serializer.to_dict(self.workflow))
        self.workflow = serializer.from_dict(json.loads(saved))
        self._prepare()

    def _settle(self) -> None:
        while True:
            self.workflow.do_engine_steps(did_complete_task=self._ran)
            if self.workflow.get_next_task(state=TaskState.READY, manual=False) is None:
                return

    def _ran(self, task: Any) -> None:
        spec = task.task_spec
        if spec.bpmn_id and not isinstance(spec, (LoopTask, SimpleBpmnTask)):
            self.ran.append(spec.bpmn_id)

    def _caught(self, sent: BpmnEvent) -> bool:
        waiting = self.workflow.event_manager.tasks.values()
        return any(task.task_spec.catches(task, sent) for task in waiting)

    def _open(self) -> list[tuple[tuple, Any]]:
        found = [
            ((task.task_spec.bpmn_id, _path(self.workflow, task)), task)
            for task in _all_tasks(self.workflow)
            if task.state == TaskState.READY and task.task_spec.manual
        ]
        return sorted(found, key=lambda each: each[0])

    def _timers(self) -> list[tuple[datetime, bool, str, str]]:
        return [
            (due.at, getattr(task.task_spec, "cancel_activity", True), timer.name, str(task.id))
            for task in self.workflow.event_manager.tasks.values()
            if task.state == TaskState.WAITING
            for timer in timers_of(task)
            if (due := timer.due(task)) is not None
        ]


def _connect_events(spec: Any) -> None:
    """Boundary events of ours end their activity; the library's do it by way of a join."""
    for split in list(spec.task_specs.values()):
        if isinstance(split, BoundaryEventSplit):
            join = spec.task_specs[split.name.replace("EventSplit", "EventJoin")]
            for event_ in split.outputs[1:]:
                event_.connect(join)


class _ByReference(BpmnWorkflowConverter):
    """The library's converter, with the specifications left out of what it writes."""

    specs: tuple[Any, Any] = (None, None)

    def to_dict(self, workflow: Any) -> dict[str, Any]:
        saved = WorkflowConverter.to_dict(self, workflow)
        saved["subprocesses"] = self.mapping_to_dict(workflow.subprocesses)
        saved["bpmn_events"] = []
        return saved

    def from_dict(self, saved: dict[str, Any]) -> Any:
        workflow = LibraryWorkflow(*self.specs, deserializing=True)
        workflow.tasks = self.mapping_from_dict(saved["tasks"], UUID, workflow=workflow)
        workflow.task_tree = workflow.tasks[UUID(saved["root"])]
        self.set_default_attributes(workflow, saved)
        self.subprocesses_from_dict(saved["subprocesses"], workflow)
        return workflow


def event(kind: str, name: str, data: Mapping[str, Any] | None = None) -> BpmnEvent:
    """A message or a signal from outside."""
    definition = SignalEventDefinition if kind == "signal" else MessageEventDefinition
    return BpmnEvent(definition(name), payload=dict(data or {}))


def _all_tasks(workflow: Any) -> list[Any]:
    around = (workflow, *workflow.subprocesses.values())
    return [task for each in around for task in each.tasks.values()]


def _path(workflow: Any, task: Any) -> tuple:
    path: list[Any] = []
    while task is not None:
        names = ("key_or_index", "iteration", "item")
        path += [task.internal_data[name] for name in names if name in task.internal_data]
        owner = task.workflow.parent_task_id
        task = None if owner is None else workflow.get_task_from_id(owner)
    return tuple(reversed(path))
