"""The change that the analysts' guide describes, made with the guide's own words.

Rows: C11a, P22a
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from api.app import create_app
from engine.cli import main
from engine.config import Config
from engine.domain.calendar import shanghai_day
from engine.scheduler import run_due
from engine.store.database import db
from tests.api.city import City, Clock, found, ok
from tests.docs.guides import (
    DIAGRAM,
    DOCS,
    blocks,
    copy_of_procedures,
    edit_diagram,
    edits,
    new_files,
    write_files,
)

GUIDE = DOCS / "analyst.md"


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    return copy_of_procedures(tmp_path / "checkout")


@pytest.fixture
def city(config: Config, now, monkeypatch) -> Iterator[City]:
    """A city whose database the command line works on, too."""
    monkeypatch.setenv("LIANBAN_DATA", str(config.data))
    monkeypatch.setenv("LIANBAN_DATABASE_URL", config.database_url)
    monkeypatch.setenv("LIANBAN_LANGUAGE", "en")
    clock = Clock(now)
    city = City(create_app(config, clock=clock), clock)
    found(city, now)
    yield city
    with city.app.app_context():
        db.engine.dispose()


def lianban(*arguments: str | Path) -> Result:
    result = CliRunner().invoke(main, [str(each) for each in arguments])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def version_of(city: City, number: str) -> int:
    return ok(city.as_("clerk").get(f"/cases/{number}"))["procedure"]["number"]


def open_steps(city: City, number: str) -> set[str]:
    rows = ok(city.as_("supervisor").get("/tasks?everything=true"))["rows"]
    return {row["element"] for row in rows if row["case"]["number"] == number}


def lights(city: City, number: str) -> list[tuple[str, str]]:
    file = ok(city.as_("clerk").get(f"/cases/{number}"))
    return [(light["element"], light["light"]["colour"]) for light in file["lights"]]


def after_working_days(city: City, days: int) -> None:
    """Move the clock to the moment at which so many working days from now are over, and tick."""
    resources = city.app.extensions["lianban"].resources
    last = resources.calendar.add_working_days(shanghai_day(city.clock.now), days)
    city.clock.advance(days=(last - shanghai_day(city.clock.now)).days + 1)
    with city.app.app_context():
        run_due(resources, city.clock.now)


def review(city: City, number: str) -> None:
    """Complete check, site check and review."""
    city.as_("clerk").complete(number, outcome="complete")
    handler = city.as_("handler")
    visit = {"officials": ["王一", "赵二"], "place": "经营场所", "findings": "与申请一致"}
    handler.complete(number, **visit, conclusion="pass")
    handler.complete(number, opinion="approve", facts="材料真实", reasons="符合条件")


def test_new_cases_take_the_change_and_running_ones_keep_theirs(city: City, checkout: Path) -> None:
    folder = checkout / "processes" / "single-item"
    assert lianban("deploy", folder).exit_code == 0
    old = city.as_("applicant").file_case()
    before = version_of(city, old)

    edit_diagram(checkout, GUIDE)
    linted = lianban("lint", folder)
    assert linted.exit_code == 1
    told = next(b.text for b in blocks(GUIDE) if "There is no form" in b.text)
    assert told.strip().partition("…")[0].partition(DIAGRAM)[2] in linted.output
    write_files(checkout, GUIDE)
    assert lianban("lint", "--filing", folder).output == "No findings.\n"
    deployed = lianban("deploy", folder)
    assert deployed.exit_code == 0
    assert f"deployed as version {before + 1}" in deployed.output

    new = city.as_("applicant").file_case()
    assert (version_of(city, old), version_of(city, new)) == (before, before + 1)
    shown = lianban("case", new)
    assert f"procedure: single-item {before + 1} " in shown.output

    after_working_days(city, 3)
    assert lights(city, old) == []
    assert lights(city, new) == [("check", "yellow")]

    review(city, old)
    review(city, new)
    assert open_steps(city, old) == {"decide"}
    assert open_steps(city, new) == {"second_review"}
    city.as_("handler").complete(new, second_opinion="agree")
    assert open_steps(city, new) == {"decide"}


def test_undoing_the_change_gives_the_content_of_the_first_version(
    city: City, checkout: Path
) -> None:
    folder = checkout / "processes" / "single-item"
    original = (checkout / DIAGRAM).read_bytes()
    lianban("deploy", folder)
    edit_diagram(checkout, GUIDE)
    write_files(checkout, GUIDE)
    lianban("deploy", folder)
    (checkout / DIAGRAM).write_bytes(original)
    lianban("deploy", folder)
    rows = {row["key"]: row for row in ok(city.as_("clerk").get("/procedures"))["rows"]}
    last = rows["single-item"]["number"]
    hashes = [
        ok(city.as_("clerk").get(f"/procedures/single-item/versions/{number}"))["hash"]
        for number in (last - 2, last - 1, last)
    ]
    assert hashes[0] == hashes[2] != hashes[1]


def test_both_languages_prescribe_the_same_change() -> None:
    chinese = DOCS / "analyst.zh.md"
    assert len(edits(GUIDE)) == 8
    assert edits(chinese) == edits(GUIDE)
    assert new_files(chinese) == new_files(GUIDE)
