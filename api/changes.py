"""Changes: one transaction each, and harmless to repeat under an Idempotency-Key."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable

from flask import Response, jsonify, request
from sqlalchemy.orm import Session

from api.context import resources, session_time
from engine.errors import FieldError, Invalid, Words
from engine.store.repetition import Answer, Claim, claim, fingerprint, keep
from engine.transaction import writing

HEADER, REPLAYED = "Idempotency-Key", "Idempotency-Replayed"
_KEY = re.compile(r"[\x21-\x7e]{1,255}")


def change(work: Callable[[Session], Answer], *, by: str, content: str | None = None) -> Response:
    """Do `work` in one transaction and answer what it returns.

    With an Idempotency-Key the answer is kept with the change; the same request of `by` gets it
    again. A refusal changes nothing and is not kept. `content` stands for a body that was not
    read as a whole (an upload: its hash).
    """
    key = _key()
    # Kept by the real time, like a sign-in: moving the demonstration's clock forgets no answer.
    moment, known = session_time(), resources().keys
    if key is None:
        with writing() as session:
            answer = work(session)
        return respond(answer)
    wanted = Claim(by, key, fingerprint(known, _request_text(content)))
    with writing() as session:
        first = claim(session, known, wanted, moment)
        answer = first or work(session)
        if first is None:
            keep(session, known, wanted, answer)
    response = respond(answer)
    if first is not None:
        response.headers[REPLAYED] = "true"
    return response


def respond(answer: Answer) -> Response:
    """Return an answer as JSON."""
    response = jsonify(answer.body)
    response.status_code = answer.status
    if answer.location:
        response.headers["Location"] = answer.location
    return response


def _key() -> str | None:
    key = request.headers.get(HEADER)
    if key is not None and not _KEY.fullmatch(key):
        words = Words(
            "Idempotency-Key 应为 1 至 255 个可见 ASCII 字符",
            "expected an Idempotency-Key of 1 to 255 visible ASCII characters",
        )
        fields = [FieldError("/Idempotency-Key", words)]
        raise Invalid(f"{words.zh}。", f"{words.en}.", fields=fields)
    return key


def _request_text(content: str | None) -> str:
    if content is None:
        content = hashlib.sha256(request.get_data(cache=True)).hexdigest()
    return f"{request.method} {request.full_path} {content}"
