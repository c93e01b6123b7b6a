"""What keeps a diagram from running for ever, or growing without end."""

from __future__ import annotations

from engine.errors import ProcedureFault

MAX_STEPS = 5_000  # automatic steps between two waits
MAX_TASKS = 50_000  # tasks that one step makes, those that merely lie ahead included
MAX_SUBPROCESSES = 1_000  # sub-processes and calls of one instance at a time


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


def guard_size(made: int, subprocesses: int) -> None:
    """Raise `ProcedureFault` where one step made too many tasks, or there are too many
    sub-processes and calls at a time."""
    if made > MAX_TASKS or subprocesses > MAX_SUBPROCESSES:
        raise ProcedureFault(
            f"流程一步之内产生的环节过多（上限 {MAX_TASKS} 个环节、{MAX_SUBPROCESSES} 个子流程），"
            "已全部撤销。请检查多实例的次数。",
            f"One step would make more than {MAX_TASKS} tasks or hold more than "
            f"{MAX_SUBPROCESSES} sub-processes; all was undone. Look at the number of instances.",
            code="too-many-tasks",
        )
