"""Rules about our extension elements: the vocabulary, and what they name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator

from lxml import etree

from engine.bpmn.diagram import Diagram, Scope, nodes_of
from engine.bpmn.findings import Finding
from engine.bpmn.rules.foreign import carried_out_by
from engine.bpmn.rules.gate import FileRule, Findings, Gate, ScopeRule, found, title
from engine.bpmn.vocabulary import (
    ANYWHERE,
    VOCABULARY,
    Operation,
    OperationSignature,
    extension_elements,
    read_extensions,
)
from engine.bpmn.xml import BPMN, LIANBAN, bpmn, lianban, local
from engine.errors import Words


def known_words(diagram: Diagram, gate: Gate) -> Findings:
    """Elements and attributes of our namespace are in the vocabulary, and where it says."""
    for element in diagram.root.iter(f"{{{BPMN}}}*"):
        for word, line in read_extensions(element).unknown:
            yield Finding(
                diagram.file,
                line,
                element.get("id") or local(element),
                "error",
                "unknown-word",
                Words(f"扩展词汇中没有 lianban:{word}。", f"There is no lianban:{word}."),
                Words(f"可用：{'、'.join(VOCABULARY)}。", f"There are: {', '.join(VOCABULARY)}."),
            )
        yield from _on(diagram, element)
    for element in diagram.root.iter(f"{{{LIANBAN}}}*"):
        holder = element.getparent()
        if holder is None or holder.tag not in (bpmn("extensionElements"), lianban("operation")):
            message = Words(
                f"lianban:{local(element)} 不在 extensionElements 里。",
                f"lianban:{local(element)} is not inside extensionElements.",
            )
            remedy = Words("请移到 extensionElements 里。", "Move it into extensionElements.")
            yield found(diagram, element, "word-place", message, remedy)


def _on(diagram: Diagram, element: etree._Element) -> Findings:
    """The words on one element: allowed there, each once, with what they require."""
    words = [word for word in extension_elements(element) if local(word) in VOCABULARY]
    counts = Counter(local(word) for word in words)
    for word in words:
        name, meaning = local(word), VOCABULARY[local(word)]
        if ANYWHERE not in meaning.on and local(element) not in meaning.on:
            message = Words(
                f"lianban:{name} 不能用于 {local(element)}。",
                f"lianban:{name} does not go with {local(element)}.",
            )
            remedy = Words(
                f"可用于：{'、'.join(meaning.on)}。", f"It goes with {', '.join(meaning.on)}."
            )
            yield found(diagram, element, "word-place", message, remedy)
        if counts[name] > 1 and not meaning.repeated and word is not words[0]:
            counts[name] = 1  # told once
            message = Words(
                f"lianban:{name} 写了多次。", f"lianban:{name} is given more than once."
            )
            yield found(diagram, element, "word-twice", message, Words("请只留一个。", "Keep one."))
        for each in (word, *word.iterchildren(lianban("param"))):
            yield from _attributes(diagram, element, each)


def _attributes(diagram: Diagram, element: etree._Element, word: etree._Element) -> Findings:
    for name, attribute in VOCABULARY[local(word)].attributes.items():
        written = (word.get(name) or "").strip()
        if attribute.required and not written:
            message = Words(
                f"lianban:{local(word)} 缺少 {name}（{attribute.meaning.zh}）。",
                f"lianban:{local(word)} lacks {name} ({attribute.meaning.en}).",
            )
        elif written and attribute.values and written not in attribute.values:
            message = Words(
                f"lianban:{local(word)} 的 {name} 不能是 {written}。",
                f"{name} of lianban:{local(word)} cannot be {written}.",
            )
        else:
            continue
        values = "、".join(attribute.values)
        remedy = Words(
            f"请填写{f'：{values}' if values else '它'}。", f"Fill it in. {values}".strip()
        )
        yield found(diagram, element, "word-attribute", message, remedy)


def forms(scope: Scope, gate: Gate) -> Findings:
    """Forms, notices, posts and departments that are named exist."""
    for node in nodes_of(scope):
        read = read_extensions(node)
        yield from _named(scope, node, "form", read.form, gate.forms)
        yield from _named(scope, node, "notice", read.notice, gate.notices)
        yield from _named(scope, node, "post", read.post, gate.posts)
        if gate.departments is not None:
            yield from _named(scope, node, "department", read.department, gate.departments)


def lane_posts(diagram: Diagram, gate: Gate) -> Findings:
    """The posts of lanes exist; a lane without one is told at the filing."""
    for process in diagram.checked:
        for lane in process.iter(bpmn("lane")):
            post = read_extensions(lane).post
            yield from _named(diagram, lane, "post", post, gate.posts)
            outer = any(read_extensions(a).post for a in lane.iterancestors(bpmn("lane")))
            if post is None and not outer:
                yield found(
                    diagram,
                    lane,
                    "lane-without-post",
                    Words(f"泳道“{title(lane)}”没有岗位。", f"The lane {title(lane)} has no post."),
                    Words("请加上 lianban:post。", "Add lianban:post."),
                    level="filing",
                )


_NAMES = {
    "form": Words("表单", "form"),
    "notice": Words("文书模板", "notice template"),
    "post": Words("岗位", "post"),
    "department": Words("部门", "department"),
}


def _named(
    place: Scope | Diagram,
    element: etree._Element,
    word: str,
    name: str | None,
    known: Collection[str],
) -> Findings:
    if name is None or name in known:
        return
    words = _NAMES[word]
    near = "、".join(sorted(known)[:10]) or "—"
    yield found(
        place,
        element,
        f"unknown-{word}",
        Words(f"没有{words.zh} {name}。", f"There is no {words.en} {name}."),
        Words(f"现有：{near}。请改正，或先建立。", f"There are: {near}. Mend it or add it first."),
    )


def operations(scope: Scope, gate: Gate) -> Findings:
    """A service task names an operation with the parameters and the notice that it takes."""
    for _, node in scope.of("serviceTask"):
        read = read_extensions(node)
        if read.operation is None:
            yield found(
                scope,
                node,
                "no-operation",
                _carried_out_elsewhere(node),
                Words(
                    "请加上 lianban:operation，或改为用户任务由人办理。",
                    "Add lianban:operation, or make it a user task for a person.",
                ),
            )
        else:
            yield from _operation(scope, node, read.operation, read.notice, gate)


def _carried_out_elsewhere(node: etree._Element) -> Words:
    """That a service task names no operation, and what would carry it out in another engine."""
    there = carried_out_by(node)
    if there is None:
        return Words(
            f"服务任务“{title(node)}”没有指明操作。",
            f"The service task {title(node)} names no operation.",
        )
    return Words(
        f"服务任务“{title(node)}”在其他引擎中由 {there} 执行，此处不运行；它没有指明操作。",
        f"The service task {title(node)} is carried out by {there} in another engine, which does "
        "not run here; it names no operation.",
    )


def _operation(
    scope: Scope, node: etree._Element, operation: Operation, notice: str | None, gate: Gate
) -> Findings:
    signature = gate.operations.get(operation.name)
    if signature is None:
        yield found(
            scope,
            node,
            "unknown-operation",
            Words(f"没有操作 {operation.name}。", f"There is no operation {operation.name}."),
            Words(
                f"可用：{'、'.join(sorted(gate.operations))}。",
                f"There are: {', '.join(sorted(gate.operations))}.",
            ),
        )
        return
    listed = ", ".join([*signature.required, *(f"[{name}]" for name in signature.optional)])
    for fault in _operation_faults(operation, signature, notice):
        yield found(
            scope,
            node,
            "operation-parameters",
            Words(
                f"操作 {operation.name}：{fault.zh}。", f"Operation {operation.name} {fault.en}."
            ),
            Words(f"参数：{listed or '无'}。", f"Parameters: {listed or 'none'}."),
        )


def _operation_faults(
    operation: Operation, signature: OperationSignature, notice: str | None
) -> Iterator[Words]:
    counts = Counter(param.name for param in operation.params)
    takes = {*signature.required, *signature.optional}
    for name in signature.required:
        if name not in counts:
            yield Words(f"缺少参数 {name}", f"lacks {name}")
    for name, times in counts.items():
        if name not in takes:
            yield Words(f"没有参数 {name}", f"takes no {name}")
        if times > 1:
            yield Words(f"参数 {name} 写了多次", f"has {name} more than once")
    for param in operation.params:
        if (param.value is None) == (param.expression is None):
            yield Words(
                f"的参数 {param.name} 应写 value 或 expression 之一",
                f"needs either value or expression for {param.name}",
            )
    if signature.needs_notice and not notice:
        yield Words("须用 lianban:notice 指明文书", "needs lianban:notice")
    if notice and not signature.needs_notice:
        yield Words("不使用文书模板", "takes no lianban:notice")


FILE_RULES: tuple[FileRule, ...] = (known_words, lane_posts)
RULES: tuple[ScopeRule, ...] = (forms, operations)
