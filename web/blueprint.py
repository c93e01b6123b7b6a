"""The blueprint of all pages; the modules beside it add their routes to it."""

from __future__ import annotations

from apiflask import APIBlueprint
from flask import request

# Pages are no part of the API document.
pages = APIBlueprint("pages", __name__, template_folder="templates", enable_openapi=False)

# Endpoints that take files, and how many bytes; what else is posted is small.
LARGE: dict[str, int] = {}
SLACK = 64 * 1024  # the other fields and the parts' headers around a file


@pages.before_request
def admit_files() -> None:
    """Let the body of an upload be as large as its files may be; first, before it is read."""
    if request.endpoint in LARGE:
        request.max_content_length = LARGE[request.endpoint] + SLACK
