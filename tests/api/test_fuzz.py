"""Random requests after the API document: none is answered with a 500 or with a surprise."""

from __future__ import annotations

import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.api.city import City

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]


EFFORT = settings(
    max_examples=8,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)


def test_random_requests_are_answered_as_documented(town: City) -> None:
    town.as_("applicant").file_case()
    document = schemathesis.openapi.from_wsgi("/api/openapi.json", town.app)
    headers = {"Authorization": f"Bearer {town.tokens['clerk']}"}
    tried = 0
    for found_operation in document.get_all_operations():
        operation = found_operation.ok()
        if "demo" in operation.path:  # would move the clock on which the tokens stand
            continue

        @settings(EFFORT)
        @given(case=operation.as_strategy())
        def answer(case: schemathesis.Case) -> None:
            case.call_and_validate(headers=headers, checks=CHECKS)

        answer()
        tried += 1
    assert tried > 30
