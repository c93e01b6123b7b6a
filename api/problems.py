"""Every refusal as a problem document (RFC 9457), in the reader's language."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Mapping
from typing import Any

from apiflask import APIFlask, HTTPError
from flask import Response, g, json
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from api.context import language
from api.validation_words import field_errors
from engine.errors import Invalid, LianbanError, Words
from engine.logs import frames

log = logging.getLogger("lianban.api")

MEDIA_TYPE = "application/problem+json"
TITLES = {
    400: Words("请求有误", "Bad request"),
    401: Words("未登录", "Not signed in"),
    403: Words("没有权限", "Forbidden"),
    404: Words("不存在", "Not found"),
    405: Words("不支持的方法", "Method not allowed"),
    409: Words("与当前状态冲突", "Conflict with the present state"),
    413: Words("内容过大", "Too large"),
    415: Words("不支持的内容类型", "Unsupported media type"),
    422: Words("内容不符合要求", "Invalid content"),
    429: Words("请求过于频繁", "Too many requests"),
    500: Words("系统出错", "Internal error"),
    503: Words("系统繁忙", "Busy"),
}
DETAILS = {
    404: Words("没有这个地址，请核对。", "There is nothing at this address; check it."),
    405: Words("该地址不支持这种方法，见 Allow 头。", "Use a method of the Allow header."),
    413: Words("请求体超过了上限。", "The body exceeds the limit; send less."),
}


class Broken(LianbanError):
    """Something failed that nobody foresaw; `facts["reference"]` is in the log."""

    status = 500
    code = "internal"


class Busy(LianbanError):
    """The database was not to be had in time."""

    status = 503
    code = "busy"


def register(app: APIFlask) -> None:
    """Answer every exception of `app` with a problem document.

    A blueprint of pages may register handlers of its own, which come first for its addresses.
    """
    app.register_error_handler(LianbanError, problem)
    app.register_error_handler(OperationalError, _busy)
    app.register_error_handler(PoolTimeout, _busy)
    app.register_error_handler(Exception, _broken)
    app.error_processor(_http_problem)


def problem(error: LianbanError, headers: Mapping[str, str] | None = None) -> Response:
    """Return the problem document of a refusal."""
    tongue = language()
    title = TITLES.get(error.status, TITLES[400 if error.status < 500 else 500])
    body: dict[str, Any] = {
        "type": f"/problems/{error.code}",
        "title": title.in_language(tongue),
        "status": error.status,
        "detail": error.message.in_language(tongue),
    }
    if error.fields:
        body["fields"] = [
            {"path": field.path, "message": field.message.in_language(tongue)}
            for field in error.fields
        ]
    facts = dict(error.facts)
    if findings := facts.pop("findings", None):
        body["findings"] = [each.as_dict(tongue) for each in findings]
    if facts:
        body["facts"] = facts
    response = Response(json.dumps(body), error.status, mimetype=MEDIA_TYPE)
    response.headers.update(headers or {})
    if error.status == 401:
        response.headers["WWW-Authenticate"] = "Bearer"
    return response


def _http_problem(error: HTTPError) -> Response:
    """Turn the framework's own refusals into ours."""
    if error.status_code == 422 and error.detail:
        (location, messages), *_ = error.detail.items()
        fields = field_errors(messages)
        where = Words("请求参数", "parameter") if location == "query" else Words("字段", "field")
        return problem(
            Invalid(
                f"有 {len(fields)} 处{where.zh}需要修改。",
                f"{len(fields)} {where.en}(s) must be mended.",
                fields=fields,
            )
        )
    fallback = Words(f"请求未被接受（{error.message}）。", f"{error.message}.")
    words = DETAILS.get(error.status_code, fallback)
    refusal = LianbanError(words.zh, words.en, code=_code(error.message))
    refusal.status = error.status_code
    return problem(refusal, error.headers)


def _code(name: str) -> str:
    return name.lower().replace(" ", "-")


def _busy(error: Exception) -> Response:
    """A lock or a connection was not free in time: nothing was changed, a repeat is welcome."""
    log.warning("database busy", extra={"error": type(error).__name__})
    busy = Busy("系统繁忙，请稍后重试。", "The system is busy; try again in a moment.")
    return problem(busy, {"Retry-After": "2"})


def _broken(error: Exception) -> Response:
    g.reference = secrets.token_hex(6)
    # The frames without the message: what failed may have held personal data.
    log.error(
        "request failed",
        extra={
            "reference": g.reference,
            "error": type(error).__name__,
            "frames": frames(error),
        },
    )
    broken = Broken(
        f"系统出错，请稍后重试；如仍出错，请将编号 {g.reference} 告知管理员。",
        f"Something failed. Try again; if it stays, tell an administrator {g.reference}.",
        reference=g.reference,
    )
    return problem(broken)
