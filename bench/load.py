"""Completions over HTTP under load: gunicorn as `lianban serve` starts it, four clients."""

from __future__ import annotations

import json
import os
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import sqlalchemy as sa

from bench import cpu
from bench.completions import PATHS, PROCESSES
from bench.databases import Database
from bench.ground import FILLED, Ground, submitted
from bench.serve import FOLDER, URL
from engine.config import CHECKOUT
from engine.store.tables import WorkItem
from engine.transaction import reading

CLIENTS = 4
WARM_UP = 8  # cases that nobody counts: each worker parses the procedures once
PATIENCE = 60  # seconds for the server to come up


@dataclass
class Load:
    """What the clients saw (seconds each), and the CPU seconds of server and database."""

    taken: list[float] = field(default_factory=list)
    spent: float = 0.0
    wall: float = 0.0

    @property
    def p50(self) -> float:
        return statistics.median(self.taken)

    @property
    def p95(self) -> float:
        return statistics.quantiles(self.taken, n=20)[-1]

    @property
    def per_core(self) -> float:
        """Completions for each second of CPU, the database server's included."""
        return len(self.taken) / self.spent


def measure(place: Ground, database: Database, process: str, cases: int) -> Load:
    """Serve the installation and complete all tasks of `cases` cases, wave after wave."""
    for_warming = submitted(place, PROCESSES[process], WARM_UP)
    ids = submitted(place, PROCESSES[process], cases)
    load = Load()
    with _server(database) as (port, root):
        while wave := _wave(for_warming):
            _send(place, port, wave)
        while wave := _wave(ids):
            before, begin = _spent(database, root), time.perf_counter()
            load.taken += _send(place, port, wave)
            load.wall += time.perf_counter() - begin
            load.spent += _spent(database, root) - before
    return load


def _wave(ids: list[int]) -> list[tuple[int, int, object]]:
    query = sa.select(WorkItem).where(WorkItem.case_id.in_(ids), WorkItem.status == "open")
    with reading() as session:
        rows = session.scalars(query.order_by(WorkItem.case_id, WorkItem.id))
        return [(row.id, row.version, FILLED[row.element]) for row in rows]


def _send(place: Ground, port: int, wave: list[tuple[int, int, object]]) -> list[float]:
    order = {"port": port, "token": place.token, "clients": CLIENTS, "path": PATHS["ours"]}
    done = subprocess.run(
        [sys.executable, "-m", "bench.client"],
        input=json.dumps(order | {"jobs": wave}),
        capture_output=True,
        text=True,
        check=False,
        cwd=CHECKOUT,
    )
    if done.returncode:
        raise RuntimeError(f"the clients gave up: {done.stderr}")
    return json.loads(done.stdout)


def _spent(database: Database, root: int) -> float:
    return cpu.seconds(cpu.family(root)) + database.spent()


@contextmanager
def _server(database: Database) -> Iterator[tuple[int, int]]:
    """Start gunicorn; yield its port and the id of its first process."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    workers = 1 if database.kind == "SQLite" else 2
    command = [sys.executable, "-m", "gunicorn", "bench.serve:application"]
    command += f"--bind 127.0.0.1:{port} --workers {workers} --config python:api.server".split()
    command += ["--no-control-socket", "--log-level", "error"]
    named = {URL: database.url, FOLDER: str(database.folder), "MALLOC_ARENA_MAX": "2"}
    server = subprocess.Popen(
        command, cwd=CHECKOUT, env=os.environ | named, stderr=subprocess.DEVNULL
    )
    try:
        _wait_for(port, server)
        yield port, server.pid
    finally:
        server.terminate()
        server.wait()


def _wait_for(port: int, server: subprocess.Popen) -> None:
    for _ in range(PATIENCE * 10):
        if server.poll() is not None:
            break
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise RuntimeError("the server did not come up")
