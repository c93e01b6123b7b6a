"""Prints what a completion and a tick cost. Ratios are taken within this one run.

CPU times vary with the machine; the ratios are what may be compared (see docs/developer.md).
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import sqlalchemy as sa

from bench.ground import START, Ground, complete_review, ground, under_review
from engine.bpmn.runtime import Instance
from engine.bpmn.situation import Situation
from engine.operations.case_run import expression_facts
from engine.scheduler import run_due
from engine.store.tables import Case, Deadline
from engine.transaction import reading, writing

CASES = 60
DUE = 50
FEW, MANY = 1_000, 10_000


def main() -> None:
    with ground() as place:
        items = under_review(place, CASES)
        completions = [_cpu(lambda item=item: complete_review(place, item)) for item in items[10:]]
        whole = statistics.median(completions)
        engine = statistics.median([_cpu(lambda: _load_and_save(place)) for _ in range(40)])
        _print("one completion, CPU ms (median)", f"{whole * 1000:.2f}")
        _print("  of which loading and saving the instance", f"{engine * 1000:.2f}")
        _print("  ratio whole / instance", f"{whole / engine:.2f}")
        _print("state of a case under review, bytes", f"{_state_size():d}")
    few, many = _tick(FEW), _tick(MANY)
    _print(f"tick, {DUE} due among {FEW:,} waiting, wall ms", f"{few * 1000:.0f}")
    _print(f"tick, {DUE} due among {MANY:,} waiting, wall ms", f"{many * 1000:.0f}")
    _print("  ratio", f"{many / few:.2f}")


def _print(what: str, figure: str) -> None:
    print(f"{what:<52}{figure:>10}")


def _cpu(action: Callable[[], object]) -> float:
    begin = time.process_time()
    action()
    return time.process_time() - begin


def _load_and_save(place: Ground) -> None:
    with reading() as session:
        case = session.scalars(sa.select(Case).where(Case.state.is_not(None)).limit(1)).one()
        state, facts, version_id = case.state, expression_facts(case), case.procedure_version_id
        version = place.resources.version(session, version_id)
    situation = Situation(START, place.resources.calendar, lambda call: None, facts)
    Instance.load(version, situation, state).save()


def _state_size() -> int:
    with reading() as session:
        return int(session.scalar(sa.select(sa.func.avg(sa.func.length(Case.state)))))


def _tick(waiting: int) -> float:
    """Time a tick in which DUE cases are due and `waiting` others are not."""
    with ground() as place:
        under_review(place, DUE)
        _let_wait(waiting)
        begin = time.perf_counter()
        moved = run_due(place.resources, START.replace(day=13))
        assert moved == DUE, moved
        return time.perf_counter() - begin


def _let_wait(many: int) -> None:
    """Add cases whose timer is far away: rows of a table that the tick must not walk."""
    far = START + timedelta(days=300)
    with writing() as session:
        columns = [c for c in Case.__table__.columns if c.name not in ("id", "number")]
        model = session.execute(sa.select(*columns).limit(1)).mappings().one()
        rows = [{**model, "number": f"waiting-{n}"} for n in range(many)]
        session.execute(sa.insert(Case), rows)
        ids = session.scalars(sa.select(Case.id).where(Case.number.like("waiting-%")))
        session.execute(
            sa.insert(Deadline),
            [{"case_id": i, "task": "-", "element": "-", "due_at": far} for i in ids],
        )


if __name__ == "__main__":
    print(f"Lianban bench, {Path.cwd().name}, SQLite in a temporary folder")
    main()
