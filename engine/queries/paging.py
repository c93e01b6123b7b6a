"""Cursors: where a list goes on. A cursor names the last row shown, so new rows shift nothing."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from engine.errors import FieldError, NotFound, Words

DEFAULT_SIZE, MOST = 50, 200
Row = TypeVar("Row")


@dataclass(frozen=True)
class Page:
    """What a list is asked for: rows after `cursor` (from the start where None), `size` at most."""

    cursor: str | None = None
    size: int = DEFAULT_SIZE


def encode(*place: str | int | None) -> str:
    """Return the cursor of a row, by the values that the list is sorted by."""
    return base64.urlsafe_b64encode(json.dumps(place).encode()).decode().rstrip("=")


def decode(cursor: str, *kinds: type | tuple[type, ...]) -> list[Any]:
    """Return the values of a cursor, each of its kind. Raises `NotFound` for any other text: it
    names no page."""
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        place = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
    except (binascii.Error, ValueError, RecursionError):
        raise bad_cursor() from None
    fits = isinstance(place, list) and len(place) == len(kinds)
    if not fits or not all(type(v) in _types(k) for v, k in zip(place, kinds, strict=True)):
        raise bad_cursor()
    if any(isinstance(v, int) and not 0 <= v < 2**63 for v in place):
        raise bad_cursor()
    return place


def _types(kind: type | tuple[type, ...]) -> tuple[type, ...]:
    return kind if isinstance(kind, tuple) else (kind,)


def bad_cursor() -> NotFound:
    words = Words("游标无效，请从第一页重新查询", "expected a cursor from an earlier answer")
    return NotFound(f"{words.zh}。", f"{words.en}.", fields=[FieldError("/cursor", words)])


def cut(rows: Sequence[Row], size: int) -> tuple[Sequence[Row], Row | None]:
    """Split rows read with `size + 1` as limit: those of the page, and its last if more follow."""
    return (rows[:size], rows[size - 1]) if len(rows) > size else (rows, None)
