"""The last rule: the library itself reads what the others let pass.

It is asked only where nothing else was found, so that its own words are never needed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from lxml import etree
from SpiffWorkflow.bpmn.parser.ValidationException import ValidationException

from engine.bpmn.diagram import Diagram, is_executable
from engine.bpmn.findings import Finding
from engine.bpmn.parser import Parser
from engine.bpmn.rules.gate import Findings, Gate, found
from engine.errors import Words


def readable(files: Mapping[str, bytes], gate: Gate) -> Findings:
    """Every executable process can be turned into a specification."""
    parser = Parser(gate.functions)
    if name := _refused(lambda: parser.add(files)):
        diagram = gate.diagrams[0]
        yield _unreadable(diagram, diagram.root, name)
        return
    for diagram in gate.diagrams:
        for process in filter(is_executable, diagram.processes):
            if name := _refused(lambda key=process.get("id"): parser.get_spec(key)):
                yield _unreadable(diagram, process, name)


def _refused(read: Callable[[], object]) -> str | None:
    """The id of the element that the library refuses, "?" where it does not say, None if none."""
    try:
        read()
    except ValidationException as refused:
        return refused.id or "?"
    except MemoryError:
        raise  # whoever bounded the memory says it
    except Exception:  # whatever it stumbles over is told in our words, with the place
        return "?"
    return None


def _unreadable(diagram: Diagram, within: etree._Element, name: str) -> Finding:
    element = next((e for e in within.iter() if e.get("id") == name), within)
    return found(
        diagram,
        element,
        "unreadable",
        Words("流程引擎读不懂此处。", "The process engine cannot read this."),
        Words(
            "请用支持的元素重画此处；很长的流程请拆成几个，用调用活动连接。",
            "Draw it with supported elements; split a very long process into several that call.",
        ),
    )
