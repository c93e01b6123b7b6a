"""The city that the tests of the API call on, on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import pytest

from api.app import create_app
from engine.config import Config
from engine.store.database import db
from tests.api.city import City, Clock, found


@pytest.fixture
def city(config: Config, now: datetime) -> Iterator[City]:
    """A city on a Monday morning; its clock stands still unless a test moves it."""
    clock = Clock(now)
    city = City(create_app(config, clock=clock), clock)
    found(city, now)
    yield city
    with city.app.app_context():
        db.engine.dispose()
