"""Random steps through random diagrams: nothing breaks, and saving changes nothing."""

from __future__ import annotations

from datetime import timedelta
from random import Random
from typing import Any

import pytest

from engine.bpmn.lint import has_errors
from engine.bpmn.runtime import Instance
from engine.bpmn.versions import build
from engine.domain.calendar import Calendar
from engine.errors import Conflict
from tests.bpmn.diagrams import findings
from tests.bpmn.instances import World, fire
from tests.bpmn.scenarios.generated import generate

STEPS = 40


@pytest.mark.parametrize("seed", range(40))
def test_an_instance_reloaded_at_each_step_goes_the_same_way(seed: int, calendar: Calendar) -> None:
    files = generate(seed, depth=3)
    assert not has_errors(findings(files))
    worlds = World(calendar), World(calendar)
    start = {"v": 3, "rows": [1, 2]}
    one, other = (world.start(build("P", files), **start) for world in worlds)
    random = Random(seed)
    for number in range(STEPS):
        other = worlds[1].reload(other)
        assert seen(one) == seen(other), f"before step {number}"
        if one.finished:
            assert seen(one)[:2] == ([], [])
            return
        choice, at = random.choice(("task", "task", "task", "time", "come", "go")), random.random()
        for world, instance in zip(worlds, (one, other), strict=True):
            step(world, instance, choice, at, number)


def seen(instance: Instance) -> tuple[Any, ...]:
    """What there is to see of an instance from outside."""
    tasks = sorted(instance.open_tasks(), key=_place)
    return (
        [(*_place(task), instance.task_data(task.task)) for task in tasks],
        sorted((timer.element, timer.due.at) for timer in instance.waiting_timers()),
        instance.finished,
        instance.awaits("come"),
    )


def step(world: World, instance: Instance, choice: str, at: float, number: int) -> None:
    tasks = sorted(instance.open_tasks(), key=_place)
    if choice == "time":
        world.now += timedelta(hours=1, minutes=1)
        world.at(world.now)
        fire(instance, world.now)
    elif choice == "come" and instance.awaits("come"):
        instance.send("come", {"come": number})
    elif choice == "go" or not tasks:
        try:
            instance.signal("go", {"go": number})
        except Conflict:  # nobody waits for it
            return
    else:
        task = tasks[int(at * len(tasks))]
        instance.complete(task.task, {"v": 3 if at < 0.5 else 9, f"w{number}": number})


def _place(task: Any) -> tuple[str, str]:
    return task.element, str(task.path)
