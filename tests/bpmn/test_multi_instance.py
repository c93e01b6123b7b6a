"""Parallel departments: a multi-instance call activity, each instance with its own timers."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from datetime import timedelta

import pytest

from engine.bpmn.versions import Version, Versions, build
from engine.config import CHECKOUT
from engine.domain.calendar import Calendar
from tests.bpmn.diagrams import chain, diagram, end, node, process, service, start, user
from tests.bpmn.instances import MONDAY, World, complete, fire, light, version, waiting

CALLED = diagram(
    process(
        start("s2"),
        user("x"),
        light("red", "x", "working_days(5)", "red"),
        service("s"),
        end("e2"),
        chain("s2", "x", "e2"),
        chain("red", "s", "e2"),
        key="Q",
    ),
    drawn=False,
)


def departments(count: str | None = None) -> Version:
    loop = (
        f"<b:loopCardinality>{count}</b:loopCardinality>"
        if count
        else "<b:loopDataInputRef>names</b:loopDataInputRef><b:inputDataItem id='name'/>"
    )
    many = f"<b:multiInstanceLoopCharacteristics>{loop}</b:multiInstanceLoopCharacteristics>"
    parts = (
        start(),
        node("callActivity", "all", many, calledElement="Q"),
        user("together"),
        end(),
        chain("start", "all", "together", "end"),
    )
    return version(*parts, q=CALLED)


@pytest.fixture
def world(calendar: Calendar) -> World:
    return World(calendar)


def test_the_case_goes_on_when_the_last_department_has_finished(world: World) -> None:
    instance = world.start(departments("3"))
    for left in (2, 1):
        instance = world.reload(instance)
        complete(instance, "x")
        assert waiting(instance) == ["x"] * left
    instance = world.reload(instance)
    complete(instance, "x")
    assert waiting(instance) == ["together"]


def test_two_instances_of_one_version_do_not_disturb_one_another(world: World) -> None:
    of = departments("2")
    one, two = world.start(of), world.start(of)
    complete(one, "x")
    complete(two, "x")
    complete(one, "x")
    assert waiting(one) == ["together"] and waiting(two) == ["x"]
    complete(two, "x")
    assert waiting(two) == ["together"]


def test_each_department_has_a_light_of_its_own(world: World) -> None:
    instance = world.start(departments("2"))
    world.at(MONDAY + timedelta(days=1))
    complete(instance, "x")
    assert len(fire(world.reload(instance), MONDAY + timedelta(days=30))) == 1


def test_many_departments_are_not_taken_for_rounds(world: World) -> None:
    instance = world.start(departments("120"))
    assert len(waiting(instance)) == 120
    complete(instance, "x")
    assert len(waiting(world.reload(instance))) == 119


FINISH = """
import pickle, sys
from datetime import datetime
from engine.bpmn.runtime import Instance
from engine.bpmn.situation import Situation
from engine.bpmn.versions import build

key, files, state, now, calendar = pickle.load(sys.stdin.buffer)
instance = Instance.load(build(key, files), Situation(now, calendar, lambda call: None), state)
for task in instance.open_tasks():
    instance.complete(task.task, {})
print(*(task.element for task in instance.open_tasks()))
"""


def test_another_process_finishes_what_this_one_began(world: World, calendar: Calendar) -> None:
    """The library connects the merging of the children in the process that created them."""
    instance = world.start(departments("3"))
    complete(instance, "x")
    of = instance.version
    handed_over = pickle.dumps((of.key, dict(of.files), instance.save(), MONDAY, calendar))
    done = subprocess.run(
        [sys.executable, "-c", FINISH],
        input=handed_over,
        capture_output=True,
        cwd=CHECKOUT,
        env={**os.environ, "PYTHONPATH": str(CHECKOUT)},
        check=False,
        timeout=60,
    )
    assert (done.stdout.decode().strip(), done.stderr.decode()) == ("together", "")


def test_a_version_is_parsed_once_and_only_when_it_is_asked_for() -> None:
    of = departments("2")
    loaded: list[int] = []

    def load(version_id: int):
        loaded.append(version_id)
        return of.key, of.files

    versions = Versions()
    assert versions.get(7, load) is versions.get(7, load)
    assert loaded == [7]


def test_the_hash_covers_the_names_and_the_contents_of_all_files() -> None:
    of = departments("2")
    files = dict(of.files)
    assert build(of.key, dict(reversed(files.items()))).hash == of.hash
    first, *others = files
    renamed = {f"{first}x.bpmn": files[first], **{name: files[name] for name in others}}
    changed = {**files, first: files[first] + b"\n"}
    assert len({of.hash, build(of.key, renamed).hash, build(of.key, changed).hash}) == 3
