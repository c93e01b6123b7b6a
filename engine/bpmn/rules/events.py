"""Rules about events: which kinds, what they refer to, and calls to other processes."""

from __future__ import annotations

from lxml import etree

from engine.bpmn.diagram import Diagram, Scope, event_definitions, event_kind, is_executable
from engine.bpmn.rules.files import REFERENCED
from engine.bpmn.rules.gate import FileRule, Findings, Gate, ScopeRule, found, title
from engine.bpmn.xml import bpmn, local
from engine.errors import Words

KINDS = {
    "startEvent": ("none",),
    "endEvent": ("none", "terminate"),
    "boundaryEvent": ("timer", "message", "signal", "error", "escalation"),
    "intermediateCatchEvent": ("timer", "message", "signal"),
    "intermediateThrowEvent": ("none", "signal", "message", "escalation"),
}
_NAMES = {
    "none": Words("空", "none"),
    "timer": Words("定时", "timer"),
    "message": Words("消息", "message"),
    "signal": Words("信号", "signal"),
    "error": Words("错误", "error"),
    "escalation": Words("升级", "escalation"),
    "terminate": Words("终止", "terminate"),
}


def kinds(scope: Scope, gate: Gate) -> Findings:
    """An event is of a kind that runs as it is drawn; the others the library turns into none."""
    for name, node in scope.of(*KINDS):
        kind, allowed = event_kind(node), KINDS[local(node)]
        if kind in allowed:
            continue
        listed = Words("、".join(_NAMES[k].zh for k in allowed), ", ".join(allowed))
        yield found(
            scope,
            node,
            "unsupported-event",
            Words(
                f"{local(node)}“{title(node)}”不支持 {kind} 类型。",
                f"{local(node)} {name} of kind {kind} is not supported.",
            ),
            Words(f"支持的类型：{listed.zh}。", f"Supported: {listed.en}."),
        )


def starts(scope: Scope, gate: Gate) -> Findings:
    """A process or sub-process has exactly one start event."""
    events = [node for _, node in scope.of("startEvent")]
    for extra in events[1:]:
        yield found(
            scope,
            extra,
            "several-starts",
            Words("有多个开始事件。", "There are several start events."),
            Words("请只留一个开始事件。", "Keep one start event."),
        )
    if not events:
        yield found(
            scope,
            scope.element,
            "no-start",
            Words("没有开始事件。", "There is no start event."),
            Words("请加上开始事件。", "Add a start event."),
        )


def references(diagram: Diagram, gate: Gate) -> Findings:
    """A message or signal is named, and what is named exists."""
    known = {
        tag: {element.get("id") for element in diagram.root.iterchildren(bpmn(tag))}
        for tag in REFERENCED
    }
    for scope in diagram.scopes:
        for _, node in scope.of(*KINDS):
            for definition in event_definitions(node):
                kind = local(definition).removesuffix("EventDefinition")
                if kind in known and kind in KINDS[local(node)]:
                    yield from _reference(scope, node, definition, kind, known[kind])


def _reference(
    scope: Scope, node: etree._Element, definition: etree._Element, kind: str, known: set
) -> Findings:
    name = definition.get(f"{kind}Ref")
    if name in known or (not name and kind in ("error", "escalation")):
        return
    words = _NAMES[kind]
    message = (
        Words(f"“{title(node)}”所指的{words.zh} {name} 不存在。", f"There is no {kind} {name}.")
        if name
        else Words(f"“{title(node)}”没有指明{words.zh}。", f"{title(node)} names no {kind}.")
    )
    remedy = Words(f"请选择已定义的{words.zh}。", "Choose one that is defined in the file.")
    yield found(scope, node, "reference-dangling", message, remedy)


def event_gateways(scope: Scope, gate: Gate) -> Findings:
    """Behind an event gateway stand catch events of its own, at most one of them a timer."""
    for name, _ in scope.of("eventBasedGateway"):
        targets = [scope.nodes[target] for target in scope.after(name)]
        for target in targets:
            others = len(scope.incoming.get(target.get("id"), ())) > 1
            if local(target) != "intermediateCatchEvent" or others:
                yield found(
                    scope,
                    target,
                    "event-gateway-target",
                    Words(
                        f"事件网关 {name} 之后只能是仅由它进入的中间捕获事件。",
                        f"Behind the event gateway {name} stand catch events of its own only.",
                    ),
                    Words("请改连到中间捕获事件。", "Connect it to catch events of its own."),
                )
        timers = [target for target in targets if event_kind(target) == "timer"]
        for extra in timers[1:]:
            yield found(
                scope,
                extra,
                "event-gateway-timers",
                Words(
                    f"事件网关 {name} 之后有多个定时事件。", f"{name} has several timers behind it."
                ),
                Words("请只留最早的一个。", "Keep the earliest only."),
            )


def calls(scope: Scope, gate: Gate) -> Findings:
    """A call activity names an executable process that comes with the version."""
    for _, node in scope.of("callActivity"):
        called = (node.get("calledElement") or "").strip()
        process = gate.processes.get(called)
        if (process is not None and is_executable(process)) or called in gate.called:
            continue
        if process is not None:
            message = Words(
                f"所调用的流程 {called} 不可执行。", f"The process {called} cannot run."
            )
        elif called:
            message = Words(f"没有流程 {called}。", f"There is no process {called}.")
        else:
            message = Words("没有写明所调用的流程。", "No process to call is named.")
        remedy = Words(
            "请在 calledElement 中写出随同部署的流程的 id。",
            "Name in calledElement a process that is deployed along with it.",
        )
        yield found(scope, node, "call-unknown", message, remedy)


def circles(diagram: Diagram, gate: Gate) -> Findings:
    """Processes do not call one another in a circle: the case would never end."""
    for scope in diagram.scopes:
        for _, node in scope.of("callActivity"):
            if {scope.process.get("id"), node.get("calledElement")} <= gate.circling:
                yield found(
                    scope,
                    node,
                    "call-circle",
                    Words("流程循环调用自身。", "The process calls itself in a circle."),
                    Words("请用回退的顺序流代替。", "Use a flow that leads back instead."),
                )


FILE_RULES: tuple[FileRule, ...] = (references, circles)
RULES: tuple[ScopeRule, ...] = (kinds, starts, event_gateways, calls)
