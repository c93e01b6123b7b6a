"""What a request stands on: the installation, the present, the reader's language, who acts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from flask import current_app, g, has_request_context, request

from engine.config import LANGUAGES, Config
from engine.domain.actor import Actor
from engine.resources import Resources

EXTENSION = "lianban"


@dataclass(frozen=True)
class Installation:
    """Loaded once a process. `clock` returns the present as aware UTC.

    `session_clock` is what sign-ins last by: moving the demonstration's clock ends none.
    """

    config: Config
    resources: Resources
    clock: Callable[[], datetime]
    session_clock: Callable[[], datetime]


def installation() -> Installation:
    return current_app.extensions[EXTENSION]


def config() -> Config:
    return installation().config


def resources() -> Resources:
    return installation().resources


def now() -> datetime:
    """Return the moment of this request: one for all that it does.

    The demonstration's clock is read from the database, so call this before a transaction opens.
    """
    if "now" not in g:
        g.now = installation().clock()
    return g.now


def session_time() -> datetime:
    """Return the moment by which sign-ins, tokens and locks last, as aware UTC."""
    return installation().session_clock()


def actor() -> Actor:
    """Return who is signed in; only behind `authentication.authenticate`."""
    return g.actor


def language() -> str:
    """Return "zh" or "en", by Accept-Language, else the installation's language."""
    default = config().language
    if not has_request_context():
        return default
    return request.accept_languages.best_match(LANGUAGES, default)
