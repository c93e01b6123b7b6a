"""The API document: what APIFlask leaves out of it, and a page that shows it from our own files."""

from __future__ import annotations

from typing import Any

from apiflask import APIFlask
from flask import Response, render_template

from api.authentication import SCHEME
from api.changes import HEADER
from api.fields import FIELD_NAME
from api.headers import POLICY
from api.problems import MEDIA_TYPE, TITLES

SPEC = "/api/openapi.json"
DOCS = "/api/docs"
ABOUT = """\
Online approval and electronic supervision (联办). Texts are Chinese, or English with
`Accept-Language: en`. Times are ISO 8601 in UTC, days are dates in Asia/Shanghai. The addresses
below stand under `/api/v1`.

**An application, from filing to delivery**

1. `POST /accounts`, then `POST /login`; send the token as `Authorization: Bearer <token>`.
2. `GET /items`, `GET /items/{code}`: fill in `application_form.schema`.
3. `POST /cases` with it; `POST /cases/{number}/materials` for each material;
   `POST /cases/{number}/submission`.
4. Staff: `GET /tasks`, `GET /tasks/{id}` with `form.schema` and `form.prefill`,
   `POST /tasks/{id}/complete` with the `version` that was read. And so on until the case is closed.
5. Where the case file says `supplementing`: read `supplements`, upload what is missing, and send
   the form of the open task to `POST /cases/{number}/supplement`.
6. `GET /cases/{number}` says under `next` what happens next; notices are under `/notices/{id}/pdf`.

**Rules for every call.** Errors are problem documents (RFC 9457) with `fields` for faulty fields.
An `Idempotency-Key` makes a repeated POST harmless: the first answer comes again, marked
`Idempotency-Replayed: true`. Lists are paged: give `next` as `cursor`.
"""
PARAMETERS = {
    "outbox_id": ("Number of the message.", 7),
    "code": ("Code of the item.", "11419900004177049W4410131002000"),
    "number": ("Number of the case.", "419900-20261122-0001-8"),
    "material_id": ("Number of the uploaded file.", 3),
    "notice_id": ("Number of the notice.", 5),
    "task_id": ("Number of the task.", 31),
    "key": ("Key of the procedure.", "single-item"),
}
VERSION = ("Number of the version.", 1)
IDEMPOTENT = {
    "in": "header",
    "name": HEADER,
    "required": False,
    "description": "A key of your own for this very request; a repetition gets the first answer.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"},
}
# These POSTs change nothing that a repetition could double.
NOT_KEPT = {"/login", "/logout", "/demo/clock"}
REFERENCE = {"$ref": "#/components/schemas/Value"}
# What a value of a form may be, whatever the form; the parser of bodies refuses NUL.
VALUE = {
    "description": "A value of a form.",
    "anyOf": [
        {"type": ["number", "boolean", "null"]},
        {"type": "string", "pattern": r"^[^\u0000]*$"},
        {"type": "array", "items": REFERENCE},
        {
            "type": "object",
            "propertyNames": {"pattern": FIELD_NAME},
            "additionalProperties": REFERENCE,
        },
    ],
}
FILLED = {
    "propertyNames": {"pattern": FIELD_NAME},
    "additionalProperties": REFERENCE,
}
ONE_OF_BOTH = {"minProperties": 1, "maxProperties": 1}  # `to` or `advance`
# The properties, by schema, that hold a filled-in form.
FORMS = {"NewCase": "application", "Filled": "data"}
PROBLEM = {
    "type": "object",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string", "description": "For machines.", "example": "/problems/form"},
        "title": {"type": "string", "example": "内容不符合要求"},
        "status": {"type": "integer", "example": 422},
        "detail": {"type": "string", "example": "表单“申请”有 1 处需要修改。"},
        "fields": {
            "type": "array",
            "description": "The faulty fields, each by its JSON pointer.",
            "items": {
                "type": "object",
                "required": ["path", "message"],
                "properties": {
                    "path": {"type": "string", "example": "/applicant/id_number"},
                    "message": {"type": "string"},
                },
            },
        },
        "facts": {
            "type": "object",
            "description": "More about this refusal, such as the present state of a stale task.",
        },
        "findings": {
            "type": "array",
            "description": "What the gate found in procedure files.",
            "items": {"$ref": "#/components/schemas/Finding"},
        },
    },
}  # fmt: skip


def register(app: APIFlask, base: str, guarded: set[str]) -> None:
    """Complete the document and serve the page; `guarded` are the tags that need a token."""
    app.config["SECURITY_SCHEMES"] = {
        SCHEME: {"type": "http", "scheme": "bearer", "description": "Of `POST /login`."}
    }

    @app.spec_processor
    def complete(spec: dict[str, Any]) -> dict[str, Any]:
        schemas = spec["components"]["schemas"]
        schemas |= {"Problem": PROBLEM, "Value": VALUE}
        for name, form in FORMS.items():
            schemas[name]["properties"][form] |= FILLED
        schemas["Skip"]["properties"]["result"] |= {"additionalProperties": REFERENCE}
        schemas["Correction"]["properties"]["value"]["allOf"] = [REFERENCE]
        if "Move" in schemas:
            schemas["Move"] |= ONE_OF_BOTH
        for path, operations in spec["paths"].items():
            for method, operation in operations.items():
                _complete(operation, path.removeprefix(base), method, guarded)
        return spec

    @app.get(DOCS)
    @app.doc(hide=True)
    def docs() -> Response:
        page = Response(render_template("docs.html", spec=SPEC))
        # The viewer draws its icons from data addresses.
        page.headers["Content-Security-Policy"] = f"{POLICY}; img-src 'self' data:"
        return page


def _complete(operation: dict[str, Any], path: str, method: str, guarded: set[str]) -> None:
    secured = operation["tags"][0] in guarded
    if secured:
        operation["security"] = [{SCHEME: []}]
    for parameter in operation["parameters"]:
        if parameter["in"] == "path":
            _describe(parameter, path)
    body = operation.get("requestBody")
    if body:
        body["required"] = True
    if method == "post" and path not in NOT_KEPT:
        operation["parameters"].append(IDEMPOTENT)
    for status in _statuses(operation, path, method, secured):
        operation["responses"].setdefault(str(status), _problem(status))


def _describe(parameter: dict[str, Any], path: str) -> None:
    is_version = parameter["name"] == "number" and path.startswith("/procedures")
    description, example = VERSION if is_version else PARAMETERS[parameter["name"]]
    parameter |= {"description": description, "example": example}
    if parameter["schema"]["type"] == "integer":
        parameter["schema"] |= {"minimum": 1, "maximum": 10**18 - 1}


def _statuses(operation: dict[str, Any], path: str, method: str, secured: bool) -> list[int]:
    statuses = [500, 503]
    queried = any(each["in"] in ("query", "header") for each in operation["parameters"])
    if secured or path == "/login":
        statuses.append(401)
    if secured:
        statuses.append(403)
    paged = any(each["name"] == "cursor" for each in operation["parameters"])
    if "{" in path or paged or path == "/cases" and method == "post":
        statuses.append(404)
    if method in ("post", "delete") and path not in ("/login", "/logout"):
        statuses.append(409)
    if "requestBody" in operation:
        statuses += [400, 413, 415, 422]
    elif queried:
        statuses.append(422)
    return statuses


def _problem(status: int) -> dict[str, Any]:
    schema = {"$ref": "#/components/schemas/Problem"}
    return {"description": TITLES[status].en, "content": {MEDIA_TYPE: {"schema": schema}}}
