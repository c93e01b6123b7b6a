"""One spelling for what XML and BPMN let one write in several ways; nothing is added or moved.

The gate and the parser both read files spelled so. XML's booleans are `true`, `1`, `false` and
`0`, with white space around them; references are qualified names, whose prefix says no more than
in which file the element stands; references as element texts may be printed on lines of their own.
"""

from __future__ import annotations

from lxml import etree

from engine.bpmn.vendors.adopt import adopt
from engine.bpmn.xml import BPMN, bpmn, local, parse_xml

_BOOLEANS = (
    "cancelActivity",
    "isCollection",
    "isExecutable",
    "isForCompensation",
    "isInterrupting",
    "isSequential",
    "instantiate",
    "parallelMultiple",
    "testBefore",
    "triggeredByEvent",
    "waitForCompletion",
)
_REFERENCES = (
    "attachedToRef",
    "calledElement",
    "dataObjectRef",
    "dataStoreRef",
    "default",
    "errorRef",
    "escalationRef",
    "messageRef",
    "signalRef",
    "sourceRef",
    "targetRef",
)
_TEXTS = (
    "correlationPropertyRef",
    "dataInputRefs",
    "dataOutputRefs",
    "eventDefinitionRef",
    "flowNodeRef",
    "loopDataInputRef",
    "loopDataOutputRef",
    "optionalInputRefs",
    "optionalOutputRefs",
    "sourceRef",
    "targetRef",
)
# Holds a messagePath, for which modellers built on bpmn-js write a formalExpression.
_RETRIEVAL = "correlationPropertyRetrievalExpression"
# What is known by another attribute than its id, where that is missing.
_KNOWN_BY = {
    "message": "name",
    "signal": "name",
    "error": "errorCode",
    "escalation": "escalationCode",
}


def read_bpmn(data: bytes, name: str) -> etree._Element:
    """Parse a BPMN file, adopt it and spell it in one way. Raises `XmlFault`."""
    root = parse_xml(data, name)
    adopt(root)
    spell(root)
    return root


def spell(root: etree._Element) -> None:
    """Change the tree of a file in place: booleans, references, and codes that are missing."""
    for element in root.iter(f"{{{BPMN}}}*"):
        for name in _BOOLEANS:
            written = (element.get(name) or "").strip()
            if written in ("true", "1", "false", "0"):
                element.set(name, "true" if written in ("true", "1") else "false")
        for name in _REFERENCES:
            if element.get(name):
                element.set(name, _unprefixed(element.get(name)))
        tag = local(element)
        if tag in _TEXTS and element.text:
            element.text = _unprefixed(element.text)
        if tag == _RETRIEVAL:
            for expression in element.iterchildren(bpmn("formalExpression")):
                expression.tag = bpmn("messagePath")
        if tag in _KNOWN_BY and element.get("id") and not (element.get(_KNOWN_BY[tag]) or ""):
            element.set(_KNOWN_BY[tag], element.get("id"))


def _unprefixed(reference: str) -> str:
    return reference.strip().rpartition(":")[2]
