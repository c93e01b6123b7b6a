"""Gateways that bring tokens together: which they wait for, and what data go on."""

from __future__ import annotations

import inspect
import sys

import pytest

from engine.bpmn.glance import data_seen
from engine.domain.calendar import Calendar
from tests.bpmn.diagrams import chain, end, flow, node, start, user
from tests.bpmn.instances import World, complete, script, version, waiting


@pytest.fixture
def world(calendar: Calendar) -> World:
    return World(calendar)


def gate(kind: str, key: str, **attributes: str) -> str:
    return node(f"{kind}Gateway", key, **attributes)


# ---------------------------------------------------------------- data

FORK = (
    start(),
    gate("parallel", "fork"),
    user("a"),
    user("b"),
    gate("parallel", "join"),
    user("c"),
    end(),
    chain("start", "fork", "a", "join", "c", "end"),
    chain("fork", "b", "join"),
)


@pytest.mark.parametrize("order", ["ab", "ba"])
def test_no_branch_undoes_what_another_wrote(world: World, order: str) -> None:
    instance = world.start(version(*FORK), x=0, y=0)
    for element in order:
        complete(instance, element, **{"a": {"x": 1}, "b": {"y": 1}}[element])
        instance = world.reload(instance)
    assert instance.task_data(instance.open_tasks()[0].task) == {"x": 1, "y": 1}


def test_at_the_end_of_a_process_the_same_holds(world: World) -> None:
    parts = (start(), gate("parallel", "fork"), user("a"), user("b"), end("e1"), end("e2"))
    of = version(*parts, chain("start", "fork", "a", "e1"), chain("fork", "b", "e2"))
    instance = world.start(of, x=0, y=0)
    complete(instance, "a", x=1)
    assert not instance.finished
    instance = world.reload(instance)
    complete(instance, "b", y=1)
    assert instance.finished and instance.data == {"x": 1, "y": 1}


@pytest.mark.parametrize("order", ["abc", "acb", "bac", "cab"])
def test_a_branch_does_not_undo_what_another_did_since_their_own_fork(
    world: World, order: str
) -> None:
    """x is written before the inner fork, again in one of its branches, and met outside."""
    parts = (
        start(),
        gate("parallel", "outer"),
        script("first", "x = 1"),
        gate("parallel", "inner"),
        user("a"),
        user("b"),
        user("c"),
        gate("parallel", "join"),
        end(),
        chain("start", "outer", "first", "inner", "a", "join", "end"),
        chain("inner", "b", "join"),
        chain("outer", "c", "join"),
    )
    instance = world.start(version(*parts), x=0)
    for element in order:
        complete(instance, element, **({"x": 2} if element == "a" else {}))
        instance = world.reload(instance)
    assert instance.finished and instance.data == {"x": 2}


def test_branches_that_ended_round_after_round_meet_without_recursion(world: World) -> None:
    parts = (
        start(),
        gate("exclusive", "again"),
        gate("parallel", "fork"),
        end("note"),
        user("a"),
        gate("exclusive", "x", default="f_x_again"),
        end(),
        chain("start", "again", "fork", "a", "x", "again"),
        chain("fork", "note"),
        flow("x", "end", "done"),
    )
    instance = world.start(version(*parts), done=False, n=0)
    limit, rounds = sys.getrecursionlimit(), 300
    sys.setrecursionlimit(len(inspect.stack()) + 200)
    try:
        for number in range(rounds):
            complete(instance, "a", n=number + 1)
        assert data_seen(instance)["n"] == rounds
        instance = world.reload(instance)
        complete(instance, "a", done=True)
    finally:
        sys.setrecursionlimit(limit)
    assert instance.finished and instance.data == {"done": True, "n": rounds}


# ---------------------------------------------------------------- parallel

ROUND = (
    start(),
    gate("exclusive", "again"),
    gate("parallel", "fork"),
    user("a"),
    user("b"),
    gate("parallel", "join"),
    gate("exclusive", "x", default="f_x_again"),
    end(),
    chain("start", "again", "fork", "a", "join", "x", "again"),
    chain("fork", "b", "join"),
    flow("x", "end", "done"),
)


def test_in_a_second_round_it_waits_again_for_every_branch(world: World) -> None:
    instance = world.start(version(*ROUND), done=False, n=0)
    for number in range(3):
        complete(instance, "a", n=number)
        instance = world.reload(instance)
        assert waiting(instance) == ["b"], "the tokens of the round before count no more"
        complete(instance, "b", done=number == 2)
        instance = world.reload(instance)
    assert instance.finished and instance.data == {"done": True, "n": 2}


def test_a_second_token_on_a_flow_waits_for_the_next(world: World) -> None:
    parts = (
        start(),
        gate("parallel", "fork"),
        user("a"),
        user("b"),
        gate("exclusive", "merge"),
        user("c"),
        gate("parallel", "join"),
        user("d"),
        end(),
        chain("start", "fork", "a", "merge", "join", "d", "end"),
        chain("fork", "b", "merge"),
        chain("fork", "c", "join"),
    )
    instance = world.start(version(*parts))
    complete(instance, "a")
    complete(instance, "b")
    instance = world.reload(instance)
    assert waiting(instance) == ["c"]
    complete(instance, "c")
    assert waiting(instance) == ["d"], "two tokens of one flow are not two flows"
    instance = world.reload(instance)
    complete(instance, "d")
    assert not instance.finished, "the second token still waits"


# ---------------------------------------------------------------- inclusive

CHOICE = (
    start(),
    gate("inclusive", "split", default="f_split_none"),
    user("a"),
    user("b"),
    user("none"),
    gate("inclusive", "join"),
    user("last"),
    end(),
    flow("start", "split"),
    flow("split", "a", "x"),
    flow("split", "b", "y"),
    flow("split", "none"),
    chain("a", "join"),
    chain("b", "join"),
    chain("none", "join", "last", "end"),
)


@pytest.mark.parametrize(
    "x, y, chosen", [(True, True, "ab"), (True, False, "a"), (False, True, "b")]
)
def test_it_waits_for_the_branches_that_were_chosen(
    world: World, x: bool, y: bool, chosen: str
) -> None:
    instance = world.start(version(*CHOICE), x=x, y=y, seen="")
    for element in chosen:
        assert waiting(instance)[0] == element
        complete(instance, element, **{element: True})
        instance = world.reload(instance)
    assert waiting(instance) == ["last"]
    assert instance.task_data(instance.open_tasks()[0].task).keys() >= set(chosen)


def test_the_default_is_taken_where_nothing_else_holds(world: World) -> None:
    assert waiting(world.start(version(*CHOICE), x=False, y=False)) == ["none"]


def test_a_branch_that_ends_elsewhere_is_waited_for_no_longer(world: World) -> None:
    parts = (
        start(),
        gate("inclusive", "split"),
        user("a"),
        user("b"),
        gate("exclusive", "x", default="f_x_out"),
        gate("inclusive", "join"),
        user("last"),
        end(),
        end("out"),
        flow("start", "split"),
        flow("split", "a", "true"),
        flow("split", "b", "true"),
        chain("a", "join", "last", "end"),
        chain("b", "x", "out"),
        flow("x", "join", "back"),
    )
    instance = world.start(version(*parts), back=False)
    complete(instance, "a")
    instance = world.reload(instance)
    assert waiting(instance) == ["b"]
    complete(instance, "b")
    assert waiting(instance) == ["last"]


def test_a_token_that_may_come_twice_does_not_hold_up_itself(world: World) -> None:
    """A loop around the join: what lies behind it can come back, but only through it."""
    parts = (
        start(),
        gate("inclusive", "join"),
        user("a"),
        gate("exclusive", "x", default="f_x_join"),
        end(),
        chain("start", "join", "a", "x", "join"),
        flow("x", "end", "done"),
    )
    instance = world.start(version(*parts), done=False)
    for number in range(3):
        instance = world.reload(instance)
        assert waiting(instance) == ["a"]
        complete(instance, "a", done=number == 2)
    assert instance.finished


def test_two_joins_one_behind_the_other(world: World) -> None:
    parts = (
        start(),
        gate("parallel", "fork"),
        user("a"),
        user("b"),
        user("c"),
        gate("inclusive", "first"),
        gate("inclusive", "second"),
        script("sum", "total = a + b + c"),
        end(),
        chain("start", "fork", "a", "first", "second", "sum", "end"),
        chain("fork", "b", "first"),
        chain("fork", "c", "second"),
    )
    for order in ("abc", "cab", "bca", "cba"):
        instance = world.start(version(*parts))
        for element in order:
            complete(instance, element, **{element: 1})
            instance = world.reload(instance)
        assert instance.finished and instance.data["total"] == 3
