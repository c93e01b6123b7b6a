"""What an activity that still runs has done to the data so far, in all of its branches.

The data of a process travel with its tokens. Who looks from outside at an activity that is not
finished, as the path of a boundary event does, sees what all its tokens hold together.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from SpiffWorkflow.bpmn.specs.mixins.multiinstance_task import LoopTask
from SpiffWorkflow.util.task import TaskState

from engine.bpmn.merging import changed, merged

_ALIVE = TaskState.WAITING | TaskState.READY | TaskState.STARTED
LENT = "lent"  # of a boundary event's task: names whose values its path was shown, not given
Data = Mapping[str, Any]


def seen_at(task: Any) -> Data:
    """The data at a task and below it: of an activity what its branches made of them."""
    seen = _seen(task)
    return task.data if seen is None else seen


def own_changes(data: Data, line: Iterable[Any], base: Data) -> Data:
    """The data of a token, without what it was only shown on its way.

    `line` are the tasks above the token, `base` the data where its branch parted. The path beside a
    running activity sees what that has done; as long as the path leaves such a value alone, the
    activity goes on deciding about it.
    """
    for task in line:
        for name in task.internal_data.get(LENT, ()):
            if name not in data or changed(task.data.get(name), data[name]):
                continue
            data = {key: value for key, value in data.items() if key != name}
            if name in base:
                data[name] = base[name]
    return data


def _seen(top: Any) -> Data | None:
    """None where nothing is alive at this task and below it."""
    order, ahead = [], [top]
    while ahead:  # not by recursion: a case may be thousands of tasks deep
        order.append(task := ahead.pop())
        ahead.extend(task.children)
    seen: dict[int, Data | None] = {}
    for task in reversed(order):  # those below come before those above
        seen[task.id] = _seen_from(task, [(each, seen[each.id]) for each in task.children])
    return seen[top.id]


def _seen_from(task: Any, below: list[tuple[Any, Data | None]]) -> Data | None:
    branches = [own_changes(data, [each], task.data) for each, data in below if data is not None]
    if not branches and not _alive(task):
        return None
    if isinstance(task.task_spec, LoopTask):
        branches = [task.task_spec.shared(branch) for branch in branches]
    return merged(_own(task), branches)


def _alive(task: Any) -> bool:
    """Whether there is a token; one that has just finished is about to be handed on."""
    if task.state == TaskState.COMPLETED:
        return any(child.state == TaskState.FUTURE for child in task.children)
    return task.has_state(_ALIVE)


def _own(task: Any) -> Data:
    inside = task.workflow.top_workflow.subprocesses.get(task.id)
    if inside is None or not task.has_state(_ALIVE) or inside.completed:
        return task.data
    seen = seen_at(inside.task_tree)
    given = getattr(task.task_spec, "given_back", None)
    return seen if given is None else given(task, inside, seen)
