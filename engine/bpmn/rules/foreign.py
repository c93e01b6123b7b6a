"""What other engines put into a file and is not read: explained one by one, with what to do."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree

from engine.bpmn.diagram import Diagram
from engine.bpmn.findings import Finding
from engine.bpmn.rules.gate import FileRule, Findings, Gate, found, title
from engine.bpmn.vendors.meanings import DROOLS, IDLE, JAVA, SPIFF, ZEEBE, Meaning
from engine.bpmn.vendors.names import PREFIXES, prefixed
from engine.bpmn.vendors.translate import as_script
from engine.bpmn.xml import BPMN, BPMNDI, LIANBAN, XSI, bpmn, local, namespace
from engine.errors import Words

_MEANINGS = {
    **dict.fromkeys(("camunda", "operaton", "flowable", "activiti"), JAVA),
    "zeebe": ZEEBE,
    "spiffworkflow": SPIFF,
    "drools": DROOLS,
}
# Read by `vendors.aliases` and `vendors.adopt`; other rules say so, and what they could not read.
_READ = frozenset(
    (
        *("candidateGroups", "assignee", "candidateUsers", "assignmentDefinition"),
        *("formKey", "formRef", "formDefinition", "calledElement"),
        *("collection", "elementVariable", "loopCharacteristics"),
    )
)
# Who carries out a service task: the rule for operations tells it.
_CARRIES_OUT = frozenset(
    (
        *("class", "delegateExpression", "expression", "type", "connector"),
        *("taskDefinition", "serviceTaskOperator"),
    )
)
# Words that another rule tells, by the element they stand on.
_TOLD_ELSEWHERE = {
    "serviceTask": _CARRIES_OUT,
    "businessRuleTask": frozenset(
        ("decisionRef", "mapDecisionResult", "resultVariable", "calledDecision")
    ),
}
_MOST_SCRIPT = 400  # characters of a script that a remedy gives
_MOST_SHOWN = 80  # characters of what a file says


@dataclass(frozen=True)
class _Foreign:
    """One word of an engine on an element: an attribute's value, or extension elements."""

    name: str
    value: str = ""
    elements: tuple[etree._Element, ...] = ()

    @property
    def word(self) -> str:
        """Without its prefix; modelers sometimes write the type's name, with a capital."""
        word = self.name.partition(":")[2]
        return word[:1].lower() + word[1:]


def explained(diagram: Diagram, gate: Gate) -> Findings:
    """Every other word of another engine: what it means there, and what to do here."""
    idle: dict[str, etree._Element] = {}
    unknown: dict[str, etree._Element] = {}
    for element in _elements(diagram):
        for foreign in _words_on(element):
            meaning = _meaning(foreign)
            if meaning is None:
                (idle if _is_idle(foreign) else unknown).setdefault(foreign.name, element)
            elif foreign.word not in _TOLD_ELSEWHERE.get(local(element), ()):
                yield _explained(diagram, element, foreign, meaning)
    if idle:
        yield _once(diagram, idle, _IDLE)
    if unknown:
        yield _once(diagram, unknown, _UNKNOWN)


def carried_out_by(node: etree._Element) -> str | None:
    """What carries a service task out in another engine: `camunda:class com.x.Pay`."""
    for foreign in _words_on(node):
        if foreign.word in _CARRIES_OUT:
            return f"{foreign.name} {_said(foreign)}".strip()
    return None


def _elements(diagram: Diagram) -> Iterator[etree._Element]:
    for element in diagram.root.iterchildren(bpmn("*")):
        if local(element) in ("message", "signal", "error", "escalation"):
            yield element
    for process in diagram.checked:
        yield from process.iter(bpmn("*"))


def _words_on(element: etree._Element) -> Iterator[_Foreign]:
    for attribute, value in element.attrib.items():
        name = prefixed(attribute)
        if name and name.partition(":")[2] not in _READ:
            yield _Foreign(name, value)
    inside: dict[str, list[etree._Element]] = {}
    for holder in element.iterchildren(bpmn("extensionElements")):
        for child in holder:
            name = prefixed(child.tag)
            if name and name.partition(":")[2] not in _READ:
                inside.setdefault(name, []).append(child)
    for name, children in inside.items():
        yield _Foreign(name, elements=tuple(children))


def _meaning(foreign: _Foreign) -> Meaning | None:
    """What a word means; None for what changes nothing here."""
    if foreign.word in ("in", "out") and foreign.elements:
        return None if all(map(_passes, foreign.elements)) else JAVA["inputOutput"]
    if foreign.word in IDLE:
        return None
    return _MEANINGS[foreign.name.partition(":")[0]].get(foreign.word)


def _is_idle(foreign: _Foreign) -> bool:
    return foreign.word in IDLE or foreign.word in ("in", "out")


def _passes(mapping: etree._Element) -> bool:
    """Whether a call passes data on under the name it has: all data pass to and fro here."""
    if mapping.get("variables") == "all" or mapping.get("businessKey"):
        return True
    return bool(mapping.get("source")) and mapping.get("source") == mapping.get("target")


def _explained(
    diagram: Diagram, element: etree._Element, foreign: _Foreign, meaning: Meaning
) -> Finding:
    owner, said = _owner(element), _said(foreign)
    line = next((e.sourceline for e in foreign.elements), None) or element.sourceline or 1
    written = Words(f"（{said}）" if said else " ", f" ({said})" if said else "")
    return Finding(
        diagram.file,
        line,
        owner.get("id") or local(owner),
        meaning.level,
        "vendor-code" if meaning.level == "error" else "vendor",
        Words(
            f"“{title(owner)}”的 {foreign.name}{written.zh}{meaning.means.zh}，此处不执行。",
            f"{foreign.name}{written.en} of {title(owner)} {meaning.means.en}; "
            "it is not carried out here.",
        ),
        _remedy(foreign, meaning),
    )


def _remedy(foreign: _Foreign, meaning: Meaning) -> Words:
    """The remedy of a word; where it only sets data, the very lines of a script task."""
    texts = [e.get("expression") or (e.text or "") for e in foreign.elements]
    texts += [mapping for e in foreign.elements for mapping in _mappings(e)]
    lines = [as_script(text) for text in texts if text.strip()]
    if meaning.level != "error" or not lines or None in lines:
        return meaning.remedy
    script = "; ".join("; ".join(line.split("\n")) for line in lines if line)
    if len(script) > _MOST_SCRIPT:
        return meaning.remedy
    return Words(
        f"请在此前或此后加脚本任务，写：{script}",
        f"Put a script task before or behind it with the lines: {script}",
    )


def _mappings(element: etree._Element) -> Iterator[str]:
    """`target = source` of mappings of data, as their engine's scripts would say it."""
    for each in (element, *element):
        source = each.get("source") or each.get("sourceExpression") or ""
        source = source.strip().removeprefix("=").strip()
        if source and each.get("target") and source != each.get("target"):
            yield f"{each.get('target')} = {source.removeprefix('${').removesuffix('}')}"


_TELLING = ("class", "delegateExpression", "expression", "type", "operatorId", "id", "name")
_LISTS = ("formData", "inputOutput", "ioMapping", "userTaskForm")


def _said(foreign: _Foreign) -> str:
    """What a word says, in a few characters: a class, a script, the names of fields."""
    text = "、".join(filter(None, map(_one, foreign.elements))) if foreign.elements else ""
    text = " ".join((text or foreign.value).split())
    return text if len(text) <= _MOST_SHOWN else text[: _MOST_SHOWN - 1] + "…"


def _one(element: etree._Element) -> str:
    if local(element) in _LISTS:
        inner = (child.get("id") or child.get("name") or child.get("target") for child in element)
        return "、".join(filter(None, inner))
    if element.get("source") and element.get("target"):
        return f"{element.get('source')} → {element.get('target')}"
    field = element.get("id") if local(element) == "formProperty" else None
    telling = (element.get(name) for name in _TELLING)
    return field or next(filter(None, telling), "") or (element.text or "")


def _owner(element: etree._Element) -> etree._Element:
    """The nearest element, itself or around it, that an analyst knows by its id."""
    inner = ("Definition", "LoopCharacteristics", "Expression")
    while not element.get("id") or local(element).endswith(inner):
        around = element.getparent()
        if around is None or local(around) == "definitions":
            break
        element = around
    return element


_IDLE = (
    Words(
        "其他引擎的设置在此不起作用，也不影响流转",
        "Settings of other engines have no effect here and change nothing",
    ),
    Words("可以保留或删除。", "Keep or delete them."),
)
_UNKNOWN = (
    Words(
        "不认识其他引擎的这些扩展，它们不起作用",
        "These extensions of other engines are not known here and have no effect",
    ),
    Words(
        "请核对流程不依赖它们，然后删除。", "See that the process does not need them; delete them."
    ),
)


def _once(
    diagram: Diagram, there: dict[str, etree._Element], words: tuple[Words, Words]
) -> Finding:
    """One hint for all words of a file that are of one kind, at the first of them."""
    listed = list(there)
    shown = ", ".join(listed[:12]) + (" …" if len(listed) > 12 else "")
    message = Words(f"{words[0].zh}：{shown}。", f"{words[0].en}: {shown}.")
    first = _owner(there[listed[0]])
    return found(diagram, first, "vendor", message, words[1], level="hint")


_HOUSE = frozenset((BPMN, BPMNDI, LIANBAN, XSI, "http://www.w3.org/XML/1998/namespace", ""))
_DRAWING = ("bpmn.io/schema/bpmn/biocolor", "non-normative/color", "spec/DD/")


def tools(diagram: Diagram, gate: Gate) -> Findings:
    """Extensions of drawing tools: told once a file, by the prefixes that the file gives them."""
    there: dict[str, etree._Element] = {}
    for process in diagram.checked:
        for element in process.iter("{*}*"):
            spaces = {namespace(element)}
            spaces |= {etree.QName(name).namespace or "" for name in element.attrib}
            for space in filter(_is_strange, spaces):
                there.setdefault(_prefix(element, space), element)
    if there:
        listed = ", ".join(list(there)[:8])
        yield found(
            diagram,
            _owner(next(iter(there.values()))),
            "vendor",
            Words(
                f"绘图工具的扩展不影响流转：{listed}。",
                f"Extensions of drawing tools change nothing here: {listed}.",
            ),
            Words("可以保留。", "They may stay."),
            level="hint",
        )


def _is_strange(space: str) -> bool:
    return (
        space not in _HOUSE
        and space not in PREFIXES
        and not any(part in space for part in _DRAWING)
    )


def _prefix(element: etree._Element, space: str) -> str:
    return next((p for p, uri in element.nsmap.items() if uri == space and p), space[:60])


FILE_RULES: tuple[FileRule, ...] = (explained, tools)
