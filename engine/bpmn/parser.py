"""From checked files to the library's specifications, with our extensions kept on them.

Only files that `lint` let pass come here: this module reads, it does not judge.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lxml import etree
from SpiffWorkflow.bpmn.parser import BpmnParser
from SpiffWorkflow.bpmn.parser.event_parsers import (
    BoundaryEventParser,
    IntermediateCatchEventParser,
    StartEventParser,
)
from SpiffWorkflow.bpmn.parser.ProcessParser import ProcessParser
from SpiffWorkflow.bpmn.parser.task_parsers import ConditionalGatewayParser, GatewayParser
from SpiffWorkflow.bpmn.parser.TaskParser import TaskParser
from SpiffWorkflow.bpmn.parser.util import full_tag
from SpiffWorkflow.bpmn.specs.defaults import (
    BoundaryEvent,
    IntermediateCatchEvent,
    ManualTask,
    NoneTask,
    ServiceTask,
    StartEvent,
    UserTask,
)

from engine.bpmn.closures import Functions
from engine.bpmn.diagram import is_executable
from engine.bpmn.expressions import Expression, compile_expression
from engine.bpmn.joins import Inclusive, Parallel, ProcessSpec
from engine.bpmn.plain import plain
from engine.bpmn.situation import OperationCall, Trigger
from engine.bpmn.timer_text import parse_timer
from engine.bpmn.timers import ClockTimer, situation_of
from engine.bpmn.vocabulary import Extensions, Lane, lanes, read_extensions
from engine.bpmn.xml import parse_xml
from engine.errors import LianbanError

TIMER_TEXTS = ("timeDuration", "timeDate")


class OperationTask(ServiceTask):
    """A service task that asks the situation to carry out the operation it names."""

    def _execute(self, my_task: Any) -> bool:
        try:
            result = situation_of(my_task).perform(operation_call(self, my_task))
        except LianbanError as error:
            error.facts.setdefault("element", self.bpmn_id)
            raise
        if result:
            my_task.data.update(plain(dict(result)))
        return True


def operation_call(spec: OperationTask, my_task: Any) -> OperationCall:
    """Return what a service task asks for, its parameters evaluated against the process data."""
    extensions: Extensions = spec.extensions
    environment = my_task.workflow.script_engine.environment
    params = {
        param.name: param.value
        if param.expression is None
        else environment.evaluate(param.expression, my_task.data)
        for param in extensions.operation.params
    }
    return OperationCall(
        name=extensions.operation.name,
        element=spec.bpmn_id,
        element_name=spec.bpmn_name or spec.bpmn_id,
        params=params,
        notice=extensions.notice,
        data=dict(my_task.data),
        trigger=trigger_of(my_task),
    )


def trigger_of(my_task: Any) -> Trigger | None:
    """Return the boundary timer that began the path of this task, the nearest one upwards."""
    task = my_task.parent
    while task is not None and not isinstance(task.task_spec, BoundaryEvent):
        task = task.parent
    if task is None or not isinstance(task.task_spec.event_definition, ClockTimer):
        return None
    attached = next(
        sibling
        for sibling in task.parent.children
        if not isinstance(sibling.task_spec, BoundaryEvent)
    )
    return Trigger(
        element=task.task_spec.bpmn_id,
        light=task.task_spec.extensions.light,
        clock=task.task_spec.event_definition.timer.clock,
        due_at=task.task_spec.event_definition.fired(task),
        attached=attached.task_spec.bpmn_id,
        attached_task=str(attached.id),
        step=attached.task_spec.manual,
    )


class _Extended:
    """Keeps what our namespace says about the element on its specification."""

    def parse_extensions(self, node: etree._Element | None = None) -> Extensions:
        return read_extensions(self.node if node is None else node)


class _Timed(_Extended):
    """Turns every timer into one of ours."""

    def parse_timer_event(self, event: etree._Element) -> ClockTimer:
        child = next(each for each in event if etree.QName(each).localname in TIMER_TEXTS)
        functions = self.process_parser.parser.functions
        timer = parse_timer(child.text, etree.QName(child).localname, functions)
        return ClockTimer(self.node.get("id"), timer, self._limit(functions))

    def _limit(self, functions: Functions) -> Expression | None:
        attached = self.process_parser.get_node_by_id(self.node.get("attachedToRef"))
        limit = None if attached is None else read_extensions(attached).limit
        return compile_expression(limit.days, functions) if limit else None


class StepParser(_Extended, TaskParser):
    """A step keeps its lane itself, with the lane's post, and not the lane's name alone."""

    def create_task(self) -> Any:
        task = super().create_task()
        task.lane = self.process_parser.parser.lane_of(self.node)
        return task


class ExtendedStartParser(_Extended, StartEventParser):
    pass


class TimedBoundaryParser(_Timed, BoundaryEventParser):
    pass


class TimedCatchParser(_Timed, IntermediateCatchEventParser):
    pass


class ProcessReader(ProcessParser):
    """Gives each process and sub-process the join of ours at its end."""

    def create_spec(self) -> ProcessSpec:
        read = super().create_spec()
        return ProcessSpec(read.name, description=read.description, filename=read.file)


class Parser(BpmnParser):
    """The library's parser with our extension elements, our timers and our operations."""

    OVERRIDE_PARSER_CLASSES = {
        full_tag("startEvent"): (ExtendedStartParser, StartEvent),
        full_tag("userTask"): (StepParser, UserTask),
        full_tag("manualTask"): (StepParser, ManualTask),
        full_tag("task"): (StepParser, NoneTask),
        full_tag("serviceTask"): (StepParser, OperationTask),
        full_tag("parallelGateway"): (GatewayParser, Parallel),
        full_tag("inclusiveGateway"): (ConditionalGatewayParser, Inclusive),
        full_tag("boundaryEvent"): (TimedBoundaryParser, BoundaryEvent),
        full_tag("intermediateCatchEvent"): (TimedCatchParser, IntermediateCatchEvent),
    }

    PROCESS_PARSER_CLASS = ProcessReader

    def __init__(self, functions: Functions) -> None:
        super().__init__()
        self.functions = functions
        self.lanes: dict[tuple[str, str], Lane] = {}

    def add(self, path: str, data: bytes) -> None:
        """Add one BPMN file."""
        root = parse_xml(data, path)
        for process in root.iter(full_tag("process")):
            key = process.get("id")
            self.lanes.update({(key, node): lane for node, lane in lanes(process).items()})
            # The library knows "true" alone, while XML's booleans and BPMN's default say more.
            process.set("isExecutable", "true" if is_executable(process) else "false")
        self.add_bpmn_xml(root, path)

    def lane_of(self, node: etree._Element) -> Lane | None:
        """Return the lane of a node; ids repeat between processes, so its process counts."""
        process = next(node.iterancestors(full_tag("process")))
        return self.lanes.get((process.get("id"), node.get("id")))


def parse(files: Mapping[str, bytes], key: str, functions: Functions) -> tuple[Any, dict[str, Any]]:
    """Parse the BPMN files of a version; return the specification of `key` and of what it calls.

    `functions` are what the expressions of this version may call.
    """
    parser = Parser(functions)
    for path, data in sorted(files.items()):
        parser.add(path, data)
    return parser.get_spec(key), parser.get_subprocess_specs(key)
