"""Rules about lights (P22a): raised by a timer that interrupts nothing, on a path of its own."""

from __future__ import annotations

from lxml import etree

from engine.bpmn.diagram import Scope, event_kind, is_true
from engine.bpmn.rules.gate import Findings, Gate, ScopeRule, found, title
from engine.bpmn.vocabulary import HUMAN_TASKS, read_extensions
from engine.bpmn.xml import bpmn, local
from engine.errors import Words

_WAITING = (*HUMAN_TASKS, "receiveTask", "intermediateCatchEvent", "eventBasedGateway")
_JOINS = ("parallelGateway", "inclusiveGateway")


def lights(scope: Scope, gate: Gate) -> Findings:
    """A light stands on a timer that does not interrupt, and its path waits for nobody."""
    raised = [
        (name, node)
        for name, node in scope.of("boundaryEvent")
        if read_extensions(node).light is not None
    ]
    behind = _waiting_behind(scope, gate) if raised else {}
    for name, node in raised:
        if fault := _timer_fault(node):
            yield found(scope, node, *fault)
        waiting = next((behind[t] for t in scope.after(name) if t in behind), None)
        if waiting is not None:
            yield found(
                scope,
                node,
                "light-waits",
                Words(
                    f"亮灯的路径会在“{title(waiting)}”等待。",
                    f"The path of the light waits at {title(waiting)}.",
                ),
                Words(
                    "亮灯之后只放自动的步骤，直到结束事件。",
                    "Put only automatic steps between a light and an end event.",
                ),
            )


def _timer_fault(node: etree._Element) -> tuple[str, Words, Words] | None:
    """Rule, message and remedy where a light does not stand on a non-interrupting timer."""
    if event_kind(node) != "timer":
        return (
            "light-without-timer",
            Words(f"亮灯的“{title(node)}”不是定时事件。", f"The light {title(node)} has no timer."),
            Words("请改为定时边界事件。", "Make it a boundary timer event."),
        )
    if is_true(node, "cancelActivity", default=True):
        return (
            "light-interrupts",
            Words(
                f"亮灯的“{title(node)}”会中断环节。",
                f"The light {title(node)} interrupts its activity.",
            ),
            Words('请设 cancelActivity="false"。', 'Set cancelActivity="false".'),
        )
    return None


def _waiting_behind(scope: Scope, gate: Gate) -> dict[str, etree._Element]:
    """For each node from which a path may come to wait for somebody: where it would wait."""
    behind = {
        name: node for name, node in scope.nodes.items() if _may_wait(scope, name, node, gate)
    }
    todo = list(behind)
    while todo:
        name = todo.pop()
        for flow in scope.incoming.get(name, ()):
            source = flow.get("sourceRef")
            if source not in behind:
                behind[source] = behind[name]
                todo.append(source)
    return behind


def _may_wait(scope: Scope, name: str, node: etree._Element, gate: Gate) -> bool:
    tag = local(node)
    if tag in _JOINS:
        return len(scope.incoming.get(name, ())) > 1
    if tag == "callActivity":
        return _has_step(gate.processes.get(node.get("calledElement", "")))
    return tag in _WAITING or (tag == "subProcess" and _has_step(node))


def _has_step(element: etree._Element | None) -> bool:
    """Whether a process or sub-process may wait: by a step, or because it calls or is elsewhere."""
    waiting = (*_WAITING, "callActivity")
    return element is None or any(True for _ in element.iter(*(bpmn(tag) for tag in waiting)))


RULES: tuple[ScopeRule, ...] = (lights,)
