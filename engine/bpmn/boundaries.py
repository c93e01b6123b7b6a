"""Boundary and end events: what is thrown reaches the nearest activity around, what interrupts
ends the activity at once, and whoever catches sees what the activity had done by then.

The library (SpiffWorkflow 3.2.0) looks for who catches an error among all that waits in the scope
where it was thrown, lets what is ready inside an interrupted activity run on, gives the path of a
boundary event the data of the moment when the activity began, and arms an event that interrupts
nothing once only. Source: BPMN 2.0.2, 10.5.4 and 10.5.6.
"""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from SpiffWorkflow.bpmn.specs.bpmn_task_spec import BpmnTaskSpec
from SpiffWorkflow.bpmn.specs.control import BoundaryEventSplit
from SpiffWorkflow.bpmn.specs.defaults import (
    BoundaryEvent,
    EndEvent,
    EventBasedGateway,
    IntermediateCatchEvent,
    ReceiveTask,
    TransactionSubprocess,
)
from SpiffWorkflow.bpmn.specs.event_definitions.item_aware_event import (
    ErrorEventDefinition,
    EscalationEventDefinition,
)
from SpiffWorkflow.bpmn.specs.event_definitions.simple import (
    CancelEventDefinition,
    TerminateEventDefinition,
)
from SpiffWorkflow.bpmn.specs.mixins.multiinstance_task import LoopTask
from SpiffWorkflow.bpmn.util import BpmnEvent
from SpiffWorkflow.specs.base import TaskSpec
from SpiffWorkflow.util.task import TaskState

from engine.bpmn.merging import changed
from engine.bpmn.scope_data import LENT, seen_at
from engine.bpmn.timers import ClockTimer

OVER = TaskState.FINISHED_MASK


class _Catching:
    """An event that is over catches nothing: an earlier catcher of the same signal ended it."""

    def catch(self, my_task: Any, event: BpmnEvent) -> None:
        if not my_task.has_state(OVER):
            super().catch(my_task, event)

    def _update_hook(self, my_task: Any) -> bool | None:
        return False if my_task.has_state(OVER) else super()._update_hook(my_task)


class Catch(_Catching, IntermediateCatchEvent):
    """An intermediate catch event."""


class Receive(_Catching, ReceiveTask):
    """A receive task."""


class EventGateway(_Catching, EventBasedGateway):
    """An event-based gateway; it holds the events behind it."""


class Boundary(_Catching, BoundaryEvent):
    """A boundary event."""

    def catch(self, my_task: Any, event: BpmnEvent) -> None:
        if my_task.state == TaskState.WAITING:
            super().catch(my_task, event)

    def _on_ready_hook(self, my_task: Any) -> None:
        super()._on_ready_hook(my_task)
        activity = attached_to(my_task)
        if not self._undoes(activity):
            my_task.data = deepcopy(seen_at(activity))
        if self.cancel_activity:
            for other in my_task.parent.children:
                if other is not my_task and other.state == TaskState.WAITING:
                    other.cancel()
            _end(activity)
        else:
            before = my_task.parent.data
            my_task.internal_data[LENT] = [
                name
                for name, value in my_task.data.items()
                if name not in before or changed(before[name], value)
            ]

    def _run_hook(self, my_task: Any) -> bool:
        lent = {name: my_task.data[name] for name in my_task.internal_data.get(LENT, ())}
        result = super()._run_hook(my_task)
        my_task.internal_data[LENT] = [  # what the event brought is the path's own
            name for name, value in lent.items() if not changed(value, my_task.data.get(name))
        ]
        return result

    def _undoes(self, activity: Any) -> bool:
        """Whether what the activity did to the data is undone: a transaction that was cancelled, or
        failed, leaves them as they were before it."""
        kinds = (CancelEventDefinition, ErrorEventDefinition)
        transaction = isinstance(activity.task_spec, TransactionSubprocess)
        return transaction and isinstance(self.event_definition, kinds)

    def _on_complete_hook(self, my_task: Any) -> None:
        super()._on_complete_hook(my_task)
        if not self.cancel_activity and not attached_to(my_task).has_state(OVER):
            self._arm_again(my_task)

    def _arm_again(self, my_task: Any) -> None:
        """Wait for the same event anew: it may come as often as the activity lasts."""
        armed: dict[str, Any] = {}
        if isinstance(self.event_definition, ClockTimer):
            following = self.event_definition.following(my_task)
            if following is None:
                return
            armed = following
        again = my_task.parent._add_child(self, TaskState.WAITING)
        again.internal_data.update(armed)
        self._predict(again, mask=TaskState.NOT_FINISHED_MASK)
        self._update(again)


class End(EndEvent):
    """An end event. `wrapped`: the scopes around it that were added to the analyst's diagram."""

    wrapped = 0

    def _run_hook(self, my_task: Any) -> bool:
        return TaskSpec._run_hook(self, my_task)  # it throws when it is complete

    def _on_complete_hook(self, my_task: Any) -> None:
        BpmnTaskSpec._on_complete_hook(self, my_task)
        if isinstance(self.event_definition, TerminateEventDefinition):
            self._terminate(my_task)
        else:
            self.event_definition.throw(my_task)

    def _terminate(self, my_task: Any) -> None:
        workflow = my_task.workflow
        for _ in range(self.wrapped):
            workflow = workflow.parent_workflow
        my_task.data = deepcopy(seen_at(workflow.task_tree))
        for task in list(workflow.tasks.values()):
            if not task.has_state(OVER) and workflow.tasks.get(task.id) is task:
                _end(task)
        workflow._mark_complete(my_task)
        if workflow is not my_task.workflow:  # the library tells only the end event's own
            workflow.last_task = my_task
            workflow.completed_event(workflow)


class Error(ErrorEventDefinition):
    """An error: caught on the boundary of an activity around, else the path just ends."""

    def throw(self, my_task: Any) -> None:
        _throw_up(self, my_task)


class Escalation(EscalationEventDefinition):
    """An escalation: caught on the boundary of an activity around, else nothing happens."""

    def throw(self, my_task: Any) -> None:
        _throw_up(self, my_task)


class Cancel(CancelEventDefinition):
    """The cancelling of the transaction around."""

    def throw(self, my_task: Any, **_: Any) -> None:
        _throw_up(self, my_task, TransactionSubprocess)


def attached_to(my_task: Any) -> Any:
    """The task of the activity that the boundary event of this task is attached to."""
    beside = my_task.parent.children
    return next(each for each in beside if not isinstance(each.task_spec, BoundaryEvent))


def _end(activity: Any) -> None:
    """Cancel a task with all that runs in it; the library forgets instances of a loop."""
    if isinstance(activity.task_spec, LoopTask):
        for instance in activity.task_spec._instances(activity):
            instance.cancel()
    activity.cancel()


def _throw_up(definition: Any, my_task: Any, only: type = TaskSpec) -> None:
    """Let the nearest activity of this kind around the task that has a boundary event for the
    definition catch it."""
    event = BpmnEvent(definition)
    workflow = my_task.workflow
    while workflow.parent_task_id is not None:
        activity = workflow.top_workflow.get_task_from_id(workflow.parent_task_id)
        workflow = activity.workflow
        if not isinstance(activity.task_spec, only):
            continue
        if caught := _catching(activity, event):
            for task in caught:
                task.task_spec.catch(task, event)
                task.task_spec._update(task)
            return


def _catching(activity: Any, event: BpmnEvent) -> list[Any]:
    """The boundary events on an activity that catch: those for the very code before the others."""
    if isinstance(activity.parent.task_spec, LoopTask):
        activity = activity.parent
    if not isinstance(activity.parent.task_spec, BoundaryEventSplit):
        return []
    beside = [t for t in activity.parent.children if isinstance(t.task_spec, BoundaryEvent)]
    found = [task for task in beside if task.task_spec.catches(task, event)]
    code = getattr(event.event_definition, "code", None)
    exact = [t for t in found if getattr(t.task_spec.event_definition, "code", None) == code]
    return exact or found
