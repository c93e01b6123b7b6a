"""A city under attack: a file that must not be read, and answers that are all looked at."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import TestResponse

from tests.api.city import City
from tests.api.conftest import town as town  # noqa: F401  (its fixture, for these files as well)

SECRET = "canary-4711-do-not-sing"


@dataclass
class Siege:
    """The city, the path of a file with a secret, and the folder in which a program would run."""

    city: City
    canary: Path
    folder: Path

    def text(self, text: str) -> str:
        return text.replace("{canary}", str(self.canary))

    def look(self, response: TestResponse, what: Any = "") -> TestResponse:
        """Fail unless the answer is one in words, without anything of the machine."""
        shown = repr(what)[:120]
        assert response.status_code < 500, (shown, response.text[:500])
        body = response.get_data()
        assert SECRET.encode() not in body, shown
        assert b"Traceback" not in body and b"root:x:0" not in body, shown
        path = response.request.path
        if response.status_code >= 400 and path.startswith("/api/"):
            assert response.mimetype == "application/problem+json", (shown, response.mimetype)
            problem = response.get_json(force=True)
            assert problem["status"] == response.status_code and problem["detail"], shown
        return response


@pytest.fixture(scope="module")
def siege(town: City, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Siege]:  # noqa: F811
    folder = tmp_path_factory.mktemp("siege")
    canary = folder / "secret.txt"
    canary.write_text(SECRET)
    before = os.getcwd()
    os.chdir(folder)
    yield Siege(town, canary, folder)
    os.chdir(before)
    assert sorted(path.name for path in folder.iterdir()) == ["secret.txt"], "something ran"
    assert town.app.test_client().get("/healthz").status_code == 200
