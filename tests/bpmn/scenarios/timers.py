"""Timers on and between activities, of all three kinds. BPMN 2.0.2, 10.5.4; ISO 8601."""

from __future__ import annotations

from tests.bpmn.scenarios.events import LINE, on
from tests.bpmn.scenarios.parts import (
    beside,
    catch,
    chain,
    end,
    interrupting,
    start,
    throw,
    timer,
    user,
)
from tests.bpmn.scenarios.play import Scenario, done, passed

SCENARIOS = [
    Scenario(
        "a timer interrupts a task",
        (*LINE, interrupting("T", "a", timer("PT1H")), *on("T", "late")),
        ["a"],
        [(passed(minutes=59), ["a"]), (passed(minutes=2), ["late"]), (done("late"), [])],
        ran={"a": 0, "z": 0},
    ),
    Scenario(
        "a timer stands beside a task",
        (*LINE, beside("T", "a", timer("'PT1H'")), *on("T", "late")),
        ["a"],
        [(passed(hours=2), ["a", "late"]), (done("a"), ["late", "z"]), (done("z"), ["late"]),
         (done("late"), [])],
    ),
    Scenario(
        "a timer of a date",
        (*LINE, interrupting("T", "a", timer("2026-11-24T10:00:00", "timeDate")), *on("T", "late")),
        ["a"],
        [(passed(hours=23), ["a"]), (passed(hours=2), ["late"]), (done("late"), [])],
    ),
    Scenario(
        "a cycle comes as often as it says, while its activity lasts",
        (*LINE, beside("T", "a", timer("R3/PT1H", "timeCycle")), *on("T", "nudge")),
        ["a"],
        [(passed(minutes=61), ["a", "nudge"]), (done("nudge"), ["a"]),
         (passed(minutes=60), ["a", "nudge"]), (passed(hours=10), ["a", "nudge", "nudge"]),
         (done("nudge"), ["a", "nudge"]), (done("nudge"), ["a"]), (done("a"), ["z"]),
         (done("z"), [])],
        ran={"T": 3},
    ),
    Scenario(
        "a cycle without end ends with its activity",
        (*LINE, beside("T", "a", timer('"R/P1D"', "timeCycle")), throw("n"), end("T_e"),
         chain("T", "n", "T_e")),
        ["a"],
        [(passed(days=2, minutes=1), ["a"]), (done("a"), ["z"]), (passed(days=9), ["z"]),
         (done("z"), [])],
        ran={"T": 2, "n": 2},
    ),
    Scenario(
        "a cycle that interrupts comes once",
        (*LINE, interrupting("T", "a", timer("R3/PT1H", "timeCycle")), *on("T", "late")),
        ["a"],
        [(passed(hours=9), ["late"]), (done("late"), [])],
        ran={"T": 1},
    ),
    Scenario(
        "a cycle that is waited for comes once",
        (start(), catch("c", timer("R/PT1H", "timeCycle")), user("z"), end(),
         chain("start", "c", "z", "end")),
        [],
        [(passed(hours=3), ["z"]), (done("z"), [])],
        ran={"c": 1},
    ),
]  # fmt: skip
