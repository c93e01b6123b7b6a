"""Headers of every answer. No HSTS: many offices still serve their intranet over plain HTTP."""

from __future__ import annotations

from flask import Flask, Response, request

from api.context import language

POLICY = "; ".join(
    (
        "default-src 'self'",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
SECURITY = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


# For what strangers wrote: nothing in it runs or loads, even where a browser shows it.
STRANGE = "default-src 'none'; sandbox"


def strange(response: Response) -> Response:
    """Mark an answer as somebody's file: never a page of ours."""
    response.headers["Content-Security-Policy"] = STRANGE
    return response


def register(app: Flask) -> None:
    """Set the headers; a view that has set a policy of its own keeps that."""

    @app.after_request
    def set_headers(response: Response) -> Response:
        for name, value in SECURITY.items():
            response.headers.setdefault(name, value)
        if request.endpoint != "static":
            # Most answers hold somebody's data: none is to be kept by a browser or a proxy.
            response.headers["Cache-Control"] = "no-store"
            response.headers.setdefault("Content-Language", language())
            response.vary.add("Accept-Language")
        return response
