"""Rules about the correlation of messages: its retrieval expressions are ours too."""

from __future__ import annotations

from engine.bpmn.diagram import Diagram, text_of
from engine.bpmn.expressions import compile_expression
from engine.bpmn.findings import Finding
from engine.bpmn.rules.gate import FileRule, Findings, Gate
from engine.bpmn.xml import bpmn
from engine.errors import ExpressionError, Words

_REMEDY = Words(
    "请写成对消息数据的表达式，如 case_number。",
    "Write an expression over the message's data, such as case_number.",
)


def retrievals(diagram: Diagram, gate: Gate) -> Findings:
    """The expression that finds a property in a message is one that the evaluator knows."""
    for owner in diagram.root.iter(bpmn("correlationPropertyRetrievalExpression")):
        for path in owner.iterchildren(bpmn("messagePath")):
            try:
                compile_expression(text_of(path), gate.functions)
            except ExpressionError as error:
                name = owner.getparent().get("id") or "correlationProperty"
                line = path.sourceline or 1
                yield Finding(
                    diagram.file, line, name, "error", "expression", error.message, _REMEDY
                )


FILE_RULES: tuple[FileRule, ...] = (retrievals,)
