"""Signing in and out in a browser: the API's token in a cookie that scripts can't read."""

from __future__ import annotations

from urllib.parse import urlsplit

import flask
from flask import Response, flash, g, redirect, request, url_for
from flask_wtf.csrf import validate_csrf
from werkzeug.wrappers import Response as Answer
from wtforms.validators import ValidationError

from api.authentication import TOKEN_HOURS
from api.bodies import storable
from api.context import config, now, resources, session_time
from engine.commands import accounts
from engine.config import LANGUAGES
from engine.domain.actor import Actor
from engine.errors import Conflict, Forbidden, Invalid, LianbanError, Unauthenticated
from engine.store.accounts import (
    find_login,
    hash_password,
    issue_token,
    login_refused,
    password_matches,
    record_login,
    revoke,
)
from engine.store.people import actor_for_token, actor_of
from engine.transaction import reading, writing
from web.blueprint import pages
from web.render import page, tongue, translated

COOKIE, LANGUAGE = "lianban_session", "lianban_language"
YEAR = 365 * 24 * 3600


@pages.before_request
def identify() -> None:
    """Put language and actor (None: nobody) into the context; a dead token is nobody."""
    chosen = request.cookies.get(LANGUAGE)
    g.language = chosen if chosen in LANGUAGES else None
    token, moment = request.cookies.get(COOKIE), session_time()
    g.actor = None
    if token:
        with reading() as session:
            g.actor = actor_for_token(session, token, moment)


@pages.before_request
def check_posted_texts() -> None:
    """Refuse what no column can hold, as the API's reader of bodies does."""
    for name, value in request.form.items(multi=True):
        if not storable(name + value):
            raise LianbanError(
                "填写的内容含有无效字符，请删除。",
                "What was sent holds an invalid character; remove it.",
                code="malformed",
            )


@pages.before_request
def check_form_token() -> None:
    """Refuse a post that does not come from a page of ours (CSRF)."""
    if request.method != "POST":
        return
    try:
        validate_csrf(request.form.get("csrf_token"))
    except ValidationError:
        raise LianbanError(
            "页面已过期或来源不明，请返回上一页，刷新后重新提交。",
            "This page is out of date: go back, reload it and send it again.",
            code="form-token",
        ) from None


@pages.after_request
def say_language(response: Response) -> Response:
    response.headers["Content-Language"] = tongue()
    return response


def signed_in() -> Actor:
    """Return who is signed in. Raises `Unauthenticated`."""
    if g.actor is None:
        raise Unauthenticated("请先登录。", "Sign in first.")
    return g.actor


def staff() -> Actor:
    """Return the member of staff who is signed in. Raises `Unauthenticated`, `Forbidden`."""
    actor = signed_in()
    if not actor.is_staff:
        raise Forbidden("该页面供工作人员使用。", "This page is for members of staff.")
    return actor


def local(target: str | None, default: str) -> str:
    """Return an address of ours to go on to; anything that leads elsewhere becomes `default`."""
    if not target or not target.startswith("/") or target[1:2] in ("/", "\\"):
        return default
    parts = urlsplit(target)
    safe = not parts.scheme and not parts.netloc and target.isprintable() and "\\" not in target
    return target if safe else default


@pages.route("/login", methods=["GET", "POST"])
def login() -> str | tuple[str, int] | Answer:
    target = local(request.values.get("next"), "")
    if request.method == "GET":
        return page("login.html", target=target, login="", error=None)
    name, password = request.form.get("login", "").strip(), request.form.get("password", "")
    actor, token = _attempt(name, password)
    if token is None:
        return page("login.html", target=target, login=name, error=login_refused().message), 401
    home = url_for("pages.worklist" if actor and actor.is_staff else "pages.my_cases")
    return _with_token(redirect(local(target, home), 303), token)


def _attempt(name: str, password: str) -> tuple[Actor | None, str | None]:
    """Sign in; the slow hash runs in no transaction. A failure is committed too: it counts."""
    moment = session_time()
    with reading() as session:
        attempt = find_login(session, name)
    matches = password_matches(attempt, password, config().password_cost)
    with writing() as session:
        account = record_login(session, attempt, matches, moment)
        token = account and issue_token(session, account, moment, TOKEN_HOURS)
        actor = account and actor_of(session, account.id)
    return actor, token


def _with_token(response: Answer, token: str) -> Answer:
    flask.session.clear()  # a new session, a new form token
    response.set_cookie(
        COOKIE,
        token,
        max_age=TOKEN_HOURS * 3600,
        httponly=True,
        samesite="Lax",
        secure=request.is_secure,
    )
    return response


@pages.post("/logout")
def logout() -> Answer:
    token = request.cookies.get(COOKIE)
    if token:
        with writing() as session:
            revoke(session, token)
    flask.session.clear()
    response = redirect(url_for("pages.home"), 303)
    response.delete_cookie(COOKIE)
    return response


@pages.route("/register", methods=["GET", "POST"])
def register_account() -> str | tuple[str, int] | Answer:
    target = local(request.values.get("next"), "")
    known = {name: request.form.get(name, "").strip() for name in ("login", "name", "phone")}
    if request.method == "GET":
        return page("register.html", target=target, known=known, errors=())
    password = request.form.get("password", "")
    try:
        token = _registered(known, password)
    except (Invalid, Conflict) as refused:
        errors = refused.fields
        return page("register.html", target=target, known=known, errors=errors), refused.status
    flash(translated("注册成功，您已登录。"), "good")
    return _with_token(redirect(local(target, url_for("pages.my_cases")), 303), token)


def _registered(known: dict[str, str], password: str) -> str:
    accounts.check_registration(known["login"], password, known["name"], known["phone"])
    password_hash = hash_password(password, config().password_cost)
    moment = now()
    with writing() as session:
        account = accounts.register(
            session, resources(), password_hash=password_hash, now=moment, **known
        )
        return issue_token(session, account, session_time(), TOKEN_HOURS)


@pages.get("/language/<code>")
def choose_language(code: str) -> Answer:
    response = redirect(local(request.args.get("next"), url_for("pages.home")))
    if code in LANGUAGES:
        response.set_cookie(LANGUAGE, code, max_age=YEAR, httponly=True, samesite="Lax")
    return response
