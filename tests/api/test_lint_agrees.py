"""`lianban lint --json` and a deployment over the API say the same of the same files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from engine.cli import main
from engine.store.tables import ProcedureVersion
from engine.transaction import reading
from tests.api.city import City
from tests.api.test_procedures import deploy
from tests.bpmn.test_corpus import ENTRIES, read


def linted(folder: Path, files: dict[str, bytes]) -> tuple[int, list[dict[str, Any]]]:
    """The exit code and the findings of the command line, the files in a folder of their own."""
    for name, data in files.items():
        (folder / name).write_bytes(data)
    result = CliRunner().invoke(main, ["lint", "--json", *files])
    assert "Traceback" not in result.output and result.exception is None or result.exit_code == 1
    return result.exit_code, json.loads(result.stdout)


def stored(city: City) -> int:
    with city.app.app_context(), reading() as session:
        return session.query(ProcedureVersion).count()


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LIANBAN_LANGUAGE", "en")
    return tmp_path


def agree(city: City, folder: Path, files: dict[str, bytes]) -> None:
    code, rows = linted(folder, files)
    before = stored(city)
    answer = deploy(city.as_("administrator", "en"), files)
    assert answer.json["findings"] == rows
    if code:
        assert (code, answer.status_code, stored(city)) == (1, 422, before)
        assert answer.mimetype == "application/problem+json"
        assert any(row["level"] == "error" for row in rows)
    else:
        assert answer.status_code == 201
        assert all(row["level"] != "error" for row in rows)


@pytest.mark.parametrize(
    "data",
    [b"", b"\0\1\2", b"<a/>", b"<!DOCTYPE a><a/>", "<流程/>".encode("gbk"), b"<?xml version='1.0'"],
)
def test_they_agree_on_what_is_no_diagram(city: City, folder: Path, data: bytes) -> None:
    agree(city, folder, {"a.bpmn": data})


@pytest.mark.skipif(not ENTRIES, reason="the corpus is not here")
def test_they_agree_on_every_file_of_the_corpus(city: City, folder: Path) -> None:
    for number, entry in enumerate(ENTRIES):
        place = folder / str(number)
        place.mkdir()
        with pytest.MonkeyPatch.context() as patch:
            patch.chdir(place)
            agree(city, place, {Path(name).name: data for name, data in read(entry).items()})
