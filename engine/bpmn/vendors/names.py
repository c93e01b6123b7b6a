"""The namespaces of other engines, and how their authors write them."""

from __future__ import annotations

from lxml import etree

CAMUNDA = "http://camunda.org/schema/1.0/bpmn"
OPERATON = "http://operaton.org/schema/1.0/bpmn"
ZEEBE = "http://camunda.org/schema/zeebe/1.0"
FLOWABLE = "http://flowable.org/bpmn"
ACTIVITI = "http://activiti.org/bpmn"
SPIFF = "http://spiffworkflow.org/bpmn/schema/1.0/core"
DROOLS = "http://www.jboss.org/drools"

# Engines that have one set of words, each in a namespace of its own.
JAVA = (CAMUNDA, OPERATON, FLOWABLE, ACTIVITI)
PREFIXES = {
    CAMUNDA: "camunda",
    OPERATON: "operaton",
    ZEEBE: "zeebe",
    FLOWABLE: "flowable",
    ACTIVITI: "activiti",
    SPIFF: "spiffworkflow",
    DROOLS: "drools",
}


def prefixed(name: str) -> str | None:
    """`camunda:assignee` for a full tag or attribute of a known engine; None for any other."""
    if not isinstance(name, str) or not name.startswith("{"):
        return None
    qname = etree.QName(name)
    prefix = PREFIXES.get(qname.namespace or "")
    return f"{prefix}:{qname.localname}" if prefix else None


def given(element: etree._Element, name: str, *namespaces: str) -> tuple[str, str] | None:
    """(source, text) of an attribute in the first of the namespaces that has it, not blank."""
    for namespace in namespaces:
        if text := (element.get(f"{{{namespace}}}{name}") or "").strip():
            return f"{PREFIXES[namespace]}:{name}", text
    return None
