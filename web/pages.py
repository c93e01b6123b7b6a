"""The pages as a whole: `register(app)` puts them beside the API, with errors in words."""

from __future__ import annotations

import hashlib
import hmac
import logging
import secrets

from flask import Flask, Response, g, redirect, request, url_for
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException, NotFound
from werkzeug.wrappers import Response as Answer

from api.context import installation
from api.problems import problem
from engine.errors import LianbanError, Unauthenticated, Words
from engine.errors import NotFound as NothingHere
from engine.logs import frames
from web import (  # noqa: F401  each adds its routes to the blueprint
    applicant,
    application,
    case,
    demo,
    materials,
    portal,
    procedures,
    repairs,
    session,
    task,
    worklist,
)
from web.blueprint import pages
from web.render import FILTERS, page

log = logging.getLogger("lianban.web")

HTTP_WORDS = {
    404: Words("没有这个页面，请核对地址。", "There is no such page; check the address."),
    405: Words("这个地址不能这样使用。", "This address can't be used that way."),
    413: Words("上传的内容过大，请压缩后再试。", "What you sent is too large; make it smaller."),
}
NOTHING = Words("没有这个地址，请核对。", "There is nothing at this address; check it.")


def register(app: Flask) -> None:
    """Add the pages to `app`, whose installation and API are in place."""
    keys = installation_keys(app)
    app.config.setdefault("SECRET_KEY", None)
    if app.config["SECRET_KEY"] is None:
        # Derived, so that every process of an installation reads the others' forms.
        app.config["SECRET_KEY"] = hmac.digest(keys, b"pages: form tokens", hashlib.sha256)
    app.config.update(
        SESSION_COOKIE_NAME="lianban_page",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        WTF_CSRF_TIME_LIMIT=None,  # a long form may take an afternoon
    )
    app.jinja_env.filters.update(FILTERS)
    app.register_blueprint(pages)
    app.register_error_handler(NotFound, _nothing_here)


def installation_keys(app: Flask) -> bytes:
    with app.app_context():
        return installation().resources.keys.query


@pages.errorhandler(LianbanError)
def refused(error: LianbanError) -> tuple[str, int] | Answer:
    """Say a refusal in words; who is not signed in is led to the sign-in and back."""
    if isinstance(error, Unauthenticated) and request.method == "GET":
        return redirect(url_for("pages.login", next=request.full_path.rstrip("?")))
    return _error_page(error.status, error.message, error)


@pages.errorhandler(HTTPException)
def http_refused(error: HTTPException) -> tuple[str, int]:
    status = error.code or 500
    fallback = Words("请求未被接受。", f"{error.name}.")
    return _error_page(status, HTTP_WORDS.get(status, fallback))


@pages.errorhandler(OperationalError)
@pages.errorhandler(PoolTimeout)
def busy(error: Exception) -> tuple[str, int]:
    log.warning("database busy", extra={"error": type(error).__name__})
    return _error_page(503, Words("系统繁忙，请稍后再试。", "The system is busy; try again soon."))


@pages.errorhandler(Exception)
def broken(error: Exception) -> tuple[str, int]:
    """Log where it failed, without the message, which may hold personal data."""
    g.reference = secrets.token_hex(6)
    facts = {"reference": g.reference, "error": type(error).__name__, "frames": frames(error)}
    log.error("page failed", extra=facts)
    words = Words(
        f"系统出错，请稍后再试。如仍出错，请把编号 {g.reference} 告诉管理员。",
        f"Something failed. Try again; if it stays, tell an administrator {g.reference}.",
    )
    return _error_page(500, words)


def _nothing_here(error: NotFound) -> Response | tuple[str, int]:
    """Answer an address that leads nowhere: below /api with a problem, elsewhere with a page."""
    if request.path.startswith("/api/"):
        return problem(NothingHere(NOTHING.zh, NOTHING.en))
    session.identify()
    return http_refused(error)


def _error_page(status: int, words: Words, error: LianbanError | None = None) -> tuple[str, int]:
    return page("error.html", status=status, words=words, error=error), status
