"""A message to an applicant: into his inbox on the portal, and to an SMS gateway where one is set.

The gateway is spoken to as JSON over HTTP: POST {"id", "phone", "text"}; `id` is the same in every
repetition, so that the gateway can drop repeats. 2xx is success, anything else is tried again.
"""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Callable
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.store.tables import Message, Outbox

TIMEOUT = 5  # seconds

Send = Callable[[dict[str, Any]], None]


def sms_sender(url: str) -> Send:
    """Return a function that hands one message to the SMS gateway at `url`."""

    def send(message: dict[str, Any]) -> None:
        body = json.dumps(message, ensure_ascii=False).encode()
        headers = {"Content-Type": "application/json; charset=utf-8"}
        request = urllib.request.Request(url, body, headers, method="POST")  # noqa: S310 (checked)
        with urllib.request.urlopen(request, timeout=TIMEOUT):  # noqa: S310
            pass

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
