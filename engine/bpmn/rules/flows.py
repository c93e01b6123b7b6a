"""Rules about sequence flows: their ends, their conditions, splits, and what can be reached."""

from __future__ import annotations

from lxml import etree

from engine.bpmn.diagram import ACTIVITIES, Scope, text_of
from engine.bpmn.findings import Finding
from engine.bpmn.rules.gate import Findings, Gate, ScopeRule, found, title
from engine.bpmn.xml import bpmn, local
from engine.errors import Words

GATEWAYS = (
    "exclusiveGateway",
    "inclusiveGateway",
    "parallelGateway",
    "eventBasedGateway",
    "complexGateway",
)
DECIDING = ("exclusiveGateway", "inclusiveGateway")


def flow_ids(scope: Scope, gate: Gate) -> Findings:
    """A flow has an id: the library drops one without, and the case ends before its first step."""
    for flow in scope.flows:
        if not flow.get("id"):
            ends = f"{flow.get('sourceRef')} → {flow.get('targetRef')}"
            yield found(
                scope,
                flow,
                "flow-without-id",
                Words(
                    f"顺序流（sequenceFlow）{ends} 没有 id。", f"The sequenceFlow {ends} has no id."
                ),
                Words("请给它设置 id。", "Give it an id."),
            )


def flow_ends(scope: Scope, gate: Gate) -> Findings:
    """A flow joins two nodes of its own scope, and neither enters a start nor leaves an end."""
    for flow in scope.flows:
        ends = [_end(scope, flow, attribute) for attribute in ("sourceRef", "targetRef")]
        yield from (finding for finding in ends if finding)
    yield from _forbidden(scope, ("startEvent", "boundaryEvent"), "incoming")
    yield from _forbidden(scope, ("endEvent",), "outgoing")


def _end(scope: Scope, flow: etree._Element, attribute: str) -> Finding | None:
    name = flow.get(attribute)
    if name in scope.nodes:
        return None
    where = "起点" if attribute == "sourceRef" else "终点"
    side = "source" if attribute == "sourceRef" else "target"
    elsewhere = scope.homes.get(name or "")
    if elsewhere is None:
        return found(
            scope,
            flow,
            "flow-dangling",
            Words(
                f"顺序流的{where} {name} 不存在。", f"The {side} {name} of the flow does not exist."
            ),
            Words("请连到存在的节点，或删除它。", "Connect it to a node or delete it."),
        )
    pool = elsewhere.process is not scope.process
    return found(
        scope,
        flow,
        "flow-crosses",
        Words(
            f"顺序流的{where} {name} 在{'另一个流程' if pool else '子流程边界的另一边'}。",
            f"The {side} {name} of the flow is "
            + ("in another process." if pool else "across the border of a sub-process."),
        ),
        Words("请用消息事件。", "Use message events.")
        if pool
        else Words(
            "请连到子流程本身，或把两端放在同一层。", "Connect it to the sub-process itself."
        ),
    )


def _forbidden(scope: Scope, tags: tuple[str, ...], side: str) -> Findings:
    for name, node in scope.of(*tags):
        way = "进入" if side == "incoming" else "离开"
        for flow in getattr(scope, side).get(name, ()):
            yield found(
                scope,
                flow,
                "flow-forbidden",
                Words(
                    f"{local(node)} {name} 不能有{way}的顺序流。",
                    f"The {local(node)} {name} cannot have {side} flows.",
                ),
                Words("请删除这条顺序流。", "Delete this flow."),
            )


def twice(scope: Scope, gate: Gate) -> Findings:
    """Two flows between the same nodes would run the target twice."""
    seen: dict[tuple[str, str], etree._Element] = {}
    for flow in (flow for flows in scope.outgoing.values() for flow in flows):
        ends = (flow.get("sourceRef"), flow.get("targetRef"))
        if seen.setdefault(ends, flow) is not flow:
            line = seen[ends].sourceline
            yield found(
                scope,
                flow,
                "flow-twice",
                Words(
                    f"{ends[0]} 到 {ends[1]} 已有一条顺序流（第 {line} 行）。",
                    f"There is a flow from {ends[0]} to {ends[1]} already (line {line}).",
                ),
                Words(
                    "请合并为一条，条件用 or 连接。", "Make it one; join the conditions with or."
                ),
            )


def splits(scope: Scope, gate: Gate) -> Findings:
    """Only a gateway has several outgoing flows."""
    for name, node in scope.nodes.items():
        if local(node) not in GATEWAYS and len(scope.outgoing.get(name, ())) > 1:
            yield found(
                scope,
                node,
                "implicit-split",
                Words(
                    f"“{title(node)}”有多条离开的顺序流，分支方式不明。",
                    f"Several flows leave {title(node)} ({name}); the kind of split is not said.",
                ),
                Words("请在其后加排他、包容或并行网关。", "Put a gateway behind it."),
            )


def conditions_belong(scope: Scope, gate: Gate) -> Findings:
    """A condition stands on a flow out of an exclusive or inclusive gateway, nowhere else."""
    for name, node in scope.nodes.items():
        for flow in scope.outgoing.get(name, ()):
            if not text_of(flow.find(bpmn("conditionExpression"))):
                continue
            default = node.get("default") == flow.get("id") and flow.get("id")
            if local(node) in DECIDING and not default:
                continue
            why = Words("默认流", "the default flow") if default else Words("此处", "this flow")
            yield found(
                scope,
                flow,
                "condition-ignored",
                Words(f"{why.zh}上的条件不起作用。", f"A condition on {why.en} has no effect."),
                Words(
                    "条件只写在排他或包容网关的非默认流上。",
                    "Put conditions on flows out of an exclusive or inclusive gateway.",
                ),
            )


def decisions(scope: Scope, gate: Gate) -> Findings:
    """Every way out of a deciding gateway has a condition or is the default."""
    for name, node in scope.of(*DECIDING):
        flows = scope.outgoing.get(name, [])
        bare = [f for f in flows if not text_of(f.find(bpmn("conditionExpression")))]
        if len(flows) == 1 and bare and not flows[0].findtext(bpmn("conditionExpression")):
            continue  # a gateway that only joins; the library would evaluate white space
        for flow in bare:
            if flow.get("id") is None or flow.get("id") != node.get("default"):
                yield _without_condition(scope, flow, node)


def defaults(scope: Scope, gate: Gate) -> Findings:
    """A deciding gateway with conditions has a default flow, and it is one of its own."""
    for name, node in scope.of(*DECIDING):
        flows, default = scope.outgoing.get(name, []), node.get("default")
        if default and default not in {flow.get("id") for flow in flows}:
            yield found(
                scope,
                node,
                "default-dangling",
                Words(
                    f"默认流 {default} 不是从“{title(node)}”离开的顺序流。",
                    f"The default {default} is no flow out of {title(node)}.",
                ),
                Words("请重新设置默认流。", "Set the default flow again."),
            )
        if not default and any(text_of(f.find(bpmn("conditionExpression"))) for f in flows):
            yield found(
                scope,
                node,
                "no-default",
                Words(
                    f"“{title(node)}”没有默认流；条件都不成立时办件会停住。",
                    f"{title(node)} has no default flow; where no condition holds the case stops.",
                ),
                Words("请指定一条默认流。", "Name a default flow."),
                level="filing",
            )


def _without_condition(scope: Scope, flow: etree._Element, node: etree._Element) -> Finding:
    return found(
        scope,
        flow,
        "flow-without-condition",
        Words(
            f"离开“{title(node)}”的顺序流既无条件，也不是默认流。",
            f"A flow out of {title(node)} has no condition and is not the default.",
        ),
        Words("请写条件，或设为默认流。", "Give it a condition or make it the default."),
    )


def reachable(scope: Scope, gate: Gate) -> Findings:
    """Every node is reached from a start event or from an attached boundary event."""
    todo = [name for name, _ in scope.of("startEvent")]
    seen: set[str] = set()
    while todo:
        name = todo.pop()
        if name not in seen:
            seen.add(name)
            todo += scope.after(name)
            todo += [event.get("id") for event in scope.boundaries.get(name, ()) if event.get("id")]
    for name, node in scope.nodes.items():
        if name not in seen and not node.get("triggeredByEvent"):
            yield found(
                scope,
                node,
                "unreachable",
                Words(f"“{title(node)}”无法从开始事件到达。", f"{title(node)} cannot be reached."),
                Words("请连接它，或删除它。", "Connect it or delete it."),
            )


def dead_ends(scope: Scope, gate: Gate) -> Findings:
    """A path ends at an end event, and there is one."""
    for name, node in scope.nodes.items():
        event_sub = node.get("triggeredByEvent")
        if local(node) != "endEvent" and not scope.outgoing.get(name) and not event_sub:
            yield found(
                scope,
                node,
                "dead-end",
                Words(f"“{title(node)}”之后没有去向。", f"Nothing comes after {title(node)}."),
                Words("请连到下一节点或结束事件。", "Connect it to the next node or an end event."),
            )
    if not any(scope.of("endEvent")):
        yield found(
            scope,
            scope.element,
            "no-end",
            Words("没有结束事件。", "There is no end event."),
            Words("请加上结束事件。", "Add an end event."),
        )


def attached(scope: Scope, gate: Gate) -> Findings:
    """A boundary event is attached to an activity of its own scope."""
    for name, events in scope.boundaries.items():
        if name in scope.nodes and local(scope.nodes[name]) in ACTIVITIES:
            continue
        for event in events:
            yield found(
                scope,
                event,
                "boundary-dangling",
                Words(
                    f"边界事件所附的环节 {name or '（未填）'} 不存在。",
                    f"The activity {name or '(none)'} of the boundary event does not exist.",
                ),
                Words("请把它附到一个环节上。", "Attach it to an activity."),
            )


RULES: tuple[ScopeRule, ...] = (
    flow_ids,
    flow_ends,
    twice,
    splits,
    conditions_belong,
    decisions,
    defaults,
    reachable,
    dead_ends,
    attached,
)
