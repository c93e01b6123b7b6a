"""The city of `tests.cases`, on both databases; its journal must hold after every scenario."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from flask import Flask

from engine.bpmn.versions import Versions
from engine.config import CHECKOUT
from engine.resources import Resources, load_resources
from engine.store.audit import verify_all
from engine.store.blocks import seal
from engine.transaction import reading, writing
from tests.cases import City
from tests.databases import make_config


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Resources:
    """Calendars, catalogue and keys; and the parsed procedure, which is version 1 everywhere."""
    return load_resources(make_config(tmp_path_factory.mktemp("shared"), "sqlite://"))


@pytest.fixture
def city(app: Flask, shared: Resources, now: datetime, tmp_path: Path) -> Iterator[City]:
    """A city on a Monday morning, with the single-item procedure in it."""
    city = City(replace(shared, files=tmp_path / "files"), now)
    city.found()
    yield city
    _journal_holds(city)


@pytest.fixture
def new_city(app: Flask, shared: Resources, now: datetime, tmp_path: Path) -> Iterator[City]:
    """A city without any procedure, and a cache of its own: for tests that deploy."""
    city = City(replace(shared, files=tmp_path / "files", versions=Versions()), now)
    yield city
    _journal_holds(city)


def _journal_holds(city: City) -> None:
    with writing() as session:
        seal(session, city.now)
    with reading() as session:
        assert verify_all(session) == []


@pytest.fixture(scope="session")
def checkout() -> Path:
    return Path(CHECKOUT)
