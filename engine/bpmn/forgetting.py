"""Finished history leaves the tree of an instance: a case stays small however often it goes round.

The library keeps every task that ever ran, looks through all of them at each step, and loses sight
of what lies deeper than a thousand. The journal is the history; the tree needs what still decides:

1. every task that is not finished, with its parent (whose data it takes over);
2. where branches part that are both alive (a join compares with the data of that moment);
3. around an activity with boundary events that still runs, or whose boundary path does, the split,
   the activity and its events.

All else that is finished goes: whole branches without a live task, and links of a chain.
"""

from __future__ import annotations

from typing import Any

from SpiffWorkflow.bpmn.specs.control import BoundaryEventSplit
from SpiffWorkflow.bpmn.specs.mixins.events.intermediate_event import BoundaryEvent
from SpiffWorkflow.util.task import TaskState

FINISHED = TaskState.FINISHED_MASK


def forget(top: Any) -> None:
    """Drop what is finished and decides nothing, in the instance `top` and its sub-processes."""
    for task_id, sub in list(top.subprocesses.items()):  # those around before those inside
        owner = _owner(top, task_id)
        if owner is None or owner._state & FINISHED:
            _drop_workflow(top, task_id, sub)
    for workflow in (top, *top.subprocesses.values()):
        if workflow.touched:
            _forget_in(workflow)


def _owner(top: Any, task_id: int) -> Any:
    """The task that a sub-process belongs to, None where that is forgotten."""
    around = (top, *top.subprocesses.values())
    return next((each.tasks[task_id] for each in around if task_id in each.tasks), None)


def _drop_workflow(top: Any, task_id: int, sub: Any) -> None:
    for task in sub.tasks.values():
        top.event_manager.remove_task(task)
    del top.subprocesses[task_id]


def _forget_in(workflow: Any) -> None:
    tasks = workflow.tasks
    needed = _with_ancestors(tasks, [t for t in tasks.values() if not t._state & FINISHED])
    needed.add(workflow.task_tree.id)
    around = _around_boundaries(tasks, needed)
    for task in list(tasks.values()):
        if task.id not in needed and task.id not in around:
            del tasks[task.id]
    for task in tasks.values():
        task._children = [child for child in task._children if child in tasks]
    around.add(workflow.task_tree.id)
    for task in list(tasks.values()):
        if task.id not in around and _is_link(tasks, task):
            _take_out(tasks, task)
    if workflow.last_task is not None and not workflow.completed:
        workflow.last_task = None


def _with_ancestors(tasks: dict[int, Any], alive: list[Any]) -> set[int]:
    found: set[int] = set()
    for task in alive:
        while task is not None and task.id not in found:
            found.add(task.id)
            task = tasks.get(task._parent)
    return found


def _around_boundaries(tasks: dict[int, Any], needed: set[int]) -> set[int]:
    """The splits before activities with boundary events that are open, and what stands there."""
    around: set[int] = set()
    for split in (tasks[each] for each in needed):
        if isinstance(split.task_spec, BoundaryEventSplit) and _is_open(split, tasks, needed):
            around.update((split.id, *split._children))
    return around


def _is_open(split: Any, tasks: dict[int, Any], needed: set[int]) -> bool:
    """Whether the activity behind a split runs, waits for an event, or an event's path runs."""
    children = [tasks[each] for each in split._children]
    return any(not child._state & FINISHED for child in children) or any(
        isinstance(child.task_spec, BoundaryEvent) and child.id in needed for child in children
    )


def _is_link(tasks: dict[int, Any], task: Any) -> bool:
    """Whether a finished task only joins its parent to one finished child."""
    if not task._state & FINISHED or len(task._children) != 1:
        return False
    return bool(tasks[task._children[0]]._state & FINISHED)


def _take_out(tasks: dict[int, Any], task: Any) -> None:
    parent, child = tasks[task._parent], tasks[task._children[0]]
    parent._children[parent._children.index(task.id)] = child.id
    child._parent = parent.id
    del tasks[task.id]
