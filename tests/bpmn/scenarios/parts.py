"""Pieces of the scenarios' diagrams."""

from __future__ import annotations

from tests.bpmn.diagrams import chain, end, flow, node, start, timer, user
from tests.bpmn.instances import interrupting, message, messages, script


def gate(key: str, tag: str = "exclusiveGateway", default: str | None = None) -> str:
    """A gateway; `default` is the id of a flow."""
    return node(tag, key, default=default)


def both(key: str) -> str:
    return gate(key, "parallelGateway")


def some(key: str, default: str | None = None) -> str:
    return gate(key, "inclusiveGateway", default)


def sub(key: str, *parts: str, tag: str = "subProcess", **attributes: str) -> str:
    return node(tag, key, *parts, **attributes)


def simple(key: str, task: str) -> str:
    """A sub-process with one user task."""
    ends = (f"{key}_s", f"{key}_e")
    return sub(key, start(ends[0]), user(task), end(ends[1]), chain(ends[0], task, ends[1]))


def call(key: str, called: str, *inner: str) -> str:
    return node("callActivity", key, *inner, calledElement=called)


def catch(key: str, definition: str) -> str:
    return node("intermediateCatchEvent", key, definition)


def throw(key: str, definition: str = "") -> str:
    return node("intermediateThrowEvent", key, definition)


def signal(name: str = "go") -> str:
    return f'<b:signalEventDefinition signalRef="s_{name}"/>'


def error(code: str | None = None) -> str:
    reference = f' errorRef="e_{code}"' if code else ""
    return f"<b:errorEventDefinition{reference}/>"


def escalation(code: str | None = None) -> str:
    reference = f' escalationRef="x_{code}"' if code else ""
    return f"<b:escalationEventDefinition{reference}/>"


CANCEL = "<b:cancelEventDefinition/>"
TERMINATE = "<b:terminateEventDefinition/>"
DEFINED = (
    messages("come", "more")
    + "".join(f'<b:signal id="s_{n}" name="{n}"/>' for n in ("go", "stop"))
    + "".join(f'<b:error id="e_{n}" name="{n}" errorCode="{n}"/>' for n in ("bad", "worse"))
    + "".join(
        f'<b:escalation id="x_{n}" name="{n}" escalationCode="{n}"/>' for n in ("late", "later")
    )
)


def beside(key: str, on: str, definition: str) -> str:
    """A boundary event that interrupts nothing."""
    return node("boundaryEvent", key, definition, attachedToRef=on, cancelActivity="false")


def handler(key: str, definition: str, *parts: str, interrupts: bool = True) -> str:
    """An event sub-process; its start event is <key>_s."""
    begin = node(
        "startEvent", f"{key}_s", definition, isInterrupting="true" if interrupts else "false"
    )
    return sub(key, begin, *parts, triggeredByEvent="true")


def many(inner: str, **attributes: str) -> str:
    given = "".join(f' {name}="{value}"' for name, value in attributes.items())
    tag = "b:multiInstanceLoopCharacteristics"
    return f"<{tag}{given}>{inner}</{tag}>"


def over(rows: str, item: str = "item") -> str:
    return f'<b:loopDataInputRef>{rows}</b:loopDataInputRef><b:inputDataItem id="{item}"/>'


def into(rows: str, item: str) -> str:
    """The outputs: their collection stands before the input item in the schema."""
    return f"<b:loopDataOutputRef>{rows}</b:loopDataOutputRef>", f'<b:outputDataItem id="{item}"/>'


__all__ = [
    "CANCEL", "DEFINED", "TERMINATE", "beside", "both", "call", "catch", "chain", "end", "error",
    "escalation", "flow", "gate", "handler", "interrupting", "into", "many", "message", "node",
    "over", "script", "signal", "simple", "some", "start", "sub", "throw", "timer", "user",
]  # fmt: skip
