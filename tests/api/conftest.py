"""The city that the tests of the API call on, on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from api.app import create_app
from engine.config import Config
from engine.store.database import db
from tests.api.city import City, Clock, found
from tests.databases import SqliteGround, make_config

MORNING = datetime(2026, 11, 23, 1, 30, tzinfo=UTC)


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory, sqlite_ground: SqliteGround) -> Iterator[City]:
    """One city on SQLite for a whole file of tests that leave it as it is, or don't mind."""
    folder = tmp_path_factory.mktemp("town")
    with sqlite_ground.database(folder) as url:
        clock = Clock(MORNING)
        city = City(create_app(make_config(folder / "var", url), clock=clock), clock)
        found(city, MORNING)
        yield city
        with city.app.app_context():
            db.engine.dispose()


@pytest.fixture
def city(config: Config, now: datetime) -> Iterator[City]:
    """A city on a Monday morning; its clock stands still unless a test moves it."""
    clock = Clock(now)
    city = City(create_app(config, clock=clock), clock)
    found(city, now)
    yield city
    with city.app.app_context():
        db.engine.dispose()
