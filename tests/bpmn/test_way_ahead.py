"""What lies ahead of the tokens costs nothing: long ways, many forks, circles without a gateway."""

from __future__ import annotations

import pytest

from engine.domain.calendar import Calendar
from engine.errors import ProcedureFault
from tests.bpmn.diagrams import chain, end, flow, start, user
from tests.bpmn.instances import (
    World,
    complete,
    interrupting,
    message,
    messages,
    script,
    version,
    waiting,
)
from tests.bpmn.scenarios.parts import both, catch, throw


@pytest.fixture
def world(calendar: Calendar) -> World:
    return World(calendar)


def test_a_way_of_more_than_a_thousand_steps_is_gone_step_by_step(world: World) -> None:
    steps = [f"a{number}" for number in range(1_100)]
    parts = (start(), *map(user, steps), end(), chain("start", *steps, "end"))
    instance = world.start(version(*parts))
    for step in steps[:30]:
        assert waiting(instance) == [step]
        complete(instance, step)
    assert waiting(world.reload(instance)) == ["a30"]


def test_blocks_of_branches_one_after_another_do_not_multiply(world: World) -> None:
    """Each fork leads twice to its join: after twenty of them there are a million ways."""
    number = 20
    parts = [start(), end(), flow("start", "f0"), flow(f"j{number - 1}", "end")]
    for n in range(number):
        parts += [both(f"f{n}"), user(f"a{n}"), user(f"b{n}"), both(f"j{n}")]
        parts += [chain(f"f{n}", f"a{n}", f"j{n}"), chain(f"f{n}", f"b{n}", f"j{n}")]
    parts += [flow(f"j{n}", f"f{n + 1}") for n in range(number - 1)]
    instance = world.start(version(*parts))
    assert len(instance.save()) < 2_000
    for n in range(number):
        assert waiting(instance) == [f"a{n}", f"b{n}"]
        complete(instance, f"b{n}")
        complete(instance, f"a{n}")
    assert instance.finished


def test_an_activity_may_come_after_itself_until_an_event_ends_it(world: World) -> None:
    parts = (
        start(),
        user("t"),
        interrupting("enough", "t", message()),
        end(),
        chain("start", "t"),
        flow("t", "t"),
        flow("enough", "end"),
    )
    instance = world.start(version(*parts, extra=messages("come")))
    for _ in range(5):
        complete(instance, "t")
        instance = world.reload(instance)
        assert waiting(instance) == ["t"]
    instance.send("come", {})
    assert instance.finished


LINK = '<b:linkEventDefinition id="{}" name="A"/>'
CIRCLES = {
    "scripts": (script("a", "x = 1"), script("b", "x = 2"), chain("start", "a", "b", "a")),
    "links": (
        throw("a", LINK.format("l1")),
        catch("b", LINK.format("l2")),
        chain("start", "a"),
        chain("b", "a"),
    ),
}


@pytest.mark.parametrize("parts", CIRCLES.values(), ids=CIRCLES)
def test_a_circle_without_a_gateway_ends_in_words(world: World, parts: tuple[str, ...]) -> None:
    with pytest.raises(ProcedureFault) as refused:
        world.start(version(start(), *parts))
    assert refused.value.code == "endless-loop"
