"""A throw-away installation, started as a user would, and killed as nobody should."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from random import Random
from socket import socket

import sqlalchemy as sa
from flask import Flask

from bench import cpu
from bench.databases import Database, database
from engine.commands.deployment import deploy
from engine.config import CHECKOUT, Config
from engine.domain.actor import OPERATOR
from engine.procedure_files import read_beside, read_paths
from engine.resources import Resources, load_resources
from engine.store.accounts import issue_token
from engine.store.database import db, prepare
from engine.store.schema import upgrade
from engine.store.settings import HEARTBEAT
from engine.store.tables import Account, Seat, Setting
from engine.transaction import reading, writing

PATIENCE = 90  # seconds for the server to be ready
DEPARTMENT, COUNTY = "scjgj", "419900"
POSTS = ("window_clerk", "handler", "department_leader")
TARGETS = ("worker", "server", "scheduler", "everything", "parent")


@dataclass
class Gateway:
    """The receiver of messages: ids with the number of times that each arrived."""

    url: str = ""
    got: dict[str, int] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self, message_id: str) -> None:
        with self.lock:
            self.got[message_id] = self.got.get(message_id, 0) + 1


@dataclass
class Installation:
    """Where it lies, who may sign in (`tokens` by login), and the process that runs it."""

    data: Path
    database: Database
    gateway: Gateway
    port: int
    tokens: dict[str, str] = field(default_factory=dict)
    process: subprocess.Popen | None = None
    restarts: int = 0

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def environment(self) -> dict[str, str]:
        return {
            **os.environ,
            "PYTHONPATH": str(CHECKOUT),
            "LIANBAN_DATA": str(self.data),
            "LIANBAN_DATABASE_URL": self.database.url,
            "LIANBAN_DEMO": "1",
            "LIANBAN_SMS_URL": self.gateway.url,
            "LIANBAN_LANGUAGE": "en",
        }

    def config(self) -> Config:
        return Config.from_environment(self.environment())

    @contextmanager
    def inside(self) -> Iterator[Resources]:
        """Yield the resources, in an application context of this process."""
        app = Flask("lianban.soak")
        prepare(app, self.config())
        with app.app_context():
            yield load_resources(self.config())
            db.engine.dispose()

    # ------------------------------------------------------------ start and end

    def start(self) -> None:
        """Start `lianban serve` and wait until it answers."""
        command = [sys.executable, "-m", "engine.cli", "serve", "--port", str(self.port)]
        log = (self.data.parent / "serve.log").open("ab")
        self.process = subprocess.Popen(
            command,
            cwd=CHECKOUT,
            env=self.environment(),
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
        self.restarts += 1
        self.wait()

    def wait(self) -> None:
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            if self.process.poll() is not None:
                self._end_group()
                return self.start()  # its port or lock was still held by who was killed
            if self._ready():
                return None
            time.sleep(0.1)
        raise TimeoutError(f"the server is not ready after {PATIENCE} s; see serve.log")

    def _ready(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.base}/readyz", timeout=2) as answer:
                return answer.status == 200
        except (OSError, urllib.error.URLError):
            return False

    def scheduler_works(self) -> bool:
        """Tell whether the scheduler ticks, within a while; nobody else may be at work."""
        seen, end = set[str | None](), time.monotonic() + PATIENCE
        beat = sa.select(Setting.value).where(Setting.name == HEARTBEAT)
        with self.inside():
            while len(seen) < 2 and time.monotonic() < end:
                with reading() as session:
                    seen.add(session.scalar(beat))
                time.sleep(0.5)
        return len(seen) == 2

    def stop(self) -> None:
        self.process.terminate()
        try:
            self.process.wait(40)
        finally:
            self._end_group()

    def _end_group(self) -> None:
        """End what is left of the processes that we started, by their group."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    # ------------------------------------------------------------ kills

    def kill(self, random: Random) -> str:
        """Kill something with SIGKILL, let what survives go on, and return what it was."""
        targets = [*TARGETS, "database"] if self.database.kind == "PostgreSQL" else TARGETS
        target = random.choice(targets)
        if target == "database":
            self._kill(random.choice(self._backends() or [0]))
        elif target == "everything":
            self._end_group()
        elif target == "parent":
            self.process.kill()
        else:
            self._kill(self._process(target, random))
        time.sleep(random.random())
        if self.process.poll() is not None or target in ("server", "parent", "everything"):
            self._end_group()
            self.start()
        else:
            self.wait()
        return target

    def _kill(self, pid: int) -> None:
        if pid:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def _process(self, target: str, random: Random) -> int:
        """Return the id of one of our processes: the scheduler, gunicorn's master or a worker."""
        children = [pid for pid in cpu.family(self.process.pid) if pid != self.process.pid]
        lines = {pid: _command(pid) for pid in children}
        if target == "scheduler":
            return next((pid for pid, line in lines.items() if "scheduler" in line), 0)
        servers = sorted(pid for pid, line in lines.items() if "gunicorn" in line)
        if not servers:
            return 0
        return servers[0] if target == "server" else random.choice(servers[1:] or [0])

    def _backends(self) -> list[int]:
        """Return the ids of the database's processes that serve our connections."""
        root = int((self.database.folder / "data" / "postmaster.pid").read_text().split()[0])
        return [pid for pid in cpu.family(root) if " lianban " in _command(pid)]


def _command(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    except (FileNotFoundError, ProcessLookupError):
        return ""


# ---------------------------------------------------------------- making one


@contextmanager
def installation(kind: str) -> Iterator[Installation]:
    """Yield an installation on a new database, not started yet; all is gone afterwards."""
    with database(kind) as found, _receiver() as gateway:
        data = found.folder / "var"
        made = Installation(data, found, gateway, _free_port())
        _found(made)
        try:
            yield made
        finally:
            if made.process is not None:
                made._end_group()


def _found(made: Installation) -> None:
    """Deploy the procedure, and give everybody an account with a seat and a token."""
    data = made.config()
    data.data.mkdir(mode=0o700, parents=True)
    app = Flask("lianban.soak")
    prepare(app, data)
    upgrade(app)
    folder = [CHECKOUT / "processes" / "single-item"]
    now = datetime.now(UTC) - timedelta(minutes=1)
    with made.inside() as resources, writing() as session:
        files, beside = read_paths(folder), read_beside(folder, CHECKOUT)
        deploy(session, resources, actor=OPERATOR, files=files, now=now, beside=beside)
        for login in ("applicant", *POSTS):
            account = Account(login=login, name=login, password_hash="-", created_at=now)
            session.add(account)
            session.flush()
            if login in POSTS:
                seat = {"post": login, "department": DEPARTMENT, "county": COUNTY}
                session.add(Seat(account_id=account.id, **seat))
            made.tokens[login] = issue_token(session, account, now, 24 * 365)


def _free_port() -> int:
    with socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def _receiver() -> Iterator[Gateway]:
    gateway = Gateway()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            gateway.take(self.headers["Idempotency-Key"])
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        gateway.url = f"http://127.0.0.1:{server.server_port}/"
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield gateway
        server.shutdown()
