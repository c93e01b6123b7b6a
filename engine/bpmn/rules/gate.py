"""What every rule is given, and how a rule says what it found."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from lxml import etree

from engine.bpmn.closures import Functions
from engine.bpmn.diagram import Diagram, Scope
from engine.bpmn.findings import Finding, Level
from engine.bpmn.vocabulary import OperationSignature
from engine.bpmn.xml import local
from engine.errors import Words


@dataclass(frozen=True)
class Gate:
    """What a diagram may name: keys of forms and notices, operations, codes, processes to call.

    `departments` None: not checked. `called`: ids of processes that other versions bring.
    """

    diagrams: tuple[Diagram, ...]
    forms: Collection[str]
    notices: Collection[str]
    operations: Mapping[str, OperationSignature]
    posts: Collection[str]
    departments: Collection[str] | None
    called: Collection[str]
    functions: Functions

    @cached_property
    def processes(self) -> dict[str, etree._Element]:
        """The processes of all files by id, executable or not."""
        return {p.get("id", ""): p for diagram in self.diagrams for p in diagram.processes}

    @cached_property
    def circling(self) -> set[str]:
        """The processes whose calls lead round: what is left without those that only call, or are
        only called. One between two circles is left as well."""
        calls: dict[str, set[str]] = defaultdict(set)
        for scope in (scope for diagram in self.diagrams for scope in diagram.scopes):
            called = (node.get("calledElement", "") for _, node in scope.of("callActivity"))
            calls[scope.process.get("id", "")].update(called)
        callers: dict[str, set[str]] = defaultdict(set)
        for caller, called in calls.items():
            for name in called:
                callers[name].add(caller)
        return _without_ends(_without_ends(set(calls) & set(callers), calls), callers)


def _without_ends(names: set[str], after: dict[str, set[str]]) -> set[str]:
    """The names from which one can go on along `after` for ever, without leaving `names`."""
    before: dict[str, list[str]] = defaultdict(list)
    left = {name: after[name] & names for name in names}
    for name, following in left.items():
        for each in following:
            before[each].append(name)
    count = {name: len(following) for name, following in left.items()}
    ends = [name for name, number in count.items() if not number]
    for name in ends:
        for each in before[name]:
            count[each] -= 1
            if not count[each]:
                ends.append(each)
    return names - set(ends)


Findings = Iterator[Finding]
FileRule = Callable[[Diagram, Gate], Findings]
ScopeRule = Callable[[Scope, Gate], Findings]


def found(
    place: Scope | Diagram,
    element: etree._Element,
    rule: str,
    message: Words,
    remedy: Words,
    level: Level = "error",
) -> Finding:
    """A finding about an element of a file."""
    name = element.get("id") or local(element)
    return Finding(place.file, element.sourceline or 1, name, level, rule, message, remedy)


def title(element: etree._Element) -> str:
    """How an analyst knows an element: its name, or its id, or its tag."""
    name = " ".join((element.get("name") or "").split())
    return name[:40] or element.get("id") or local(element)
