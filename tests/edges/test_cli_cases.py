"""Cases in trouble from the command line: listed, looked into, resumed, repaired."""

from __future__ import annotations

import json

import pytest
import sqlalchemy as sa

from engine.config import Config
from engine.store.tables import Case, JournalEntry
from engine.transaction import writing
from tests.cases import City, Walk
from tests.edges.test_cli import lianban


@pytest.fixture
def stuck(city: City, config: Config, monkeypatch: pytest.MonkeyPatch) -> tuple[Walk, bytes]:
    """A case that was set aside because its state is damaged, and the state as it was."""
    monkeypatch.setenv("LIANBAN_DATA", str(config.data))
    monkeypatch.setenv("LIANBAN_DATABASE_URL", config.database_url)
    monkeypatch.setenv("LIANBAN_LANGUAGE", "en")
    monkeypatch.setattr("engine.cli_cases.load_resources", lambda _: city.resources)
    monkeypatch.setattr("engine.cli_cases.present_time", lambda _: city.now)
    walk = city.file()
    state = walk.case().state
    set_state(walk, state[:9])
    city.wait_working_days(6)
    city.tick()
    return walk, state


def set_state(walk: Walk, state: bytes) -> None:
    with writing() as session:
        session.execute(sa.update(Case).where(Case.number == walk.number).values(state=state))


def test_a_case_in_trouble_is_listed_and_shown(stuck: tuple[Walk, bytes]) -> None:
    walk, _ = stuck
    told = lianban("case", "stuck").stdout
    assert walk.number in told and "set aside" in told and "damaged" in told
    (row,) = json.loads(lianban("case", "stuck", "--json").stdout)
    assert row["number"] == walk.number
    shown = json.loads(lianban("case", walk.number, "--data", "--json").stdout)
    assert "damaged" in shown["fault"]["en"] and shown["fault"]["set_aside_at"]
    assert shown["data"] == []


def test_it_is_resumed_once_its_cause_is_mended(stuck: tuple[Walk, bytes]) -> None:
    walk, state = stuck
    assert "damaged" in lianban("case", "resume", walk.number, code=1).stderr
    assert walk.case().set_aside_at is not None
    set_state(walk, state)
    assert "goes on" in lianban("case", "resume", walk.number).stdout
    assert walk.status == "accepted" and walk.case().fault is None
    resumed = walk.rows(JournalEntry, JournalEntry.event == "resumed")
    assert [row.actor for row in resumed] == ["system:operator"]
    assert "a case with a fault" in lianban("case", "resume", walk.number, code=1).stderr
    assert lianban("case", "stuck").stdout == "No case is in trouble.\n"


def test_a_value_is_corrected_with_a_reason(stuck: tuple[Walk, bytes]) -> None:
    walk, state = stuck
    set_state(walk, state)
    lianban("case", "repair", walk.number, "--set", "note=x", code=2)  # a reason is asked for
    values = ("--set", "note=plain words", "--set", 'list=[1, "a"]')
    lianban("case", "repair", walk.number, *values, "--reason", "by phone")
    shown = json.loads(lianban("case", "show", walk.number, "--data", "--json").stdout)
    found = {datum["name"]: datum["value"] for datum in shown["data"]}
    assert found["note"] == "plain words" and found["list"] == [1, "a"]


@pytest.mark.parametrize("value", ["note", "=1", "a b=1", "item=1", "note=NaN", "note=1e999"])
def test_a_value_that_cannot_be_is_refused_in_words(stuck: tuple[Walk, bytes], value: str) -> None:
    walk, state = stuck
    set_state(walk, state)
    before = walk.snapshot()
    told = lianban("case", "repair", walk.number, "--set", value, "--reason", "x", code=1).stderr
    assert told.strip() and "Traceback" not in told
    assert walk.snapshot() == before


def test_a_case_that_is_not_there_is_refused(stuck: tuple[Walk, bytes]) -> None:
    for command in (("resume", "no-such"), ("no-such",), ("no-such", "--data")):
        assert "no such case" in lianban("case", *command, code=1).stderr


def test_the_check_names_what_does_not_agree(stuck: tuple[Walk, bytes]) -> None:
    walk, state = stuck
    told = lianban("check", code=1).stdout
    assert walk.number in told and "[state]" in told
    set_state(walk, state)
    assert lianban("check", walk.number).stdout == "Everything agrees.\n"
    assert "Everything agrees" in lianban("check").stdout
