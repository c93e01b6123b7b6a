"""The test ground: every test that asks for `database` runs on SQLite and on PostgreSQL."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask

from engine.config import CHECKOUT, Config
from engine.store.database import db, prepare
from engine.store.keys import Keys, open_keys
from tests.databases import PostgresqlGround, SqliteGround, make_config, postgresql_folder

KINDS = ("sqlite", "postgresql")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--database", choices=[*KINDS, "both"], default="both")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "database" in metafunc.fixturenames:
        chosen = metafunc.config.getoption("database")
        kinds = KINDS if chosen == "both" else (chosen,)
        metafunc.parametrize("database", kinds, indirect=True)


@pytest.fixture(scope="session")
def sqlite_ground(tmp_path_factory: pytest.TempPathFactory) -> SqliteGround:
    return SqliteGround(tmp_path_factory.mktemp("sqlite"))


@pytest.fixture(scope="session")
def postgresql_ground() -> Iterator[PostgresqlGround]:
    """One server a test process: workers of xdist share nothing."""
    folder = postgresql_folder()
    reason = ""
    try:
        ground = PostgresqlGround(folder)
        yield ground
        ground.stop()
    except Exception as error:
        reason = f"PostgreSQL could not start or stop: {error}"
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    if reason:
        pytest.fail(reason, pytrace=False)  # out here: one line, without what led to it


@pytest.fixture
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a new, migrated database."""
    ground = request.getfixturevalue(f"{request.param}_ground")
    with ground.database(tmp_path) as url:
        yield url


@pytest.fixture
def config(database: str, tmp_path: Path) -> Config:
    return make_config(tmp_path / "var", database)


@pytest.fixture
def app(config: Config) -> Iterator[Flask]:
    """An app with the store prepared, its context pushed."""
    app = Flask("lianban.test")
    prepare(app, config)
    with app.app_context():
        yield app
        db.engine.dispose()


@pytest.fixture
def keys(tmp_path: Path) -> Keys:
    return open_keys(tmp_path / "keys")


@pytest.fixture
def now() -> datetime:
    """A Monday morning in Shanghai."""
    return datetime(2026, 11, 23, 1, 30, tzinfo=UTC)


@pytest.fixture(scope="session")
def calendar():  # noqa: ANN201
    """The calendar of the city, from `processes/calendar`."""
    from engine.catalogue.calendars import load_calendar

    return load_calendar(CHECKOUT / "processes" / "calendar")
