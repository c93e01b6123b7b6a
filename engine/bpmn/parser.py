"""From checked files to the library's specifications, with our extensions kept on them.

Only files that `lint` let pass come here: this module reads, it does not judge.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from lxml import etree
from SpiffWorkflow.bpmn.parser import BpmnParser
from SpiffWorkflow.bpmn.parser.event_parsers import (
    BoundaryEventParser,
    EventBasedGatewayParser,
    IntermediateCatchEventParser,
    ReceiveTaskParser,
)
from SpiffWorkflow.bpmn.parser.task_parsers import (
    CallActivityParser,
    ConditionalGatewayParser,
    GatewayParser,
)
from SpiffWorkflow.bpmn.parser.TaskParser import TaskParser
from SpiffWorkflow.bpmn.parser.util import full_tag
from SpiffWorkflow.bpmn.parser.ValidationException import ValidationException
from SpiffWorkflow.bpmn.specs.defaults import (
    BoundaryEvent,
    ManualTask,
    NoneTask,
    ServiceTask,
    UserTask,
)

from engine.bpmn.boundaries import (
    Boundary,
    Catch,
    End,
    EventGateway,
    Receive,
    attached_to,
)
from engine.bpmn.closures import Functions
from engine.bpmn.data_objects import Call
from engine.bpmn.decision_calls import decision_call
from engine.bpmn.decision_task import DecisionTask
from engine.bpmn.diagram import is_executable
from engine.bpmn.joins import Inclusive, Parallel
from engine.bpmn.places import placed
from engine.bpmn.plain import plain
from engine.bpmn.reading import EndReader, ProcessReader, reader_of
from engine.bpmn.rewrite import rewrite
from engine.bpmn.rewrite.spelling import read_bpmn
from engine.bpmn.rewrite.tree import analyst_id
from engine.bpmn.situation import OperationCall, Trigger
from engine.bpmn.timers import ClockTimer, situation_of
from engine.bpmn.vocabulary import Extensions, Lane, lanes
from engine.bpmn.xml import bpmn
from engine.errors import LianbanError


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
    with placed(spec):
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
    attached = attached_to(task)
    return Trigger(
        element=task.task_spec.bpmn_id,
        light=task.task_spec.extensions.light,
        clock=task.task_spec.event_definition.timer.clock,
        due_at=task.task_spec.event_definition.fired(task),
        attached=attached.task_spec.bpmn_id or attached.workflow.spec.name,
        attached_task=str(attached.id),
        step=attached.task_spec.manual,
    )


class StepParser(TaskParser):
    """A step keeps its lane itself, with the lane's post, and not the lane's name alone."""

    def create_task(self) -> Any:
        task = super().create_task()
        task.lane = self.process_parser.parser.lane_of(self.node)
        return task


class DecisionParser(StepParser):
    """A business rule task keeps which decision it asks for."""

    def create_task(self) -> Any:
        task = super().create_task()
        task.call = decision_call(self.node)
        return task


class Parser(BpmnParser):
    """The library's parser with our extension elements, our timers and our operations."""

    OVERRIDE_PARSER_CLASSES = {
        full_tag("userTask"): (StepParser, UserTask),
        full_tag("manualTask"): (StepParser, ManualTask),
        full_tag("task"): (StepParser, NoneTask),
        full_tag("serviceTask"): (StepParser, OperationTask),
        full_tag("businessRuleTask"): (DecisionParser, DecisionTask),
        full_tag("parallelGateway"): (GatewayParser, Parallel),
        full_tag("inclusiveGateway"): (ConditionalGatewayParser, Inclusive),
        full_tag("callActivity"): (CallActivityParser, Call),
        full_tag("endEvent"): (EndReader, End),
        full_tag("boundaryEvent"): (BoundaryEventParser, Boundary),
        full_tag("intermediateCatchEvent"): (IntermediateCatchEventParser, Catch),
        full_tag("receiveTask"): (ReceiveTaskParser, Receive),
        full_tag("eventBasedGateway"): (EventBasedGatewayParser, EventGateway),
    }
    PROCESS_PARSER_CLASS = ProcessReader

    def __init__(self, functions: Functions, forms: Collection[str] = ()) -> None:
        super().__init__()
        self.forms = forms
        self.functions = functions
        self.lanes: dict[tuple[str, str], Lane] = {}

    def add(self, files: Mapping[str, bytes]) -> None:
        """Add the BPMN files of a version, by path."""
        roots = {path: read_bpmn(data, path) for path, data in sorted(files.items())}
        taken = {
            process.get("id") for root in roots.values() for process in root.iter(bpmn("process"))
        }
        for path, root in roots.items():
            for process in root.iter(bpmn("process")):
                key = process.get("id")
                self.lanes.update({(key, node): lane for node, lane in lanes(process).items()})
                # The library takes what is missing for true, and anything else for false.
                process.set("isExecutable", "true" if is_executable(process) else "false")
            rewrite(root, taken)
            self.add_bpmn_xml(root, path)

    def lane_of(self, node: etree._Element) -> Lane | None:
        """Return the lane of a node; ids repeat between processes, so its process counts."""
        process = next(node.iterancestors(bpmn("process")))
        return self.lanes.get((process.get("id"), analyst_id(node)))

    def create_ad_hoc_parser(
        self, node: Any, filename: str | None = None, lane: Any = None
    ) -> None:
        raise ValidationException("Ad-hoc sub-processes are not read.", node, filename)

    def _get_parser_class(self, tag: str) -> tuple[Any, Any]:
        parser, spec = super()._get_parser_class(tag)
        return parser and reader_of(parser), spec


def parse(
    files: Mapping[str, bytes], key: str, functions: Functions, forms: Collection[str] = ()
) -> tuple[Any, dict[str, Any]]:
    """Parse the BPMN files of a version; return the specification of `key` and of what it calls.

    `functions` are what the expressions of this version may call, `forms` the keys of its forms.
    """
    parser = Parser(functions, forms)
    parser.add(files)
    return parser.get_spec(key), parser.get_subprocess_specs(key)
