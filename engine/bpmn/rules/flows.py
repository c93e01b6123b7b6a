"""Rules about sequence flows: their ends, their conditions, splits, and what can be reached."""

from __future__ import annotations

from lxml import etree

from engine.bpmn.diagram import (
    ACTIVITIES,
    GATEWAYS,
    Scope,
    event_kind,
    is_event_subprocess,
    text_of,
)
from engine.bpmn.findings import Finding
from engine.bpmn.rewrite.links import link_name
from engine.bpmn.rules.gate import Findings, Gate, ScopeRule, found, title
from engine.bpmn.xml import bpmn, local
from engine.errors import Words

DECIDING = ("exclusiveGateway", "inclusiveGateway")


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
    """Two flows between the same nodes bring two tokens, unless a gateway takes one of them."""
    seen: dict[tuple[str, str], etree._Element] = {}
    for source, flows in scope.outgoing.items():
        for flow in flows:
            ends = (source, flow.get("targetRef"))
            if seen.setdefault(ends, flow) is flow or local(scope.nodes[source]) in DECIDING:
                continue
            yield found(
                scope,
                flow,
                "flow-twice",
                Words(
                    f"{ends[0]} 到 {ends[1]} 有两条顺序流（另一条在第 {seen[ends].sourceline}"
                    " 行），会走两次。",
                    f"There are two flows from {ends[0]} to {ends[1]} (the other in line "
                    f"{seen[ends].sourceline}): both are taken.",
                ),
                Words("如无他意，请只留一条。", "Keep one, unless that is what you mean."),
                level="hint",
            )


def splits(scope: Scope, gate: Gate) -> Findings:
    """Several flows out of a node that is no gateway: all of them are taken."""
    for name, node in scope.nodes.items():
        flows = scope.outgoing.get(name, ())
        if local(node) not in GATEWAYS and len(flows) > 1 and not any(map(_condition, flows)):
            yield found(
                scope,
                node,
                "implicit-split",
                Words(
                    f"“{title(node)}”之后各条顺序流同时进行。",
                    f"All flows out of {title(node)} ({name}) are taken at once.",
                ),
                Words("如只走其一，请加排他网关。", "If one is meant, put a gateway behind it."),
                level="hint",
            )


def conditions_belong(scope: Scope, gate: Gate) -> Findings:
    """A condition stands on a flow out of a deciding gateway or an activity, nowhere else."""
    for name, node in scope.nodes.items():
        for flow in scope.outgoing.get(name, ()):
            if not _condition(flow):
                continue
            default = node.get("default") == flow.get("id") and flow.get("id")
            if local(node) in (*DECIDING, *ACTIVITIES) and not default:
                continue
            why = Words("默认流", "the default flow") if default else Words("此处", "this flow")
            yield found(
                scope,
                flow,
                "condition-ignored",
                Words(f"{why.zh}上的条件不起作用。", f"A condition on {why.en} has no effect."),
                Words(
                    "条件只写在排他网关、包容网关或环节的非默认流上。",
                    "Put conditions on flows out of an exclusive or inclusive gateway, or out of "
                    "an activity.",
                ),
            )


def _condition(flow: etree._Element) -> str:
    return text_of(flow.find(bpmn("conditionExpression")))


def decisions(scope: Scope, gate: Gate) -> Findings:
    """Every way out of a deciding gateway has a condition or is the default."""
    for name, node in scope.of(*DECIDING):
        flows = scope.outgoing.get(name, [])
        bare = [f for f in flows if not _condition(f)]
        if len(flows) == 1 and bare and not flows[0].findtext(bpmn("conditionExpression")):
            continue  # a gateway that only joins; the library would evaluate white space
        for flow in bare:
            if flow.get("id") is None or flow.get("id") != node.get("default"):
                yield _without_condition(scope, flow, node)


def defaults(scope: Scope, gate: Gate) -> Findings:
    """Where conditions decide there is a default flow, and it is one of the node's own."""
    for name, node in scope.of(*DECIDING, *ACTIVITIES):
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
        decided = any if local(node) in DECIDING else all  # without one, an activity goes on
        if flows and not default and decided(map(_condition, flows)):
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
    if local(scope.element) == "adHocSubProcess":
        return
    todo = [name for name, _ in scope.of("startEvent")] or _first(scope)
    links = _links(scope, "intermediateCatchEvent")
    seen: set[str] = set()
    while todo:
        name = todo.pop()
        if name not in seen:
            seen.add(name)
            todo += scope.after(name)
            todo += [event.get("id") for event in scope.boundaries.get(name, ()) if event.get("id")]
            todo += links.get(_link(scope.nodes[name]) or "", ())
    for name, node in scope.nodes.items():
        if name not in seen and not is_event_subprocess(node):
            yield found(
                scope,
                node,
                "unreachable",
                Words(f"“{title(node)}”无法从开始事件到达。", f"{title(node)} cannot be reached."),
                Words("请连接它，或删除它。", "Connect it or delete it."),
            )


def _first(scope: Scope) -> list[str]:
    """Where a scope without a start event begins."""
    caught = {name for names in _links(scope, "intermediateCatchEvent").values() for name in names}
    return [
        name
        for name, node in scope.nodes.items()
        if not scope.incoming.get(name) and local(node) != "boundaryEvent" and name not in caught
    ]


def _link(node: etree._Element) -> str | None:
    """The name of a link event that throws; None for any other node."""
    throws = local(node) == "intermediateThrowEvent" and event_kind(node) == "link"
    return link_name(node) if throws else None


def _links(scope: Scope, tag: str) -> dict[str, list[str]]:
    """The ids of the link events of one side, by the name of the link."""
    found_: dict[str, list[str]] = {}
    for name, node in scope.of(tag):
        if event_kind(node) == "link":
            found_.setdefault(link_name(node), []).append(name)
    return found_


def links(scope: Scope, gate: Gate) -> Findings:
    """A link that is thrown is caught once in its scope."""
    caught = _links(scope, "intermediateCatchEvent")
    for name, throws in _links(scope, "intermediateThrowEvent").items():
        if not name or name not in caught:
            for each in throws:
                message = Words(
                    f"没有名为“{name}”的链接捕获事件。", f"No link event catches {name!r}."
                )
                yield _bad_link(scope, each, message)
    for name, catches in caught.items():
        for each in catches[1:]:
            message = Words(f"有两个链接捕获事件名为“{name}”。", f"Two link events catch {name!r}.")
            yield _bad_link(scope, each, message)


def _bad_link(scope: Scope, name: str, message: Words) -> Finding:
    remedy = Words(
        "同一层中，同名链接须恰有一个捕获事件。",
        "In one scope a link of a name has exactly one catch event.",
    )
    return found(scope, scope.nodes[name], "link", message, remedy)


def dead_ends(scope: Scope, gate: Gate) -> Findings:
    """A path that leads no further ends there; it is told, for it may be a slip."""
    if local(scope.element) == "adHocSubProcess":
        return
    for name, node in scope.nodes.items():
        ends = local(node) == "endEvent" or is_event_subprocess(node) or _link(node) is not None
        if not ends and not scope.outgoing.get(name):
            yield found(
                scope,
                node,
                "dead-end",
                Words(
                    f"“{title(node)}”之后没有去向，路径到此结束。",
                    f"Nothing comes after {title(node)}: the path ends there.",
                ),
                Words("请连到下一节点或结束事件。", "Connect it to the next node or an end event."),
                level="hint",
            )
    if not any(scope.of("endEvent")):
        yield found(
            scope,
            scope.element,
            "no-end",
            Words("没有结束事件。", "There is no end event."),
            Words("请加上结束事件。", "Add an end event."),
            level="hint",
        )


def attached(scope: Scope, gate: Gate) -> Findings:
    """A boundary event is attached to an activity of its own scope."""
    for name, events in scope.boundaries.items():
        there = scope.nodes.get(name)
        if there is not None and local(there) in ACTIVITIES and not is_event_subprocess(there):
            continue
        for event in events:
            yield found(
                scope,
                event,
                "boundary-dangling",
                _attached_to(name, there),
                Words("请把它附到一个环节上。", "Attach it to an activity."),
            )


def _attached_to(name: str, there: etree._Element | None) -> Words:
    if there is None:
        return Words(
            f"边界事件所附的环节 {name or '（未填）'} 不存在。",
            f"The activity {name or '(none)'} of the boundary event does not exist.",
        )
    tag = "eventSubProcess" if is_event_subprocess(there) else local(there)
    return Words(
        f"边界事件附在“{title(there)}”上，而 {tag} 不能有边界事件。",
        f"The boundary event is attached to {title(there)}; a {tag} cannot have any.",
    )


RULES: tuple[ScopeRule, ...] = (
    flow_ends,
    twice,
    splits,
    conditions_belong,
    decisions,
    defaults,
    reachable,
    links,
    dead_ends,
    attached,
)
