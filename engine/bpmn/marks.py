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
    workflow = restore(state, version.spec, version.subprocesses)
    active = {
        task.task_spec.bpmn_id
        for each in (workflow, *workflow.subprocesses.values())
        for task in each.tasks.values()
        if task.has_state(_ACTIVE) and not _is_boundary(task.task_spec)
    }
    active.discard(None)
    return sorted(active), sorted(workflow.finished.keys() - active)


def _is_boundary(spec: object) -> bool:
    return hasattr(spec, "cancel_activity")
