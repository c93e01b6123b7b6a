"""The check of what is stored: silent on every sound case, and it names what was tampered with."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from engine.commands.check import Disagreement, check_cases
from engine.commands.check_files import check_files, check_numbers, orphans
from engine.store import files
from engine.store.tables import Case
from engine.transaction import reading, writing
from tests.cases import City, Walk, defect


@pytest.fixture
def walk(city: City) -> Walk:
    """A case under review with a light; beside it a draft, a supplement and a closed case."""
    city.draft()
    city.file().complete("check", outcome="incomplete", defects=[defect("land")])
    city.file().approved().go("deliver")
    walk = city.file().accepted()
    city.wait_working_days(7)
    city.tick()
    assert walk.lights()
    return walk


def found(walk: Walk) -> list[Disagreement]:
    city = walk.city
    with reading() as session:
        return list(check_cases(session, city.resources, city.now))


def tamper(statement: str) -> None:
    with writing() as session:
        session.execute(sa.text(statement))


def test_sound_cases_agree_with_themselves(walk: Walk) -> None:
    assert found(walk) == []
    with reading() as session:
        assert list(check_files(session, walk.city.resources.files)) == []
        assert list(check_numbers(session)) == []
        assert orphans(session, walk.city.resources.files) == []


TAMPERED = {
    "UPDATE work_item SET status = 'cancelled' WHERE case_id = {id} AND status = 'open'": "work",
    "UPDATE work_item SET status = 'open' WHERE case_id = {id} AND element = 'check'": "work",
    "DELETE FROM deadline WHERE case_id = {id}": "deadline",
    "UPDATE deadline SET element = 'other' WHERE case_id = {id}": "deadline",
    "DELETE FROM submission WHERE case_id = {id} AND work_item_id IS NOT NULL": "form",
    "DELETE FROM light WHERE case_id = {id}": "journal",
    "DELETE FROM message": None,
    "UPDATE case_file SET state = NULL WHERE id = {id}": "work",
}


@pytest.mark.parametrize("statement", TAMPERED)
def test_what_was_tampered_with_is_named(walk: Walk, statement: str) -> None:
    tamper(statement.format(id=walk.case().id))
    kinds = {each.kind for each in found(walk) if each.number == walk.number}
    assert (TAMPERED[statement] in kinds) if TAMPERED[statement] else not kinds
    assert not [each for each in found(walk) if each.number != walk.number]


def test_a_damaged_state_is_named_in_words(walk: Walk) -> None:
    damage = sa.update(Case).where(Case.number == walk.number).values(state=b"?")
    with writing() as session:
        session.execute(damage)
    (each,) = found(walk)
    assert (each.number, each.kind) == (walk.number, "state") and each.message.en


def test_a_missing_or_damaged_file_and_an_orphan_are_found(walk: Walk) -> None:
    folder = walk.city.resources.files
    (sha256,) = files.stored(folder)
    path = folder / sha256[:2] / sha256[2:]
    path.write_bytes(b"other")
    (folder / "ab").mkdir(exist_ok=True)
    (folder / "ab" / ("c" * 62)).write_bytes(b"nobody's")
    with reading() as session:
        (damaged,) = check_files(session, folder)
        assert "damaged" in damaged.en and orphans(session, folder) == ["ab" + "c" * 62]
    path.unlink()
    with reading() as session:
        (missing,) = check_files(session, folder)
        assert "missing" in missing.en


def test_a_gap_in_the_numbers_is_found(walk: Walk) -> None:
    tamper("UPDATE counter SET value = value + 1 WHERE name LIKE 'case:%'")
    with reading() as session:
        (gap,) = check_numbers(session)
    assert "case numbers" in gap.en
