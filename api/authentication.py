"""Who asks: a bearer token, checked in a reading of its own that ends before any writing."""

from __future__ import annotations

from flask import g, request

from api.context import session_time
from engine.errors import Unauthenticated
from engine.store.people import actor_for_token
from engine.transaction import reading

SCHEME = "token"
TOKEN_HOURS = 12


def authenticate() -> None:
    """Put the actor of the request's token into the context. Raises `Unauthenticated`."""
    token = bearer_token()
    moment = session_time()
    with reading() as session:
        g.actor = actor_for_token(session, token, moment)
    if g.actor is None:
        raise Unauthenticated(
            "登录已失效，请重新登录。", "The token is unknown or over; sign in again."
        )


def bearer_token() -> str:
    """Return the token of the request. Raises `Unauthenticated` where there is none."""
    given = request.authorization
    if given is None or given.type != "bearer" or not given.token:
        raise Unauthenticated(
            "请先登录，并在 Authorization 头中带上“Bearer 令牌”。",
            "Sign in first and send the token in the Authorization header: Bearer <token>.",
        )
    return given.token
