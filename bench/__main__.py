"""`make bench`: what is asked of the engine's speed, as ratios within one run.

Absolute figures vary with the machine and with what else it does; the ratios and the CPU seconds
of the same run are what may be compared. docs/performance.md says what each line means.
"""

from __future__ import annotations

import os
import time
from dataclasses import dataclass

from bench import completions, load, ticks
from bench.databases import KINDS, Database, database
from bench.ground import Ground, ground

NAMES = {"a": "(a) single approval", "b": "(b) eight departments"}
NAIVE = {"a": 3.0, "b": 6.0}
STATE = {"a": 2_048, "b": 12_288}
STEPS = {"a": 3, "b": 24}  # completions of a case


@dataclass(frozen=True)
class Effort:
    """How much is measured: completions of each stack, under load, and the ticks."""

    completions: int = 480
    under_load: int = 960
    waiting: tuple[int, ...] = (1_000, 10_000, 100_000)
    ticks: int = 2


QUICK = Effort(completions=120, under_load=240, waiting=(1_000, 10_000), ticks=1)


def main() -> None:
    effort = QUICK if os.environ.get("QUICK") else Effort()
    begin = time.monotonic()
    for kind in KINDS:
        _title(f"{kind}, in a temporary folder, every commit on the disk")
        with database(kind) as found, ground(found.url, found.folder) as place:
            for process in NAMES:
                _completions(place, found, process, effort)
            for process in NAMES:
                _load(place, found, process, effort)
            _ticks(place, found, effort)
    print(f"\n{time.monotonic() - begin:.0f} s in all. What was asked stands in brackets.")


def _completions(place: Ground, found: Database, process: str, effort: Effort) -> None:
    cases = max(2, effort.completions // STEPS[process])
    costs = completions.measure(place, found, process, cases)
    ours, floor, naive = (costs[name].each for name in ("ours", "floor", "naive"))
    print(f"\n{NAMES[process]}: CPU of a completion over HTTP, {cases * STEPS[process]} each")
    for name, text in (("ours", "ours"), ("floor", "the floor"), ("naive", "the naive stack")):
        _line(f"  {text}, ms", f"{costs[name].each * 1000:.2f}")
        if costs[name].share:
            _line("    of it the database server", f"{costs[name].share * 1000:.2f}")
    _ratio("  ours ÷ the floor", ours / floor, at_most=2.0)
    _ratio("  the naive stack ÷ ours", naive / ours, at_least=NAIVE[process])
    state = costs["ours"].state
    _asked(
        "  largest saved state, bytes",
        f"{state:,d}",
        f"≤ {STATE[process]:,d}",
        state <= STATE[process],
    )


def _load(place: Ground, found: Database, process: str, effort: Effort) -> None:
    cases = max(load.CLIENTS, effort.under_load // STEPS[process])
    seen = load.measure(place, found, process, cases)
    print(f"\n{NAMES[process]}: {load.CLIENTS} clients, {len(seen.taken)} completions over HTTP")
    rate, p95 = seen.per_core, seen.p95 * 1000
    if found.kind == "PostgreSQL":
        _asked("  completions per second and core", f"{rate:.0f}", "≥ 400", rate >= 400)
        _asked("  p95, ms", f"{p95:.1f}", "≤ 6", p95 <= 6)
    else:
        _line("  completions per second and core", f"{rate:.0f}")
        _line("  p95, ms", f"{p95:.1f}")
    _line("  p50, ms", f"{seen.p50 * 1000:.1f}")
    _line(
        "  completions per second, clients on the same cores", f"{len(seen.taken) / seen.wall:.0f}"
    )


def _ticks(place: Ground, found: Database, effort: Effort) -> None:
    print(f"\nA tick, {ticks.DUE} cases due: CPU ms")
    spent = {}
    for waiting in effort.waiting:
        spent[waiting] = ticks.measure(place, found, waiting, effort.ticks)
        _line(f"  among {waiting:,} waiting", f"{spent[waiting] * 1000:.0f}")
    first, last = effort.waiting[0], effort.waiting[-1]
    _ratio(f"  {last:,} waiting ÷ {first:,} waiting", spent[last] / spent[first], at_most=1.5)


def _title(text: str) -> None:
    print(f"\n{text}\n{'=' * len(text)}", flush=True)


def _line(what: str, figure: str) -> None:
    print(f"{what:<52}{figure:>10}", flush=True)


def _ratio(
    what: str, ratio: float, *, at_most: float | None = None, at_least: float | None = None
) -> None:
    if at_most is not None:
        _asked(what, f"{ratio:.2f}", f"≤ {at_most}", ratio <= at_most)
    if at_least is not None:
        _asked(what, f"{ratio:.2f}", f"≥ {at_least}", ratio >= at_least)


def _asked(what: str, figure: str, asked: str, met: bool) -> None:
    print(f"{what:<52}{figure:>10}   [{asked}] {'met' if met else 'SHORT'}", flush=True)


if __name__ == "__main__":
    main()
