"""Boundary events, event sub-processes, event gateways, transactions. BPMN 2.0.2, 10.5, 13.5; the
like of the tests of SpiffWorkflow, Camunda 7, Flowable, Zeebe and bpmn-engine."""

from __future__ import annotations

from dataclasses import replace

from tests.bpmn.diagrams import process
from tests.bpmn.scenarios.parts import (
    CANCEL,
    DEFINED,
    TERMINATE,
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
    message,
    node,
    script,
    signal,
    start,
    sub,
    throw,
    timer,
    user,
)
from tests.bpmn.scenarios.play import Scenario, done, passed, sent, signalled

LINE = (start(), user("a"), user("z"), end(), chain("start", "a", "z", "end"))


def on(key: str, *path: str) -> tuple[str, ...]:
    """The path behind a boundary event: a user task and an end."""
    return (*(user(each) for each in path), end(f"{key}_end"), chain(key, *path, f"{key}_end"))


def scope(*parts: str, tag: str = "subProcess") -> tuple[str, ...]:
    """A process whose first activity is a sub-process A, then the step z."""
    return (start(), sub("A", *parts, tag=tag), user("z"), end(), chain("start", "A", "z", "end"))


def failing(definition: str) -> tuple[str, ...]:
    """A sub-process that ends with an event when the step a is done."""
    return scope(start("s1"), user("a"), end("e1", definition), chain("s1", "a", "e1"))


BODY = (start("s1"), user("a"), user("b"), end("e1"), chain("s1", "a", "b", "e1"))


def handled(definition: str, interrupts: bool = True) -> str:
    return handler(
        "H", definition, user("h"), end("H_e"), chain("H_s", "h", "H_e"), interrupts=interrupts
    )


_ALL = [
    Scenario(
        "a message may come several times beside an activity",
        (*LINE, beside("M", "a", message()), *on("M", "more")),
        ["a"],
        [(sent("come", x=1), ["a", "more"]), (sent("come", x=2), ["a", "more", "more"]),
         (done("a"), ["more", "more", "z"]), (done("more"), ["more", "z"]), (done("more"), ["z"]),
         (done("z"), [])],
        ran={"M": 2},
    ),
    Scenario(
        "what the body did is seen on the path of an interrupting event",
        (*scope(*BODY), interrupting("M", "A", message()), script("s", "seen = x + y"),
         end("M_e"), chain("M", "s", "M_e")),
        ["a"],
        [(done("a", x=1), ["b"]), (sent("come", y=2), [])],
        data={"seen": 3, "x": 1},
        ran={"b": 0, "z": 0},
    ),
    Scenario(
        "what all branches of the body did is seen, the later over the earlier",
        (*scope(start("s1"), both("f"), user("a"), user("b"), user("c"), user("d"), end("e1"),
                chain("s1", "f", "a", "c", "e1"), chain("f", "b", "d", "e1")),
         interrupting("T", "A", timer("PT1H")), script("s", "seen = x + y"), end("M_e"),
         chain("T", "s", "M_e")),
        ["a", "b"],
        [(done("b", y=20), ["a", "d"]), (done("a", x=1), ["c", "d"]), (passed(hours=2), [])],
        start={"x": 0, "y": 0},
        data={"seen": 21},
    ),
    Scenario(
        "what the body did is seen beside it, and the body goes on",
        (*scope(*BODY), beside("M", "A", message()), script("s", "seen = x"), end("M_e"),
         chain("M", "s", "M_e")),
        ["a"],
        [(done("a", x=1), ["b"]), (sent("come"), ["b"]), (done("b"), ["z"]), (done("z"), [])],
        data={"seen": 1, "x": 1},
    ),
    Scenario(
        "what a called process did is seen where it is interrupted",
        (start(), call("A", "Q"), user("z"), end(), chain("start", "A", "z", "end"),
         interrupting("M", "A", message()), script("s", "seen = x"), end("M_e"),
         chain("M", "s", "M_e")),
        ["a"],
        [(done("a", x=1), ["b"]), (sent("come"), [])],
        data={"seen": 1},
        others=(process(*BODY, key="Q"),),
    ),
    Scenario(
        "an error goes to the boundary for its code",
        (*failing(error("bad")), interrupting("E1", "A", error("worse")), *on("E1", "no"),
         interrupting("E2", "A", error("bad")), *on("E2", "yes"),
         interrupting("E3", "A", error()), *on("E3", "any")),
        ["a"],
        [(done("a", x=1), ["yes"]), (done("yes"), [])],
        data={"x": 1},
        ran={"z": 0, "any": 0},
    ),
    Scenario(
        "an error goes to the boundary without a code",
        (*failing(error("bad")), interrupting("E1", "A", error("worse")), *on("E1", "no"),
         interrupting("E3", "A", error()), *on("E3", "any")),
        ["a"],
        [(done("a"), ["any"]), (done("any"), [])],
    ),
    Scenario(
        "an error ends what else runs in its sub-process, at once",
        (*scope(start("s1"), both("f"), user("a"), end("e1", error("bad")), user("b"), both("g"),
                script("s", "wrong = 1"), end("e2"), chain("s1", "f", "a", "g", "e1"),
                chain("f", "b", "e2"), chain("g", "s", "e2")),
         interrupting("E", "A", error("bad")), *on("E", "yes")),
        ["a", "b"],
        [(done("a"), ["yes"]), (done("yes"), [])],
        ran={"b": 0, "z": 0},
    ),
    Scenario(
        "an error passes a sub-process that does not catch it, and not its neighbour",
        (*scope(start("s1"), both("f"),
                sub("B", start("s2"), user("b"), end("e2", error("bad")), chain("s2", "b", "e2")),
                sub("C", start("s3"), user("c"), end("e3"), chain("s3", "c", "e3")),
                interrupting("E0", "C", error("bad")), end("e1"), chain("s1", "f", "B", "e1"),
                chain("f", "C", "e1"), chain("E0", "e1")),
         interrupting("E", "A", error("bad")), *on("E", "yes")),
        ["b", "c"],
        [(done("b"), ["yes"]), (done("yes"), [])],
        ran={"E0": 0},
    ),
    Scenario(
        "an error of a called process",
        (start(), call("A", "Q"), user("z"), end(), chain("start", "A", "z", "end"),
         interrupting("E", "A", error("bad")), *on("E", "yes")),
        ["x"],
        [(done("x", y=1), ["yes"]), (done("yes"), [])],
        data={"y": 1},
        others=(process(start("qs"), user("x"), end("qe", '<b:errorEventDefinition errorRef="q"/>'),
                        chain("qs", "x", "qe"), key="Q")
                + '<b:error id="q" name="q" errorCode="bad"/>',),
    ),
    Scenario(
        "an error that nobody catches ends its path",
        failing(error("bad")),
        ["a"],
        [(done("a"), ["z"]), (done("z"), [])],
    ),
    Scenario(
        "an escalation interrupts",
        (*failing(escalation("late")), interrupting("X", "A", escalation("late")), *on("X", "yes")),
        ["a"],
        [(done("a"), ["yes"]), (done("yes"), [])],
        ran={"z": 0},
    ),
    Scenario(
        "an escalation that interrupts nothing, twice",
        (*scope(start("s1"), user("a"), throw("t1", escalation("late")), user("b"),
                throw("t2", escalation("late")), end("e1"),
                chain("s1", "a", "t1", "b", "t2", "e1")),
         beside("X", "A", escalation()), *on("X", "yes")),
        ["a"],
        [(done("a", x=1), ["b", "yes"]), (done("b"), ["yes", "yes", "z"]),
         (done("yes"), ["yes", "z"]), (done("yes"), ["z"]), (done("z"), [])],
    ),
    Scenario(
        "an escalation from a called process",
        (start(), call("A", "Q"), user("z"), end(), chain("start", "A", "z", "end"),
         beside("X", "A", escalation("late")), *on("X", "yes")),
        ["x"],
        [(done("x"), ["yes", "z"]), (done("z"), ["yes"]), (done("yes"), [])],
        others=(process(start("qs"), user("x"), throw("t", escalation("q")), end("qe"),
                        chain("qs", "x", "t", "qe"), key="Q")
                + '<b:escalation id="x_q" name="q" escalationCode="late"/>',),
    ),
    Scenario(
        "a signal reaches all that wait, a boundary before what is inside",
        (start(), both("f"), catch("c1", signal()), user("one"),
         sub("A", start("s1"), catch("c2", signal()), user("two"), end("e1"),
             chain("s1", "c2", "two", "e1")),
         interrupting("B", "A", signal()), user("three"), end(),
         chain("start", "f", "c1", "one", "end"), chain("f", "A", "end"),
         chain("B", "three", "end")),
        [],
        [(signalled("go", x=1), ["one", "three"]), (done("one"), ["three"]), (done("three"), [])],
        ran={"two": 0},
    ),
    Scenario(
        "a signal reaches those first that have waited longest",
        (start(), both("f"), user("a"), beside("B", "a", signal()), user("n"), end("B_e"),
         catch("c", signal()), user("late"), user("t"), throw("s", signal()), end(),
         chain("start", "f", "a", "end"), chain("B", "n", "B_e"), chain("f", "c", "late", "end"),
         chain("f", "t", "s", "end")),
        ["a", "t"],
        [(done("t", x=1), ["a", "late", "n"]), (signalled("go", y=2), ["a", "late", "n", "n"]),
         (done("a"), ["late", "n", "n"]), (done("n"), ["late", "n"]), (done("late"), ["n"]),
         (done("n"), [])],
        ran={"B": 2, "c": 1},
    ),
    Scenario(
        "a signal end event",
        (start(), both("f"), user("a"), end("e1", signal()), catch("c", signal()), user("b"), end(),
         chain("start", "f", "a", "e1"), chain("f", "c", "b", "end")),
        ["a"],
        [(done("a"), ["b"]), (done("b"), [])],
    ),
    Scenario(
        "a message end event",
        (start(), both("f"), user("a"), end("e1", message()), catch("c", message()), user("b"),
         end(), chain("start", "f", "a", "e1"), chain("f", "c", "b", "end")),
        ["a"],
        [(done("a"), ["b"]), (done("b"), [])],
    ),
    Scenario(
        "of two timers behind an event gateway the shorter one",
        (start(), node("eventBasedGateway", "g"), catch("c1", timer("PT2H")),
         catch("c2", timer("PT1H")), user("one"), user("two"), end(),
         chain("start", "g", "c1", "one", "end"), chain("g", "c2", "two", "end")),
        [],
        [(passed(minutes=61), ["two"]), (passed(hours=9), ["two"]), (done("two"), [])],
        ran={"c1": 0, "c2": 1},
    ),
    Scenario(
        "a message, a signal, a receive task and a timer behind an event gateway",
        (start(), node("eventBasedGateway", "g"), catch("c1", message()), catch("c2", signal()),
         node("receiveTask", "c3", messageRef="m_more"), catch("c4", timer("P1D")),
         *(user(f"u{n}") for n in (1, 2, 3, 4)), end(), chain("start", "g"),
         *(chain("g", f"c{n}", f"u{n}", "end") for n in (1, 2, 3, 4))),
        [],
        [(sent("more", x=1), ["u3"]), (passed(days=9), ["u3"]), (done("u3"), [])],
        data={"x": 1},
        ran={"c1": 0, "c2": 0, "c3": 1, "c4": 0},
    ),
    Scenario(
        "a transaction that is cancelled",
        (*scope(start("s1"), user("a"), gate("g", default="f_g_e2"), end("e1", CANCEL), end("e2"),
                user("other"), both("f"), end("e3"), chain("s1", "f", "a", "g"),
                chain("f", "other", "e3"),
                flow("g", "e1", "bad"), flow("g", "e2"), tag="transaction"),
         interrupting("C", "A", CANCEL), *on("C", "undone")),
        ["a", "other"],
        [(done("a", bad=True, paid=9), ["undone"]), (done("undone"), [])],
        start={"paid": 0},
        data={"paid": 0, "bad": None},
    ),
    Scenario(
        "a transaction that fails leaves the data as they were before it",
        (*scope(start("s1"), user("a"), end("e1", error("bad")), chain("s1", "a", "e1"),
                tag="transaction"),
         interrupting("E", "A", error()), *on("E", "failed")),
        ["a"],
        [(done("a", paid=9), ["failed"]), (done("failed", told=True), [])],
        start={"paid": 0},
        data={"paid": 0, "told": True},
        ran={"z": 0},
    ),
    Scenario(
        "a transaction that runs out of time shows what it has done",
        (*scope(start("s1"), user("a"), user("b"), end("e1"), chain("s1", "a", "b", "e1"),
                tag="transaction"),
         interrupting("T", "A", timer("PT1H")), *on("T", "late")),
        ["a"],
        [(done("a", paid=9), ["b"]), (passed(hours=2), ["late"]), (done("late"), [])],
        start={"paid": 0},
        data={"paid": 9},
    ),
    Scenario(
        "a transaction that succeeds",
        (*scope(start("s1"), user("a"), gate("g", default="f_g_e2"), end("e1", error("bad")),
                end("e2"), chain("s1", "a", "g"), flow("g", "e1", "bad"), flow("g", "e2"),
                tag="transaction"),
         interrupting("C", "A", CANCEL), *on("C", "undone"),
         interrupting("E", "A", error()), *on("E", "failed")),
        ["a"],
        [(done("a", bad=False), ["z"]), (done("z"), [])],
    ),
    Scenario(
        "an event sub-process interrupts its process and sees its data",
        (*LINE, handler("H", message(), script("hs", "seen = x + y"), user("h"), end("H_e"),
                        chain("H_s", "hs", "h", "H_e"))),
        ["a"],
        [(done("a", x=1), ["z"]), (sent("come", y=2), ["h"]), (done("h"), [])],
        data={"seen": 3},
        ran={"z": 0, "H_s": 1, "H": 1, "end": 0},
    ),
    Scenario(
        "an event sub-process that interrupts nothing, several times",
        (*LINE, handled(message(), interrupts=False)),
        ["a"],
        [(sent("come"), ["a", "h"]), (sent("come"), ["a", "h", "h"]), (done("h"), ["a", "h"]),
         (done("a"), ["h", "z"]), (done("z"), ["h"]), (done("h"), [])],
    ),
    Scenario(
        "an event sub-process with a timer, in a sub-process",
        scope(*BODY, handled(timer("PT1H"))),
        ["a"],
        [(done("a"), ["b"]), (passed(hours=2), ["h"]), (done("h"), ["z"]), (done("z"), [])],
    ),
    Scenario(
        "an event sub-process catches the error of its scope",
        scope(start("s1"), user("a"), end("e1", error("bad")), chain("s1", "a", "e1"),
              handled(error("bad"))),
        ["a"],
        [(done("a"), ["h"]), (done("h"), ["z"]), (done("z"), [])],
    ),
    Scenario(
        "an event sub-process catches an escalation beside",
        scope(start("s1"), user("a"), throw("t", escalation("late")), user("b"), end("e1"),
              chain("s1", "a", "t", "b", "e1"), handled(escalation("late"), interrupts=False)),
        ["a"],
        [(done("a"), ["b", "h"]), (done("b"), ["h"]), (done("h"), ["z"]), (done("z"), [])],
    ),
    Scenario(
        "an event sub-process that interrupts ends one that does not",
        (*LINE, handled(message(), interrupts=False),
         handler("I", signal("stop"), user("i"), end("I_e"), chain("I_s", "i", "I_e"))),
        ["a"],
        [(sent("come"), ["a", "h"]), (signalled("stop"), ["i"]), (done("i"), [])],
    ),
    Scenario(
        "terminate ends a scope with its event sub-processes",
        (start(), user("a"), end("stop", TERMINATE), chain("start", "a", "stop"),
         handled(message(), interrupts=False)),
        ["a"],
        [(sent("come"), ["a", "h"]), (done("a", x=1), [])],
        data={"x": 1},
    ),
    Scenario(
        "an event sub-process with a boundary event of its own",
        (*LINE, handler("H", message(), user("h"), interrupting("T", "h", timer("PT1H")),
                        user("late"), end("H_e"), chain("H_s", "h", "H_e"),
                        chain("T", "late", "H_e"))),
        ["a"],
        [(sent("come"), ["h"]), (passed(hours=2), ["late"]), (done("late"), [])],
    ),
    Scenario(
        "an event sub-process in each instance of many",
        (start(), sub("A", '<b:multiInstanceLoopCharacteristics><b:loopCardinality>2'
                      "</b:loopCardinality></b:multiInstanceLoopCharacteristics>", *BODY,
                      handled(timer("PT1H"))),
         user("z"), end(), chain("start", "A", "z", "end")),
        ["a", "a"],
        [(done("a"), ["a", "b"]), (passed(hours=2), ["h", "h"]), (done("h"), ["h"]),
         (done("h"), ["z"]), (done("z"), [])],
    ),
    Scenario(
        "an activity is interrupted, left and entered again",
        (start(), user("a"), interrupting("M", "a", message()), user("b"),
         gate("g", default="f_g_a"), end(), chain("start", "a", "b", "g"),
         flow("g", "end", "ok"), chain("g", "a"), chain("M", "b")),
        ["a"],
        [(sent("come"), ["b"]), (done("b", ok=False), ["a"]), (sent("come"), ["b"]),
         (done("b", ok=True), [])],
        ran={"M": 2, "a": 0},
    ),
]  # fmt: skip

SCENARIOS = [replace(each, extra=DEFINED) for each in _ALL]
