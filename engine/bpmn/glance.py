"""The data of a running instance as a reader sees them who knows no case."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from SpiffWorkflow.util.task import TaskState

from engine.bpmn.meeting import meet, way_of
from engine.bpmn.merging import Data
from engine.bpmn.runtime import Instance

OBJECTS = "data_objects"  # the library's own entry among the data of a process
LIVE = TaskState.READY | TaskState.WAITING


def data_seen(instance: Instance) -> dict[str, Any]:
    """The process data at the end; while it runs, what its tokens see, brought together.

    It is as if the tokens met now: what each has changed since they parted is kept; where two
    changed the same name, the one that moved last counts. Data objects stand beside the data under
    their own names.
    """
    workflow = instance._workflow
    seen: dict[str, Any] = {}
    for each in (workflow, *workflow.subprocesses.values()):
        objects = each.data.get(OBJECTS) or {}
        seen |= {name: value for name, value in objects.items() if value is not None}
    if instance.finished:
        return seen | {name: v for name, v in instance.data.items() if name != OBJECTS}
    return seen | meet([_way(task) for task in _live(instance)], _data, _as_seen)


def _live(instance: Instance) -> Iterator[Any]:
    workflow = instance._workflow
    for each in (workflow, *workflow.subprocesses.values()):
        yield from (task for task in each.tasks.values() if task.has_state(LIVE))


def _way(task: Any) -> list[Any]:
    """The tasks from the beginning of the process down to a live one, through what was called."""
    way = way_of(task)
    while owner := way[0].workflow.parent_task_id:
        way = way_of(way[0].workflow.parent_workflow.tasks[owner]) + way
    return way


def _as_seen(data: Data, _line: Iterable[Any], _base: Data) -> Data:
    """What a path beside an activity was shown counts here: it is what its token sees."""
    return data


def _data(task: Any) -> dict[str, Any]:
    """What a token sees; one that waits at a join has not taken over its data yet."""
    before = task.parent
    if before is not None and before.has_state(TaskState.COMPLETED):
        return {**before.data, **task.data}
    return dict(task.data)
