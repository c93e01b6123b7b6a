"""The gate: what a diagram says that cannot run, may not be filed, or could be better.

All findings of all files at once. Nothing is executed, and no input makes it fail or hang.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from lxml import etree

from engine.bpmn import file_kinds
from engine.bpmn.closures import Functions
from engine.bpmn.decision import Decision
from engine.bpmn.diagram import Diagram, read_diagram
from engine.bpmn.dmn import read_decisions
from engine.bpmn.findings import Finding, Kept, in_order, shortened
from engine.bpmn.rewrite.spelling import spell
from engine.bpmn.rules import (
    around,
    city,
    correlations,
    decisions,
    elements,
    events,
    flows,
    foreign,
    library,
    lights,
    objects,
    texts,
    vendors,
    words,
)
from engine.bpmn.rules import files as whole
from engine.bpmn.rules.gate import Gate
from engine.bpmn.vendors.adopt import adopt
from engine.bpmn.versions import functions_with
from engine.bpmn.vocabulary import OperationSignature
from engine.bpmn.xml import XmlFault, local, parse_xml
from engine.errors import Words

DIAGRAM_ENDINGS = (".bpmn", ".xml")
TABLE_ENDINGS = (".dmn",)

FILE_RULES = (
    *whole.RULES,
    *events.FILE_RULES,
    *objects.FILE_RULES,
    *words.FILE_RULES,
    *city.FILE_RULES,
    *correlations.FILE_RULES,
    *foreign.FILE_RULES,
    *around.RULES,
)
SCOPE_RULES = (
    *elements.RULES,
    *objects.RULES,
    *flows.RULES,
    *events.RULES,
    *texts.RULES,
    *decisions.RULES,
    *words.RULES,
    *lights.RULES,
    *city.RULES,
    *vendors.RULES,
)


def lint(
    files: Mapping[str, bytes],
    *,
    forms: Collection[str],
    notices: Collection[str],
    operations: Mapping[str, OperationSignature],
    posts: Collection[str],
    called: Collection[str] = (),
    departments: Collection[str] | None = None,
    functions: Functions | None = None,
) -> list[Finding]:
    """All findings about the files of one version, by file and line.

    `files`: content by name; diagrams end in .bpmn or .xml, decision tables in .dmn, others are
    not looked at. `forms`, `notices`, `posts`, `departments`: keys that may be named (departments
    None: not checked). `called`: ids of processes from elsewhere. `functions`: what expressions may
    call; by default those of the evaluator and those that the decision tables bring.
    Never raises for what the files hold.
    """
    findings: list[Finding] = []
    tables = _decisions(files, findings)
    findings = shortened(findings)
    diagrams = _diagrams(files, findings)
    if not diagrams and not tables and not findings:
        findings.append(_no_diagram(files))
    usable = functions_with(tables) if functions is None else functions
    gate = Gate(diagrams, forms, notices, operations, posts, departments, called, usable)
    for diagram in diagrams:
        findings += _judged(diagram, gate)
    if not has_errors(findings):
        read = {name: data for name, data in files.items() if name.endswith(DIAGRAM_ENDINGS)}
        findings += library.readable(read, gate)
    return in_order(findings)


def _judged(diagram: Diagram, gate: Gate) -> list[Finding]:
    kept = Kept()
    for file_rule in FILE_RULES:
        kept.add(file_rule, diagram, gate)
    for scope in diagram.scopes:
        for rule in SCOPE_RULES:
            kept.add(rule, scope, gate)
    return kept.told()


def has_errors(findings: Collection[Finding]) -> bool:
    """Whether anything stands against a deployment."""
    return any(finding.level == "error" for finding in findings)


def _decisions(files: Mapping[str, bytes], findings: list[Finding]) -> dict[str, Decision]:
    """The decisions of all tables by key, which no two of them may share."""
    found: dict[str, Decision] = {}
    for name, data in sorted(files.items()):
        if not name.endswith(TABLE_ENDINGS):
            continue
        read, told = read_decisions(data, name)
        findings += told
        for key, decision in read.items():
            if key in found:
                findings.append(_taken(decision, found[key]))
            else:
                found[key] = decision
    return found


def _taken(decision: Decision, other: Decision) -> Finding:
    message = Words(
        f"决策 {decision.key} 已在 {other.file} 中。",
        f"The decision {decision.key} is taken in {other.file}.",
    )
    remedy = Words("请改用不同的 id。", "Choose another id.")
    line = decision.line
    return Finding(decision.file, line, decision.key, "error", "dmn-decision", message, remedy)


def _diagrams(files: Mapping[str, bytes], findings: list[Finding]) -> tuple[Diagram, ...]:
    diagrams: list[Diagram] = []
    for name, data in sorted(files.items()):
        if name.endswith(DIAGRAM_ENDINGS):
            try:
                root = parse_xml(data, name)
            except XmlFault as fault:
                findings.append(fault.finding)
                continue
            if kind := file_kinds.of_root(root):
                findings.append(_stranger(name, root, kind))
            else:
                readings = adopt(root)
                spell(root)
                diagrams.append(read_diagram(root, name))
                findings += vendors.read_as(name, readings, diagrams[-1].checked)
    return tuple(diagrams)


def _stranger(name: str, root: etree._Element, kind: file_kinds.Kind) -> Finding:
    line = root.sourceline or 1
    return Finding(name, line, local(root), "error", "not-bpmn", kind.what, kind.remedy)


def _no_diagram(files: Mapping[str, bytes]) -> Finding:
    name = min(files, default="")
    return Finding(
        name,
        1,
        "definitions",
        "error",
        "no-diagram",
        Words("没有 BPMN 文件。", "There is no BPMN file."),
        Words("请提交以 .bpmn 结尾的文件。", "Hand in a file that ends in .bpmn."),
    )
