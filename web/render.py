"""What every page is rendered with: the reader's language, who is signed in, days in words."""

from __future__ import annotations

import json
from calendar import month_name
from datetime import date, datetime
from typing import Any

from flask import g, get_flashed_messages, render_template, request
from flask_wtf.csrf import generate_csrf
from markupsafe import Markup

from api.context import config, now
from engine.domain.calendar import SHANGHAI, chinese_day
from engine.errors import Words
from web.forms import pointer_id
from web.words import english


def page(template: str, **values: Any) -> str:
    """Render a template with what all of them need."""
    settings = config()
    return render_template(
        template,
        t=translated,
        tongue=tongue(),
        actor=g.get("actor"),
        demo_time=now() if settings.demo else None,
        here=request.full_path.rstrip("?"),
        token=form_token,
        messages=get_flashed_messages(with_categories=True),
        pointer_id=pointer_id,
        **values,
    )


def form_token() -> Markup:
    """Return the hidden field that shows a post to come from a page of ours (CSRF)."""
    return Markup('<input type="hidden" name="csrf_token" value="{}">').format(generate_csrf())


def tongue() -> str:
    """Return "zh" or "en": as the reader chose, else the installation's."""
    return g.get("language") or config().language


def translated(text: str, **values: Any) -> str:
    """Return a text of the interface in the reader's language; `values` fill its {names}."""
    spoken = english(text) if tongue() == "en" else text
    return spoken.format(**values) if values else spoken


def words(text: Words | str | None) -> str:
    """Return words of the data in the reader's language; a plain text as it is."""
    return text.in_language(tongue()) if isinstance(text, Words) else (text or "")


def day(value: date | None) -> str:
    """Return a day as people write it."""
    if value is None:
        return ""
    if tongue() == "en":
        return f"{value.day} {month_name[value.month]} {value.year}"
    return chinese_day(value)


def moment(value: datetime | None) -> str:
    """Return a moment as Shanghai's date and time of day."""
    return value.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M") if value else ""


def size(count: int) -> str:
    """Return a number of bytes as people read it."""
    return f"{count / 1_048_576:.1f} MB" if count >= 1_048_576 else f"{max(1, count // 1024)} KB"


def named(thing: Any) -> str:
    """Return the name of a catalogue entry ({name, name_en}) in the reader's language."""
    return thing["name_en"] if tongue() == "en" and thing.get("name_en") else thing["name"]


def as_json(value: Any) -> str:
    """Return a value as JSON, its characters as they are."""
    return json.dumps(value, ensure_ascii=False)


FILTERS = {"json": as_json, "w": words, "day": day, "moment": moment, "size": size, "named": named}
