"""How one element of a (rewritten) diagram becomes a node of the library's specification.

The library's parser goes from each node to the next by recursion and stops at about two hundred in
a row, takes the ways out of a gateway in the order in which they are drawn from top to bottom, and
looks for messages and data in all files at once. Here nodes are read one by one, in the order of
the file, and what an element names is sought in its own file and around it.
"""

from __future__ import annotations

from functools import cache, cached_property
from typing import Any

from lxml import etree
from SpiffWorkflow.bpmn.parser.event_parsers import EndEventParser
from SpiffWorkflow.bpmn.parser.ProcessParser import ProcessParser
from SpiffWorkflow.bpmn.parser.TaskParser import TaskParser
from SpiffWorkflow.bpmn.specs.control import BoundaryEventJoin, BoundaryEventSplit
from SpiffWorkflow.bpmn.specs.defaults import ExclusiveGateway, InclusiveGateway
from SpiffWorkflow.bpmn.specs.event_definitions.item_aware_event import SignalEventDefinition
from SpiffWorkflow.specs.MultiChoice import MultiChoice

from engine.bpmn.boundaries import Cancel, Error, Escalation
from engine.bpmn.data_objects import Association, Condition
from engine.bpmn.expressions import Expression, compile_expression
from engine.bpmn.joins import ProcessSpec
from engine.bpmn.messages import Message
from engine.bpmn.repeating import AllAtOnce, Loop, OneByOne
from engine.bpmn.rewrite.tree import WRAPPED, analyst_id, helped
from engine.bpmn.timer_text import KINDS, parse_timer
from engine.bpmn.timers import ClockTimer
from engine.bpmn.vocabulary import Extensions, read_extensions
from engine.bpmn.xml import bpmn, local


class ProcessReader(ProcessParser):
    """Reads the nodes of a process or sub-process that can be reached, one after another."""

    def create_spec(self) -> ProcessSpec:
        read = super().create_spec()
        return ProcessSpec(read.name, description=read.description, filename=read.file)

    def add_tasks(self) -> None:
        self.unconnected: list[NodeReader] = []
        for node in self.node.iterchildren(bpmn("startEvent")):
            self.parse_node(node)
        while self.unconnected:
            self.unconnected.pop().connect()

    @cached_property
    def definitions(self) -> dict[tuple[str, str], etree._Element]:
        """The messages, signals, errors and escalations of the file by tag and id."""
        return {(local(e), e.get("id", "")): e for e in self.document_root.iterchildren(bpmn("*"))}

    @cached_property
    def objects(self) -> dict[str | None, str]:
        """The data objects in sight by their ids, and by the ids of what refers to them."""
        around = (self.node, *self.node.iterancestors())
        there = [e for scope in around for e in scope.iterchildren(bpmn("dataObject"))]
        found: dict[str | None, str] = {e.get("id"): e.get("id") for e in there}
        for scope in around:
            for each in scope.iterchildren(bpmn("dataObjectReference")):
                if each.get("dataObjectRef") in found:
                    found.setdefault(each.get("id"), each.get("dataObjectRef"))
        return found

    def first_of(self, name: str) -> Any:
        """The specification at which a node is entered: before its boundary events, if any."""
        specs = self.spec.task_specs
        if name not in specs:
            self.parse_node(self.get_node_by_id(name))
        return specs.get(f"{name}.BoundaryEventSplit") or specs[name]


class NodeReader:
    """Stands before one of the library's parsers (`reader_of`)."""

    def parse_node(self) -> Any:
        self.task = self.create_task()
        self.task.extensions = self.parse_extensions()
        for mark in self.node.iterchildren(bpmn("standardLoopCharacteristics")):
            self._repeat(_loop(self.spec, self.task, mark))
        for mark in self.node.iterchildren(bpmn("multiInstanceLoopCharacteristics")):
            self._repeat(self._many(mark))
        self.process_parser.unconnected.append(self)
        self._name(self.task)
        events = self.process_parser.get_boundary_events(self.bpmn_id)
        return self._with_boundary(events) if events else self.task

    def connect(self) -> None:
        """Join the node to those that come after it."""
        default = self.node.get("default")
        flows = self.process_parser.get_outgoing_sequence_flows(self.bpmn_id)
        if len(flows) == 1 and isinstance(self.task, (ExclusiveGateway, InclusiveGateway)):
            default = default if self.parse_condition(flows[0]) else flows[0].get("id")
        for flow in flows:
            target = self.process_parser.first_of(flow.get("targetRef"))
            self.connect_outgoing(target, flow, flow.get("id") == default)

    def connect_outgoing(self, target: Any, flow: etree._Element, is_default: bool) -> None:
        condition = self.parse_condition(flow)
        if isinstance(self.task, MultiChoice) and condition and not is_default:
            self.task.connect_if(Condition(condition), target)
        else:
            self.task.connect(target)

    def parse_condition(self, flow: etree._Element) -> str | None:
        return (flow.findtext(bpmn("conditionExpression")) or "").strip() or None

    def parse_extensions(self, node: etree._Element | None = None) -> Extensions:
        read = read_extensions(self.node if node is None else node)
        return read.adopted(self.process_parser.parser.forms)

    def get_position(self, node: etree._Element | None = None) -> dict[str, float]:
        return {"x": 0.0, "y": 0.0}

    def handles_multiple_outgoing(self) -> bool:
        return True

    def _name(self, task: Any) -> None:
        """What is seen from outside is what stands in the analyst's file."""
        task.bpmn_id = analyst_id(self.node)
        task.stands_for = helped(self.node)

    def _with_boundary(self, events: list[etree._Element]) -> Any:
        split = BoundaryEventSplit(self.spec, f"{self.bpmn_id}.BoundaryEventSplit")
        join = BoundaryEventJoin(
            self.spec, f"{self.bpmn_id}.BoundaryEventJoin", split_task=split.name, cancel=True
        )
        split.connect(self.task)
        self.task.connect(join)
        for event in events:  # one that fires ends its activity itself: it needs no way to the join
            split.connect(self.process_parser.parse_node(event))
        return split

    # ------------------------------------------------------------ loops

    def _repeat(self, outer: Any) -> None:
        """Put an activity that repeats around the one that was read."""
        inner, self.task = self.task, outer
        self._copy_task_attrs(inner)
        self._name(inner)

    def _many(self, mark: etree._Element) -> Any:
        kind = OneByOne if mark.get("isSequential") == "true" else AllAtOnce
        inner = self.spec.task_specs.pop(self.task.name)
        many = kind(
            self.spec,
            inner.name,
            "",
            cardinality=_text(mark, "loopCardinality"),
            condition=_text(mark, "completionCondition"),
            bpmn_name=inner.bpmn_name,
        )
        many.source = self._names_of(_text(mark, "loopDataInputRef"), "dataInput")
        many.results = self._names_of(_text(mark, "loopDataOutputRef"), "dataOutput")
        many.input_names = _names(mark.find(bpmn("inputDataItem")))
        many.output_names = _names(mark.find(bpmn("outputDataItem")))
        return many

    def _names_of(self, reference: str | None, tag: str) -> tuple[str, ...]:
        """The names of data that a reference may mean: a declared input or output, a data object,
        or a name itself."""
        if reference is None:
            return ()
        declared = _names(self._declared(reference, tag))
        return declared or (self.process_parser.objects.get(reference, reference),)

    # ------------------------------------------------------------ data

    def parse_io_spec(self) -> Any:
        """What a process takes and gives when it is called, under the names that data have."""
        declared = super().parse_io_spec()
        for each in (*declared.data_inputs, *declared.data_outputs):
            each.bpmn_id = _variable(each.bpmn_id, each.bpmn_name)
        return declared

    def parse_incoming_data_references(self) -> list[Association]:
        return self._associations("dataInputAssociation", "sourceRef", "targetRef", "dataInput")

    def parse_outgoing_data_references(self) -> list[Association]:
        return self._associations("dataOutputAssociation", "targetRef", "sourceRef", "dataOutput")

    def _associations(self, tag: str, held: str, local_ref: str, kind: str) -> list[Association]:
        found = []
        for association in self.node.iterchildren(bpmn(tag)):
            name = self.process_parser.objects.get(_text(association, held))
            if name is not None:
                declared = self._declared(_text(association, local_ref), kind)
                found.append(Association(name, next(iter(_names(declared)), name)))
        return found

    def _declared(self, reference: str | None, tag: str) -> etree._Element | None:
        """The input or output of this id that the element declares."""
        holders = (self.node, *self.node.iterchildren(bpmn("ioSpecification")))
        declared = (each for holder in holders for each in holder.iterchildren(bpmn(tag)))
        return next((each for each in declared if each.get("id") == reference), None)

    # ------------------------------------------------------------ events

    def parse_timer_event(self, event: etree._Element) -> ClockTimer:
        child = next(each for each in event if local(each) in KINDS)
        functions = self.process_parser.parser.functions
        timer = parse_timer(child.text, local(child), functions)
        name = analyst_id(self.node) or self.node.get("id")
        return ClockTimer(name, timer, self._limit(functions))

    def _limit(self, functions: Any) -> Expression | None:
        attached = self.process_parser.get_node_by_id(self.node.get("attachedToRef"))
        limit = None if attached is None else read_extensions(attached).limit
        return compile_expression(limit.days, functions) if limit else None

    def parse_message_event(self, event: etree._Element) -> Message:
        reference = event.get("messageRef")
        name = self._defined("message", reference).get("name")
        return Message(name, self.get_message_correlations(reference))

    def parse_signal_event(self, event: etree._Element) -> SignalEventDefinition:
        return SignalEventDefinition(self._defined("signal", event.get("signalRef")).get("name"))

    def parse_error_event(self, event: etree._Element) -> Error:
        reference = event.get("errorRef")
        error = self._defined("error", reference) if reference else {}
        return Error(error.get("name"), error.get("errorCode"))

    def parse_escalation_event(self, event: etree._Element) -> Escalation:
        reference = event.get("escalationRef")
        escalation = self._defined("escalation", reference) if reference else {}
        return Escalation(escalation.get("name"), escalation.get("escalationCode"))

    def parse_cancel_event(self, event: etree._Element) -> Cancel:
        return Cancel()

    def _defined(self, tag: str, reference: str) -> etree._Element:
        return self.process_parser.definitions[tag, reference]


class EndReader(EndEventParser):
    """Reads end events of all kinds; the library leaves signals out."""

    KINDS = ("message", "signal", "cancel", "error", "escalation", "terminate")

    def create_task(self) -> Any:
        kinds = [f".//bpmn:{kind}EventDefinition" for kind in self.KINDS]
        definition = self.get_event_definition(kinds)
        task = self._create_task(definition)
        task.wrapped = int(self.node.get(WRAPPED, "0"))
        task.connect(self.spec.end)
        return task


@cache
def reader_of(parser: type[TaskParser]) -> type[TaskParser]:
    """The class that reads as `parser` does, with what `NodeReader` does otherwise."""
    return type(f"{parser.__name__}Reader", (NodeReader, parser), {})


def _loop(spec: Any, inner: Any, mark: etree._Element) -> Loop:
    spec.task_specs.pop(inner.name)
    most = (mark.get("loopMaximum") or "").strip()
    return Loop(
        spec,
        inner.name,
        "",
        int(most) if most else None,
        _text(mark, "loopCondition"),
        mark.get("testBefore") == "true",
        bpmn_name=inner.bpmn_name,
    )


def _text(element: etree._Element, tag: str) -> str | None:
    return (element.findtext(bpmn(tag)) or "").strip() or None


def _names(item: etree._Element | None) -> tuple[str, ...]:
    """Under which names an item stands in the data: its name and its id, if they can be names."""
    if item is None:
        return ()
    given = (item.get("name"), item.get("id"))
    return tuple(dict.fromkeys(each for each in given if each and each.isidentifier()))


def _variable(key: str, name: str | None) -> str:
    return name if name and name.isidentifier() else key
