"""Rules about events: which kinds, what they refer to, and calls to other processes."""

from __future__ import annotations

from lxml import etree

from engine.bpmn.diagram import (
    Diagram,
    Scope,
    event_definitions,
    event_kind,
    is_event_subprocess,
    is_executable,
    is_true,
)
from engine.bpmn.rewrite.starts import beginning
from engine.bpmn.rules.files import REFERENCED
from engine.bpmn.rules.gate import FileRule, Findings, Gate, ScopeRule, found, title
from engine.bpmn.xml import bpmn, local
from engine.errors import Words

KINDS = {
    "startEvent": ("none", "message", "timer", "signal"),
    "endEvent": ("none", "terminate", "message", "signal", "error", "escalation", "cancel"),
    "boundaryEvent": ("timer", "message", "signal", "error", "escalation", "cancel"),
    "intermediateCatchEvent": ("timer", "message", "signal", "link"),
    "intermediateThrowEvent": ("none", "signal", "message", "escalation", "link"),
}
_IN_SUBPROCESS = ("none",)
_IN_EVENT_SUBPROCESS = ("message", "timer", "signal", "error", "escalation")
_INTERRUPTING = ("error", "cancel")
_NAMES = {
    "none": Words("空", "none"),
    "timer": Words("定时", "timer"),
    "message": Words("消息", "message"),
    "signal": Words("信号", "signal"),
    "error": Words("错误", "error"),
    "escalation": Words("升级", "escalation"),
    "terminate": Words("终止", "terminate"),
    "cancel": Words("取消", "cancel"),
    "link": Words("链接", "link"),
}


def kinds(scope: Scope, gate: Gate) -> Findings:
    """An event is of a kind that runs as it is drawn; the others the library turns into none."""
    for name, node in scope.of(*KINDS):
        kind, allowed = event_kind(node), _allowed(scope, node)
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


def _allowed(scope: Scope, node: etree._Element) -> tuple[str, ...]:
    allowed = KINDS[local(node)]
    if local(node) == "startEvent" and scope.element is not scope.process:
        return _IN_EVENT_SUBPROCESS if is_event_subprocess(scope.element) else _IN_SUBPROCESS
    transaction = scope.element
    if local(node) == "boundaryEvent":
        transaction = scope.nodes.get(node.get("attachedToRef", ""))
    if transaction is None or local(transaction) != "transaction":
        return tuple(kind for kind in allowed if kind != "cancel")
    return allowed


def interrupting(scope: Scope, gate: Gate) -> Findings:
    """What an error or a cancellation is caught from has ended: it cannot go on beside."""
    for _, node in scope.of("boundaryEvent", "startEvent"):
        attribute = "cancelActivity" if local(node) == "boundaryEvent" else "isInterrupting"
        if event_kind(node) in _INTERRUPTING and not is_true(node, attribute, default=True):
            words = _NAMES[event_kind(node)]
            yield found(
                scope,
                node,
                "must-interrupt",
                Words(
                    f"{words.zh}事件“{title(node)}”必须中断。",
                    f"The {words.en} event {title(node)} must interrupt.",
                ),
                Words(f'请设 {attribute}="true"。', f'Set {attribute}="true".'),
            )


def starts(scope: Scope, gate: Gate) -> Findings:
    """It is clear where a process or sub-process begins."""
    if local(scope.element) == "adHocSubProcess":
        return
    events = [node for _, node in scope.of("startEvent")]
    if not events:
        yield from _without_start(scope)
    elif scope.element is not scope.process or beginning(events) is None:
        yield from _several_starts(scope, events[1:])
    else:
        yield from _triggers(scope, events, beginning(events))


def _without_start(scope: Scope) -> Findings:
    ends = any(scope.of("endEvent")) or is_event_subprocess(scope.element)
    begins = any(name not in scope.incoming for name in scope.nodes)
    yield found(
        scope,
        scope.element,
        "no-start",
        Words("没有开始事件。", "There is no start event."),
        Words("请加上开始事件。", "Add a start event."),
        level="error" if ends or not begins else "hint",
    )


def _several_starts(scope: Scope, extra: list[etree._Element]) -> Findings:
    for each in extra:
        yield found(
            scope,
            each,
            "several-starts",
            Words("有多个开始事件。", "There are several start events."),
            Words("请只留一个开始事件。", "Keep one start event."),
        )


def _triggers(scope: Scope, events: list[etree._Element], first: etree._Element) -> Findings:
    """A case begins by hand or by its filing, whatever trigger is drawn."""
    for each in events:
        if each is not first:
            message = Words(
                f"办件由人工或申报启动，不会从“{title(each)}”开始。",
                f"A case begins by hand or by its filing, never at {title(each)}.",
            )
        elif event_definitions(each):
            message = Words(
                f"办件由人工或申报启动，不等待“{title(each)}”的触发条件。",
                f"A case begins by hand or by its filing; the trigger of {title(each)} is not "
                "waited for.",
            )
        else:
            continue
        remedy = Words("如无他意，可不改。", "Nothing to do if that is what you mean.")
        yield found(scope, each, "start-trigger", message, remedy, level="hint")


def references(diagram: Diagram, gate: Gate) -> Findings:
    """A message or signal is named, and what is named exists."""
    known = {
        tag: {element.get("id") for element in diagram.root.iterchildren(bpmn(tag))}
        for tag in REFERENCED
    }
    for scope in diagram.scopes:
        for _, node in scope.of(*KINDS, "sendTask", "receiveTask"):
            if local(node) == "startEvent" and scope.element is scope.process:
                continue  # a case begins by hand: what would trigger it is not asked for
            for definition in event_definitions(node) or _message_of(node):
                kind = local(definition).removesuffix("EventDefinition")
                kind = kind if kind in known else "message" if definition is node else kind
                if kind in known and kind in KINDS.get(local(node), ("message",)):
                    yield from _reference(scope, node, definition, kind, known[kind])


def _message_of(node: etree._Element) -> list[etree._Element]:
    """A task that sends or receives names its message itself."""
    return [node] if local(node) in ("sendTask", "receiveTask") else []


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
    """Behind an event gateway stand catch events and receive tasks of its own."""
    for name, node in scope.of("eventBasedGateway"):
        targets = [scope.nodes[target] for target in scope.after(name)]
        for target in targets:
            others = len(scope.incoming.get(target.get("id"), ())) > 1
            if not _may_follow(scope, target) or others:
                yield found(
                    scope,
                    target,
                    "event-gateway-target",
                    Words(
                        f"事件网关 {name} 之后只能是仅由它进入的捕获事件或接收任务。",
                        f"Behind the event gateway {name} stand catch events and receive tasks of "
                        "its own only, without boundary events.",
                    ),
                    Words("请改连到中间捕获事件。", "Connect it to catch events of its own."),
                )
        if not targets:
            message = Words(f"事件网关 {name} 之后没有事件。", f"No event stands behind {name}.")
            remedy = Words("请连到中间捕获事件。", "Connect it to catch events.")
            yield found(scope, node, "event-gateway-target", message, remedy)


def _may_follow(scope: Scope, target: etree._Element) -> bool:
    if local(target) == "receiveTask":
        return not scope.boundaries.get(target.get("id", "")) and not _repeats(target)
    return local(target) == "intermediateCatchEvent" and event_kind(target) != "link"


def _repeats(node: etree._Element) -> bool:
    return any(local(each).endswith("LoopCharacteristics") for each in node)


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
RULES: tuple[ScopeRule, ...] = (kinds, interrupting, starts, event_gateways, calls)
