"""The same small city that the API's tests call on, read through its pages."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from api.app import create_app
from engine.store.database import db
from tests.api.city import City, Clock, found
from tests.databases import SqliteGround, make_config


@pytest.fixture
def city(sqlite_ground: SqliteGround, tmp_path: Path, now: datetime) -> Iterator[City]:
    """A city on a Monday morning. One database is enough: pages know nothing of it."""
    clock = Clock(now)
    with sqlite_ground.database(tmp_path) as url:
        city = City(create_app(make_config(tmp_path / "var", url), clock=clock), clock)
        found(city, now)
        yield city
        with city.app.app_context():
            db.engine.dispose()
