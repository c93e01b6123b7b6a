"""Who works a step and with which form, as other engines write it, read as aliases of ours.

A *claim* is one such statement. Ours win over all claims. What is computed (`${…}`, `=…`) and what
names several is no value that a post can be read from; the claim then says why it is not read.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from lxml import etree

from engine.bpmn.vendors.names import JAVA, SPIFF, ZEEBE, given
from engine.bpmn.xml import bpmn
from engine.errors import Words


@dataclass(frozen=True)
class Claim:
    """`source`: the vendor's word, such as "camunda:formKey"; `text`: what stands there.

    `value`: the post or the key of the form that it is read as; None where it is not, `why` says so
    """

    word: Literal["post", "form"]
    source: str
    text: str
    value: str | None
    why: Words | None = None


COMPUTED = Words(
    "它在运行时计算（表达式），此处岗位和表单是固定的",
    "it is computed as the process runs, while posts and forms are fixed here",
)
SEVERAL = Words(
    "它列出多个，此处一个环节只归一个岗位", "it names several, while a step has one post here"
)

TOO_LONG = Words("它过长", "it is too long")
MOST_POST = 64  # characters, as a work item keeps it

_QUOTED = re.compile(r"[$#]\{\s*'([^'{}]*)'\s*\}")
MOST_TEXT = 500  # characters; what is longer names nobody
_CALL = re.compile(r"(user|group)\s*\(\s*([^()]*?)\s*\)")
_FORM_PREFIX = re.compile(r"^(?:(?:embedded|camunda-forms|app|deployment|bpmn):|/)+")
_FORM_ENDING = re.compile(r"\.(?:html?|form|json|jsp|xhtml)$")


def claims(element: etree._Element) -> tuple[Claim, ...]:
    """What a task or start event says in other engines' words, the most telling first."""
    found = [*_groups(element), *_owners(element), *_persons(element), *_forms(element)]
    return tuple(found)


def _groups(element: etree._Element) -> Iterator[Claim]:
    if there := given(element, "candidateGroups", *JAVA):
        yield _post(*there)
    for definition in _extensions(element, ZEEBE, "assignmentDefinition"):
        if text := (definition.get("candidateGroups") or "").strip():
            yield _post("zeebe:candidateGroups", text)


def _persons(element: etree._Element) -> Iterator[Claim]:
    for name in ("assignee", "candidateUsers"):
        if there := given(element, name, *JAVA):
            yield _post(*there)
        for definition in _extensions(element, ZEEBE, "assignmentDefinition"):
            if text := (definition.get(name) or "").strip():
                yield _post(f"zeebe:{name}", text)


def _owners(element: etree._Element) -> Iterator[Claim]:
    """The standard's own words: `potentialOwner` and the like, by expression or by resource."""
    for tag in ("potentialOwner", "humanPerformer", "performer", "resourceRole"):
        for owner in element.iterchildren(bpmn(tag)):
            reference = (owner.findtext(bpmn("resourceRef")) or "").strip()
            text = (owner.findtext(f".//{bpmn('formalExpression')}") or "").strip()
            if reference:
                yield _post(tag, _resource(owner, reference))
            elif 0 < len(text) <= MOST_TEXT:
                yield _post(tag, _CALL.sub(r"\2", text) if _CALL.search(text) else text)


def _resource(owner: etree._Element, reference: str) -> str:
    key = reference.rpartition(":")[2]
    for resource in owner.getroottree().getroot().iterchildren(bpmn("resource")):
        if resource.get("id") == key:
            return (resource.get("name") or "").strip() or key
    return key


def _forms(element: etree._Element) -> Iterator[Claim]:
    for name in ("formKey", "formRef"):
        if there := given(element, name, *JAVA):
            yield _form(*there)
    for definition in _extensions(element, ZEEBE, "formDefinition"):
        for name in ("formKey", "formId", "externalReference"):
            if text := (definition.get(name) or "").strip():
                yield _form(f"zeebe:{name}", text)
    for properties in _extensions(element, SPIFF, "properties"):
        for each in properties:
            if each.get("name") == "formJsonSchemaFilename" and each.get("value"):
                yield _form("spiffworkflow:formJsonSchemaFilename", each.get("value").strip())


def _extensions(element: etree._Element, namespace: str, name: str) -> Iterator[etree._Element]:
    for holder in element.iterchildren(bpmn("extensionElements")):
        yield from holder.iterchildren(f"{{{namespace}}}{name}")


def _post(source: str, text: str) -> Claim:
    if len(text) > MOST_TEXT:
        return Claim("post", source, text, None, TOO_LONG)
    value = literal(text)
    if value is None:
        return Claim("post", source, text, None, COMPUTED)
    names = [name for name in re.split(r"\s*[,，;；]\s*", value) if name]
    if len(names) != 1:
        return Claim("post", source, text, None, SEVERAL)
    if len(names[0]) > MOST_POST:
        return Claim("post", source, text, None, TOO_LONG)
    return Claim("post", source, text, names[0])


def _form(source: str, text: str) -> Claim:
    if len(text) > MOST_TEXT:
        return Claim("form", source, text, None, TOO_LONG)
    value = literal(text)
    if value is None:
        return Claim("form", source, text, None, COMPUTED)
    return Claim("form", source, text, _FORM_ENDING.sub("", _FORM_PREFIX.sub("", value)) or None)


def literal(text: str) -> str | None:
    """The text itself, or that of a quoted expression; None for what is computed."""
    text = text.strip()
    if quoted := _QUOTED.fullmatch(text):
        return quoted[1].strip() or None
    if text.startswith("="):
        return _feel(text[1:])
    return None if re.search(r"[$#]\{", text) else text or None


def _feel(text: str) -> str | None:
    """A text or a list of texts in FEEL, which are written as in JSON, with commas between."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    texts = value if isinstance(value, list) else [value]
    plain = [each.strip() for each in texts if isinstance(each, str)]
    return ",".join(plain) or None if len(plain) == len(texts) else None
