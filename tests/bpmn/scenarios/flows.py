"""Sequence flows, gateways, links, starts and ends. BPMN 2.0.2, 13.2 to 13.4; the like of the
token and gateway tests of SpiffWorkflow, Camunda, Flowable and bpmn-engine."""

from __future__ import annotations

from tests.bpmn.scenarios.parts import (
    TERMINATE,
    both,
    chain,
    end,
    flow,
    gate,
    node,
    script,
    some,
    start,
    throw,
    user,
)
from tests.bpmn.scenarios.play import Scenario, done


def nameless(source: str, target: str) -> str:
    return f'<b:sequenceFlow sourceRef="{source}" targetRef="{target}"/>'


LINK = '<b:linkEventDefinition name="on"/>'

SCENARIOS = [
    Scenario(
        "a parallel split and join",
        (start(), both("f"), user("a"), user("b"), both("j"), user("c"), end(),
         chain("start", "f", "a", "j", "c", "end"), chain("f", "b", "j")),
        ["a", "b"],
        [(done("b", y=1), ["a"]), (done("a", x=1), ["c"]), (done("c"), [])],
        data={"x": 1, "y": 1},
    ),
    Scenario(
        "an exclusive gateway takes the first way whose condition holds, in the file's order",
        (start(), gate("g"), user("a"), user("b"), end(), chain("start", "g"),
         flow("g", "b", "n &gt; 0"), flow("g", "a", "n &gt; 1"),
         chain("a", "end"), chain("b", "end")),
        ["b"],
        [(done("b"), [])],
        start={"n": 5},
    ),
    Scenario(
        "an exclusive gateway lets each token through",
        (start(), both("f"), user("a"), user("b"), gate("m"), user("c"), end(),
         chain("start", "f", "a", "m", "c", "end"), chain("f", "b", "m")),
        ["a", "b"],
        [(done("a"), ["b", "c"]), (done("b"), ["c", "c"]), (done("c"), ["c"]), (done("c"), [])],
    ),
    Scenario(
        "an inclusive gateway waits for those that are on their way",
        (start(), some("f", "f_f_c"), user("a"), user("b"), user("c"), some("j"), user("d"), end(),
         chain("start", "f"), flow("f", "a", "n &gt; 0"), flow("f", "b", "n &gt; 1"),
         flow("f", "c"), chain("a", "j", "d", "end"), chain("b", "j"), chain("c", "j")),
        ["a", "b"],
        [(done("a"), ["b"]), (done("b"), ["d"]), (done("d"), [])],
        start={"n": 2},
    ),
    Scenario(
        "an inclusive gateway takes its default where no condition holds",
        (start(), some("f", "f_f_c"), user("a"), user("c"), some("j"), end(),
         chain("start", "f"), flow("f", "a", "n &gt; 0"), flow("f", "c"),
         chain("a", "j", "end"), chain("c", "j")),
        ["c"],
        [(done("c"), [])],
        start={"n": 0},
    ),
    Scenario(
        "a gateway that joins and splits",
        (start(), both("f"), user("a"), user("b"), both("g"), user("c"), user("d"), end(),
         chain("start", "f", "a", "g", "c", "end"), chain("f", "b", "g", "d", "end")),
        ["a", "b"],
        [(done("a"), ["b"]), (done("b"), ["c", "d"]), (done("d"), ["c"]), (done("c"), [])],
    ),
    Scenario(
        "several flows out of a task are taken at once",
        (start(), user("a"), user("b"), user("c"), end(),
         chain("start", "a", "b", "end"), chain("a", "c", "end")),
        ["a"],
        [(done("a"), ["b", "c"]), (done("b"), ["c"]), (done("c"), [])],
    ),
    Scenario(
        "several flows into a task bring it up for each",
        (start(), both("f"), user("a"), user("b"), user("c"), end(),
         chain("start", "f", "a", "c", "end"), chain("f", "b", "c")),
        ["a", "b"],
        [(done("b"), ["a", "c"]), (done("c"), ["a"]), (done("a"), ["c"]), (done("c"), [])],
    ),
    Scenario(
        "conditions on flows out of a task: those that hold, and the flow without one",
        (start(), user("a"), user("b"), user("c"), user("d"), end(), chain("start", "a"),
         flow("a", "b", "n &gt; 0"), flow("a", "c", "n &gt; 9"), flow("a", "d"),
         chain("b", "end"), chain("c", "end"), chain("d", "end")),
        ["a"],
        [(done("a", n=1), ["b", "d"]), (done("b"), ["d"]), (done("d"), [])],
    ),
    Scenario(
        "the default flow of a task is for when no condition holds",
        (start(), node("userTask", "a", default="f_a_d"), user("b"), user("d"), end(),
         chain("start", "a"), flow("a", "b", "n &gt; 0"), flow("a", "d"),
         chain("b", "end"), chain("d", "end")),
        ["a"],
        [(done("a", n=0), ["d"]), (done("d"), [])],
    ),
    Scenario(
        "sequence flows without an id",
        (start(), user("a"), end(), nameless("start", "a"), nameless("a", "end")),
        ["a"],
        [(done("a"), [])],
        ran={"start": 1, "a": 1, "end": 1},
    ),
    Scenario(
        "two flows between the same nodes are two tokens",
        (start(), both("f"), user("a"), end(), chain("start", "f"),
         nameless("f", "a"), nameless("f", "a"), chain("a", "end")),
        ["a", "a"],
        [(done("a"), ["a"]), (done("a"), [])],
    ),
    Scenario(
        "two flows from a fork straight to its join",
        (start(), both("f"), both("j"), user("a"), end(), chain("start", "f"),
         nameless("f", "j"), nameless("f", "j"), chain("j", "a", "end")),
        ["a"],
        [(done("a"), [])],
        ran={"j": 1},
    ),
    Scenario(
        "links lead on, several to one",
        (start(), both("f"), user("a"), user("b"), throw("l1", LINK), throw("l2", LINK),
         node("intermediateCatchEvent", "t", LINK), user("c"), end(),
         chain("start", "f", "a", "l1"), chain("f", "b", "l2"), chain("t", "c", "end")),
        ["a", "b"],
        [(done("a"), ["b", "c"]), (done("b"), ["c", "c"]), (done("c"), ["c"]), (done("c"), [])],
        ran={"l1": 1, "l2": 1, "t": 2},
    ),
    Scenario(
        "a path without an end event ends where it ends",
        (start(), both("f"), user("a"), user("b"), end(),
         chain("start", "f", "a"), chain("f", "b", "end")),
        ["a", "b"],
        [(done("a"), ["b"]), (done("b"), [])],
    ),
    Scenario(
        "without start and end events all that no flow enters begins",
        (user("a"), user("b"), user("c"), chain("a", "c")),
        ["a", "b"],
        [(done("a"), ["b", "c"]), (done("b"), ["c"]), (done("c"), [])],
    ),
    Scenario(
        "of several start events the one without a trigger begins",
        (node("startEvent", "letter", '<b:messageEventDefinition messageRef="m_come"/>'),
         start(), user("a"), user("b"), gate("m"), end(),
         chain("start", "a", "m", "end"), chain("letter", "b", "m")),
        ["a"],
        [(done("a"), [])],
        extra='<b:message id="m_come" name="come"/>',
    ),
    Scenario(
        "terminate ends all branches",
        (start(), both("f"), user("a"), user("b"), end(), end("stop", TERMINATE),
         chain("start", "f", "a", "end"), chain("f", "b", "stop")),
        ["a", "b"],
        [(done("b", x=1), [])],
        data={"x": 1},
    ),
    Scenario(
        "a correction goes round and round",
        (start(), user("a"), user("b"), gate("g", default="f_g_a"), end(),
         chain("start", "a", "b", "g"), flow("g", "end", "ok"), flow("g", "a")),
        ["a"],
        [*[(done("a"), ["b"]), (done("b", ok=False), ["a"])] * 3,
         (done("a"), ["b"]), (done("b", ok=True), [])],
        ran={"a": 4, "b": 4},
    ),
    Scenario(
        "ids that the library gives to nodes of its own",
        (start("Start"), user("Root"), user("P.EndJoin"), user("a.BoundaryEventSplit"), end("End"),
         chain("Start", "Root", "P.EndJoin", "a.BoundaryEventSplit", "End")),
        ["Root"],
        [(done("Root"), ["P.EndJoin"]), (done("P.EndJoin"), ["a.BoundaryEventSplit"]),
         (done("a.BoundaryEventSplit"), [])],
        ran={"Start": 1, "End": 1},
    ),
    Scenario(
        "ids that are unusual and legal",
        (start("开始"), user("环节-1.a_b"), script("_", "x = 1"), end("é" * 60),
         chain("开始", "环节-1.a_b", "_", "é" * 60)),
        ["环节-1.a_b"],
        [(done("环节-1.a_b"), [])],
        data={"x": 1},
    ),
    Scenario(
        "a start event with several flows",
        (start(), user("a"), user("b"), end(), chain("start", "a", "end"),
         chain("start", "b", "end")),
        ["a", "b"],
        [(done("a"), ["b"]), (done("b"), [])],
    ),
]  # fmt: skip
