"""The data of tokens that come together, each with the way it came."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from engine.bpmn.merging import Data, merged

Own = Callable[[Data, Iterable[Any], Data], Data]


@dataclass(eq=False)
class _Group:
    """Tokens that have met: a way of theirs, how many of its tasks they do not share with others
    any more (`until`), their data, and when the last of them arrived."""

    way: list[Any]
    until: int
    data: Data
    arrived: int


def way_of(task: Any) -> list[Any]:
    """The tasks from the first of its workflow down to this one."""
    way = []
    while task is not None:
        way.append(task)
        task = task.parent
    return way[::-1]


def meet(ways: list[list[Any]], data: Callable[[Any], Data], own: Own) -> Data:
    """Return the data of the tokens at the ends of `ways`, brought together.

    Where branches parted one in another, the inner ones come together first: what a branch
    inherited from its fork then counts as nothing that it did itself. At each fork `merged` keeps
    what each branch changed since; `own(data, line, base)` takes from a branch what it was only
    shown, `line` being its tasks since the fork, the last first. `data` gives what a token holds.
    """
    groups = [_Group(way, len(way), data(way[-1]), way[-1].arrived) for way in ways]
    for depth, fork in _forks(ways):
        here = [g for g in groups if len(g.way) >= depth and g.way[depth - 1] is fork]
        here.sort(key=lambda group: group.arrived)
        base = fork.data
        parts = [own(g.data, reversed(g.way[depth : g.until]), base) for g in here]
        met = _Group(here[0].way, depth, merged(base, parts), here[-1].arrived)
        groups = [g for g in groups if g not in here] + [met]
    return groups[0].data if groups else {}


def _forks(ways: list[list[Any]]) -> list[tuple[int, Any]]:
    """The tasks at which ways part, with their place on them from 1, the deepest first."""
    following: dict[int, set[int]] = {}
    places: dict[int, tuple[int, Any]] = {}
    for way in ways:
        for place, task in enumerate(way, start=1):
            after = way[place].id if place < len(way) else 0  # 0: the way ends here
            following.setdefault(task.id, set()).add(after)
            places[task.id] = place, task
    forks = [places[each] for each, after in following.items() if len(after) > 1]
    return sorted(forks, key=lambda fork: -fork[0])
