"""One walk: the same steps for the library, for ours in memory and for ours from saved states."""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from multiprocessing.connection import Connection
from random import Random

from engine.catalogue.calendars import load_calendar
from tests.walks.generate import generate
from tests.walks.ours import Ours
from tests.walks.reference import Reference
from tests.walks.seen import Seen, Step
from tests.walks.worker import CALENDAR, work

MONDAY = datetime(2026, 11, 23, 1, 30, tzinfo=UTC)
MOST_STEPS = 60


@contextmanager
def other_processes(many: int = 2) -> Iterator[list[Connection]]:
    """Processes that share nothing with this one, for states to be loaded in."""
    spawn = multiprocessing.get_context("spawn")
    ends, workers = [], []
    for _ in range(many):
        here, there = spawn.Pipe()
        workers.append(spawn.Process(target=work, args=(there,), daemon=True))
        workers[-1].start()
        there.close()
        ends.append(here)
    try:
        yield ends
    finally:
        for end, worker in zip(ends, workers, strict=True):
            end.close()
            worker.join(5)
            worker.kill()


def walk(seed: int, plain: bool, others: list[Connection]) -> int:
    """Walk through the diagram of a seed; return the number of steps.

    Raises AssertionError with the seed and the steps where what is seen differs.
    """
    made, random, calendar = generate(seed, plain), Random(seed), load_calendar(CALENDAR)
    names = {name: random.random() < 0.6 for name in made.choices}
    ours, now = Ours(made.data, calendar), MONDAY
    seen, state = ours.begin(now, names)
    kept = Ours(made.data, calendar)
    _same(seed, [], "in memory", seen, kept.begin(now, names)[0])
    library = Reference(made.data, calendar, now, names) if plain else None
    if library is not None:
        _same(seed, [], "the library", seen, library.seen())
    done: list[Step] = []
    while not seen.completed and len(done) < MOST_STEPS and (step := _next(random, seen, now)):
        done.append(step)
        other = others[len(done) % len(others)]
        other.send((made.data, now, state, step))
        seen, state, now = other.recv()
        _same(seed, done, "in memory", seen, kept.step(step))
        if library is not None:
            _same(seed, done, "the library", seen, library.step(step))
    return len(done)


def _next(random: Random, seen: Seen, now: datetime) -> Step | None:
    ways = [Step("complete", at, data={f"v_{task[0]}": 1}) for at, task in enumerate(seen.open)]
    if seen.timers:
        ways.append(Step("advance", name=max(seen.timers[0][0], now.isoformat())))
    ways += [Step(kind, name=name) for kind, name in seen.awaited]
    return random.choice(ways) if ways else None


def _same(seed: int, done: list[Step], other: str, ours: Seen, theirs: Seen) -> None:
    assert ours == theirs, (
        f"seed {seed}: ours and {other} differ after {done}:\nours   {ours}\ntheirs {theirs}"
    )
