"""Rules about business rule tasks: the decision is there, and its result has a name."""

from __future__ import annotations

from lxml import etree

from engine.bpmn.decision import Decide, Decision
from engine.bpmn.decision_calls import DecisionCall, decision_call, misnamed
from engine.bpmn.diagram import Scope
from engine.bpmn.rules.gate import Findings, Gate, ScopeRule, found, title
from engine.bpmn.values import known
from engine.errors import Words

_OURS = 'lianban:decision table="…" result="…"'


def decisions(scope: Scope, gate: Gate) -> Findings:
    """A business rule task names a decision of the version, and where its outcome goes."""
    decide = gate.functions.get("decide")
    there = decide.decisions if isinstance(decide, Decide) else {}
    for _, node in scope.of("businessRuleTask"):
        call = decision_call(node)
        if call is None:
            message = Words(
                f"业务规则任务“{title(node)}”没有指明决策表。",
                f"The business rule task {title(node)} names no decision.",
            )
            yield found(scope, node, "no-decision", message, _named(there))
            continue
        if call.alias:
            yield _alias(scope, node, call)
        if call.key not in there:
            message = Words(f"没有决策表 {call.key}。", f"There is no decision {call.key}.")
            yield found(scope, node, "unknown-decision", message, _named(there))
        else:
            yield from _result(scope, node, call, there[call.key])


def _named(there: dict[str, Decision]) -> Words:
    listed = known(there) if there else Words("现在没有决策表", "there is none now")
    zh = f"请写 {_OURS}，并随流程提交含有它的 .dmn 文件；{listed.zh}。"
    return Words(zh, f"Write {_OURS} and hand in its .dmn file with the diagram; {listed.en}.")


def _alias(scope: Scope, node: etree._Element, call: DecisionCall):  # noqa: ANN202
    message = Words(
        f"{call.alias} 按 lianban:decision 读取。", f"{call.alias} is read as lianban:decision."
    )
    result = f' result="{call.result}"' if call.result else ""
    remedy = Words(
        f'建议改写为 lianban:decision table="{call.key}"{result}。',
        f'Better write lianban:decision table="{call.key}"{result}.',
    )
    return found(scope, node, "alias", message, remedy, level="hint")


def _result(scope: Scope, node: etree._Element, call: DecisionCall, decision: Decision) -> Findings:
    """The outcome has a usable name, and the form that a vendor's attribute asks for."""
    if not call.form_is_known or call.wants_list not in (None, decision.gives_list):
        message = Words(
            f"mapDecisionResult={call.form} 与决策表 {call.key} 的结果形式不符。",
            f"mapDecisionResult={call.form} is not the form that {call.key} gives its result in.",
        )
        remedy = Words(
            "单个输出用 singleEntry，多个输出用 singleResult，COLLECT 用 collectEntries；"
            f"或改用 {_OURS}。",
            "Use singleEntry for one output, singleResult for several, collectEntries for COLLECT; "
            f"or write {_OURS}.",
        )
        yield found(scope, node, "decision-result", message, remedy)
    names = (call.result,) if call.result else decision.output_names
    if not names:
        message = Words(
            f"决策 {call.key} 的结果没有名称。", f"The result of {call.key} has no name."
        )
        remedy = Words("请写上 result。", "Name it with result.")
        yield found(scope, node, "decision-result", message, remedy)
    for words in filter(None, map(misnamed, names)):
        message = Words(f"决策结果：{words.zh}。", f"Result of the decision: {words.en}.")
        remedy = Words("请改用其他名称。", "Choose another name.")
        yield found(scope, node, "decision-result", message, remedy)


RULES: tuple[ScopeRule, ...] = (decisions,)
