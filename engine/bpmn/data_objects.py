"""Data objects: values of a scope that associations copy to and from activities and events.

The library reads and writes one name on both sides and, two sub-processes down, looks for the
object for ever. Here an association says where the value lies in the data of the activity.
"""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from typing import Any

from SpiffWorkflow.bpmn.specs.bpmn_task_spec import _BpmnCondition
from SpiffWorkflow.bpmn.specs.data_spec import BpmnDataSpecification
from SpiffWorkflow.bpmn.specs.defaults import CallActivity


class Association(BpmnDataSpecification):
    """Copies between the data object `held` and the name `bpmn_id` of an activity's data."""

    def __init__(self, held: str, name: str) -> None:
        super().__init__(name, name)
        self.held = held

    def get(self, my_task: Any, **_: Any) -> None:
        """Give the activity a copy; nothing where the object has no value yet."""
        found = objects_in_sight(my_task.workflow)
        if self.held in found:
            my_task.data[self.bpmn_id] = deepcopy(found[self.held])

    def set(self, my_task: Any, **_: Any) -> None:
        """Take what the activity leaves; an activity that leaves nothing changes nothing."""
        workflow = my_task.workflow
        while workflow is not None and self.held not in workflow.spec.data_objects:
            workflow = workflow.parent_workflow
        if workflow is not None and self.bpmn_id in my_task.data:
            workflow.data.setdefault("data_objects", {})[self.held] = my_task.data.pop(self.bpmn_id)
            workflow.touched = True


def objects_in_sight(workflow: Any) -> dict[str, Any]:
    """The values of the data objects of a scope and of those around it, the inner ones first."""
    found: dict[str, Any] = {}
    while workflow is not None:
        found = {
            **{n: v for n, v in workflow.data_objects.items() if n in workflow.spec.data_objects},
            **found,
        }
        workflow = workflow.parent_workflow
    return {name: value for name, value in found.items() if value is not None}


class Condition(_BpmnCondition):
    """A condition on a flow: it sees the data of the token and the data objects in sight."""

    def _matches(self, task: Any) -> bool:
        objects = objects_in_sight(task.workflow)
        return task.workflow.script_engine.evaluate(task, self.args[0], external_context=objects)


class Call(CallActivity):
    """A call of another process; where that says what it takes and gives, nothing else passes."""

    def copy_data(self, my_task: Any, subworkflow: Any) -> None:
        start = subworkflow.get_next_task(subworkflow.task_tree, spec_name="Start")
        wanted = _named(subworkflow, "data_inputs")
        start.set_data(**deepcopy(_only(my_task.data, wanted) if wanted else my_task.data))

    def update_data(self, my_task: Any, subworkflow: Any) -> None:
        left = deepcopy(subworkflow.last_task.data)
        my_task.data = dict(self.given_back(my_task, subworkflow, left))

    def given_back(self, my_task: Any, subworkflow: Any, left: Mapping[str, Any]) -> Any:
        """What the caller has after the call, or sees of it before its end."""
        given = _named(subworkflow, "data_outputs")
        return {**my_task.data, **_only(left, given)} if given else left


def _named(subworkflow: Any, side: str) -> set[str]:
    declared = subworkflow.spec.io_specification
    return {each.bpmn_id for each in getattr(declared, side)} if declared else set()


def _only(data: Mapping[str, Any], names: set[str]) -> dict[str, Any]:
    return {name: value for name, value in data.items() if name in names}
