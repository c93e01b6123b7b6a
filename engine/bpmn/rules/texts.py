"""Rules about expressions: wherever one may stand it is checked with the evaluator's own parser."""

from __future__ import annotations

import re
from collections.abc import Callable

from lxml import etree

from engine.bpmn.diagram import Scope, event_definitions, event_kind, nodes_of, text_of
from engine.bpmn.expressions import compile_expression
from engine.bpmn.findings import Finding
from engine.bpmn.rules.gate import Findings, Gate, ScopeRule, found, title
from engine.bpmn.scripts import compile_assignments
from engine.bpmn.timer_text import KINDS, parse_timer
from engine.bpmn.vendors.translate import as_script, is_foreign, suggested
from engine.bpmn.vocabulary import read_extensions
from engine.bpmn.xml import bpmn, local
from engine.errors import ExpressionError, Words

# Our assignments are a small part of Python; a script that says Python may be one, or is refused.
_PYTHON = re.compile(r"(?:text/|application/)?(?:x-)?python[\d.]*", re.IGNORECASE)
_REMEDY = Words("请按表达式的写法改正。", "Mend it as expressions are written.")
_FOREIGN = Words(
    "这是其他引擎的表达式，不能照原样读取：Java 方法、三元运算等此处没有；"
    "请改写为比较，如 amount > 100 and approved == true。",
    "This is an expression of another engine that has no equal here (methods of Java, ? : and the "
    "like); write comparisons, such as amount > 100 and approved == true.",
)
_IN_LOOPS = ("loopCardinality", "loopCondition", "completionCondition")


def conditions(scope: Scope, gate: Gate) -> Findings:
    """Conditions on flows, wherever one stands."""
    for flows in scope.outgoing.values():
        for flow in flows:
            condition = flow.find(bpmn("conditionExpression"))
            if text := text_of(condition):
                yield from _expression(scope, flow, condition, text, gate)


def loop_texts(scope: Scope, gate: Gate) -> Findings:
    """Cardinality and conditions of loops."""
    for node in nodes_of(scope):
        for mark in node:
            if not local(mark).endswith("LoopCharacteristics"):
                continue
            for element in mark.iterchildren(*(bpmn(tag) for tag in _IN_LOOPS)):
                yield from _expression(scope, node, element, text_of(element), gate)


def extension_texts(scope: Scope, gate: Gate) -> Findings:
    """Limits of steps and parameters of operations."""
    for node in nodes_of(scope):
        read = read_extensions(node)
        texts = [read.limit.days] if read.limit else []
        texts += [param.expression for param in (read.operation.params if read.operation else ())]
        for text in filter(None, texts):
            yield from _expression(scope, node, node, text, gate)


def scripts(scope: Scope, gate: Gate) -> Findings:
    """A script task holds one script of assignments in our own language."""
    for _, node in scope.of("scriptTask"):
        written = node.findall(bpmn("script"))
        language = (node.get("scriptFormat") or "").strip()
        if language and not _PYTHON.fullmatch(language):
            yield _other_language(scope, node, language)
        elif len(written) != 1:
            message = Words("脚本任务应有一段脚本。", "A script task has one script.")
            yield found(scope, node, "script", message, _REMEDY)
        else:
            text = text_of(written[0])
            yield from _checked(
                scope, node, written[0], lambda text=text: compile_assignments(text, gate.functions)
            )


def _other_language(scope: Scope, node: etree._Element, language: str) -> Finding:
    """A script in another language, with the same in ours where it only sets data."""
    same = as_script(text_of(node.find(bpmn("script"))))
    written = "; ".join(same.split("\n")) if same else None
    return found(
        scope,
        node,
        "script-format",
        Words(
            f"“{title(node)}”的脚本语言 {language[:40]} 不支持。",
            f"The script language {language[:40]} of {title(node)} is not supported.",
        ),
        Words(
            f"请删除 scriptFormat，{f'写：{written}' if written else '每行写“名称 = 表达式”'}。",
            "Delete scriptFormat and write "
            + (f"the lines: {written}" if written else "lines `name = expression`."),
        ),
    )


def timers(scope: Scope, gate: Gate) -> Findings:
    """A timer has one text, and it is one that the clocks understand."""
    for _, node in scope.of("boundaryEvent", "intermediateCatchEvent", "startEvent"):
        if event_kind(node) != "timer":
            continue
        definition = event_definitions(node)[0]
        texts = list(definition.iterchildren(*(bpmn(kind) for kind in KINDS)))
        if len(texts) != 1:
            yield found(
                scope,
                node,
                "timer",
                Words(
                    f"定时事件“{title(node)}”应写明一个时间。",
                    f"The timer event {title(node)} must say one time.",
                ),
                Words(
                    "请写 timeDuration，如 working_days(limit)。",
                    "Write a timeDuration, such as working_days(limit).",
                ),
            )
        else:
            text, kind = text_of(texts[0]), local(texts[0])
            yield from _checked(
                scope,
                node,
                texts[0],
                lambda text=text, kind=kind: parse_timer(text, kind, gate.functions),
                rule="timer",
            )


def _expression(
    scope: Scope, owner: etree._Element, element: etree._Element, text: str, gate: Gate
) -> Findings:
    return _checked(scope, owner, element, lambda: compile_expression(text, gate.functions))


def _checked(
    scope: Scope,
    owner: etree._Element,
    element: etree._Element,
    read: Callable[[], object],
    rule: str = "expression",
) -> Findings:
    """The finding of a text that `read` refuses: the owner's name, the text's own line."""
    try:
        read()
    except ExpressionError as error:
        name = owner.get("id") or local(owner)
        line = element.sourceline or owner.sourceline or 1
        remedy = _remedy(element.text or "")
        yield Finding(scope.file, line, name, "error", rule, error.message, remedy)


def _remedy(text: str) -> Words:
    """What to do about a text that is not in our language: by whose language it looks like."""
    if is_foreign(text):
        return _FOREIGN
    if (ours := suggested(text)) is not None:
        return Words(
            f"这是其他语言的条件，请改写，如：{ours}",
            f"This is a condition in another language; write it so: {ours}",
        )
    return _REMEDY


RULES: tuple[ScopeRule, ...] = (conditions, loop_texts, extension_texts, scripts, timers)
