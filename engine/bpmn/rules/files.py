"""Rules about a file as a whole: the standard's schema, its processes, its ids."""

from __future__ import annotations

import re
from collections import Counter
from functools import lru_cache
from threading import Lock

from lxml import etree
from SpiffWorkflow.bpmn.parser.BpmnParser import XSD_PATH

from engine.bpmn.diagram import Diagram, is_executable
from engine.bpmn.findings import Finding
from engine.bpmn.rules.gate import FileRule, Findings, Gate, found
from engine.bpmn.xml import BPMN, BPMNDI, bpmn, local, namespace
from engine.errors import Words

_LOCK = Lock()  # a schema keeps the log of its last validation
_QUOTED = re.compile(r"'([^']*)'")
MOST_DOUBLES = 1_000  # elements whose id is not theirs alone
MOST = {"id": 120, "name": 255}  # characters
_NAME_IN_BRACES = re.compile(r"\{[^}]*\}")

# libxml2's names for what a schema demands, in our words; {} is the element, then the detail.
_SCHEMA = {
    "SCHEMAV_ELEMENT_CONTENT": Words(
        "元素 {0} 不应出现在这里", "the element {0} is not allowed here"
    ),
    "SCHEMAV_CVC_COMPLEX_TYPE_3_2_1": Words(
        "元素 {0} 没有属性 {1}", "the element {0} has no attribute {1}"
    ),
    "SCHEMAV_CVC_COMPLEX_TYPE_3_2_2": Words(
        "元素 {0} 没有属性 {1}", "the element {0} has no attribute {1}"
    ),
    "SCHEMAV_CVC_COMPLEX_TYPE_4": Words(
        "元素 {0} 缺少属性 {1}", "the element {0} lacks the attribute {1}"
    ),
    "SCHEMAV_CVC_DATATYPE_VALID_1_2_1": Words(
        "元素 {0} 的 {1} 写法不对", "the element {0} has a malformed {1}"
    ),
}
_INCOMPLETE = Words("元素 {0} 缺少子元素", "the element {0} lacks an element inside")
_OTHER = Words("元素 {0} 不合 BPMN 2.0 的格式", "the element {0} breaks the BPMN 2.0 schema")


def schema(diagram: Diagram, gate: Gate) -> Findings:
    """The BPMN 2.0 XML schema; elements of other namespaces are allowed where it allows them."""
    if namespace(diagram.root) != BPMN:
        return  # the rule for processes says it
    ids = Counter(element.get("id") for element in diagram.root.iter(f"{{{BPMN}}}*"))
    if sum(times for name, times in ids.items() if name and times > 1) > MOST_DOUBLES:
        return  # libxml2 walks over all siblings for each of them; the rule for ids says it
    with _LOCK:
        _schema().validate(diagram.root)
        entries = list(_schema().error_log)
    known = {
        (e.sourceline, local(e)): e.get("id") for e in diagram.root.iter("{*}*") if e.get("id")
    }
    for entry in entries:
        parts = [_NAME_IN_BRACES.sub("", part) for part in _QUOTED.findall(entry.message)]
        element, detail = (*parts, "", "")[:2]
        if "xs:ID" in entry.message and any(ids[part] > 1 for part in parts):
            continue  # the rule for ids says it better
        if element == "definitions" and detail == "targetNamespace":
            yield _no_target(diagram)
            continue
        words = _SCHEMA.get(entry.type_name, _OTHER)
        if "Missing child" in entry.message:  # libxml2 has one name for too much and too little
            words = _INCOMPLETE
        yield Finding(
            diagram.file,
            max(1, entry.line),
            known.get((entry.line, element), element or "definitions"),
            "error",
            "schema",
            Words(words.zh.format(element, detail) + "。", words.en.format(element, detail) + "."),
            Words(
                "请按 BPMN 2.0 标准改正拼写或位置。",
                "Mend the spelling or the place; see BPMN 2.0.",
            ),
        )


def _no_target(diagram: Diagram) -> Finding:
    """Some modellers leave it out; nothing here depends on it."""
    return found(
        diagram,
        diagram.root,
        "no-target-namespace",
        Words("definitions 缺少 targetNamespace。", "definitions has no targetNamespace."),
        Words(
            "标准要求它；请补上任意一个网址，如 http://example.com/bpmn。",
            "The standard asks for it; add any URI, such as http://example.com/bpmn.",
        ),
        level="hint",
    )


@lru_cache(maxsize=1)
def _schema() -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(XSD_PATH))


def processes(diagram: Diagram, gate: Gate) -> Findings:
    """There is a process, one at least is executable, each has an id, no two the same."""
    if not diagram.processes:
        yield found(
            diagram,
            diagram.root,
            "no-process",
            Words(
                "文件中没有流程（process）；BPMN 元素须在其标准命名空间中。",
                "No process found; elements must be in the BPMN 2.0 namespace.",
            ),
            Words("请在建模工具中导出为 BPMN 2.0。", "Export the file as BPMN 2.0."),
        )
    elif not any(map(is_executable, diagram.processes)):
        names = "、".join(process.get("id", "process") for process in diagram.processes)
        yield found(
            diagram,
            diagram.processes[0],
            "not-executable",
            Words(
                f'没有可执行的流程，都设了 isExecutable="false"：{names}。',
                f'No process is executable (isExecutable="false"): {names}.',
            ),
            Words("请把要运行的流程设为可执行。", "Make the process that shall run executable."),
        )
    for process in diagram.processes:
        if not process.get("id"):
            yield found(
                diagram,
                process,
                "process-without-id",
                Words("流程没有 id。", "The process has no id."),
                Words("请给流程设置 id。", "Give the process an id."),
            )


def ids(diagram: Diagram, gate: Gate) -> Findings:
    """Within a file an id is used once; extension elements do not take a node's id either."""
    first: dict[str, etree._Element] = {}
    for element in diagram.root.iter(f"{{{BPMN}}}*", f"{{{BPMNDI}}}*"):
        name = element.get("id")
        if local(element) in ("inputDataItem", "outputDataItem"):
            continue  # names of data: two steps may call their entry the same
        if name and first.setdefault(name, element) is not element:
            line = first[name].sourceline
            yield _taken(
                diagram,
                element,
                Words(
                    f"id {name} 已用于第 {line} 行的 {local(first[name])}。",
                    f"The id {name} is taken by the {local(first[name])} of line {line}.",
                ),
            )
    nodes = {name: node for scope in diagram.scopes for name, node in scope.nodes.items()}
    for process in diagram.checked:
        for element in process.iter("{*}*"):
            name = element.get("id")
            if name in nodes and namespace(element) not in (BPMN, BPMNDI):
                yield _taken(
                    diagram,
                    element,
                    Words(
                        f"扩展元素 {local(element)} 与流程节点同用 id {name}。",
                        f"The extension {local(element)} takes the id {name} of a node.",
                    ),
                )


def _taken(diagram: Diagram, element: etree._Element, message: Words) -> Finding:
    remedy = Words("请改用不同的 id。", "Choose another id.")
    return found(diagram, element, "duplicate-id", message, remedy)


def process_ids(diagram: Diagram, gate: Gate) -> Findings:
    """The processes of all files have different ids: cases and calls find them by id."""
    earlier = gate.diagrams[: gate.diagrams.index(diagram)]
    taken = {
        process.get("id"): (other.file, process)
        for other in reversed(earlier)
        for process in other.processes
        if process.get("id")
    }
    for process in diagram.processes:
        if process.get("id") in taken:
            file, element = taken[process.get("id")]
            yield _taken(
                diagram,
                process,
                Words(
                    f"id {element.get('id')} 已用于 {file} 第 {element.sourceline} 行。",
                    f"The id {element.get('id')} is taken in {file}, line {element.sourceline}.",
                ),
            )


def lengths(diagram: Diagram, gate: Gate) -> Findings:
    """Ids and names fit where they are kept: otherwise a case would stop at them."""
    for element in (e for scope in diagram.scopes for e in (scope.element, *scope.nodes.values())):
        for attribute, most in MOST.items():
            if len(element.get(attribute) or "") > most:
                yield found(
                    diagram,
                    element,
                    "too-long",
                    Words(
                        f"{attribute} 超过 {most} 个字符。",
                        f"Expected at most {most} characters in the {attribute}.",
                    ),
                    Words(f"请缩短 {attribute}。", f"Shorten the {attribute}."),
                )


REFERENCED = ("message", "signal", "error", "escalation")


def definitions(diagram: Diagram, gate: Gate) -> Findings:
    """Messages, signals, errors and escalations have an id; by what else they are known is read
    from it where it is missing."""
    if not diagram.checked:
        return
    for element in diagram.root.iterchildren(*(bpmn(tag) for tag in REFERENCED)):
        if not element.get("id"):
            yield found(
                diagram,
                element,
                "definition-without-id",
                Words(f"{local(element)} 没有 id。", f"The {local(element)} has no id."),
                Words("请补上 id。", "Give it an id."),
            )


RULES: tuple[FileRule, ...] = (schema, processes, ids, process_ids, lengths, definitions)
