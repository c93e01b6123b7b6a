"""The saved state of an instance: by reference to its version, as compressed bytes.

The specification stays out (it is the same for every case of a version) and the bytes are never
stored as structured JSON: the library's delta coding needs its tasks in the order it wrote them.
"""

from __future__ import annotations

import json
import zlib
from typing import Any
from uuid import UUID

from SpiffWorkflow.bpmn import BpmnWorkflow
from SpiffWorkflow.bpmn.serializer import BpmnWorkflowSerializer
from SpiffWorkflow.bpmn.serializer.config import DEFAULT_CONFIG
from SpiffWorkflow.bpmn.serializer.default.workflow import (
    BpmnWorkflowConverter,
    TaskConverter,
    WorkflowConverter,
)
from SpiffWorkflow.task import Task

from engine.errors import ProcedureFault

FORMAT = b"1"  # first byte of a saved state; a later codec takes another
MARK = "typename"  # the library's mark of its own objects: data with it could never be loaded


class CaseWorkflow(BpmnWorkflow):
    """The library's workflow with the situation of the step that runs."""

    situation: Any = None


class _TaskConverter(TaskConverter):
    """Writes of a task what it changed in the process data, and refuses what can't be read back."""

    def to_dict(self, task: Task) -> dict[str, Any]:
        saved = super().to_dict(task)
        # What a gateway caught is of no use once it has run, which it does before it is saved.
        saved["internal_data"].pop("seen_events", None)
        if task.parent is not None:
            saved["delta"]["updates"] = _changed(task.parent.data, task.data)
        if _marked([saved["data"], saved["delta"], task.internal_data]):
            raise ProcedureFault(
                f"流程数据中不能使用名称“{MARK}”，请流程管理员修改表单或脚本中的名称。",
                f"Process data can't hold the name {MARK!r}; use another in the form or script.",
            )
        return saved


def _changed(before: dict[str, Any], data: dict[str, Any]) -> dict[str, Any]:
    """Return what differs, where 1, 1.0 and true do differ."""
    return {
        name: value
        for name, value in data.items()
        if name not in before or before[name] != value or repr(before[name]) != repr(value)
    }


def _marked(value: Any) -> bool:
    if isinstance(value, dict):
        return MARK in value or any(_marked(each) for each in value.values())
    return isinstance(value, (list, tuple)) and any(_marked(each) for each in value)


class _ByReference(BpmnWorkflowConverter):
    """Writes everything but the specifications, and takes those from `specifications`."""

    specifications: tuple[Any, Any] = (None, None)

    def to_dict(self, workflow: CaseWorkflow) -> dict[str, Any]:
        saved = WorkflowConverter.to_dict(self, workflow)
        saved["subprocesses"] = self.mapping_to_dict(workflow.subprocesses)
        saved["bpmn_events"] = self.registry.convert(workflow.bpmn_events)
        return saved

    def from_dict(self, saved: dict[str, Any]) -> CaseWorkflow:
        spec, subprocesses = self.specifications
        workflow = CaseWorkflow(spec, subprocesses, deserializing=True)
        workflow.tasks = self.mapping_from_dict(saved["tasks"], UUID, workflow=workflow)
        workflow.task_tree = workflow.tasks[UUID(saved["root"])]
        self.set_default_attributes(workflow, saved)
        self.subprocesses_from_dict(saved["subprocesses"], workflow)
        workflow.bpmn_events = self.registry.restore(saved.pop("bpmn_events", []))
        return workflow


def _serializer(specifications: tuple[Any, Any]) -> BpmnWorkflowSerializer:
    converter = type("_Bound", (_ByReference,), {"specifications": specifications})
    config = {each: kind for each, kind in DEFAULT_CONFIG.items() if each is not BpmnWorkflow}
    config |= {CaseWorkflow: converter, Task: _TaskConverter}
    return BpmnWorkflowSerializer(BpmnWorkflowSerializer.configure(config))


_WRITER = _serializer((None, None))


def save(workflow: CaseWorkflow) -> bytes:
    """Return the state as bytes: a format byte and deflated JSON.

    Raises `ProcedureFault` where the process data hold what is no JSON, or a name of the library.
    """
    try:
        saved = json.dumps(_WRITER.to_dict(workflow), ensure_ascii=False, separators=(",", ":"))
    except TypeError as error:
        raise ProcedureFault(
            "流程数据中有无法保存的值，只能是文字、数字、真假、列表和对象。",
            "Process data hold a value that can't be saved; only JSON values can.",
        ) from error
    return FORMAT + zlib.compress(saved.encode("utf-8", "surrogatepass"), 3)


def restore(state: bytes, spec: Any, subprocesses: Any) -> CaseWorkflow:
    """Return the workflow that `save` wrote, on the specifications of its version."""
    if state[:1] != FORMAT:
        raise ValueError(f"expected a state of format {FORMAT!r} but got {state[:1]!r}")
    saved = json.loads(zlib.decompress(state[1:]).decode("utf-8", "surrogatepass"))
    return _serializer((spec, subprocesses)).from_dict(saved)
