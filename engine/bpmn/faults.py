"""What the library raises while an instance runs, told in our words and with its place."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from SpiffWorkflow.bpmn.specs.defaults import ExclusiveGateway, InclusiveGateway
from SpiffWorkflow.exceptions import SpiffWorkflowException

from engine.errors import LianbanError, ProcedureFault, Words

GATEWAYS = (ExclusiveGateway, InclusiveGateway)
NO_WAY_ON = Words(
    "没有一条出口的条件成立。请流程管理员为该网关指定默认出口。",
    "no outgoing flow's condition holds; give the gateway a default flow.",
)

BROKEN = Words(
    "流程引擎报告内部错误。请流程管理员检查该元素。",
    "the engine reports a fault of its own; check this element.",
)


@contextmanager
def told() -> Iterator[None]:
    """Turn a fault of the library into a `ProcedureFault` that names the element."""
    try:
        yield
    except SpiffWorkflowException as error:
        raise _fault(error) from error
    except RecursionError:
        raise ProcedureFault(
            "办件中同时打开的分支嵌套过深，无法继续，本步骤已全部撤销。请流程管理员检查流程图中的回路。",
            "The case holds branches nested too deeply to go on; all of this step was undone. Look "
            "for a loop through a fork in the diagram.",
            code="too-deep",
        ) from None


def _fault(error: SpiffWorkflowException) -> ProcedureFault:
    spec = getattr(error, "task_spec", None)
    known = (getattr(spec, name, None) for name in ("bpmn_id", "stands_for", "name"))
    element = next(filter(None, known), "?")
    name = getattr(spec, "bpmn_name", None) or element
    words = _words(error) or (NO_WAY_ON if isinstance(spec, GATEWAYS) else BROKEN)
    return ProcedureFault(
        f"流程在“{name}”（{element}）处无法继续：{words.zh}",
        f"The procedure can't go on at {name} ({element}): {words.en}",
        element=element,
    )


def _words(error: BaseException) -> Words | None:
    """Return the words of the refusal of ours behind the library's, if there is one."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, LianbanError):
            return cause.message
        cause = cause.__cause__ or cause.__context__
    return None
