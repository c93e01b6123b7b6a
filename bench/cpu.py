"""CPU seconds of processes, from /proc: what a database server spends belongs to the bill."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

PROC = Path("/proc")


def family(root: int) -> set[int]:
    """Return a process and all its descendants."""
    children: dict[int, list[int]] = {}
    for entry in PROC.iterdir():
        if entry.name.isdecimal() and (parent := _parent(entry)) is not None:
            children.setdefault(parent, []).append(int(entry.name))
    found, waiting = set(), [root]
    while waiting:
        each = waiting.pop()
        found.add(each)
        waiting += children.get(each, [])
    return found


def seconds(processes: Iterable[int]) -> float:
    """Return the CPU seconds that these processes have spent so far, to the nanosecond."""
    return sum(_spent(PROC / str(each)) for each in processes)


def _parent(entry: Path) -> int | None:
    try:
        text = (entry / "stat").read_text()
    except OSError:  # it has ended meanwhile
        return None
    return int(text.rpartition(")")[2].split()[1])


def _spent(entry: Path) -> float:
    try:
        threads = [path.read_text() for path in entry.glob("task/*/schedstat")]
    except OSError:
        return 0.0
    return sum(int(text.split()[0]) for text in threads) / 1e9
