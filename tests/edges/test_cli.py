"""The command line: what it prints, and with which exit code it ends."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from click.testing import CliRunner, Result
from flask import Flask

from engine.cli import main
from engine.config import CHECKOUT, Config, PasswordCost
from engine.store.accounts import account_for_token, find_login, issue_token, password_matches
from engine.store.database import prepare
from engine.store.keys import open_keys
from engine.store.people import actor_of
from engine.store.secrets import seal, unseal
from engine.store.tables import Account, Case, JournalEntry
from engine.transaction import reading, writing

SINGLE_ITEM = CHECKOUT / "processes" / "single-item"
FAULTY = b"<definitions"


@pytest.fixture
def var(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An installation of its own in a new folder."""
    folder = tmp_path / "var"
    monkeypatch.setenv("LIANBAN_DATA", str(folder))
    monkeypatch.delenv("LIANBAN_DATABASE_URL", raising=False)
    monkeypatch.setenv("LIANBAN_LANGUAGE", "en")
    return folder


def lianban(*arguments: str | Path, code: int = 0) -> Result:
    result = CliRunner().invoke(main, [str(each) for each in arguments])
    assert result.exit_code == code, (result.output, result.exception)
    return result


def stored() -> Flask:
    app = Flask("reader")
    prepare(app, Config.from_environment(os.environ))
    return app


# ---------------------------------------------------------------- deploy and lint


def test_deploy_takes_a_folder_and_says_what_it_stored(var: Path) -> None:
    first = lianban("deploy", SINGLE_ITEM).stdout
    assert "single-item" in first and "version 1" in first
    assert "unchanged, still version 1" in lianban("deploy", SINGLE_ITEM).stdout


def test_deploy_takes_files_and_archives(var: Path, tmp_path: Path) -> None:
    diagram = SINGLE_ITEM / "single-item.bpmn"
    lianban("deploy", diagram)
    zipped = tmp_path / "p.zip"
    with zipfile.ZipFile(zipped, "w") as archive:
        archive.writestr("single-item.bpmn", diagram.read_bytes() + b"<!-- changed -->")
    assert "version 2" in lianban("deploy", zipped).stdout


def test_a_faulty_file_deploys_nothing_and_ends_with_1(var: Path, tmp_path: Path) -> None:
    bad = tmp_path / "bad.bpmn"
    bad.write_bytes(FAULTY)
    result = lianban("deploy", bad, code=1)
    assert "[error]" in result.stdout and "bad.bpmn" in result.stdout
    assert "nothing was deployed" in result.stderr
    assert "Traceback" not in result.output


def test_refusals_are_in_chinese_unless_english_is_asked_for(
    var: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("LIANBAN_LANGUAGE")
    assert "没有这个文件" in lianban("deploy", "nowhere.bpmn", code=1).stderr


def lint_rows(*arguments: str | Path, code: int = 0) -> list[dict[str, Any]]:
    return json.loads(lianban("lint", "--json", *arguments, code=code).stdout)


def test_lint_of_a_sound_procedure_says_so(var: Path) -> None:
    lianban("lint", SINGLE_ITEM)
    assert all(row["level"] == "hint" for row in lint_rows("--filing", SINGLE_ITEM))
    assert not var.exists(), "a check creates nothing"


def test_lint_ends_with_1_on_an_error_and_names_the_place(var: Path, tmp_path: Path) -> None:
    bad = tmp_path / "bad.bpmn"
    bad.write_bytes(FAULTY)
    (row, *_) = lint_rows(bad, code=1)
    assert row["file"] == str(bad) and row["line"] == 1 and row["level"] == "error"
    assert {"element", "rule", "message", "remedy"} <= row.keys()


def test_lint_fails_on_filing_findings_only_when_asked(var: Path, tmp_path: Path) -> None:
    """A step without its legal basis may run; it may not be filed (备案)."""
    text = (SINGLE_ITEM / "single-item.bpmn").read_text()
    start = text.index('<bpmn:userTask id="review"')
    end = text.index("</bpmn:userTask>", start)
    lines = [line for line in text[start:end].splitlines() if "lianban:basis" not in line]
    without = tmp_path / "single-item.bpmn"
    without.write_text(text[:start] + "\n".join(lines) + text[end:])
    rows = lint_rows(without)
    assert "filing" in {row["level"] for row in rows}
    lint_rows("--filing", without, code=1)


# ---------------------------------------------------------------- calendar


@pytest.mark.parametrize(
    ("start", "days", "printed"),
    [
        ("2026-09-30", 1, "2026-10-08"),  # the holidays of October
        ("2026-11-23", 5, "2026-11-30"),
        ("2026-11-23", 0, "2026-11-23"),
        ("2026-12-28", 10, "2027-01-12 provisional"),
    ],
)
def test_calendar_due(var: Path, start: str, days: int, printed: str) -> None:
    assert lianban("calendar", "due", start, str(days)).stdout.strip() == printed


def test_an_uncovered_year_is_named(var: Path) -> None:
    assert "2028" in lianban("calendar", "due", "2027-12-20", "60", code=1).stderr
    assert "2023" in lianban("calendar", "due", "2023-01-02", "5", code=1).stderr


@pytest.mark.parametrize("arguments", [("soon", "5"), ("2026-11-23", "-1"), ("2026-13-01", "1")])
def test_nonsense_is_refused_before_anything_is_done(var: Path, arguments: tuple) -> None:
    lianban("calendar", "due", *arguments, code=2)


# ---------------------------------------------------------------- case, journal, demonstration


@pytest.fixture
def demonstration(var: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A demonstration of a few cases; what was printed while it was made."""
    monkeypatch.setattr("engine.demo.CASES", 4)
    monkeypatch.setattr("engine.demo.simulation.HISTORY", 20)
    monkeypatch.setenv("LIANBAN_DEMO", "1")
    monkeypatch.setattr("engine.demo.people.hash_password", lambda password, cost: "x")
    return lianban("demo").stdout


def test_the_demonstration_is_made_once_by_running_the_procedures(
    var: Path, demonstration: str
) -> None:
    accounts = var / "demo-accounts.csv"
    assert accounts.stat().st_mode & 0o777 == 0o600
    with accounts.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert all(row["password"] in demonstration for row in rows)
    app = stored()
    with app.app_context(), reading() as session:
        assert session.scalar(sa.select(sa.func.count(Account.id))) == len(rows)
        numbers = list(session.scalars(sa.select(Case.number)))
    assert 1 <= len(numbers) <= 4
    again = lianban("demo").stdout
    assert rows[0]["password"] not in again

    report = lianban("case", numbers[0], "--json").stdout
    assert json.loads(report)["number"] == numbers[0]
    assert numbers[0] in lianban("case", numbers[0]).stdout
    lianban("case", "419900-20260101-0001-X", code=1)

    assert "whole and unchanged" in lianban("journal", "verify").stdout
    with app.app_context(), writing() as session:
        row = session.scalars(sa.select(JournalEntry).where(JournalEntry.seq == 3)).first()
        session.execute(
            sa.update(JournalEntry).where(JournalEntry.id == row.id).values(actor="somebody")
        )
        tampered = row.id
    told = lianban("journal", "verify", code=1).stdout
    assert "row 3 was changed" in told and f"id {tampered}" in told


def test_a_database_in_use_is_not_filled_with_a_demonstration(var: Path) -> None:
    lianban("deploy", SINGLE_ITEM)
    app = stored()
    with app.app_context(), writing() as session:
        now = sa.func.current_timestamp()
        session.execute(
            sa.insert(Account).values(
                login="x", name="x", password_hash="x", failed_logins=0, created_at=now
            )
        )
    lianban("demo")
    with app.app_context(), reading() as session:
        assert session.scalar(sa.select(sa.func.count(Account.id))) == 1


def test_the_installed_command_answers_as_a_process(var: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "engine.cli", "calendar", "due", "2026-11-23", "5"],
        capture_output=True,
        text=True,
        cwd=CHECKOUT,
        env=os.environ,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "2026-11-30\n", "")


# ---------------------------------------------------------------- accounts


def test_staff_get_an_account_with_a_seat_and_a_password_printed_once(var: Path) -> None:
    told = lianban("account", "add", "wang", "--name", "王芳", "--post", "administrator").stdout
    assert told.startswith("wang, password: ")
    more = ("account", "add", "wang", "--post", "handler", "--department", "wjw")
    assert "one more seat" in lianban(*more, "--county", "419900").stdout
    assert "already" in lianban(*more, "--county", "419900", code=1).stderr
    with stored().app_context(), reading() as session:
        account = session.scalars(sa.select(Account)).one()
        actor = actor_of(session, account.id)
        attempt = find_login(session, "wang")
    assert actor.holds("administrator", "any", "000000")
    assert actor.holds("handler", "wjw", "419900") and not actor.holds("handler", "rsj", "419900")
    assert password_matches(attempt, told.split()[-1], PasswordCost())


@pytest.mark.parametrize(
    ("options", "word"),
    [
        (("--name", "王芳", "--post", "king"), "post"),
        (("--name", "王芳", "--post", "handler", "--department", "xx"), "department"),
        (("--name", "王芳", "--post", "handler", "--county", "1"), "county"),
        (("--post", "handler"), "name"),
    ],
)
def test_a_seat_that_can_not_be_is_refused(var: Path, options: tuple[str, ...], word: str) -> None:
    assert word in lianban("account", "add", "wang", *options, code=1).stderr


def test_a_new_password_replaces_the_old_one_and_ends_all_sign_ins(var: Path) -> None:
    old = lianban("account", "add", "wang", "--name", "王芳", "--post", "handler").stdout
    with stored().app_context(), writing() as session:
        account = session.scalars(sa.select(Account)).one()
        token = issue_token(session, account, datetime.now(UTC), 1)
    new = lianban("account", "password", "wang").stdout
    with stored().app_context(), reading() as session:
        assert account_for_token(session, token, datetime.now(UTC)) is None
        attempt = find_login(session, "wang")
    assert password_matches(attempt, new.split()[-1], PasswordCost())
    assert not password_matches(attempt, old.split()[-1], PasswordCost())
    assert "no such account" in lianban("account", "password", "nobody", code=1).stderr


# ---------------------------------------------------------------- keys


def test_a_rotated_key_seals_and_the_old_one_still_opens(var: Path) -> None:
    old = open_keys(var / "keys")
    sealed = seal(old, ("test",), "13800000000")
    assert "Key 2" in lianban("keys", "rotate").stdout
    new = open_keys(var / "keys")
    assert unseal(new, ("test",), sealed) == "13800000000"
    assert seal(new, ("test",), "x")[1:3] == (2).to_bytes(2)
