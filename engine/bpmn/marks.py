"""Where the tokens of a saved instance stand, and where they have been, for its diagram."""

from __future__ import annotations

from SpiffWorkflow.util.task import TaskState

from engine.bpmn.state import restore
from engine.bpmn.versions import Version

_ACTIVE = TaskState.READY | TaskState.WAITING | TaskState.STARTED


def marks(version: Version, state: bytes) -> tuple[list[str], list[str]]:
    """Return the ids of the elements that are active, and of those finished and not active again.

    Boundary events that merely wait are neither: they are armed as long as their activity runs.
    """
    workflow = restore(state, version.spec, dict(version.subprocesses))
    active, finished = set(), set()
    for each in (workflow, *workflow.subprocesses.values()):
        for task in each.tasks.values():
            element = task.task_spec.bpmn_id
            if element and task.has_state(TaskState.COMPLETED):
                finished.add(element)
            elif element and task.has_state(_ACTIVE) and not _is_boundary(task.task_spec):
                active.add(element)
    return sorted(active), sorted(finished - active)


def _is_boundary(spec: object) -> bool:
    return hasattr(spec, "cancel_activity")
