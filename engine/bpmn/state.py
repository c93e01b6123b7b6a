"""The saved state of an instance: rows of its tasks, by reference to its version, as bytes.

The specification stays out: it is the same for every case of a version. A task is a row, parents
before their children, and says of its data only what differs from its parent's:

    [id, parent's row, name, state, internal, changed or added, names that are gone]

cut off where the rest is empty; what merely lies ahead is [parent's row, name, state]. Names are
positions in a table of texts that comes with the state, so that nothing depends on how a later
release of this program would number the nodes of a diagram. Nothing of the data is ever taken for
a mark of the format. The first byte says which format the rest has.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from typing import Any

import orjson
from SpiffWorkflow.bpmn.specs.mixins.events.event_types import CatchingEvent
from SpiffWorkflow.bpmn.specs.mixins.events.intermediate_event import BoundaryEvent
from SpiffWorkflow.util.task import TaskState

from engine.bpmn.forgetting import forget
from engine.bpmn.merging import changed
from engine.bpmn.scope_data import LENT
from engine.bpmn.timers import ARMED
from engine.bpmn.workflow import CaseSubWorkflow, CaseTask, CaseWorkflow
from engine.errors import ProcedureFault

FORMAT = b"2"
_STATES = (1, 2, 4, 8, 16, 32, 64, 128, 256)
_CODES = {state: code for code, state in enumerate(_STATES)}
_TRIGGERED = 16  # added to the code of a task that its specification did not foresee
_AHEAD = TaskState.PREDICTED_MASK | TaskState.FUTURE


def save(workflow: CaseWorkflow) -> bytes:
    """Return the state as bytes, after forgetting what is finished."""
    workflow.get_events()  # events that nobody caught would pile up
    forget(workflow)
    names = _Names((name, place) for place, name in enumerate(workflow.names))
    saved = {
        "n": workflow.numbered,
        "w": [_write_workflow(workflow, names)]
        + [_write_workflow(each, names) for each in workflow.subprocesses.values()],
        "f": [names[element] for element in workflow.finished],
        "s": list(names),
    }
    return FORMAT + zlib.compress(orjson.dumps(saved), 1)


def restore(
    state: bytes, spec: Any, subprocesses: Mapping[str, Any], script_engine: Any = None
) -> CaseWorkflow:
    """Return the workflow that `save` wrote, on the specifications of its version.

    Raises `ProcedureFault` (code "state-unreadable") where the bytes are not such a state.
    """
    try:
        if state[:1] != FORMAT:
            raise ValueError(f"format {state[:1]!r}")
        saved = orjson.loads(zlib.decompress(state[1:]))
        workflow = CaseWorkflow(spec, dict(subprocesses), script_engine)
        workflow.numbered, workflow.names = saved["n"], saved["s"]
        for row in saved["w"]:
            _read_workflow(workflow, row, saved["s"])
        _listen(workflow)
        workflow.finished = {saved["s"][each]: None for each in saved["f"]}
    except Exception as error:  # damaged bytes may stumble anywhere
        raise ProcedureFault(
            "办件保存的流程状态无法读取（数据损坏，或由其他版本的程序保存）。"
            "请管理员从备份恢复，或联系维护人员。",
            "The saved state of this case can't be read: damaged, or written by another release. "
            "Restore it from a backup or ask for support.",
            code="state-unreadable",
        ) from error
    return workflow


class _Names(dict[str, int]):
    """Texts by their position, in the order in which they were first asked for."""

    def __missing__(self, name: str) -> int:
        self[name] = len(self)
        return self[name]


# ------------------------------------------------------------ writing


def _write_workflow(workflow: Any, names: _Names) -> list[Any]:
    return [
        workflow.parent_task_id or 0,
        names[workflow.spec.name],
        int(workflow.completed),
        workflow.data,
        workflow.correlations,
        # Where nothing moved the rows are written as they were read: of eight departments, seven.
        _write_tasks(workflow, names) if workflow.touched else workflow.rows,
    ]


def _write_tasks(workflow: Any, names: _Names) -> list[list[Any]]:
    rows: list[list[Any]] = []
    places: dict[int, int] = {}
    ahead = [workflow.task_tree]
    while ahead:
        task = ahead.pop()
        places[task.id] = len(rows)
        rows.append(_write_task(task, places.get(task._parent, -1), names))
        ahead.extend(reversed(task.children))
    return rows


def _write_task(task: Any, parent: int, names: _Names) -> list[Any]:
    name, code = names[task.task_spec.name], _CODES[task._state]
    if task.triggered:
        code += _TRIGGERED
    internal = _write_internal(task)
    if task._state & _AHEAD and not task.data and not internal:
        return [parent, name, code]
    above, data = task.parent.data if task._parent is not None else {}, task.data
    news = {k: v for k, v in data.items() if k not in above or changed(above[k], v)}
    row = [task.id, parent, name, code, internal, news, [k for k in above if k not in data]]
    while not row[-1] and len(row) > 4:
        row.pop()
    return row


def _write_internal(task: Any) -> dict[str, Any]:
    """What the library and our timers keep of a task, as far as it may still be asked for."""
    internal = task.internal_data
    if task._state & TaskState.FINISHED_MASK:
        kept = (ARMED, LENT) if isinstance(task.task_spec, BoundaryEvent) else ()
        return {name: internal[name] for name in kept if internal.get(name)}
    # What a gateway caught is of no use once it has run, which it does before it is saved.
    return {
        name: value
        for name, value in internal.items()
        if name != "seen_events" and not (name == "event_fired" and value is False)
    }


# ------------------------------------------------------------ reading


def _read_workflow(top: CaseWorkflow, saved: list[Any], names: list[str]) -> None:
    owner_id, name, completed, data, correlations, rows = saved
    workflow: Any = top
    if owner_id:
        owner = top.get_task_from_id(owner_id)
        workflow = CaseSubWorkflow(top.subprocess_specs[names[name]], owner_id, top)
        workflow.completed_event.connect(owner.task_spec._on_subworkflow_completed, owner)
        top.subprocesses[owner_id] = workflow
    workflow.data, workflow.completed = data, bool(completed)
    workflow.correlations, workflow.rows = correlations, rows
    specs, tasks = workflow.spec.task_specs, []
    for row in rows:
        task = _read_task(workflow, row, tasks)
        task.task_spec = specs[names[row[1] if len(row) == 3 else row[2]]]
        tasks.append(task)
        if task._state == TaskState.WAITING:
            workflow.note_waiting(task)
    workflow.task_tree = tasks[0]


def _listen(top: CaseWorkflow) -> None:
    """Let the events that wait be told of what happens, those first that have waited longest."""
    waiting = [
        task
        for workflow in (top, *top.subprocesses.values())
        for task in workflow.tasks.values()
        if task._state == TaskState.WAITING and isinstance(task.task_spec, CatchingEvent)
    ]
    for task in sorted(waiting, key=lambda task: task.arrived):
        top.event_manager.add_task(task)


def _read_task(workflow: Any, row: list[Any], tasks: list[CaseTask]) -> CaseTask:
    """Build the task of a row without the library's constructor, which would draw it anew."""
    lies_ahead = len(row) == 3
    task_id = workflow.top_workflow.number() if lies_ahead else row[0]
    at, _, code = row[-3:] if lies_ahead else row[1:4]
    parent = tasks[at] if at >= 0 else None
    task = CaseTask.__new__(CaseTask)
    task.__dict__ = {
        "id": task_id,
        "workflow": workflow,
        "_parent": parent.id if parent is not None else None,
        "_children": [],
        "_state": _STATES[code & ~_TRIGGERED],
        "triggered": bool(code & _TRIGGERED),
        "thread_id": 0,
        "internal_data": dict(row[4]) if len(row) > 4 else {},
        "last_state_change": 0.0,
    }
    workflow.tasks[task_id] = task
    if parent is not None:
        parent._children.append(task_id)
    if lies_ahead:
        task.data = {}
    else:
        _fold(task, parent, row)
    return task


def _fold(task: CaseTask, parent: CaseTask | None, row: list[Any]) -> None:
    """Leave a task's data as its row has them until they are asked for, if they can wait: what a
    parent that still runs hands down must be taken before it changes."""
    news, gone = row[5] if len(row) > 5 else {}, row[6] if len(row) > 6 else ()
    task.__dict__["folded"] = (parent, news, gone)
    if parent is not None and not parent._state & TaskState.FINISHED_MASK:
        task.data  # noqa: B018 (unfolds them)
