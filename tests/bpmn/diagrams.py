"""Small diagrams for tests, one element a line so that a line number can be asked for."""

from __future__ import annotations

from engine.bpmn.findings import Finding
from engine.bpmn.lint import lint
from engine.bpmn.vocabulary import OperationSignature
from engine.bpmn.xml import BPMN, BPMNDI, LIANBAN, XSI

DC = "http://www.omg.org/spec/DD/20100524/DC"
OPERATIONS = {
    "accept": OperationSignature("accept", required=("as_of",), optional=("by",)),
    "issue_notice": OperationSignature("issue_notice", needs_notice=True),
    "raise_light": OperationSignature("raise_light"),
    "request_supplement": OperationSignature("request_supplement", required=("within",)),
}


def node(tag: str, key: str | None, *inner: str, **attributes: str) -> str:
    """A BPMN element with an id, a name, attributes and inner XML."""
    given = {"id": key, "name": key, **attributes}
    written = "".join(f' {name}="{value}"' for name, value in given.items() if value is not None)
    return f"<b:{tag}{written}>\n" + "\n".join(inner) + f"</b:{tag}>"


def start(key: str = "start", *inner: str) -> str:
    return node("startEvent", key, *inner)


def end(key: str = "end", *inner: str) -> str:
    return node("endEvent", key, *inner)


def user(key: str, *inner: str, **attributes: str) -> str:
    return node("userTask", key, *inner, **attributes)


def flow(source: str, target: str, condition: str | None = None) -> str:
    """A sequence flow; its id is f_<source>_<target>."""
    inner = (
        "" if condition is None else f"<b:conditionExpression>{condition}</b:conditionExpression>"
    )
    ends = f'id="f_{source}_{target}" sourceRef="{source}" targetRef="{target}"'
    return f"<b:sequenceFlow {ends}>{inner}</b:sequenceFlow>"


def chain(*keys: str) -> str:
    """Flows from each node to the next."""
    return "\n".join(flow(a, b) for a, b in zip(keys, keys[1:], strict=False))


def ours(*inner: str) -> str:
    return "<b:extensionElements>" + "".join(inner) + "</b:extensionElements>"


def service(key: str, operation: str = '<l:operation name="raise_light"/>') -> str:
    return node("serviceTask", key, ours(operation))


def timer(text: str, kind: str = "timeDuration") -> str:
    return f"<b:timerEventDefinition><b:{kind}>{text}</b:{kind}></b:timerEventDefinition>"


def boundary(key: str, on: str, *inner: str, **attributes: str) -> str:
    """A boundary event that does not interrupt."""
    return node(
        "boundaryEvent", key, *inner, attachedToRef=on, cancelActivity="false", **attributes
    )


def process(*parts: str, key: str = "P", **attributes: str) -> str:
    return node("process", key, *parts, **{"isExecutable": "true", **attributes})


def diagram(*processes: str, extra: str = "", drawn: bool = True) -> bytes:
    """A file of processes; with `drawn`, every node has a shape."""
    body = "\n".join(processes)
    text = (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<b:definitions xmlns:b="{BPMN}" '
        f'xmlns:di="{BPMNDI}" xmlns:l="{LIANBAN}" xmlns:xsi="{XSI}" '
        f'xmlns:camunda="http://camunda.org/schema/1.0/bpmn" targetNamespace="t">\n'
        f"{extra}\n{body}\n{_shapes(body) if drawn else ''}</b:definitions>"
    )
    return text.encode()


def _shapes(body: str) -> str:
    keys = [part.split('"', 1)[0] for part in body.split(' id="')[1:]]
    bounds = f'<dc:Bounds xmlns:dc="{DC}" x="0" y="0" width="1" height="1"/>'
    shapes = "".join(f'<di:BPMNShape bpmnElement="{key}">{bounds}</di:BPMNShape>' for key in keys)
    return f"<di:BPMNDiagram><di:BPMNPlane>{shapes}</di:BPMNPlane></di:BPMNDiagram>"


def checked(*parts: str, **options) -> list[Finding]:
    """The findings of one executable process made of `parts`."""
    return findings({"p.bpmn": diagram(process(*parts), **options)})


def findings(files: dict[str, bytes], **known) -> list[Finding]:
    """The findings of files, with a few forms, notices, posts and operations at hand."""
    given = {
        "forms": ["review"],
        "notices": ["acceptance"],
        "operations": OPERATIONS,
        "posts": ["clerk"],
        **known,
    }
    return lint(files, **given)


def line_of(data: bytes, text: str) -> int:
    """The line, from 1, on which `text` stands first."""
    return data.decode()[: data.decode().index(text)].count("\n") + 1
