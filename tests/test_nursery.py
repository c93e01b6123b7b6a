"""Jobs are done in children that can be ended; whatever a job does, the next one is done."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from engine.errors import ExpressionError
from engine.nursery import Limits, Nursery, Overrun

MEMORY = 512 << 20


@pytest.fixture(scope="module")
def nursery() -> Iterator[Nursery]:
    nursery = Nursery("engine.bpmn.expressions")
    yield nursery
    nursery.close()


def ask(nursery: Nursery, job: str, *arguments: object, seconds: float = 20) -> object:
    return nursery.run(job, *arguments, limits=Limits(seconds, MEMORY))


@pytest.mark.parametrize(
    ("job", "argument", "why"),
    [
        ("time:sleep", 60, "time"),
        ("builtins:bytearray", MEMORY, "memory"),
        ("os:_exit", 0, "crash"),
        ("os:_exit", 3, "crash"),
        ("signal:raise_signal", signal.SIGSEGV, "crash"),
        ("builtins:int", "x", "crash"),
        ("no_such_module:x", 0, "crash"),
    ],
)
def test_a_job_that_goes_too_far_is_ended_and_the_next_is_done(
    nursery: Nursery, job: str, argument: object, why: str
) -> None:
    with pytest.raises(Overrun) as overrun:
        ask(nursery, job, argument, seconds=1 if why == "time" else 20)
    assert overrun.value.why == why
    assert ask(nursery, "operator:add", 1, 2) == 3


def test_work_of_its_own_has_a_limit_too(nursery: Nursery) -> None:
    with pytest.raises(Overrun) as overrun:
        nursery.run("builtins:sum", range(10**12), limits=Limits(120, MEMORY, processor=1))
    assert overrun.value.why == "time"
    assert ask(nursery, "operator:add", 1, 2) == 3


def test_a_refusal_comes_back_as_it_was_made(nursery: Nursery) -> None:
    with pytest.raises(ExpressionError) as refused:
        ask(nursery, "engine.bpmn.expressions:compile_expression", "1 +")
    assert refused.value.facts == {"expression": "1 +"}
    assert refused.value.message.zh and refused.value.status == 422


def test_what_a_job_prints_does_not_disturb_the_answers(nursery: Nursery) -> None:
    assert ask(nursery, "builtins:print", "x" * 10_000) is None
    assert ask(nursery, "os:write", 1, b"y") == 1
    assert ask(nursery, "operator:mul", "z", 3_000_000) == "z" * 3_000_000


def test_threads_take_turns(nursery: Nursery) -> None:
    with ThreadPoolExecutor(8) as threads:
        answers = threads.map(lambda n: ask(nursery, "operator:mul", n, n), range(40))
        assert list(answers) == [n * n for n in range(40)]


def test_a_warm_process_that_was_killed_is_started_again(nursery: Nursery) -> None:
    ask(nursery, "os:getpid")
    os.kill(nursery._process.pid, signal.SIGKILL)
    nursery._process.wait()
    assert ask(nursery, "operator:add", 1, 2) == 3


def test_every_job_has_a_process_of_its_own(nursery: Nursery) -> None:
    assert len({os.getpid(), *(ask(nursery, "os:getpid") for _ in range(3))}) == 4


def test_a_forked_process_does_not_share_its_parents(nursery: Nursery) -> None:
    ask(nursery, "os:getpid")
    child = os.fork()
    if child == 0:
        try:
            nursery.run("operator:add", 1, 2, limits=Limits(20, MEMORY))
            nursery.close()
        finally:
            os._exit(0)
    os.waitpid(child, 0)
    assert ask(nursery, "operator:add", 3, 4) == 7
