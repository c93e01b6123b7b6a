"""Which decision a business rule task asks for: our own word, or a vendor's alias of it.

Aliases are read where they mean the same: Camunda 7 names with `mapDecisionResult` the form of the
result, and only the forms that ours has are the same.
"""

from __future__ import annotations

import keyword
import re
from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree

from engine.bpmn.vendors.names import ACTIVITI, CAMUNDA, FLOWABLE, OPERATON, ZEEBE
from engine.bpmn.vocabulary import extension_elements
from engine.bpmn.xml import bpmn, local, namespace
from engine.errors import Words

# Forms of a result in Camunda 7, and whether ours is a list then.
_FORMS = {"singleEntry": False, "singleResult": False, "collectEntries": True}

_IN_TEXT = re.compile(r"\bdecide\(\s*[\"']([^\"']+)[\"']")


@dataclass(frozen=True)
class DecisionCall:
    """`key` of the decision, and the name of its result in the process data.

    `result` None: each output goes under its own name. `alias`: the vendor's word it was read from,
    None for ours. `form`: what Camunda calls the form of the result, None where it does not matter.
    """

    key: str
    result: str | None
    alias: str | None = None
    form: str | None = None

    @property
    def wants_list(self) -> bool | None:
        """Whether the form is a list; None where any will do."""
        return _FORMS.get(self.form) if self.form else None

    @property
    def form_is_known(self) -> bool:
        return self.form is None or self.form in _FORMS


def decision_call(element: etree._Element) -> DecisionCall | None:
    """Read what a business rule task asks for; None where it names no decision."""
    for word in extension_elements(element):
        if local(word) == "decision" and (key := _plain(word.get("table"))):
            return DecisionCall(key, _plain(word.get("result")))
    for space in (CAMUNDA, OPERATON):
        if key := _plain(element.get(f"{{{space}}}decisionRef")):
            form = _plain(element.get(f"{{{space}}}mapDecisionResult")) or "resultList"
            result = _plain(element.get(f"{{{space}}}resultVariable"))
            return DecisionCall(key, result, "camunda:decisionRef", form)
    for space in (FLOWABLE, ACTIVITI):
        if key := _plain(element.get(f"{{{space}}}decisionTableReferenceKey")):
            return DecisionCall(key, None, "flowable:decisionTableReferenceKey")
    for called in _zeebe(element):
        if key := _plain(called.get("decisionId")):
            return DecisionCall(key, _plain(called.get("resultVariable")), "zeebe:calledDecision")
    return None


def decisions_named(root: etree._Element) -> frozenset[str]:
    """The keys of all decisions that a diagram asks for, in tasks and in expressions."""
    calls = (decision_call(task) for task in root.iter(bpmn("businessRuleTask")))
    found = {call.key for call in calls if call}
    for element in root.iter(etree.Element):
        for text in (element.text or "", *element.attrib.values()):
            found.update(_IN_TEXT.findall(text))
    return frozenset(found)


def misnamed(name: str) -> Words | None:
    """Why a result cannot have this name; None where it can."""
    if not name.isidentifier() or keyword.iskeyword(name) or name.startswith("_"):
        return Words(f"{name} 不能用作名称", f"{name} is no usable name")
    if name in ("true", "false", "null"):
        return Words(f"{name} 是保留的名称", f"{name} is a reserved name")
    return None


def _zeebe(element: etree._Element) -> Iterator[etree._Element]:
    for holder in element.iterchildren(bpmn("extensionElements")):
        for each in holder:
            if namespace(each) == ZEEBE and local(each) == "calledDecision":
                yield each


def _plain(text: str | None) -> str | None:
    return (text or "").strip() or None
