"""The API document is complete, and what is answered is what it says."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from tests.api.city import City, ok
from tests.api.test_journey import accept, deliver, review

COMPONENTS = "#/components/schemas/"


@pytest.fixture(scope="module")
def document(town: City) -> dict[str, Any]:
    return ok(town.app.test_client().get("/api/openapi.json"))


def operations(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield f"{method.upper()} {path}", operation


def schema_of(document: dict[str, Any], name: str, status: str = "200") -> dict[str, Any]:
    """Return the schema of an answer, its references resolvable."""
    operation = dict(operations(document))[name]
    (content,) = operation["responses"][status]["content"].values()
    return content["schema"] | {"components": document["components"]}


def test_every_operation_is_described(document: dict[str, Any]) -> None:
    assert document["openapi"].startswith("3.1") and document["info"]["description"]
    names = [operation["operationId"] for _, operation in operations(document)]
    assert len(names) == len(set(names)) > 30
    for name, operation in operations(document):
        assert operation["summary"] and operation["description"], name
        for parameter in operation["parameters"]:
            assert parameter["description"] and parameter["schema"], (name, parameter)
        body = operation.get("requestBody")
        assert body is None or body["required"] is True and body["content"], name


def test_every_operation_says_how_it_is_refused(document: dict[str, Any]) -> None:
    problem = {"application/problem+json": {"schema": {"$ref": f"{COMPONENTS}Problem"}}}
    for name, operation in operations(document):
        statuses = operation["responses"].keys()
        assert any(status.startswith("2") for status in statuses), name
        assert "500" in statuses, name
        for status, response in operation["responses"].items():
            if status[0] in "45" and name != "GET /readyz":
                assert response["content"] == problem, (name, status)
        if operation.get("security"):
            assert "401" in statuses, name
        if "requestBody" in operation:
            assert {"400", "413", "415", "422"} <= statuses, name


def test_only_what_is_open_needs_no_token(document: dict[str, Any]) -> None:
    opened = {name for name, operation in operations(document) if not operation.get("security")}
    assert opened == {
        "POST /api/v1/accounts",
        "POST /api/v1/login",
        "GET /api/v1/items",
        "GET /api/v1/items/{code}",
        "GET /api/v1/progress/{number}",
        "GET /healthz",
        "GET /readyz",
    }


def test_every_open_address_and_no_other_works_without_a_token(
    town: City, document: dict[str, Any]
) -> None:
    client = town.app.test_client()
    for name, operation in operations(document):
        method, path = name.split(" ")
        path = re.sub(r"\{\w+\}", "1", path)
        status = client.open(path, method=method).status_code
        assert (status == 401) is bool(operation.get("security")), name


def test_every_field_has_a_description(document: dict[str, Any]) -> None:
    nameless = {"HTTPError", "Problem"}  # the framework's, and the one of RFC 9457
    for name, schema in document["components"]["schemas"].items():
        Draft202012Validator.check_schema(schema)
        for field, about in schema.get("properties", {}).items():
            assert name in nameless or about.get("description"), (name, field)


def test_every_changing_post_takes_an_idempotency_key(document: dict[str, Any]) -> None:
    for name, operation in operations(document):
        keyed = "Idempotency-Key" in [each["name"] for each in operation["parameters"]]
        kept = name.startswith("POST") and not name.endswith(("/login", "/logout", "/demo/clock"))
        assert keyed is kept, name


def test_the_answers_of_a_journey_are_what_the_document_says(
    town: City, document: dict[str, Any]
) -> None:
    number = town.as_("applicant").file_case()
    accept(town, number)
    review(town, number)
    town.as_("leader").complete(number, outcome="approve")
    clerk = town.as_("clerk")
    task = clerk.task(number)["id"]
    notice = ok(clerk.get(f"/cases/{number}/notices"))["rows"][0]["id"]
    code = ok(clerk.get(f"/cases/{number}"))["query_code"]
    answers = {
        "/items": "/items",
        "/items/{code}": "/items/11419900004177049W4410131002000",
        "/me": "/me",
        "/messages": "/messages",
        "/cases": "/cases",
        "/cases/{number}": f"/cases/{number}",
        "/cases/{number}/materials": f"/cases/{number}/materials",
        "/cases/{number}/clock": f"/cases/{number}/clock",
        "/cases/{number}/timeline": f"/cases/{number}/timeline",
        "/cases/{number}/notices": f"/cases/{number}/notices",
        "/progress/{number}": f"/progress/{number}?code={code}",
        "/notices/{notice_id}": f"/notices/{notice}",
        "/tasks": "/tasks",
        "/tasks/{task_id}": f"/tasks/{task}",
        "/procedures": "/procedures",
        "/procedures/{key}/versions/{number}": "/procedures/single-item/versions/1",
    }
    for login in ("clerk", "applicant"):
        for path, address in answers.items():
            response = town.as_(login).get(address)
            if response.status_code == 200:
                validate(document, f"GET /api/v1{path}", response.get_json())
    deliver(town, number)
    file = ok(town.as_("applicant").get(f"/cases/{number}"))
    validate(document, "GET /api/v1/cases/{number}", file)


def validate(document: dict[str, Any], name: str, answer: Any) -> None:
    schema = closed(schema_of(document, name))
    errors = list(Draft202012Validator(schema).iter_errors(answer))
    assert errors == [], (name, [(list(error.path), error.message) for error in errors])


def closed(schema: dict[str, Any]) -> dict[str, Any]:
    """Return the schema with every described object complete: no field less, none more."""
    components = {}
    for name, part in schema["components"]["schemas"].items():
        if part.get("properties") and name != "Problem":
            bases = {"additionalProperties": False, "required": sorted(part["properties"])}
            part = part | bases
        components[name] = part
    return schema | {"components": {"schemas": components}}
