"""What a completion costs: the product, the floor and the naive stack side by side.

The three are measured turn about, a case of each at a time, so that whatever else the machine
does falls on all alike. Requests go straight into the WSGI app: a client costs nothing here.
"""

from __future__ import annotations

import io
import json
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import undefer

from bench import floor, naive
from bench.databases import Database
from bench.ground import FILLED, PARALLEL, SINGLE, START, Ground, drafts, open_items, submitted
from engine.store.tables import Case
from engine.transaction import reading, writing

PROCESSES = {"a": SINGLE, "b": PARALLEL}
PATHS = {"ours": "/api/v1/tasks/{}/complete", "floor": floor.PATH, "naive": naive.PATH}


@dataclass
class Costs:
    """CPU seconds of a completion with one stack, the mean of each case: in the app, and in the
    database server."""

    app: list[float] = field(default_factory=list)
    server: list[float] = field(default_factory=list)
    state: int = 0  # bytes of the largest state seen

    @property
    def each(self) -> float:
        """The median case's, the database server included."""
        return statistics.median(map(sum, zip(self.app, self.server, strict=True)))

    @property
    def share(self) -> float:
        """What of it is the database server's."""
        return statistics.median(self.server)


def measure(place: Ground, database: Database, process: str, cases: int) -> dict[str, Costs]:
    """Walk `cases` cases of a process through each stack; the first of each only warms it up."""
    opened = {name: _open(place, name, PROCESSES[process], cases + 1) for name in PATHS}
    for name, ids in opened.items():
        _walk(place, name, ids[0], Costs())
    costs = {name: Costs() for name in PATHS}
    for number in range(1, cases + 1):
        for name, ids in opened.items():
            before = database.spent()
            spent = _walk(place, name, ids[number], costs[name])
            costs[name].app.append(statistics.mean(spent))
            costs[name].server.append((database.spent() - before) / len(spent))
    return costs


def _open(place: Ground, stack: str, procedure: str, many: int) -> list[int]:
    if stack == "ours":
        return submitted(place, procedure, many)
    start = {"floor": floor.start, "naive": naive.start}[stack]
    ids = []
    for draft in drafts(place, procedure, many):
        with writing() as session:
            case = session.get_one(Case, draft.id, options=[undefer(Case.state)])
            start(session, place.resources, case, START)
            ids.append(case.id)
    return ids


def _walk(place: Ground, stack: str, case_id: int, costs: Costs) -> list[float]:
    spent = []
    while items := open_items(case_id):
        costs.state = max(costs.state, _state_size(case_id))
        for item in items:
            body = {"version": item.version, "data": FILLED[item.element]}
            spent.append(post(place, PATHS[stack].format(item.id), body))
    return spent


def _state_size(case_id: int) -> int:
    with reading() as session:
        return session.scalar(sa.select(sa.func.length(Case.state)).where(Case.id == case_id))


def post(place: Ground, path: str, body: Any) -> float:
    """Post JSON into the app; return the CPU seconds. Raises RuntimeError unless it is a 200."""
    raw = json.dumps(body).encode()
    environ = {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": path,
        "QUERY_STRING": "",
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "HTTP_HOST": "localhost",
        "HTTP_AUTHORIZATION": f"Bearer {place.token}",
        "CONTENT_TYPE": "application/json",
        "CONTENT_LENGTH": str(len(raw)),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(raw),
        "wsgi.errors": sys.stderr,
    }
    return _timed(place.app.wsgi_app, environ)


def _timed(app: Callable[..., Any], environ: dict[str, Any]) -> float:
    said: list[str] = []
    begin = time.process_time()
    parts = app(environ, lambda status, headers, error=None: said.append(status))
    answer = b"".join(parts)
    parts.close()
    spent = time.process_time() - begin
    if said != ["200 OK"]:
        raise RuntimeError(f"expected 200 OK but got {said}: {answer.decode()}")
    return spent
