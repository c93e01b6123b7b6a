"""A trial: what its lines say, and that a step which fails changes nothing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from engine.catalogue.calendars import load_calendar
from engine.config import CHECKOUT
from engine.errors import Invalid
from engine.nursery import Nursery
from engine.trial.files import diagram_of, judge
from engine.trial.run import trial
from engine.trial.steps import read_steps
from tests.bpmn.diagrams import (
    boundary,
    chain,
    diagram,
    end,
    flow,
    node,
    ours,
    process,
    service,
    start,
    timer,
    user,
)
from tests.bpmn.instances import message, messages, script

CALENDAR = load_calendar(CHECKOUT / "processes" / "calendar")
MONDAY = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
TWICE = (
    "<b:multiInstanceLoopCharacteristics><b:loopDataInputRef>who</b:loopDataInputRef>"
    '<b:inputDataItem id="one"/></b:multiInstanceLoopCharacteristics>'
)


@pytest.fixture(scope="module")
def nursery() -> Iterator[Nursery]:
    nursery = Nursery("engine.trial.run")
    yield nursery
    nursery.close()


@pytest.fixture(params=["at once", "reloaded"])
def where(request: pytest.FixtureRequest) -> Nursery | None:
    """Every trial here gives the same lines when each step is done in another process."""
    return request.getfixturevalue("nursery") if request.param == "reloaded" else None


def tried(
    where: Nursery | None, *parts: str, steps: list[dict[str, Any]] | None = None, **options: Any
) -> list[dict[str, Any]]:
    """The lines of a trial of one process made of `parts`."""
    files = {"p.bpmn": diagram(process(*parts), extra=options.pop("extra", ""), drawn=False)}
    assert [f for f in judge(files) if f.level == "error"] == []
    return list(
        trial(
            diagram_of(files, None, CALENDAR),
            data=options.pop("data", {}),
            steps=read_steps(steps or []),
            at=MONDAY,
            nursery=where,
            **options,
        )
    )


def complete(task: str, **options: Any) -> dict[str, Any]:
    return {"op": "complete", "task": task, **options}


def elements(line: dict[str, Any]) -> list[str]:
    return [row["element"] for row in line["open"]]


def test_a_line_has_these_keys_and_no_other(where: Nursery | None) -> None:
    (line,) = tried(where, start(), user("t"), end(), chain("start", "t", "end"))
    assert list(line) == [
        "step", "open", "timers", "executed", "completed", "data", "error",
    ]  # fmt: skip
    assert line["open"] == [{"element": "t", "name": "t", "lane": None, "instance": None}]
    assert (line["step"], line["executed"], line["completed"]) == (0, ["start"], False)


def test_a_process_runs_to_its_end_with_its_data(where: Nursery | None) -> None:
    first, last = tried(
        where,
        start(), user("t"), script("s", "b = a + 1"), end(), chain("start", "t", "s", "end"),
        steps=[complete("t", data={"a": 1})],
        data={"given": True},
    )  # fmt: skip
    assert first["data"] == {"given": True}
    assert last["executed"] == ["t", "s", "end"]
    assert last["completed"] and last["data"] == {"given": True, "a": 1, "b": 2}


def test_the_lane_is_told_by_its_name(where: Nursery | None) -> None:
    lanes = (
        '<b:laneSet id="lanes"><b:lane id="l" name="窗口">'
        "<b:flowNodeRef>\n t \n</b:flowNodeRef></b:lane></b:laneSet>"
    )
    (line,) = tried(where, lanes, start(), user("t"), end(), chain("start", "t", "end"))
    assert line["open"][0]["lane"] == "窗口"


def test_instances_are_numbered_and_the_nth_open_one_is_completed(where: Nursery | None) -> None:
    lines = tried(
        where,
        start(), user("t", TWICE), end(), chain("start", "t", "end"),
        data={"who": ["a", "b", "c"]},
        steps=[complete("t", instance=1), complete("t", instance=1), complete("t", instance=1)],
    )  # fmt: skip
    open_ones = [[row["instance"] for row in line["open"]] for line in lines]
    assert open_ones == [[0, 1, 2], [0, 2], [0], [0]]
    assert [line["error"] is None for line in lines] == [True, True, True, False]
    assert lines[1]["executed"] == ["t"]


def test_an_instance_of_a_sub_process_numbers_the_tasks_in_it(where: Nursery | None) -> None:
    inside = (start("s2"), user("t"), end("e2"), chain("s2", "t", "e2"))
    lines = tried(
        where,
        start(), node("subProcess", "sub", TWICE, *inside), end(), chain("start", "sub", "end"),
        data={"who": ["a", "b"]},
        steps=[complete("t", instance=1), complete("t")],
    )  # fmt: skip
    assert [row["instance"] for row in lines[0]["open"]] == [0, 1]
    assert lines[0]["executed"] == ["start", "s2", "s2"]
    assert [row["instance"] for row in lines[1]["open"]] == [0]
    assert lines[2]["executed"] == ["t", "e2", "sub", "end"] and lines[2]["completed"]


def test_time_moves_only_when_told_and_fires_each_timer_at_its_own(where: Nursery | None) -> None:
    """The second timer begins when the first one fired, not when somebody looked."""
    lines = tried(
        where,
        start(), user("t"), end(), chain("start", "t", "end"),
        boundary("one", "t", timer("PT1H")),
        node("intermediateCatchEvent", "two", timer("PT1H")), end("e2"), chain("one", "two", "e2"),
        steps=[
            {"op": "advance", "seconds": 3599},
            {"op": "advance", "to": "2026-11-23T10:30:00"},
            {"op": "advance", "to": "2026-11-23"},
            {"op": "advance", "seconds": 1800},
        ],
    )  # fmt: skip
    assert lines[0]["timers"] == [{"element": "one", "due": "2026-11-23T10:00:00+08:00"}]
    assert lines[1]["executed"] == []
    assert lines[2]["timers"] == [{"element": "two", "due": "2026-11-23T11:00:00+08:00"}]
    assert lines[3]["error"]["code"] == "conflict", "time does not go back"
    assert lines[4]["executed"] == ["two", "e2"]


def test_messages_and_signals_come_from_outside(where: Nursery | None) -> None:
    signal = '<b:signalEventDefinition signalRef="sig"/>'
    lines = tried(
        where,
        start(),
        node("intermediateCatchEvent", "m", message()),
        node("intermediateCatchEvent", "s", signal),
        end(), chain("start", "m", "s", "end"),
        extra=messages("come") + '<b:signal id="sig" name="go"/>',
        steps=[
            {"op": "signal", "name": "go"},
            {"op": "message", "name": "come", "data": {"a": 1}},
            {"op": "signal", "name": "go"},
        ],
    )  # fmt: skip
    assert [line["error"] and line["error"]["code"] for line in lines] == [
        None, "conflict", None, None,
    ]  # fmt: skip
    assert lines[2]["data"]["a"] == 1
    assert lines[3]["completed"]


def test_a_step_that_fails_changes_nothing_and_the_next_is_tried(where: Nursery | None) -> None:
    lines = tried(
        where,
        start(), user("t"), script("s", "b = a + 1"), user("u"), end(),
        chain("start", "t", "s", "u", "end"),
        steps=[complete("t", data={"a": "x"}), complete("v"), complete("t", data={"a": 1})],
    )  # fmt: skip
    fault = lines[1]["error"]
    assert fault["element"] == "s" and "a + 1" in fault["zh"] and "a + 1" in fault["en"]
    assert (elements(lines[1]), lines[1]["data"], lines[1]["executed"]) == (["t"], {}, [])
    assert "v" in lines[2]["error"]["zh"] and "t" in lines[2]["error"]["zh"]
    assert elements(lines[3]) == ["u"] and lines[3]["executed"] == ["t", "s"]


def test_a_start_that_fails_leaves_nothing_to_do(where: Nursery | None) -> None:
    lines = tried(
        where,
        start(), script("s", "b = a + 1"), end(), chain("start", "s", "end"),
        steps=[complete("t")],
    )  # fmt: skip
    assert [line["completed"] for line in lines] == [False, False]
    assert lines[0]["error"]["element"] == "s"
    assert lines[1]["error"]["code"] == "conflict"


def test_a_loop_without_end_is_cut(where: Nursery | None) -> None:
    (line,) = tried(
        where,
        start(), node("exclusiveGateway", "g", default="f_g_s"), script("s", "a = a + 1"), end(),
        flow("start", "g"), flow("g", "s"), flow("s", "g"), flow("g", "end", "a &lt; 0"),
        data={"a": 1},
    )  # fmt: skip
    assert line["error"] is not None and not line["completed"]


def test_operations_are_not_carried_out_but_their_parameters_are_evaluated(
    where: Nursery | None,
) -> None:
    told = '<l:operation name="notify"><l:param name="text" expression="words"/></l:operation>'
    parts = (start(), service("n", told), end(), chain("start", "n", "end"))
    (line,) = tried(where, *parts, data={"words": "x"})
    assert line["executed"] == ["start", "n", "end"] and line["completed"]
    (line,) = tried(where, *parts)
    assert line["error"]["element"] == "n" and "words" in line["error"]["en"]


def test_a_name_that_two_open_tasks_have_is_not_guessed_at(where: Nursery | None) -> None:
    lines = tried(
        where,
        start(), node("parallelGateway", "g"), user("t", name="审查"), user("u", name="审查"),
        user("v", name="复核"), end(),
        *(flow("g", key) for key in "tuv"), *(flow(key, "end") for key in "tuv"),
        flow("start", "g"),
        steps=[complete("审查"), complete("复核")],
    )  # fmt: skip
    assert "t" in lines[1]["error"]["zh"] and "u" in lines[1]["error"]["zh"]
    assert lines[2]["executed"][0] == "v"


def test_forms_posts_and_notices_need_not_be_there() -> None:
    parts = (start(), user("t", ours('<l:form key="x"/>')), end(), chain("start", "t", "end"))
    (line,) = tried(None, *parts)
    assert elements(line) == ["t"]


def test_the_process_is_the_one_that_no_other_calls() -> None:
    inner = process(start("s2"), user("t"), end("e2"), chain("s2", "t", "e2"), key="Q")
    call = node("callActivity", "c", calledElement="Q")
    outer = process(start(), call, end(), chain("start", "c", "end"))
    both = {"p.bpmn": diagram(outer, inner)}
    assert diagram_of(both, None, CALENDAR).key == "P"
    assert diagram_of(both, "Q", CALENDAR).key == "Q"
    with pytest.raises(Invalid, match="P, Q"):
        diagram_of(both, "R", CALENDAR)
    apart = {
        "p.bpmn": diagram(process(start(), end(), chain("start", "end"))),
        "q.xml": both["p.bpmn"].replace(b'id="P"', b'id="S"'),
    }
    with pytest.raises(Invalid, match="P, S"):
        diagram_of(apart, None, CALENDAR)


def test_while_branches_run_the_data_are_what_both_have_changed(where: Nursery | None) -> None:
    """A branch that left a value alone does not hide what the other one made of it."""
    lines = tried(
        where,
        start(), node("parallelGateway", "g"), user("a"), user("a2"), user("b"), user("b2"), end(),
        flow("start", "g"), flow("g", "a"), flow("g", "b"),
        chain("a", "a2", "end"), chain("b", "b2", "end"),
        data={"x": 0, "y": 0},
        steps=[complete("b", data={"x": 1}), complete("a", data={"y": 1})],
    )  # fmt: skip
    assert [line["data"] for line in lines] == [
        {"x": 0, "y": 0}, {"x": 1, "y": 0}, {"x": 1, "y": 1},
    ]  # fmt: skip


def test_a_timer_that_fires_again_and_again_goes_on_beside_what_it_began(
    where: Nursery | None,
) -> None:
    lines = tried(
        where,
        start(), user("t"), end(), chain("start", "t", "end"),
        boundary("tick", "t", timer("R/PT1H", "timeCycle")), user("u"), end("e2"),
        chain("tick", "u", "e2"),
        data={"x": 0},
        steps=[{"op": "advance", "seconds": 7200}, complete("u", data={"x": 1})],
    )  # fmt: skip
    assert elements(lines[1]) == ["t", "u", "u"] and lines[1]["executed"] == ["tick", "tick"]
    assert lines[2]["error"] is None and lines[2]["data"]["x"] in (0, 1)


def test_a_first_step_may_send_what_the_diagram_begins_with(where: Nursery | None) -> None:
    parts = (start("start", message("come")), user("a"), end(), chain("start", "a", "end"))
    come = {"op": "message", "name": "come", "data": {"n": 1}}
    lines = tried(where, *parts, steps=[come, come], data={"k": 0}, extra=messages("come"))
    assert [line["open"] != [] for line in lines] == [True, True, True]
    assert lines[1]["data"] == {"k": 0, "n": 1} and lines[1]["executed"] == ["start"]
    assert lines[1]["error"] is None
    assert lines[2]["error"]["code"] == "conflict", "it begins once"
