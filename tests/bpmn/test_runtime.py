"""One instance from start to end: completing, saving, messages, and what keeps it from harm."""

from __future__ import annotations

import pytest

from engine.bpmn.marks import marks
from engine.bpmn.runtime import Instance
from engine.domain.calendar import Calendar
from engine.domain.clock import calendar_due
from engine.errors import Conflict, ExpressionError, ProcedureFault, Stale
from tests.bpmn.diagrams import boundary, chain, end, flow, node, ours, service, start, timer, user
from tests.bpmn.instances import (
    World,
    complete,
    fire,
    interrupting,
    message,
    messages,
    script,
    version,
    waiting,
)


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
        {"typename": "UUID"},
        {"outcome": {"typename": "Task", "id": "x"}},
        {"rows": [{"deep": {"typename": "nobody"}}]},
    ],
)
def test_a_key_of_the_library_in_the_data_is_refused_before_it_is_saved(
    world: World, data: dict
) -> None:
    instance = world.start(version(*TWO_STEPS))
    before = instance.save()
    complete(instance, "a", **data)
    with pytest.raises(ProcedureFault, match="typename"):
        instance.save()
    again = Instance.load(instance.version, world.situation, before)
    assert waiting(again) == ["a"]


@pytest.mark.parametrize(
    "data",
    [
        {"__class__": "x", "__builtins__": {}},
        {"a": "中文 😀", "b": None, "c": [1, [2.5, True]], "": {"": ""}},
        {"updates": 1, "deletions": ["x"], "delta": {}, "data": {}, "id": "1", "children": []},
        {"lone": "\ud800"},
    ],
    ids=["dunder", "unicode", "names of the saved state", "lone surrogate"],
)
def test_any_other_data_come_back_as_they_were(world: World, data: dict) -> None:
    instance = world.start(version(*TWO_STEPS), kept="yes")
    complete(instance, "a", **data)
    again = world.reload(world.reload(instance))
    assert again.task_data(again.open_tasks()[0].task) == {"kept": "yes", **data}


def test_data_that_is_no_json_is_told_as_a_fault_of_the_procedure(world: World) -> None:
    instance = world.start(version(*TWO_STEPS))
    complete(instance, "a", when=world.now)
    with pytest.raises(ProcedureFault):
        instance.save()


def test_true_and_one_are_told_apart_after_loading(world: World) -> None:
    instance = world.start(version(*TWO_STEPS), same=1, share=1)
    complete(instance, "a", same=True, share=1.0)
    again = world.reload(instance)
    data = again.task_data(again.open_tasks()[0].task)
    assert data["same"] is True and isinstance(data["share"], float)


def test_a_state_of_an_unknown_format_is_refused(world: World) -> None:
    instance = world.start(version(*TWO_STEPS))
    with pytest.raises(ValueError, match="format"):
        Instance.load(instance.version, world.situation, b"9" + instance.save()[1:])


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


def test_too_many_rounds_through_people_end_in_words(world: World) -> None:
    parts = (
        start(),
        node("exclusiveGateway", "again"),
        user("a"),
        node("exclusiveGateway", "x", default="f_x_again"),
        end(),
        chain("start", "again", "a", "x", "again"),
        flow("x", "end", "done"),
    )
    instance = world.start(version(*parts), done=False)
    with pytest.raises(ProcedureFault) as refused:
        for _ in range(150):
            complete(instance, "a")
            assert waiting(instance) == ["a"], "a task was lost before the guard spoke"
    assert refused.value.code == "too-many-rounds"


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
