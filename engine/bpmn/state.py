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
from SpiffWorkflow.bpmn.serializer.default.workflow import BpmnWorkflowConverter, WorkflowConverter

FORMAT = b"1"  # first byte of a saved state; a later codec takes another


class CaseWorkflow(BpmnWorkflow):
    """The library's workflow with the situation of the step that runs."""

    situation: Any = None


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
    config[CaseWorkflow] = converter
    return BpmnWorkflowSerializer(BpmnWorkflowSerializer.configure(config))


_WRITER = _serializer((None, None))


def save(workflow: CaseWorkflow) -> bytes:
    """Return the state as bytes: a format byte and deflated JSON."""
    saved = json.dumps(_WRITER.to_dict(workflow), ensure_ascii=False, separators=(",", ":"))
    return FORMAT + zlib.compress(saved.encode("utf-8", "surrogatepass"), 3)


def restore(state: bytes, spec: Any, subprocesses: Any) -> CaseWorkflow:
    """Return the workflow that `save` wrote, on the specifications of its version."""
    if state[:1] != FORMAT:
        raise ValueError(f"expected a state of format {FORMAT!r} but got {state[:1]!r}")
    saved = json.loads(zlib.decompress(state[1:]))
    return _serializer((spec, subprocesses)).from_dict(saved)
