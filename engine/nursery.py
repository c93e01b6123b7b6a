"""A warm process beside this one, in which every job is done by a child that can be ended.

What strangers wrote is read there: a file that takes too long or too much memory costs its own
child and nothing else. The warm process only forks and watches; it never looks at a job itself, so
nothing can poison it. It ends when the process that started it does, since its input ends then.
"""

from __future__ import annotations

import importlib
import os
import pickle
import resource
import select
import signal
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from engine.errors import LianbanError

ROOT = Path(__file__).resolve().parent.parent
HEAD = 8  # bytes before a message: its length
GRACE = 5.0  # seconds beyond a job's own in which the warm process must have answered
CHUNK = 1 << 20

Why = Literal["time", "memory", "crash", "busy"]


@dataclass(frozen=True)
class Limits:
    """What one job may cost: `seconds` by the wall clock, `memory` in bytes of address space,
    `processor` in seconds of its own work, which a busy machine does not use up."""

    seconds: float
    memory: int | None = None
    processor: int | None = None


class Overrun(Exception):
    """A job was ended, for want of time or memory, or crashed; "busy": its turn never came."""

    def __init__(self, why: Why) -> None:
        super().__init__(why)
        self.why = why


class Nursery:
    """Runs jobs, one at a time, each in a child of its own.

    A job is "module:function"; arguments and result travel as pickles. The warm process imports
    `preload` once and is started with the first job, again if it was lost, and anew in a process
    that was forked from this one.
    """

    def __init__(self, *preload: str) -> None:
        self._preload = preload
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._owner = 0

    def run(self, job: str, *arguments: Any, limits: Limits) -> Any:
        """Return what the job returns; raises the refusals that it raises.

        Raises `Overrun` where it was ended or crashed.
        """
        if self._owner != os.getpid():
            self._lock, self._process, self._owner = threading.Lock(), None, os.getpid()
        message = pickle.dumps((limits, pickle.dumps((job, arguments))))
        if not self._lock.acquire(timeout=3 * limits.seconds):
            raise Overrun("busy")
        try:
            answer = self._ask(message, limits.seconds + GRACE)
        finally:
            self._lock.release()
        kind, value = pickle.loads(answer)  # noqa: S301 (both ends are this module)
        if kind == "value":
            return value
        if kind == "refused":
            raise value
        raise Overrun(kind)

    def close(self) -> None:
        """End the warm process."""
        if self._process is not None and self._owner == os.getpid():
            self._process.kill()
            self._process.communicate()
        self._process = None

    def _ask(self, message: bytes, patience: float) -> bytes:
        process = self._warm()
        try:
            _write(process.stdin.fileno(), message)
            return _read(process.stdout.fileno(), time.monotonic() + patience)
        except (OSError, EOFError, TimeoutError):
            self.close()
            return pickle.dumps(("crash", None))

    def _warm(self) -> subprocess.Popen[bytes]:
        if self._process is None or self._process.poll() is not None:
            path = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))
            self._process = subprocess.Popen(
                [sys.executable, "-m", "engine.nursery", *self._preload],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                env={**os.environ, "PYTHONPATH": path},
                start_new_session=True,  # Ctrl-C at a terminal is for the process that asks
            )
            _read(self._process.stdout.fileno(), time.monotonic() + 60)  # it has warmed up
        return self._process


# ---------------------------------------------------------------- in the warm process


def serve(preload: list[str]) -> None:
    """Answer jobs on stdin and stdout until stdin ends."""
    inlet, outlet = os.dup(0), os.dup(1)
    os.dup2(2, 1)  # whatever prints does not print into the answers
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    for module in preload:
        importlib.import_module(module)
    _write(outlet, b"")
    while True:
        try:
            limits, job = pickle.loads(_read(inlet))  # noqa: S301
        except EOFError:
            return
        _write(outlet, _watched(limits, job, (inlet, outlet)))


def _watched(limits: Limits, job: bytes, private: tuple[int, int]) -> bytes:
    """The answer of a child that does the job, or why there is none."""
    receiving, sending = os.pipe()
    child = os.fork()
    if child == 0:
        for each in (receiving, *private):
            os.close(each)
        _work(limits, job, sending)
    os.close(sending)
    answer, why = b"", "time"
    try:
        answer = _read(receiving, time.monotonic() + limits.seconds)
    except TimeoutError:
        os.kill(child, signal.SIGKILL)
    except EOFError:
        why = "crash"
    os.close(receiving)
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGXCPU:
        why = "time"
    return answer or pickle.dumps((why, None))


def _work(limits: Limits, job: bytes, sending: int) -> None:
    """Do the job and end; in the child."""
    try:
        if limits.memory is not None:
            resource.setrlimit(resource.RLIMIT_AS, (limits.memory, limits.memory))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        # Without a limit of its own it has one all the same, should nobody be left to watch.
        seconds = limits.processor or int(limits.seconds) + 1
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
        _write(sending, _done(job))
    finally:
        os._exit(0)


def _done(job: bytes) -> bytes:
    try:
        name, arguments = pickle.loads(job)  # noqa: S301
        module, _, function = name.partition(":")
        return pickle.dumps(
            ("value", getattr(importlib.import_module(module), function)(*arguments))
        )
    except LianbanError as refused:
        return pickle.dumps(("refused", refused))
    except MemoryError:
        return pickle.dumps(("memory", None))
    except Exception as fault:
        print(f"engine.nursery: {type(fault).__name__} in a job", file=sys.stderr, flush=True)
        return pickle.dumps(("crash", None))


# ---------------------------------------------------------------- messages


def _write(to: int, message: bytes) -> None:
    left = memoryview(len(message).to_bytes(HEAD, "big") + message)
    while left:
        left = left[os.write(to, left[:CHUNK]) :]


def _read(source: int, until: float | None = None) -> bytes:
    """The next message; raises `EOFError` where it ends early and `TimeoutError` after `until`."""
    length = int.from_bytes(_exactly(source, HEAD, until), "big")
    return _exactly(source, length, until)


def _exactly(source: int, size: int, until: float | None) -> bytes:
    parts: list[bytes] = []
    while size:
        if until is not None:
            _await(source, until - time.monotonic())
        part = os.read(source, min(size, CHUNK))
        if not part:
            raise EOFError
        parts.append(part)
        size -= len(part)
    return b"".join(parts)


def _await(source: int, seconds: float) -> None:
    poll = select.poll()  # select() refuses the file numbers of a busy server
    poll.register(source, select.POLLIN)
    if seconds <= 0 or not poll.poll(seconds * 1000):
        raise TimeoutError


if __name__ == "__main__":
    serve(sys.argv[1:])
