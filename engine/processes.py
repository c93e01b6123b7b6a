"""Two processes that live and end together: the server and the scheduler beside it."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import FrameType

LOOK_EVERY = 0.5  # seconds
PAUSE = 5.0  # seconds before a scheduler that failed is started again
PR_SET_PDEATHSIG = 1  # prctl(2)
PATIENCE = 15.0  # seconds for a process to end by itself


def run_together(server: list[str], beside: list[str], folder: Path) -> int:
    """Run `server` until it ends, `beside` along with it; return the server's exit code.

    A `beside` that fails is started again; one that ends well (another one runs already) is not.
    Ctrl-C and SIGTERM end both.
    """
    signal.signal(signal.SIGTERM, _leave)
    companion = _start(beside, folder)
    main = _start(server, folder)
    failed_at = 0.0
    try:
        while main.poll() is None:
            time.sleep(LOOK_EVERY)
            if companion.poll() and time.monotonic() - failed_at > PAUSE:
                failed_at = time.monotonic()
                companion = _start(beside, folder)
        return main.returncode
    except (KeyboardInterrupt, SystemExit):
        return 0
    finally:
        for process in (main, companion):
            _end(process)


def _start(command: list[str], folder: Path) -> subprocess.Popen:
    """Start a process that is asked to end when this one is killed: left alone it would keep the
    port, or the scheduler's lock, from those who are started next."""
    me = os.getpid()

    def end_with_me() -> None:
        if sys.platform == "linux":
            ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
            if os.getppid() != me:  # killed already
                os._exit(1)

    return subprocess.Popen(command, cwd=folder, preexec_fn=end_with_me)


def _leave(_signal: int, _frame: FrameType | None) -> None:
    sys.exit(0)


def _end(process: subprocess.Popen) -> None:
    if process.poll() is None:
        process.terminate()
    try:
        process.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
