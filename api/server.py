"""How the pages and the API are served: `gunicorn --config python:api.server wsgi:application`.

No client holds a worker by being slow, and what is no request at all is refused in words too.

A request is read to its end (a large body to the disk) by one of many threads that only wait; then
it takes one of TURNS turns to be worked on; its answer is sent outside of the turn. So slow clients
cost a waiting thread, until their time is over, and no work. Behind a proxy that reads requests to
their end, as nginx does, this never comes into play.
"""

from __future__ import annotations

import json
import logging
import socket
import tempfile
import threading
import time
from collections.abc import Callable, Iterable
from typing import Any, BinaryIO

from gunicorn.http import errors
from gunicorn.workers.gthread import TConn, ThreadWorker

from engine.errors import Words
from engine.logs import frames

# gunicorn's own settings
worker_class = "api.server.Worker"
threads = 64  # that wait for clients
limit_request_line = 8190  # bytes, and so for each of at most 100 headers

TURNS = 8  # requests that are worked on at once
HEADERS = 15.0  # seconds for the head of a request
WAITING = 30.0  # seconds for a turn
SLOWEST = 100_000  # bytes a second of a body or an answer, beyond the seconds of HEADERS
MOST_BODY = 21_000_000  # bytes; what is longer is refused by the app without being read
IN_MEMORY = 256 * 1024  # bytes of a body; the rest goes to the disk

log = logging.getLogger("lianban.server")
App = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]

KINDS: tuple[tuple[type[Exception], int, str, Words], ...] = (
    (
        errors.LimitRequestLine,
        414,
        "URI Too Long",
        Words("地址过长", "the address is too long"),
    ),
    (
        errors.LimitRequestHeaders,
        431,
        "Request Header Fields Too Large",
        Words("请求头过多或过长", "the headers are too many or too long"),
    ),
    (
        errors.ExpectationFailed,
        417,
        "Expectation Failed",
        Words("不支持该 Expect 头", "this Expect header is not supported"),
    ),
    (
        errors.ParseException,
        400,
        "Bad Request",
        Words("请求不符合 HTTP 规范", "this is not a request as HTTP has it"),
    ),
)
BROKEN = (
    500,
    "Internal Server Error",
    Words("系统出错，请稍后重试", "something failed; try again"),
)
BUSY = (503, "Service Unavailable", Words("系统繁忙，请稍后重试", "the system is busy; try again"))


class Worker(ThreadWorker):
    """gunicorn's threads, with a time for every wait."""

    def init_process(self) -> None:
        self.until: dict[socket.socket, float] = {}
        self.turns = threading.BoundedSemaphore(TURNS)
        super().init_process()

    def load_wsgi(self) -> None:
        super().load_wsgi()
        self.wsgi = self._in_turn(self.wsgi)

    def handle(self, conn: TConn) -> Any:
        self.until[conn.sock] = time.monotonic() + HEADERS
        try:
            return super().handle(conn)
        finally:
            self.until.pop(conn.sock, None)

    def murder_pending(self) -> None:
        """Called every second or so, in the main thread: also end the waits that are over."""
        super().murder_pending()
        now = time.monotonic()
        for waiting, until in list(self.until.items()):
            if until < now:
                _shut(waiting)

    def _in_turn(self, app: App) -> App:
        def serve(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
            client = environ["gunicorn.socket"]
            length = int(environ.get("CONTENT_LENGTH") or 0)
            self.until[client] = time.monotonic() + HEADERS + min(length, MOST_BODY) / SLOWEST
            environ["wsgi.input"] = _received(environ, length)
            self.until.pop(client, None)
            if not self.turns.acquire(timeout=WAITING):
                return _answer(start_response, *BUSY)
            try:
                answer = app(environ, start_response)
            finally:
                self.turns.release()
            self.until[client] = time.monotonic() + HEADERS + MOST_BODY / SLOWEST
            return answer

        return serve

    def handle_error(self, req: Any, client: socket.socket, addr: Any, exc: Exception) -> None:
        """Answer what never came to the app: a request that cannot be read."""
        found = next((rest for kind, *rest in KINDS if isinstance(exc, kind)), None)
        if found is None:
            facts = {"error": type(exc).__name__, "frames": frames(exc)}
            log.error("request failed", extra=facts)
        status, reason, words = found or BROKEN
        body = _problem(status, reason, words)
        head = f"HTTP/1.1 {status} {reason}\r\nConnection: close\r\n"
        head += f"Content-Type: application/problem+json\r\nContent-Length: {len(body)}\r\n\r\n"
        try:
            client.sendall(head.encode("ascii") + body)
        except OSError:
            log.info("client gone", extra={"status": status})


def _received(environ: dict[str, Any], length: int) -> BinaryIO:
    """Return the body, read to its end; a longer one than MOST_BODY is left for the app to refuse.

    Raises `NoMoreData` where the client left, or was ended, before its end.
    """
    stream, chunked = environ["wsgi.input"], "HTTP_TRANSFER_ENCODING" in environ
    if length > MOST_BODY or not (length or chunked):
        return stream
    body = tempfile.SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115 (closed with the request)
    while body.tell() <= MOST_BODY and (piece := stream.read(64 * 1024)):
        body.write(piece)
    if length and body.tell() < length:
        raise errors.NoMoreData()
    environ["CONTENT_LENGTH"] = str(body.tell())  # known now, so that the app's limits hold
    environ.pop("HTTP_TRANSFER_ENCODING", None)
    body.seek(0)
    return body


def _shut(client: socket.socket) -> None:
    try:
        client.shutdown(socket.SHUT_RDWR)  # wakes the thread that waits for it
    except OSError:
        return


def _answer(start_response: Callable[..., Any], status: int, reason: str, words: Words) -> Any:
    headers = [("Content-Type", "application/problem+json"), ("Retry-After", "2")]
    start_response(f"{status} {reason}", headers)
    return [_problem(status, reason, words)]


def _problem(status: int, reason: str, words: Words) -> bytes:
    """A problem document in both languages: who asks for which could not be read."""
    code = reason.lower().replace(" ", "-")
    detail = f"{words.zh}。{words.en[0].upper()}{words.en[1:]}."
    body = {"type": f"/problems/{code}", "title": reason, "status": status, "detail": detail}
    return json.dumps(body, ensure_ascii=False).encode()
