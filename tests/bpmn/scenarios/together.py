"""Constructs one in another: what single tests of engines leave out, and cases have."""

from __future__ import annotations

from dataclasses import replace

from tests.bpmn.diagrams import process
from tests.bpmn.scenarios.events import BODY, handled, on
from tests.bpmn.scenarios.parts import (
    DEFINED,
    beside,
    both,
    call,
    catch,
    chain,
    end,
    error,
    escalation,
    flow,
    gate,
    handler,
    interrupting,
    many,
    message,
    node,
    over,
    script,
    signal,
    start,
    sub,
    throw,
    timer,
    user,
)
from tests.bpmn.scenarios.play import Scenario, done, passed, sent, signalled


def after(key: str, *parts: str) -> tuple[str, ...]:
    """A process whose first activity is `key`, then the step z."""
    return (start(), *parts, user("z"), end(), chain("start", key, "z", "end"))


_ALL = [
    Scenario(
        "an error in one instance of many ends them all",
        (*after("A", sub("A", many(over("rows")), start("s1"), user("a"),
                         gate("g", default="f_g_e2"), end("e1", error("bad")), end("e2"),
                         chain("s1", "a", "g"), flow("g", "e1", "wrong"), flow("g", "e2"))),
         interrupting("E", "A", error("bad")), *on("E", "yes")),
        ["a", "a", "a"],
        [(done("a", wrong=False), ["a", "a"]), (done("a", wrong=True), ["yes"]),
         (done("yes"), [])],
        start={"rows": [1, 2, 3]},
        ran={"z": 0},
    ),
    Scenario(
        "an escalation of each instance of many, beside",
        (*after("A", sub("A", many(over("rows"), isSequential="true"), start("s1"), user("a"),
                         end("e1", escalation("late")), chain("s1", "a", "e1"))),
         beside("X", "A", escalation("late")), *on("X", "note")),
        ["a"],
        [(done("a"), ["a", "note"]), (done("a"), ["note", "note", "z"]), (done("z"), ["note"] * 2),
         (done("note"), ["note"]), (done("note"), [])],
        start={"rows": [1, 2]},
    ),
    Scenario(
        "a timer in each of a sequence of instances begins with it",
        after("A", sub("A", many(over("rows"), isSequential="true"), start("s1"), user("a"),
                       interrupting("T", "a", timer("PT1H")), end("e1"), end("e2"),
                       chain("s1", "a", "e1"), chain("T", "e2"))),
        ["a"],
        [(passed(minutes=61), ["a"]), (passed(minutes=30), ["a"]), (passed(minutes=31), ["z"]),
         (done("z"), [])],
        start={"rows": [1, 2]},
        ran={"T": 2, "a": 0},
    ),
    Scenario(
        "an event gateway in a loop waits anew",
        (start(), gate("m"), node("eventBasedGateway", "g"), catch("c1", message()),
         catch("c2", timer("PT1H")), user("a"), end(), chain("start", "m", "g", "c1", "a", "m"),
         chain("g", "c2", "end")),
        [],
        [(sent("come", x=1), ["a"]), (passed(hours=3), ["a"]), (done("a"), []),
         (sent("come", x=2), ["a"]), (done("a"), []), (passed(hours=2), [])],
        data={"x": 2},
        ran={"c1": 2, "c2": 1},
    ),
    Scenario(
        "an event sub-process in an event sub-process",
        (start(), user("a"), end(), chain("start", "a", "end"),
         handler("H", message(), user("h"), end("H_e"), chain("H_s", "h", "H_e"),
                 handler("I", timer("PT1H"), user("i"), end("I_e"), chain("I_s", "i", "I_e")))),
        ["a"],
        [(sent("come"), ["h"]), (passed(hours=2), ["i"]), (done("i"), [])],
    ),
    Scenario(
        "an event sub-process of a called process takes the error of a sub-process in it",
        (*after("C", call("C", "Q")), interrupting("E", "C", error()), *on("E", "no")),
        ["a"],
        [(done("a", x=1), ["h"]), (done("h"), ["z"]), (done("z"), [])],
        data={"x": 1},
        ran={"no": 0, "H": 1},
        others=(process(
            start("qs"), sub("S", start("s1"), user("a"), end("e1", "<b:errorEventDefinition/>"),
                             chain("s1", "a", "e1")),
            end("qe"), chain("qs", "S", "qe"), handled("<b:errorEventDefinition/>"), key="Q"),),
    ),
    Scenario(
        "an error thrown by a handler passes its own scope's handlers",
        (*after("A", sub("A", start("s1"), user("a"), end("e1"), chain("s1", "a", "e1"),
                         handler("H", message(), end("H_e", error("bad")), chain("H_s", "H_e")),
                         handler("I", error("worse"), user("i"), end("I_e"),
                                 chain("I_s", "i", "I_e")))),
         interrupting("E", "A", error("bad")), *on("E", "yes")),
        ["a"],
        [(sent("come"), ["yes"]), (done("yes"), [])],
        ran={"i": 0, "z": 0},
    ),
    Scenario(
        "a signal comes several times beside an activity, thrown from within too",
        (*after("A", sub("A", start("s1"), throw("t", signal()), user("a"), end("e1"),
                         chain("s1", "t", "a", "e1"))),
         beside("B", "A", signal()), script("n", "n = n + 1"), user("note"), end("B_e"),
         chain("B", "n", "note", "B_e")),
        ["a", "note"],
        [(signalled("go"), ["a", "note", "note"]), (done("a"), ["note", "note", "z"]),
         (done("note"), ["note", "z"]), (done("note"), ["z"]), (done("z"), [])],
        start={"n": 0},
        ran={"B": 2},
    ),
    Scenario(
        "a call in a loop in a sub-process that a message ends",
        (*after("A", sub("A", start("s1"),
                         call("C", "Q", '<b:standardLoopCharacteristics loopMaximum="3"/>'),
                         end("e1"), chain("s1", "C", "e1"))),
         interrupting("M", "A", message()), *on("M", "gone")),
        ["a"],
        [(done("a"), ["b"]), (done("b", n=1), ["a"]), (done("a", n=2), ["b"]),
         (sent("come"), ["gone"]), (done("gone"), [])],
        data={"n": 2},
        ran={"C": 1, "z": 0},
        others=(process(*BODY, key="Q"),),
    ),
    Scenario(
        "two messages beside one activity, and a timer that ends it",
        (*after("a", user("a")), beside("M1", "a", message()), *on("M1", "m1"),
         beside("M2", "a", message("more")), *on("M2", "m2"),
         interrupting("T", "a", timer("P2D")), *on("T", "late")),
        ["a"],
        [(sent("more"), ["a", "m2"]), (sent("come"), ["a", "m1", "m2"]),
         (passed(days=5), ["late", "m1", "m2"]), (done("m1"), ["late", "m2"]),
         (done("late"), ["m2"]), (done("m2"), [])],
    ),
    Scenario(
        "a branch that is interrupted joins the others by its exception path",
        (start(), both("f"), sub("A", *BODY), user("c"), both("j"), user("z"), end(),
         interrupting("M", "A", message()), gate("m"), chain("start", "f", "A", "m", "j", "z"),
         chain("f", "c", "j"), chain("z", "end"), chain("M", "m")),
        ["a", "c"],
        [(done("a", x=1), ["b", "c"]), (done("c", y=2), ["b"]), (sent("come", m=3), ["z"]),
         (done("z"), [])],
        data={"x": 1, "y": 2, "m": 3},
    ),
    Scenario(
        "an inclusive gateway knows that an interrupted branch will not come",
        (start(), node("inclusiveGateway", "f", default="f_f_b"), user("a"), user("b"),
         node("inclusiveGateway", "j"), user("z"), end(), chain("start", "f"),
         flow("f", "a", "true"), flow("f", "c", "true"), flow("f", "b"), user("c"),
         interrupting("M", "a", message()), end("away"), chain("M", "away"),
         chain("a", "j", "z", "end"), chain("b", "j"), chain("c", "j")),
        ["a", "c"],
        [(done("c"), ["a"]), (sent("come"), ["z"]), (done("z"), [])],
    ),
]  # fmt: skip

SCENARIOS = [replace(each, extra=DEFINED) for each in _ALL]
