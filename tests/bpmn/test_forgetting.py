"""Finished history leaves an instance; what still decides stays."""

from __future__ import annotations

from datetime import timedelta

import pytest

from engine.domain.calendar import Calendar
from tests.bpmn.diagrams import boundary, chain, end, node, process, service, start, timer, user
from tests.bpmn.diagrams import diagram as drawing
from tests.bpmn.instances import World, complete, fire, interrupting, version, waiting


@pytest.fixture
def world(calendar: Calendar) -> World:
    return World(calendar)


@pytest.mark.parametrize("event", [boundary, interrupting])
def test_a_path_behind_a_timer_knows_its_activity_though_that_is_over(
    world: World, event: object
) -> None:
    parts = (
        start(),
        user("a"),
        event("late", "a", timer("PT1H")),
        user("ask"),
        service("tell"),
        end(),
        chain("start", "a", "end"),
        chain("late", "ask", "tell", "end"),
    )
    instance = world.start(version(*parts))
    fire(instance, world.now + timedelta(hours=2))
    if event is boundary:
        complete(instance, "a")
    instance = world.reload(world.reload(instance))
    complete(instance, "ask")
    trigger = world.calls[0][1].trigger
    assert (trigger.element, trigger.attached, trigger.step) == ("late", "a", True)


def test_sub_processes_that_are_over_are_gone_with_what_they_called(world: World) -> None:
    inner = process(start("is"), user("in"), end("ie"), chain("is", "in", "ie"), key="Inner")
    sub = node("subProcess", "sub", start("s"), node("callActivity", "call", calledElement="Inner"))
    sub = sub.replace("</b:subProcess>", end("e") + chain("s", "call", "e") + "</b:subProcess>")
    parts = (start(), sub, user("b"), end(), chain("start", "sub", "b", "end"))
    instance = world.start(version(*parts, Inner=drawing(inner, drawn=False)))
    assert waiting(instance) == ["in"]
    large = len(instance.save())
    complete(instance, "in", done=True)
    assert len(instance.save()) < large
    instance = world.reload(instance)
    assert instance.task_data(instance.open_tasks()[0].task) == {"done": True}
