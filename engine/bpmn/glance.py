"""A running instance as a reader sees it who knows no case: lanes, positions in loops, the data."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from SpiffWorkflow.bpmn.specs.mixins.multiinstance_task import LoopTask
from SpiffWorkflow.util.task import TaskState

from engine.bpmn.runtime import Instance, OpenTask

OBJECTS = "data_objects"  # the library's own entry among the data of a process


@dataclass(frozen=True)
class Place:
    """An open task and where it stands.

    `lane` is the lane's name, `path` its index in each loop or multi-instance activity around it,
    the outermost first; each counts from 0.
    """

    task: OpenTask
    lane: str | None
    path: tuple[int, ...]


def places(instance: Instance) -> list[Place]:
    """The open tasks of an instance, in the order in which they became ready."""
    ready = {str(task.id): task for task in instance._tasks()}
    known: dict[Any, dict[Any, int]] = {}
    return [
        Place(each, _lane(ready[each.task]), _path(ready[each.task], known))
        for each in instance.open_tasks()
    ]


def data_seen(instance: Instance) -> dict[str, Any]:
    """The process data at the end; while it runs, the union of what its live tokens see.

    Where tokens disagree, the one that moved last counts. Data objects stand beside the data.
    """
    workflow = instance._workflow
    seen: dict[str, Any] = {}
    for each in (workflow, *workflow.subprocesses.values()):
        objects = each.data.get(OBJECTS) or {}
        seen |= {name: value for name, value in objects.items() if value is not None}
    if instance.finished:
        return seen | {name: v for name, v in instance.data.items() if name != OBJECTS}
    for task in sorted(_live(instance), key=lambda task: task.last_state_change):
        before = task.parent
        if before is not None and before.has_state(TaskState.COMPLETED):
            seen |= before.data
        seen |= task.data
    return seen


def _live(instance: Instance) -> Iterator[Any]:
    workflow = instance._workflow
    for each in (workflow, *workflow.subprocesses.values()):
        for task in each.tasks.values():
            if task.has_state(TaskState.READY | TaskState.WAITING):
                yield task


def _lane(task: Any) -> str | None:
    lane = task.task_spec.lane
    return (getattr(lane, "name", lane) or getattr(lane, "id", None)) if lane else None


def _path(task: Any, known: dict[Any, dict[Any, int]]) -> tuple[int, ...]:
    path: list[int] = []
    while task is not None:
        loop = task.parent
        if loop is not None and isinstance(loop.task_spec, LoopTask):
            if loop.id not in known:
                runs = (c for c in loop.children if c.task_spec.name == loop.task_spec.task_spec)
                known[loop.id] = {run.id: index for index, run in enumerate(runs)}
            if task.id in known[loop.id]:
                path.append(known[loop.id][task.id])
        outer = task.workflow.parent_task_id
        task = None if outer is None else task.workflow.top_workflow.get_task_from_id(outer)
    return tuple(reversed(path))
