"""What a diagram stands on: what its processes call, their forms, notices and tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from lxml import etree

from engine.bpmn.decision_calls import decisions_named
from engine.bpmn.diagram import is_executable
from engine.bpmn.rewrite.spelling import read_bpmn
from engine.bpmn.rewrite.starts import triggers
from engine.bpmn.vocabulary import read_extensions
from engine.bpmn.xml import bpmn


@dataclass(frozen=True)
class References:
    """What one file names. `processes` maps the id of each executable process to its name."""

    processes: dict[str, str]
    calls: frozenset[str]
    forms: frozenset[str]
    notices: frozenset[str]
    decisions: frozenset[str]
    functions_text: str

    def uses(self, function: str) -> bool:
        """Tell whether any text of the file may call this function."""
        return f"{function}(" in self.functions_text


def references(data: bytes, name: str) -> References:
    """Read what a BPMN file stands on. Raises `XmlFault` where it is not readable XML."""
    root = read_bpmn(data, name)
    extensions = [read_extensions(each) for each in root.iter(etree.Element)]
    return References(
        processes={
            each.get("id"): each.get("name") or each.get("id")
            for each in root.iter(bpmn("process"))
            if each.get("id") and is_executable(each)
        },
        calls=frozenset(
            called
            for each in root.iter(bpmn("callActivity"))
            if (called := (each.get("calledElement") or "").strip())
        ),
        forms=frozenset(form for each in extensions if (form := each.form or each.claimed("form"))),
        notices=frozenset(each.notice for each in extensions if each.notice),
        decisions=decisions_named(root),
        functions_text=etree.tostring(root, encoding="unicode"),
    )


def begun_by(files: Mapping[str, bytes], key: str) -> set[tuple[str, str]]:
    """Return what the diagram of a process begins with, as ("message" or "signal", name)."""
    roots = (read_bpmn(data, name) for name, data in files.items() if name.endswith(".bpmn"))
    processes = (each for root in roots for each in root.iter(bpmn("process")))
    return set().union(*(triggers(each) for each in processes if each.get("id") == key))
