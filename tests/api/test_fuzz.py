"""Random requests after the API document: none is answered with a 500 or with a surprise."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from api.app import create_app
from engine.store.database import db
from tests.api.city import City, Clock, found
from tests.databases import SqliteGround, make_config

MORNING = datetime(2026, 11, 23, 1, 30, tzinfo=UTC)
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


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory, sqlite_ground: SqliteGround) -> Iterator[City]:
    """One city for all requests, as they are many."""
    folder: Path = tmp_path_factory.mktemp("fuzz")
    with sqlite_ground.database(folder) as url:
        clock = Clock(MORNING)
        city = City(create_app(make_config(folder / "var", url), clock=clock), clock)
        found(city, MORNING)
        city.as_("applicant").file_case()
        yield city
        with city.app.app_context():
            db.engine.dispose()


def test_random_requests_are_answered_as_documented(town: City) -> None:
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
