"""A message to an applicant: into his inbox on the portal, and to an SMS gateway where one is set.

The gateway is spoken to as JSON over HTTP: POST {"id", "case", "event", "attempt", "phone",
"text"}. `id` (also the header Idempotency-Key) is the same in every repetition, so that the gateway
can drop repeats. 2xx is success; 4xx but for 408, 425, 429 is a refusal of this message; anything
else, or no answer, is tried again.
"""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Callable
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.store.tables import Message, Outbox

TIMEOUT = 5  # seconds

LATER = (408, 425, 429)  # answers of a gateway that is busy, and has nothing against the message

Send = Callable[[dict[str, Any]], None]


class Refused(Exception):
    """The gateway will not take this message; the text is safe to be kept."""


def sms_sender(url: str) -> Send:
    """Return a function that hands one message to the SMS gateway at `url`."""

    def send(message: dict[str, Any]) -> None:
        body = json.dumps(message, ensure_ascii=False).encode()
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "Idempotency-Key": message["id"],
        }
        request = urllib.request.Request(url, body, headers, method="POST")  # noqa: S310 (checked)
        try:
            with urllib.request.urlopen(request, timeout=TIMEOUT):  # noqa: S310
                pass
        except urllib.error.HTTPError as error:
            if 400 <= error.code < 500 and error.code not in LATER:
                raise Refused(f"HTTP {error.code}") from None
            raise

    return send


def put_in_inbox(session: Session, row: Outbox, payload: dict[str, Any], now: datetime) -> None:
    """Put a message into the applicant's inbox, once however often it is delivered."""
    if payload.get("account_id") is None:
        return
    known = session.scalar(sa.select(Message.id).where(Message.outbox_id == row.id))
    if known is None:
        session.add(
            Message(
                outbox_id=row.id,
                account_id=payload["account_id"],
                case_id=row.case_id,
                text=payload["text"],
                sent_at=now,
            )
        )
