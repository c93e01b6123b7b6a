"""A log line a request, without personal data: routes instead of addresses, no bodies."""

from __future__ import annotations

import logging
import time

from flask import Flask, Response, g, request

log = logging.getLogger("lianban.api")


def register(app: Flask) -> None:
    """Log each request of `app` but for the health probes."""

    @app.before_request
    def start() -> None:
        g.started = time.perf_counter()

    @app.after_request
    def write(response: Response) -> Response:
        rule = request.url_rule.rule if request.url_rule else None
        if rule not in ("/healthz", "/readyz"):
            log.info("request", extra=_facts(rule, response))
        return response


def _facts(rule: str | None, response: Response) -> dict[str, object]:
    actor = g.get("actor")
    facts = {
        "method": request.method,
        "route": rule,
        "status": response.status_code,
        "ms": round((time.perf_counter() - g.started) * 1000, 1),
        "actor": actor.name if actor else None,
        "reference": g.get("reference"),
    }
    return {name: value for name, value in facts.items() if value is not None}
