"""A BPMN file as the gate sees it: its scopes, their nodes and flows. Reads, never judges."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml import etree

from engine.bpmn.vocabulary import HUMAN_TASKS, SUBPROCESSES, Lane, lanes
from engine.bpmn.xml import BPMN, bpmn, local, namespace

ACTIVITIES = (
    *HUMAN_TASKS,
    "serviceTask",
    "scriptTask",
    "sendTask",
    "receiveTask",
    "businessRuleTask",
    "subProcess",
    "transaction",
    "adHocSubProcess",
    "callActivity",
)
GATEWAYS = (
    "exclusiveGateway",
    "inclusiveGateway",
    "parallelGateway",
    "eventBasedGateway",
    "complexGateway",
)
# Children of a process or sub-process that are no flow nodes.
NOT_NODES = frozenset(
    """documentation extensionElements auditing monitoring property laneSet sequenceFlow dataObject
    dataObjectReference dataStoreReference association textAnnotation group artifact ioSpecification
    ioBinding supportedInterfaceRef resourceRole performer humanPerformer potentialOwner supports
    correlationSubscription incoming outgoing dataInputAssociation dataOutputAssociation
    multiInstanceLoopCharacteristics standardLoopCharacteristics completionCondition
    """.split()  # noqa: SIM905 (a column of forty quoted names is harder to read)
)


@dataclass(frozen=True)
class Scope:
    """A process or a sub-process: the nodes and flows directly in it.

    `outgoing` and `incoming` hold only flows that join two nodes of this scope; `boundaries` the
    boundary events by the id of the activity they are attached to. `homes`, shared by the scopes
    of a file, gives the scope of every node id.
    """

    file: str
    element: etree._Element
    process: etree._Element
    lanes: dict[str, Lane]
    homes: dict[str, Scope] = field(repr=False)
    nodes: dict[str, etree._Element] = field(default_factory=dict)
    flows: list[etree._Element] = field(default_factory=list)
    outgoing: dict[str, list[etree._Element]] = field(default_factory=lambda: defaultdict(list))
    incoming: dict[str, list[etree._Element]] = field(default_factory=lambda: defaultdict(list))
    boundaries: dict[str, list[etree._Element]] = field(default_factory=lambda: defaultdict(list))

    def of(self, *tags: str) -> Iterator[tuple[str, etree._Element]]:
        """The nodes with one of these tags, with their ids."""
        return ((key, node) for key, node in self.nodes.items() if local(node) in tags)

    def after(self, key: str) -> list[str]:
        """The ids of the nodes that the flows out of a node lead to."""
        return [flow.get("targetRef") for flow in self.outgoing.get(key, ())]


@dataclass(frozen=True)
class Diagram:
    """One BPMN file. `checked` are its executable processes, and where there is none all of them:
    the author of such a file meant one to run. `scopes` are theirs, each process first.
    """

    file: str
    root: etree._Element
    processes: tuple[etree._Element, ...]
    checked: tuple[etree._Element, ...]
    scopes: tuple[Scope, ...]


def read_diagram(root: etree._Element, file: str) -> Diagram:
    """The processes and scopes of a parsed file."""
    processes = tuple(root.iter(bpmn("process")))
    checked = tuple(filter(is_executable, processes)) or processes
    scopes: list[Scope] = []
    homes: dict[str, Scope] = {}
    for process in checked:
        named = lanes(process)
        for element in (process, *process.iter(*map(bpmn, SUBPROCESSES))):
            scopes.append(_read_scope(Scope(file, element, process, named, homes)))
    return Diagram(file, root, processes, checked, tuple(scopes))


def is_executable(process: etree._Element) -> bool:
    """Whether a process is meant to run; a missing `isExecutable` counts as yes."""
    return process.get("isExecutable", "true").strip() not in ("false", "0")


def is_true(element: etree._Element, attribute: str, default: bool = False) -> bool:
    """An XML boolean: "true" and "1" are true."""
    text = element.get(attribute)
    return default if text is None else text.strip() in ("true", "1")


def event_definitions(node: etree._Element) -> list[etree._Element]:
    """The event definitions of an event, references to shared ones included."""
    return [
        child
        for child in node
        if namespace(child) == BPMN
        and (local(child).endswith("EventDefinition") or local(child) == "eventDefinitionRef")
    ]


def event_kind(node: etree._Element) -> str:
    """The kind of an event: "timer", "message", …, "none", or "multiple" for several."""
    definitions = event_definitions(node)
    if len(definitions) > 1:
        return "multiple"
    return local(definitions[0]).removesuffix("EventDefinition") if definitions else "none"


def text_of(element: etree._Element | None) -> str:
    """The text of an element, as the library reads it, without the white space around it."""
    return "" if element is None else (element.text or "").strip()


def is_event_subprocess(element: etree._Element) -> bool:
    """Whether this is a sub-process that an event begins."""
    return local(element) == "subProcess" and is_true(element, "triggeredByEvent")


def _read_scope(scope: Scope) -> Scope:
    scope.flows.extend(scope.element.iterchildren(bpmn("sequenceFlow")))
    for node in nodes_of(scope):
        if node.get("id"):
            scope.nodes.setdefault(node.get("id"), node)
            scope.homes.setdefault(node.get("id"), scope)
        if local(node) == "boundaryEvent":
            scope.boundaries[node.get("attachedToRef", "")].append(node)
    for flow in scope.flows:
        source, target = flow.get("sourceRef"), flow.get("targetRef")
        if source in scope.nodes and target in scope.nodes:
            scope.outgoing[source].append(flow)
            scope.incoming[target].append(flow)
    return scope


def nodes_of(scope: Scope) -> Iterator[etree._Element]:
    """Every flow node of a scope, those without an id too."""
    for child in scope.element.iterchildren(bpmn("*")):
        if local(child) not in NOT_NODES:
            yield child
