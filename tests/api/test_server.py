"""The served system: slow clients hold nothing, and what is no request is refused in words."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest

from engine.config import CHECKOUT
from tests.databases import SqliteGround

PATIENCE = 30.0  # seconds, far more than any answer takes
LOGIN = b"POST /api/v1/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
CHUNKED = LOGIN + b"Transfer-Encoding: chunked\r\n\r\n"


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory, sqlite_ground: SqliteGround) -> Iterator[int]:
    """Where the app is served as `lianban serve` does it."""
    folder = tmp_path_factory.mktemp("served")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        number = free.getsockname()[1]
    with sqlite_ground.database(folder) as url:
        environment = os.environ | {"LIANBAN_DATA": str(folder), "LIANBAN_DATABASE_URL": url}
        command = [sys.executable, "-m", "gunicorn", "--config", "python:api.server"]
        command += ["--no-control-socket", "--bind", f"127.0.0.1:{number}", "wsgi:application"]
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        with subprocess.Popen(command, cwd=CHECKOUT, env=environment, **quiet) as server:
            try:
                _wait(number)
                yield number
            finally:
                server.terminate()


def _wait(number: int) -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        try:
            socket.create_connection(("127.0.0.1", number), 1).close()
            return
        except OSError:
            time.sleep(0.1)
    pytest.fail("the server does not answer")


def ask(port: int, data: bytes) -> tuple[int, bytes]:
    """Send bytes; return status and body of the answer."""
    with socket.create_connection(("127.0.0.1", port), PATIENCE) as client:
        client.sendall(data)
        answer = client.makefile("rb").read() if b"close" in data else client.recv(65536)
    head, _, body = answer.partition(b"\r\n\r\n")
    return int(head.split()[1]), body


def test_many_slow_clients_hold_nobody_up(port: int) -> None:
    slow = []
    for start in [b"GET / HTTP/1.1\r\nX-Slow: ", LOGIN + b"Content-Length: 900000\r\n\r\n{"] * 20:
        client = socket.create_connection(("127.0.0.1", port), PATIENCE)
        client.sendall(start)
        slow.append(client)
    for _ in range(10):
        assert ask(port, b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")[0] == 200
    for client in slow:
        client.close()


NO_REQUESTS = {
    "a long address": (b"GET /" + b"a" * 9_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n", 414),
    "a long header": (b"GET / HTTP/1.1\r\nX: " + b"a" * 9_000 + b"\r\n\r\n", 431),
    "many headers": (b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 200 + b"\r\n", 431),
    "no HTTP": (b"GARBAGE\r\n\r\n", 400),
    "another version": (b"GET / HTTP/9.9\r\nHost: x\r\n\r\n", 400),
    "a header with a space": (b"GET / HTTP/1.1\r\nBad Header: y\r\n\r\n", 400),
    "NUL in a header": (b"GET / HTTP/1.1\r\nX: \0\r\n\r\n", 400),
    "two lengths": (LOGIN + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}", 400),
    "a negative length": (LOGIN + b"Content-Length: -1\r\n\r\n{}", 400),
    "length and chunks": (CHUNKED[:-2] + b"Content-Length: 2\r\n\r\n2\r\n{}\r\n0\r\n\r\n", 400),
    "a chunk without size": (CHUNKED + b"zz\r\n", 400),
}


@pytest.mark.parametrize("name", NO_REQUESTS)
def test_what_is_no_request_is_refused_in_words(port: int, name: str) -> None:
    data, expected = NO_REQUESTS[name]
    status, body = ask(port, data)
    problem = json.loads(body)
    assert status == problem["status"] == expected
    assert problem["detail"] and problem["title"]


def test_bodies_are_bounded_however_they_come(port: int) -> None:
    chunk = b"10000\r\n" + b" " * 65_536 + b"\r\n"
    closing = CHUNKED[:-2] + b"Connection: close\r\n\r\n"
    assert ask(port, closing + b"2\r\n{}\r\n" + chunk * 20 + b"0\r\n\r\n")[0] == 413
    assert ask(port, closing + b"2\r\n{}\r\n0\r\n\r\n")[0] == 422
    declared = LOGIN + b"Connection: close\r\nContent-Length: 5000000000\r\n\r\n{"
    assert ask(port, declared)[0] == 413
