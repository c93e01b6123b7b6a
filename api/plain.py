"""Answers as JSON values without a schema's detour, for what is answered all the time.

A schema copies an answer field by field, which costs more than the whole change of a task. Our
pages hold nothing but JSON values, words, times and days, so one walk gives the same; a test
compares the two (docs/performance.md).
"""

from __future__ import annotations

from datetime import date
from typing import Any

from engine.errors import Words


def plain(value: Any, language: str) -> Any:
    """Return `value` as JSON values: words in `language`, times and days as ISO 8601."""
    if isinstance(value, dict):
        return {name: plain(each, language) for name, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(each, language) for each in value]
    if isinstance(value, Words):
        return value.in_language(language)
    return value.isoformat() if isinstance(value, date) else value
