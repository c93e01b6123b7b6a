"""The data of a running instance as a reader sees them who knows no case."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from SpiffWorkflow.util.task import TaskState

from engine.bpmn.runtime import Instance

OBJECTS = "data_objects"  # the library's own entry among the data of a process


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
    for task in sorted(_live(instance), key=lambda task: task.arrived):
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
