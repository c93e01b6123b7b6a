"""Correcting the process data of a waiting instance: what runs next sees the new value."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.bpmn.correction import correct, data_of
from engine.bpmn.runtime import Instance
from engine.bpmn.versions import Version
from engine.domain.calendar import Calendar
from engine.errors import Invalid
from tests.bpmn.diagrams import flow, node, timer
from tests.bpmn.instances import World, interrupting, script, version, waiting

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**9), 10**9) | st.text("abc项", max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("xy"), inner),
    max_leaves=5,
)


@pytest.fixture
def world(calendar: Calendar) -> World:
    return World(calendar)


def straight() -> Version:
    """A task, then a script that reads `n`; a timer on the task leads to another that reads it."""
    return version(
        node("startEvent", "s"),
        node("userTask", "work"),
        interrupting("late", "work", timer("'P1D'")),
        script("after", "seen = n"),
        script("timed", "seen = n"),
        node("userTask", "last"),
        node("endEvent", "e"),
        flow("s", "work"),
        flow("work", "after"),
        flow("late", "timed"),
        flow("after", "last"),
        flow("timed", "last"),
        flow("last", "e"),
    )


def last_sees(world: World, instance: Instance) -> Any:
    (task,) = [t for t in instance.open_tasks() if t.element == "last"]
    return instance.task_data(task.task)["seen"]


def complete(instance: Instance, element: str) -> None:
    (task,) = [t for t in instance.open_tasks() if t.element == element]
    instance.complete(task.task, {})


@given(old=VALUES, new=VALUES)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
@pytest.mark.parametrize("way", ["completed", "timed"])
def test_the_step_after_reads_what_was_corrected(
    calendar: Calendar, way: str, old: Any, new: Any
) -> None:
    world = World(calendar)
    instance = world.reload(world.start(straight(), n=old))
    assert correct(instance, "n", new) == old
    instance = world.reload(instance)
    if way == "completed":
        complete(instance, "work")
    else:
        due = instance.waiting_timers()[0].due.at
        world.at(due)
        instance.fire_due(due, lambda _: None, lambda _: None)
    assert waiting(instance) == ["last"] and last_sees(world, instance) == new


def test_a_name_that_is_missing_can_be_given(world: World) -> None:
    instance = world.start(straight())
    assert correct(instance, "n", 1) is None
    complete(instance, "work")
    assert last_sees(world, instance) == 1


def test_what_waits_is_told_with_its_values(world: World) -> None:
    instance = world.start(straight(), n=[1, {"a": True}], m="x")
    found = {datum.name: (datum.value, datum.elements) for datum in data_of(instance)}
    assert found["n"] == ([1, {"a": True}], ("late", "work")) or "work" in found["n"][1]
    assert found["m"][0] == "x"


def test_an_element_at_which_nothing_waits_is_refused(world: World) -> None:
    with pytest.raises(Invalid, match="waits"):
        correct(world.start(straight(), n=1), "n", 2, "last")


def fork(*scripts: str) -> Version:
    """Two tasks, a and b, behind a script each."""
    return version(
        node("startEvent", "s"),
        node("parallelGateway", "g"),
        script("sa", scripts[0]),
        script("sb", scripts[1]),
        node("userTask", "a"),
        node("userTask", "b"),
        node("endEvent", "e"),
        flow("s", "g"),
        flow("g", "sa"),
        flow("g", "sb"),
        flow("sa", "a"),
        flow("sb", "b"),
        flow("a", "e"),
        flow("b", "e"),
    )


def held(world: World, instance: Instance) -> dict[str, Any]:
    instance = world.reload(instance)
    return {t.element: instance.task_data(t.task)["n"] for t in instance.open_tasks()}


def test_where_branches_differ_one_must_be_named(world: World) -> None:
    instance = world.reload(world.start(fork("n = 1", "n = 2")))
    with pytest.raises(Invalid, match="a, b"):
        correct(instance, "n", 9)
    assert correct(instance, "n", 9, "a") == 1
    assert held(world, instance) == {"a": 9, "b": 2}


def test_a_branch_that_was_not_named_keeps_its_value(world: World) -> None:
    instance = world.reload(world.start(fork("x = 1", "x = 2"), n=5))
    assert correct(instance, "n", 9, "a") == 5
    assert held(world, instance) == {"a": 9, "b": 5}


def test_a_value_from_outside_a_subprocess_is_corrected_inside_and_outside(world: World) -> None:
    inner = "".join(
        (
            node("startEvent", "is"),
            node("userTask", "work"),
            script("in", "seen = n"),
            node("endEvent", "ie"),
            flow("is", "work"),
            flow("work", "in"),
            flow("in", "ie"),
        )
    )
    of = version(
        node("startEvent", "s"),
        node("subProcess", "sub", inner),
        node("userTask", "last"),
        node("endEvent", "e"),
        flow("s", "sub"),
        flow("sub", "last"),
        flow("last", "e"),
    )
    instance = world.reload(world.start(of, n=1))
    assert correct(instance, "n", 2) == 1
    instance = world.reload(instance)
    complete(instance, "work")
    (task,) = instance.open_tasks()
    data = instance.task_data(task.task)
    assert (data["seen"], data["n"]) == (2, 2)
