"""Gateways that bring tokens together, as BPMN 2.0.2 (13.4.1, 13.4.3) has them.

The library's own count, in a loop, tokens of the round before; and they merge the whole data of
every branch, so that a branch which left a name alone undoes what another one wrote. Here each
token that arrives is a task that waits for the join to fire; firing takes one from each flow.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from SpiffWorkflow.bpmn.exceptions import WorkflowTaskException
from SpiffWorkflow.bpmn.specs.bpmn_process_spec import BpmnProcessSpec
from SpiffWorkflow.bpmn.specs.bpmn_task_spec import BpmnTaskSpec
from SpiffWorkflow.bpmn.specs.control import SimpleBpmnTask, _EndJoin
from SpiffWorkflow.bpmn.specs.defaults import InclusiveGateway, ParallelGateway
from SpiffWorkflow.specs.base import TaskSpec
from SpiffWorkflow.util.task import TaskState

from engine.bpmn.meeting import meet, way_of
from engine.bpmn.scope_data import own_changes
from engine.bpmn.workflow import LIVE

FROM = "from"  # task.internal_data[FROM]: the name of the node that the token came from


class _Join:
    """Holds the tokens that arrive until `_may_fire`; then one of each flow goes on as one."""

    def _update_hook(self, my_task: Any) -> bool:
        if FROM not in my_task.internal_data:
            my_task.internal_data[FROM] = self._flow_of(my_task)
            my_task.arrive()
            my_task._inherit_data()
        used = self._firing(my_task)
        if not used:
            my_task._set_state(TaskState.WAITING)
            return False
        my_task.data = dict(meet([way_of(each) for each in used], _data, own_changes))
        for other in used:
            if other is not my_task:
                other.cancel()
        return True

    def _firing(self, my_task: Any) -> list[Any]:
        """The tokens, `my_task` among them, with which the join fires now; none where it waits."""
        first = _first_of_each_flow(_arrivals(self, my_task))
        may_fire = my_task in first.values() and self._may_fire(my_task, first)
        return list(first.values()) if may_fire else []

    def _flow_of(self, my_task: Any) -> str:
        return my_task.parent.task_spec.name

    def _may_fire(self, my_task: Any, first: dict[str, Any]) -> bool:
        raise NotImplementedError


class Parallel(_Join, ParallelGateway):
    """Fires when each incoming flow has a token; a second token on a flow waits for the next."""

    def _may_fire(self, my_task: Any, first: dict[str, Any]) -> bool:
        return first.keys() >= set(self._inputs)

    def _run_hook(self, my_task: Any) -> bool:
        return TaskSpec._run_hook(self, my_task)


class Inclusive(_Join, InclusiveGateway):
    """Fires when no token elsewhere can still come to a flow that has none, unless that token
    could as well come to a flow that has one."""

    def _may_fire(self, my_task: Any, first: dict[str, Any]) -> bool:
        full = first.keys()
        for task in _tokens_elsewhere(self, my_task):
            ways = self._ways_from(task.task_spec)
            if not ways <= full and not ways & full:
                return False
        return True

    def _ways_from(self, spec: Any) -> frozenset[str]:
        """The nodes before this gateway that a token at `spec` can come to, without it."""
        known = self.__dict__.setdefault("_ways", {})  # a specification never changes
        if spec.name not in known:
            known[spec.name] = frozenset(_nodes_before(self, spec))
        return known[spec.name]

    def _run_hook(self, my_task: Any) -> bool:
        matches, defaults = self._get_matching_outputs(my_task)
        if not matches and not defaults:
            raise WorkflowTaskException("no condition holds", task=my_task)
        my_task._sync_children(matches or defaults, TaskState.FUTURE)
        for child in my_task.children:
            child.task_spec._predict(child, mask=TaskState.FUTURE | TaskState.PREDICTED_MASK)
        return True


class EndJoin(_Join, _EndJoin):
    """The end of a process: every token has come to an end and nothing else is alive."""

    def _flow_of(self, my_task: Any) -> str:
        return str(my_task.id)  # tokens that came from one node, one after the other, all count

    def _firing(self, my_task: Any) -> list[Any]:
        elsewhere = any(_tokens_elsewhere(self, my_task))
        return [] if elsewhere else _arrivals(self, my_task)

    def _run_hook(self, my_task: Any) -> bool:
        my_task.workflow.data.update(my_task.data)
        return TaskSpec._run_hook(self, my_task)


class ProcessSpec(BpmnProcessSpec):
    """The specification of a process that ends with a join of ours."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.task_specs[self.end.name], self.task_specs["End"]
        self.end = EndJoin(self, self.end.name)
        self.end.connect(SimpleBpmnTask(self, "End"))


def _data(task: Any) -> dict[str, Any]:
    return task.data


def _arrivals(spec: BpmnTaskSpec, my_task: Any) -> list[Any]:
    """The tokens at a join of this name in the workflow of `my_task`, itself too."""
    return [
        task
        for task in my_task.workflow.tasks.values()
        if task.task_spec is spec and (task is my_task or task._state == TaskState.WAITING)
    ]


def _first_of_each_flow(waiting: list[Any]) -> dict[str, Any]:
    first: dict[str, Any] = {}
    for task in _in_order(waiting):
        first.setdefault(task.internal_data[FROM], task)
    return first


def _in_order(tasks: Iterable[Any]) -> list[Any]:
    """Tasks by the time of their arrival, which is not that of their prediction."""
    return sorted(tasks, key=lambda task: task.arrived)


def _tokens_elsewhere(spec: BpmnTaskSpec, my_task: Any) -> Iterator[Any]:
    """What is alive in the workflow of `my_task` but does not wait at this join."""
    for task in reversed(my_task.workflow.tasks.values()):  # the live ones are mostly new
        alive = task._state & LIVE or (
            # between two states: its parent has just finished and it is about to be looked at
            task._state == TaskState.FUTURE
            and task.parent is not None
            and task.parent._state == TaskState.COMPLETED
        )
        if alive and task.task_spec is not spec and task is not my_task:
            yield task


def _nodes_before(gateway: BpmnTaskSpec, spec: Any) -> Iterator[str]:
    seen, ahead = {gateway.name}, [spec]
    while ahead:
        each = ahead.pop()
        if each.name in seen:
            continue
        seen.add(each.name)
        for following in each._outputs:
            if following == gateway.name:
                yield each.name
        ahead.extend(each.outputs)
