"""One instance from start to end: completing, saving, messages, and what keeps it from harm."""

from __future__ import annotations

import inspect
import sys
from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.bpmn import guards
from engine.bpmn.marks import marks
from engine.bpmn.runtime import Instance
from engine.domain.calendar import Calendar
from engine.domain.clock import calendar_due
from engine.errors import Conflict, ExpressionError, Invalid, ProcedureFault, Stale
from tests.bpmn.diagrams import boundary, chain, end, flow, node, ours, service, start, timer, user
from tests.bpmn.instances import (
    MONDAY,
    World,
    complete,
    fire,
    interrupting,
    light,
    message,
    messages,
    script,
    version,
    waiting,
)
from tests.bpmn.scenarios.activities import CONVERSATION


@pytest.fixture
def world(calendar: Calendar) -> World:
    return World(calendar)


TWO_STEPS = (start(), user("a"), user("b"), end(), chain("start", "a", "b", "end"))
FORK = (
    start(),
    node("parallelGateway", "fork"),
    user("a"),
    user("b"),
    node("parallelGateway", "join"),
    script("sum", "total = x + y"),
    user("c"),
    end(),
    chain("start", "fork", "a", "join", "sum", "c", "end"),
    flow("fork", "b"),
    flow("b", "join"),
)


@pytest.mark.parametrize("reloading", [False, True], ids=["in memory", "reloaded each step"])
def test_an_instance_is_the_same_reloaded_between_all_steps(world: World, reloading: bool) -> None:
    instance = world.start(version(*FORK))
    assert waiting(instance) == ["a", "b"]
    for element, data in (("b", {"y": 40}), ("a", {"x": 2})):
        instance = world.reload(instance) if reloading else instance
        complete(instance, element, **data)
    instance = world.reload(instance) if reloading else instance
    (task,) = instance.open_tasks()
    assert task.element == "c" and instance.task_data(task.task)["total"] == 42
    complete(instance, "c")
    assert instance.finished and instance.data["total"] == 42
    assert world.reload(instance).finished


def test_a_task_is_completed_once_and_a_second_try_changes_nothing(world: World) -> None:
    instance = world.start(version(*TWO_STEPS))
    (first,) = instance.open_tasks()
    instance.complete(first.task, {"x": 1})
    before = instance.save()
    with pytest.raises(Stale):
        instance.complete(first.task, {"x": 2})
    assert instance.save() == before
    assert waiting(instance) == ["b"]


def test_a_task_that_never_was_is_stale_too(world: World) -> None:
    instance = world.start(version(*TWO_STEPS))
    with pytest.raises(Stale):
        instance.complete("00000000-0000-0000-0000-000000000000", {})


def test_an_open_task_says_who_works_on_it_and_how_long(world: World) -> None:
    lane = (
        '<b:laneSet id="lanes"><b:lane id="lane" name="窗口"><b:extensionElements>'
        '<l:post code="clerk"/></b:extensionElements><b:flowNodeRef>a</b:flowNodeRef></b:lane>'
        "</b:laneSet>"
    )
    extensions = ours('<l:form key="f"/>', '<l:limit days="days // 2"/>')
    parts = (lane, start(), user("a", extensions), end(), chain("start", "a", "end"))
    (task,) = world.start(version(*parts), days=7).open_tasks()
    assert (task.form, task.post, task.department, task.limit) == ("f", "clerk", None, 3)


@pytest.mark.parametrize("days", ["7 / 2", '"5"', "0 - 1", "1 == 1"])
def test_a_limit_that_is_no_number_of_days_is_refused_with_its_step(
    world: World, days: str
) -> None:
    extensions = ours(f"<l:limit days='{days}'/>")
    parts = (start(), user("a", extensions), end(), chain("start", "a", "end"))
    with pytest.raises(ExpressionError, match="^Expected a to give a whole number"):
        world.start(version(*parts)).open_tasks()


# ---------------------------------------------------------------- facts and data


def test_data_cannot_shadow_facts(calendar: Calendar) -> None:
    """An applicant who sends `limit` with his form does not change the limit."""
    gate = (
        start(),
        user("a"),
        script("s", "seen = limit"),
        node("exclusiveGateway", "x", default="f_x_long"),
        user("short"),
        user("long"),
        end(),
        chain("start", "a", "s", "x", "short", "end"),
        flow("x", "long"),
        flow("long", "end"),
    )
    parts = tuple(p.replace(flow("x", "short"), flow("x", "short", "limit == 5")) for p in gate)
    instance = World(calendar, facts={"limit": 5}).start(version(*parts))
    complete(instance, "a", limit=999)
    assert waiting(instance) == ["short"]
    (task,) = instance.open_tasks()
    assert instance.task_data(task.task)["seen"] == 5


def test_what_an_operation_answers_becomes_data(calendar: Calendar) -> None:
    parts = (start(), service("s"), user("a"), end(), chain("start", "s", "a", "end"))
    world = World(calendar, results={"raise_light": {"number": "7"}})
    instance = world.start(version(*parts))
    assert instance.task_data(instance.open_tasks()[0].task)["number"] == "7"


@pytest.mark.parametrize(
    "data",
    [
        {"__class__": "x", "__builtins__": {}},
        {"a": "中文 😀", "b": None, "c": [1, [2.5, True]], "": {"": ""}},
        {"updates": 1, "deletions": ["x"], "delta": {}, "data": {}, "id": "1", "children": []},
        {"typename": "UUID", "rows": [{"deep": {"typename": "Task", "id": "x"}}]},
        {"n": [0, -1, 2**63 - 1, -(2**63) + 1, 0.1, 1e308, -0.0]},
    ],
    ids=["dunder", "unicode", "names of the saved state", "marks of the library", "numbers"],
)
def test_any_other_data_come_back_as_they_were(world: World, data: dict) -> None:
    instance = world.start(version(*TWO_STEPS), kept="yes")
    complete(instance, "a", **data)
    again = world.reload(world.reload(instance))
    assert again.task_data(again.open_tasks()[0].task) == {"kept": "yes", **data}


def deep(levels: int) -> list:
    value: list = []
    for _ in range(levels):
        value = [value]
    return value


@pytest.mark.parametrize(
    "value",
    ["\ud800", ["x", {"y": "\udfff"}], {"\ud800": 1}, {1: 2}, {"a": {2: 3}}]
    + [float("nan"), float("inf"), [2**63], -(2**64), 10**400, deep(100_000)]
    + [b"bytes", {1, 2}, (1, 2), object(), datetime(2026, 1, 1)],
    ids=lambda value: type(value).__name__,
)
def test_data_that_could_not_be_read_back_are_refused_by_name(world: World, value: object) -> None:
    instance = world.start(version(*TWO_STEPS))
    before = instance.save()
    with pytest.raises(Invalid, match="outcome"):
        complete(instance, "a", outcome=value)
    assert waiting(Instance.load(instance.version, world.situation, before)) == ["a"]


def test_true_and_one_are_told_apart_after_loading(world: World) -> None:
    instance = world.start(version(*TWO_STEPS), same=1, share=1)
    complete(instance, "a", same=True, share=1.0)
    again = world.reload(instance)
    data = again.task_data(again.open_tasks()[0].task)
    assert data["same"] is True and isinstance(data["share"], float)


def test_a_state_of_an_unknown_format_is_refused(world: World) -> None:
    instance = world.start(version(*TWO_STEPS))
    with pytest.raises(ProcedureFault) as refused:
        Instance.load(instance.version, world.situation, b"9" + instance.save()[1:])
    assert refused.value.code == "state-unreadable"


@given(data=st.data())
@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_damaged_state_is_told_in_words_or_read(world: World, data: st.DataObject) -> None:
    instance = world.start(version(*TWO_STEPS))
    state = bytearray(instance.save())
    at = data.draw(st.integers(0, len(state) - 1))
    state[at] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(state)))
    for damaged in (bytes(state), bytes(state[:cut])):
        try:
            Instance.load(instance.version, world.situation, damaged)
        except ProcedureFault as fault:
            assert fault.code == "state-unreadable"


# ---------------------------------------------------------------- loops


def test_a_loop_without_a_user_task_ends_in_words(world: World) -> None:
    parts = (
        start(),
        node("exclusiveGateway", "again"),
        script("count", "n = n + 1"),
        node("exclusiveGateway", "x", default="f_x_again"),
        end(),
        chain("start", "again", "count", "x", "again"),
        flow("x", "end", "n == 0"),
    )
    with pytest.raises(ProcedureFault, match="loop"):
        world.start(version(*parts), n=1)


def test_a_long_loop_without_a_user_task_ends_in_words(world: World) -> None:
    """Each element is entered seldom; the number of steps is what tells."""
    names = [f"s{n}" for n in range(60)]
    parts = (
        start(),
        node("exclusiveGateway", "again"),
        *(script(name, "n = n + 1") for name in names),
        node("exclusiveGateway", "x", default="f_x_again"),
        end(),
        chain("start", "again", *names, "x", "again"),
        flow("x", "end", "n == 0"),
    )
    with pytest.raises(ProcedureFault):
        world.start(version(*parts), n=1)


def test_a_correction_goes_round_thousands_of_times_and_the_state_stays_small(
    world: World,
) -> None:
    parts = (
        start(),
        node("exclusiveGateway", "again"),
        user("a"),
        light("late", "a", "P1D", "yellow"),
        node("exclusiveGateway", "x", default="f_x_again"),
        end(),
        chain("start", "again", "a", "x", "again"),
        chain("late", "end"),
        flow("x", "end", "done"),
    )
    instance = world.start(version(*parts), done=False, rounds=0)
    of, sizes = instance.version, []
    for number in range(3_000):
        complete(instance, "a", rounds=number)
        assert waiting(instance) == ["a"]
        if number % 100 == 0:
            state = instance.save()
            sizes.append(len(state))
            instance = Instance.load(of, world.situation, state)
    assert max(sizes) < min(sizes) * 1.2
    complete(instance, "a", done=True)
    assert instance.finished and instance.data["rounds"] == 2_999


def test_instances_without_number_are_refused_before_they_fill_the_memory(world: World) -> None:
    many = "<b:multiInstanceLoopCharacteristics><b:loopCardinality>n</b:loopCardinality>"
    parts = (start(), user("a", many + "</b:multiInstanceLoopCharacteristics>"), end())
    of = version(*parts, chain("start", "a", "end"))
    assert len(waiting(world.start(of, n=1_000))) == 1_000
    with pytest.raises(ProcedureFault) as refused:
        world.start(of, n=1_000_000)
    assert refused.value.code == "too-many-tasks"


# ---------------------------------------------------------------- messages


WITHDRAWAL = (
    start(),
    user("a"),
    interrupting("gone", "a", message()),
    user("after"),
    user("b"),
    end(),
    chain("start", "a", "b", "end"),
    chain("gone", "after", "end"),
)


def test_a_message_ends_what_waits_for_it_and_brings_its_data(world: World) -> None:
    instance = world.start(version(*WITHDRAWAL, extra=messages("come")))
    instance = world.reload(instance)
    assert instance.awaits("come") and not instance.awaits("other")
    instance.send("come", {"outcome": "withdrawn"})
    instance = world.reload(instance)
    (task,) = instance.open_tasks()
    assert task.element == "after"
    assert instance.task_data(task.task)["outcome"] == "withdrawn"
    assert not instance.awaits("come")


def test_a_message_that_nobody_awaits_is_refused_and_changes_nothing(world: World) -> None:
    instance = world.start(version(*WITHDRAWAL, extra=messages("come")))
    complete(instance, "a")
    before = instance.save()
    with pytest.raises(Conflict):
        instance.send("come", {})
    assert instance.save() == before and waiting(instance) == ["b"]


def test_events_that_nobody_caught_do_not_pile_up_in_the_state(world: World) -> None:
    thrown = '<b:escalationEventDefinition escalationRef="e"/>'
    loop = (
        start(),
        node("exclusiveGateway", "again"),
        user("a"),
        node("intermediateThrowEvent", "throw", thrown),
        end(),
        chain("start", "again", "a", "throw", "again"),
    )
    of = version(*loop, extra='<b:escalation id="e" name="e" escalationCode="e"/>')
    instance = world.start(of)
    for _ in range(3):
        complete(instance, "a")
        instance.save()
        assert instance._workflow.bpmn_events == []


GATEWAY = (
    start(),
    node("eventBasedGateway", "wait"),
    node("intermediateCatchEvent", "answered", message()),
    node("intermediateCatchEvent", "silent", timer("working_days(2)")),
    user("a"),
    user("b"),
    end(),
    chain("start", "wait", "answered", "a", "end"),
    chain("wait", "silent", "b", "end"),
)


def test_of_a_message_and_a_timer_the_first_one_wins(world: World) -> None:
    of = version(*GATEWAY, extra=messages("come"))
    answered = world.reload(world.start(of))
    assert [timer_.element for timer_ in answered.waiting_timers()] == ["wait"]
    answered.send("come", {"x": 1})
    answered = world.reload(answered)
    assert waiting(answered) == ["a"] and answered.waiting_timers() == []

    silent = world.reload(world.start(of))
    (end_,) = silent.waiting_timers()
    assert fire(silent, end_.due.at) == [("wait", end_.due.at)]
    silent = world.reload(silent)
    assert waiting(silent) == ["b"] and not silent.awaits("come")


def test_a_light_is_no_token_and_a_waiting_step_is_one(world: World) -> None:
    parts = (
        start(),
        user("a"),
        boundary("y", "a", timer("P7D")),
        user("b"),
        end(),
        chain("start", "a", "end"),
        chain("y", "b", "end"),
    )
    built = version(*parts)
    assert marks(built, world.start(built).save()) == (["a"], ["start"])


def test_a_step_that_a_timer_ends_says_until_when(world: World) -> None:
    """P18: what the applicant must do is due when the month is over."""
    over = node("boundaryEvent", "over", timer("P1M"), attachedToRef="a")
    parts = (start(), user("a"), over, end(), end("e2"), chain("start", "a", "end"))
    (task,) = world.start(version(*parts, chain("over", "e2"))).open_tasks()
    assert task.until == calendar_due(world.now, "P1M", world.calendar)
    (task,) = world.start(
        version(start(), user("a"), end(), chain("start", "a", "end"))
    ).open_tasks()
    assert task.until is None


def test_a_message_of_another_conversation_is_refused_and_changes_nothing(world: World) -> None:
    answer = node("receiveTask", "hear", messageRef="m_answer")
    ask = node("sendTask", "ask", messageRef="m_ask")
    parts = (start(), ask, answer, end(), chain("start", "ask", "hear", "end"))
    instance = world.reload(world.start(version(*parts, extra=CONVERSATION), department="p"))
    for data in ({"sender": "q"}, {}):
        with pytest.raises(Conflict, match="conversation"):
            instance.send("answer", data)
    assert instance.awaits("answer")
    instance.send("answer", {"sender": "p"})
    assert instance.finished


REMINDED = (
    start(), user("work"), end(), chain("start", "work", "end"),
    boundary("again", "work", timer("R/PT1M", "timeCycle")), end("told"), flow("again", "told"),
)  # fmt: skip


def test_a_reminder_falls_due_as_often_as_time_wants(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only what is due over and over at one moment never comes to an end."""
    monkeypatch.setattr(guards, "MAX_STEPS", 50)
    instance = world.start(version(*REMINDED))
    fired = fire(instance, MONDAY + timedelta(hours=2))
    assert [at for _, at in fired] == [MONDAY + timedelta(minutes=n) for n in range(1, 121)]


def test_a_part_of_what_is_due_leaves_the_rest_waiting(world: World) -> None:
    instance = world.start(version(*REMINDED))
    until, parts = MONDAY + timedelta(minutes=10), []
    while instance.is_due(until):
        parts.append(len(instance.fire_due(until, lambda _: None, lambda _: None, most=4)))
        instance = world.reload(instance)
    assert parts == [4, 4, 2]


@pytest.mark.parametrize("written", [timer("who", "timeDate"), timer("working_days(who)")])
def test_a_timer_that_is_refused_does_not_tell_what_the_data_hold(
    world: World, written: str
) -> None:
    """The words go into the journal and the lists of cases that are stuck."""
    parts = (start(), node("intermediateCatchEvent", "t", written), end())
    with pytest.raises(ExpressionError) as refused:
        world.start(version(*parts, chain("start", "t", "end")), who="110101199003070011")
    words = refused.value.message
    assert "1101" not in words.zh + words.en and "文字" in words.zh


def test_a_case_that_is_deeper_than_the_stack_goes_on_where_it_was_loaded(world: World) -> None:
    """Each round leaves a branch open, so none of them can be forgotten."""
    parts = (
        start(), node("parallelGateway", "split"), user("again"), user("left"), end(),
        chain("start", "again", "split", "again"), chain("split", "left", "end"),
    )  # fmt: skip
    inner = (start("s"), node("subProcess", "all", *parts), end("e"), chain("s", "all", "e"))
    seen = (boundary("b", "all", message()), end("seen"), flow("b", "seen"))
    instance = world.start(version(*inner, *seen, extra=messages("come")), n=0)
    for number in range(300):
        complete(instance, "again", n=number)
    instance, usual = world.reload(instance), sys.getrecursionlimit()
    sys.setrecursionlimit(len(inspect.stack(0)) + 200)
    try:
        instance.send("come", {})
        again = next(task for task in instance.open_tasks() if task.element == "again")
        assert world.reload(instance).task_data(again.task) == {"n": 299}
        complete(instance, "left")
    finally:
        sys.setrecursionlimit(usual)
    assert len(instance.open_tasks()) == 300
