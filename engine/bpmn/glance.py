"""The data of a running instance as a reader sees them who knows no case."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from SpiffWorkflow.util.task import TaskState

from engine.bpmn.merging import merged
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
    ways = [_way(task) for task in _live(instance)]
    return seen | _together(sorted(ways, key=_arrival))


def _live(instance: Instance) -> Iterator[Any]:
    workflow = instance._workflow
    for each in (workflow, *workflow.subprocesses.values()):
        yield from (task for task in each.tasks.values() if task.has_state(LIVE))


def _way(task: Any) -> list[Any]:
    """The tasks from the beginning of the process down to a live one, through what was called."""
    way: list[Any] = []
    while task is not None:
        way.append(task)
        above = task.parent
        if above is None and (owner := task.workflow.parent_task_id):
            above = task.workflow.parent_workflow.tasks[owner]
        task = above
    return way[::-1]


def _arrival(way: list[Any]) -> int:
    return way[-1].arrived


def _together(ways: list[list[Any]], shared: int = 0) -> dict[str, Any]:
    """What the tokens at the ends of these ways see, whose first `shared` tasks are the same."""
    if not ways:
        return {}
    if len(ways) == 1:
        return _data(ways[0][-1])
    while all(len(way) > shared for way in ways) and len({id(way[shared]) for way in ways}) == 1:
        shared += 1
    branches: dict[int, list[list[Any]]] = {}
    for way in ways:  # one may end where the others go on: a timer that fires again and again
        branches.setdefault(way[shared].id if len(way) > shared else 0, []).append(way)
    ended = [_data(way[-1]) for way in branches.pop(0, [])]
    groups = sorted(branches.values(), key=lambda group: _arrival(group[-1]))
    base = ways[0][shared - 1].data if shared else {}
    return merged(base, [*ended, *(_together(group, shared) for group in groups)])


def _data(task: Any) -> dict[str, Any]:
    """What a token sees; one that waits at a join has not taken over its data yet."""
    before = task.parent
    if before is not None and before.has_state(TaskState.COMPLETED):
        return {**before.data, **task.data}
    return dict(task.data)
