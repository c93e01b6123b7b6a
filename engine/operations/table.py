"""What a service task may name: the operations, with the parameters the linter checks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from engine.bpmn.situation import OperationCall
from engine.bpmn.vocabulary import OperationSignature
from engine.operations import decision, intake, lights, messages, notices
from engine.operations.case_run import CaseRun

Perform = Callable[[CaseRun, OperationCall], Mapping[str, Any] | None]


@dataclass(frozen=True)
class Operation:
    """An operation: its signature and the function that carries it out on a case."""

    signature: OperationSignature
    perform: Perform


def _operation(perform: Perform, **signature: Any) -> Operation:
    return Operation(OperationSignature(perform.__name__, **signature), perform)


OPERATIONS: dict[str, Operation] = {
    each.signature.name: each
    for each in (
        _operation(intake.accept, optional=("deemed",)),
        _operation(intake.request_supplement, required=("within",)),
        _operation(decision.decide, required=("result",)),
        _operation(decision.return_case, required=("ground",)),
        _operation(decision.archive, required=("status",)),
        _operation(notices.issue_notice, needs_notice=True),
        _operation(messages.notify, required=("text",), optional=("within",)),
        _operation(lights.raise_light),
    )
}
SIGNATURES = {name: each.signature for name, each in OPERATIONS.items()}
