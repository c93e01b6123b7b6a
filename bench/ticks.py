"""What a tick of the scheduler costs with few and with many cases waiting."""

from __future__ import annotations

import time
from datetime import timedelta

import sqlalchemy as sa

from bench.completions import PATHS, post
from bench.databases import Database
from bench.ground import FILLED, SINGLE, START, Ground, open_items, submitted
from engine.scheduler import run_due
from engine.store.tables import Case, Deadline
from engine.transaction import reading, writing

DUE = 100
YELLOW = START + timedelta(days=5)  # a review that began at START has turned yellow, not yet red
FAR = START + timedelta(days=300)
BATCH = 5_000


def measure(place: Ground, database: Database, waiting: int, times: int) -> float:
    """Return the CPU seconds, the database server's included, of a tick in which DUE cases are
    due and `waiting` others are not: the best of so many `times`.

    Call it with growing numbers: what waits stays. Raises RuntimeError where others moved.
    """
    _let_wait(place, waiting)
    return min(_tick(place, database) for _ in range(times))


def _tick(place: Ground, database: Database) -> float:
    for case_id in submitted(place, SINGLE, DUE):
        (item,) = open_items(case_id)
        post(place, PATHS["ours"].format(item.id), {"version": 1, "data": FILLED["check"]})
    server, begin = database.spent(), time.process_time()
    moved = run_due(place.resources, YELLOW)
    spent = time.process_time() - begin + database.spent() - server
    if moved != DUE:
        raise RuntimeError(f"expected {DUE} cases to move but {moved} did")
    return spent


def _let_wait(place: Ground, waiting: int) -> None:
    """Fill up to `waiting` cases whose timer is far away: rows that a tick must not walk."""
    with reading() as session:
        query = sa.select(sa.func.count()).where(Case.number.like("waiting-%"))
        there = session.scalar(query)
    left_out = {"id", "number", "item"}
    columns = [column for column in Case.__table__.columns if column.name not in left_out]
    like = submitted(place, SINGLE, 1)[0]
    for first in range(there, waiting, BATCH):
        numbers = [f"waiting-{n}" for n in range(first, min(first + BATCH, waiting))]
        with writing() as session:
            model = session.execute(sa.select(*columns).where(Case.id == like)).mappings().one()
            last = session.scalar(sa.select(sa.func.max(Case.id)))
            session.execute(sa.insert(Case), [{**model, "number": n} for n in numbers])
            ids = session.scalars(sa.select(Case.id).where(Case.id > last))
            rows = [{"case_id": i, "task": "far", "element": "far", "due_at": FAR} for i in ids]
            session.execute(sa.insert(Deadline), rows)
