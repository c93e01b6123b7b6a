"""What keeps a diagram from running for ever: automatic loops, and rounds without end."""

from __future__ import annotations

from typing import Any

from engine.errors import ProcedureFault

MAX_STEPS = 5_000  # automatic steps between two waits
MAX_ROUNDS = 100  # entries of one element in a case; the library loses tasks past about 250
MAX_DEPTH = 900  # tasks one below another; at 1,000 the library stops looking


def guard_steps(steps: int) -> None:
    """Raise `ProcedureFault` where a procedure ran too many automatic steps without a wait."""
    if steps > MAX_STEPS:
        raise ProcedureFault(
            f"流程连续自动运行了 {MAX_STEPS} 步仍未停下，已全部撤销。"
            "请检查流程图中没有人工环节的回路。",
            f"The procedure ran {MAX_STEPS} automatic steps without waiting; all was undone. Look "
            "for a loop without a user task in the diagram.",
            code="endless-loop",
        )


def guard_rounds(task: Any) -> None:
    """Raise `ProcedureFault` where the element of `task` was entered too often in its case."""
    spec = task.task_spec
    # The instances of a multi-instance activity have one parent: together they are one entry.
    entered = (each for each in task.workflow.tasks.values() if each.task_spec is spec)
    rounds = len({each.parent and each.parent.id for each in entered})
    if rounds > MAX_ROUNDS or task.depth > MAX_DEPTH:
        name = spec.bpmn_name or spec.bpmn_id or spec.name
        raise ProcedureFault(
            f"本办件的流程已反复过多（“{name}”第 {rounds} 次），不能再往回走。请作出决定，"
            "或请流程管理员检查流程图中的回路。",
            f"This case went round too often ({name}: {rounds} times); decide, or have the loop "
            "in the diagram mended.",
            code="too-many-rounds",
        )
