"""Rules of the city, needed for the filing (C9d, C15), and advice. A diagram runs without them."""

from __future__ import annotations

from lxml import etree

from engine.bpmn.diagram import ACTIVITIES, Diagram, Scope, is_true
from engine.bpmn.rules.gate import FileRule, Findings, Gate, ScopeRule, found, title
from engine.bpmn.vocabulary import HUMAN_TASKS, Extensions, read_extensions
from engine.bpmn.xml import BPMNDI, bpmn, local
from engine.errors import Words

_STEP = {
    "form": Words("表单", "form"),
    "post": Words("岗位（可由泳道给出）", "post (its lane may give it)"),
    "limit": Words("时限", "limit"),
    "bases": Words("依据", "basis"),
}


def steps(scope: Scope, gate: Gate) -> Findings:
    """A step has a form, a post, a limit and a basis."""
    for name, node in scope.of(*HUMAN_TASKS):
        read = read_extensions(node)
        lane = scope.lanes.get(name)
        given = {
            "post": bool(lane and lane.post) or read.claimed("post") in gate.posts,
            "limit": _ended_by_timer(scope, name),
            "form": read.claimed("form") in gate.forms,
        }
        for field, words in _STEP.items():
            if getattr(read, field) or given.get(field):
                continue
            word = "basis" if field == "bases" else field
            yield found(
                scope,
                node,
                f"step-without-{word}",
                Words(f"环节“{title(node)}”没有{words.zh}。", f"{title(node)} has no {words.en}."),
                Words(f"请加上 lianban:{word}。", f"Add lianban:{word}."),
                level="filing",
            )
        if read.limit:
            yield from _lights_of(scope, node)


def _ended_by_timer(scope: Scope, name: str) -> bool:
    """Whether a timer ends the step: its limit is calendar time then, like the month of P18."""
    return any(
        event.find(bpmn("timerEventDefinition")) is not None
        and is_true(event, "cancelActivity", default=True)
        for event in scope.boundaries.get(name, ())
    )


def _lights_of(scope: Scope, node: etree._Element) -> Findings:
    """A step with a limit has boundary timers for the yellow and for the red light (P22a)."""
    read: list[Extensions] = [
        read_extensions(event) for event in scope.boundaries.get(node.get("id"), ())
    ]
    colours = {each.light.colour for each in read if each.light}
    for colour, zh in (("yellow", "黄灯"), ("red", "红灯")):
        if colour not in colours:
            yield found(
                scope,
                node,
                f"limit-without-{colour}",
                Words(
                    f"环节“{title(node)}”有时限而没有{zh}。",
                    f"{title(node)} has no {colour} light.",
                ),
                Words(
                    f'请附上定时边界事件（不中断），写 lianban:light colour="{colour}"。',
                    f'Attach a non-interrupting timer with lianban:light colour="{colour}".',
                ),
                level="filing",
            )


def supplement_month(scope: Scope, gate: Gate) -> Findings:
    """The time that an applicant is told is the time after which the diagram ends the wait."""
    for name, node in scope.of("serviceTask"):
        operation = read_extensions(node).operation
        told = {p.value for p in operation.params if p.name == "within"} if operation else set()
        if not told:
            continue
        for step in _next_steps(scope, name):
            ends = {_duration(event) for event in scope.boundaries.get(step, ())} - {None}
            if not told & ends:
                yield found(
                    scope,
                    node,
                    "supplement-month",
                    Words(
                        f"“{title(node)}”告知的期限（within）与“{title(scope.nodes[step])}”上"
                        "中断的定时不一致。",
                        f"{title(node)} tells another time (within) than the interrupting timer "
                        f"on {title(scope.nodes[step])}.",
                    ),
                    Words(
                        "请把两处写成同一时长，如 P1M（濮政〔2016〕59号第十八条）。",
                        "Write the same duration in both, such as P1M (P18).",
                    ),
                )


FAR = 100  # nodes; what is farther away is not the wait that was told


def _next_steps(scope: Scope, name: str) -> list[str]:
    """The user tasks that a node leads to, without going through one of them."""
    seen, todo, steps = {name}, [name], []
    while todo and len(seen) < FAR:
        for after in scope.after(todo.pop()):
            if after in seen or after not in scope.nodes:
                continue
            seen.add(after)
            if local(scope.nodes[after]) in HUMAN_TASKS:
                steps.append(after)
            else:
                todo.append(after)
    return steps


def _duration(event: etree._Element) -> str | None:
    """The text of the duration after which an interrupting boundary event ends its step."""
    text = event.findtext(f".//{bpmn('timeDuration')}")
    if text is None or not is_true(event, "cancelActivity", default=True):
        return None
    return text.strip().strip("\"'")


def process_basis(diagram: Diagram, gate: Gate) -> Findings:
    """A process says what it rests on."""
    for process in diagram.checked:
        if not read_extensions(process).bases:
            yield found(
                diagram,
                process,
                "process-without-basis",
                Words(f"流程“{title(process)}”没有依据。", f"{title(process)} has no basis."),
                Words("请加上 lianban:basis。", "Add lianban:basis."),
                level="filing",
            )


def names(scope: Scope, gate: Gate) -> Findings:
    """People see the name of a task."""
    for name, node in scope.of(*ACTIVITIES):
        if not (node.get("name") or "").strip():
            yield found(
                scope,
                node,
                "no-name",
                Words(f"{name} 没有名称。", f"{name} has no name."),
                Words("请写一个办事人员看得懂的名称。", "Give it a name that clerks understand."),
                level="hint",
            )


def drawn(diagram: Diagram, gate: Gate) -> Findings:
    """Every node is drawn; a file without any drawing is told once."""
    shapes = {shape.get("bpmnElement") for shape in diagram.root.iter(f"{{{BPMNDI}}}BPMNShape")}
    for scope in diagram.scopes:
        missing = [node for name, node in scope.nodes.items() if name not in shapes]
        for node in missing if shapes else [scope.element]:
            yield found(
                diagram,
                node,
                "not-drawn",
                Words(f"“{title(node)}”没有图形。", f"{title(node)} is not drawn."),
                Words("请在建模工具中画出来。", "Draw it in the modeller."),
                level="hint",
            )


FILE_RULES: tuple[FileRule, ...] = (process_basis, drawn)
RULES: tuple[ScopeRule, ...] = (steps, names, supplement_month)
