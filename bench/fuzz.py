"""`make fuzz`: Schemathesis with all its checks against a throw-away demonstration.

    python -m bench.fuzz [--max-examples N] [--seed N]

A real server on a database of its own, asked by a clerk, an administrator, an applicant and nobody.
Signing out runs last and by itself: it ends the token that all other requests stand on.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from socket import socket

CHECKOUT = Path(__file__).parent.parent
LOGOUT = "/api/v1/logout"
CALLERS = ("scjgj_window_clerk_1", "administrator", "applicant_1", None)
PATIENCE = 60  # seconds for the server to answer


def main() -> int:
    options = argparse.ArgumentParser()
    options.add_argument("--max-examples", type=int, default=50)
    options.add_argument("--seed", type=int, default=Random().randrange(10**6))
    given = options.parse_args()
    effort = ["--max-examples", str(given.max_examples), "--seed", str(given.seed)]
    with tempfile.TemporaryDirectory() as folder, _served(Path(folder)) as (base, passwords):
        os.chdir(folder)  # where Schemathesis keeps what it found
        failed = [who for who in CALLERS if not _run(base, passwords, who, effort)]
        if not _run(base, passwords, CALLERS[0], effort, "--include-path", LOGOUT):
            failed.append(LOGOUT)
    print(f"seed {given.seed}: {'nothing found' if not failed else f'see above, as {failed}'}")
    return 1 if failed else 0


def _run(base: str, passwords: dict[str, str], who: str | None, effort: list[str], *which: str):
    """Run Schemathesis as somebody; return whether it found nothing."""
    print(f"== as {who or 'nobody'}", flush=True)
    tool = str(Path(sys.executable).absolute().with_name("schemathesis"))
    command = [tool, "--config-file", str(CHECKOUT / "schemathesis.toml"), "run"]
    command += [f"{base}/api/openapi.json", "--checks", "all", "--warnings", "off"]
    command += [*effort, "--continue-on-failure", *(which or ("--exclude-path", LOGOUT))]
    if who is not None:
        command += ["-H", f"Authorization: Bearer {_token(base, who, passwords[who])}"]
    return subprocess.run(command, check=False).returncode == 0


@contextmanager
def _served(folder: Path) -> Iterator[tuple[str, dict[str, str]]]:
    """Serve a new demonstration; yield its address and its people's passwords."""
    with socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = os.environ | {"LIANBAN_DATA": str(folder), "LIANBAN_DEMO": "1"}
    environment.pop("LIANBAN_DATABASE_URL", None)
    program = [sys.executable, "-m", "engine.cli"]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    subprocess.run([*program, "demo"], cwd=CHECKOUT, env=environment, check=True, **quiet)
    serve = [*program, "serve", "--port", str(port)]
    with subprocess.Popen(serve, cwd=CHECKOUT, env=environment, **quiet) as server:
        try:
            base = f"http://127.0.0.1:{port}"
            _wait(base)
            with (folder / "demo-accounts.csv").open(encoding="utf-8") as file:
                yield base, {row["login"]: row["password"] for row in csv.DictReader(file)}
        finally:
            server.terminate()


def _wait(base: str) -> None:
    for _ in range(PATIENCE * 2):
        try:
            with urllib.request.urlopen(f"{base}/healthz", timeout=5):
                return
        except OSError:
            time.sleep(0.5)
    raise SystemExit("the server does not answer")


def _token(base: str, login: str, password: str) -> str:
    body = json.dumps({"login": login, "password": password}).encode()
    kind = {"Content-Type": "application/json"}
    request = urllib.request.Request(f"{base}/api/v1/login", body, kind)
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.load(answer)["token"]


if __name__ == "__main__":
    sys.exit(main())
