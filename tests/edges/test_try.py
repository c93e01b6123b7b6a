"""`lianban try`: lines on stdout, refusals in words, exit codes 0, 1 and 2."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from engine.cli import main
from engine.config import CHECKOUT
from engine.nursery import Limits
from tests.bpmn.diagrams import chain, diagram, end, process, start, user

SOUND = diagram(process(start(), user("t"), end(), chain("start", "t", "end")))


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("LIANBAN_LANGUAGE", "en")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "p.bpmn").write_bytes(SOUND)
    return tmp_path


def tried(*arguments: str, code: int = 0) -> Result:
    result = CliRunner().invoke(main, ["try", *arguments])
    assert result.exit_code == code, (result.output, result.exception)
    assert "Traceback" not in result.output
    return result


def lines(result: Result) -> list[dict]:
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_each_step_prints_a_line(folder: Path) -> None:
    (folder / "steps.json").write_text('[{"op": "complete", "task": "t", "data": {"a": 1}}]')
    first, last = lines(
        tried("p.bpmn", "--steps", "steps.json", "--data", '{"b": "\\ud83d\\ude00"}')
    )
    assert (first["step"], last["step"], last["completed"]) == (0, 1, True)
    assert last["data"] == {"a": 1, "b": "😀"}


def test_data_that_could_not_be_kept_are_told_by_name(folder: Path) -> None:
    (line,) = lines(tried("p.bpmn", "--data", '{"b": "\\ud800"}'))
    assert "“b”" in line["error"]["zh"] and line["open"] == []


def test_a_refused_file_prints_its_findings_and_ends_with_1(folder: Path) -> None:
    (folder / "p.bpmn").write_bytes(SOUND.replace(b'targetRef="t"', b'targetRef="x"'))
    findings = lines(tried("p.bpmn", code=1))
    keys = ["file", "line", "element", "level", "rule", "message", "remedy"]
    assert all(list(finding) == keys for finding in findings)
    assert "flow-dangling" in {finding["rule"] for finding in findings}


@pytest.mark.parametrize(
    "arguments",
    [
        ["nowhere.bpmn"],
        ["p.bpmn", "--process", "Q"],
        ["p.bpmn", "--data", "[]"],
        ["p.bpmn", "--data", "{"],
        ["p.bpmn", "--at", "soon"],
        ["p.bpmn", "--steps", "nowhere.json"],
        ["p.bpmn", "--steps", "."],
        ["p.bpmn", "--steps", "p.bpmn"],
        [],
        ["p.bpmn", "--sideways"],
    ],
)
def test_what_is_of_no_use_ends_with_2_in_words(folder: Path, arguments: list[str]) -> None:
    assert tried(*arguments, code=2).stderr.strip()


@pytest.mark.parametrize("data", [b"", b"\0\xff\xfe", b"<a/>", b"<!DOCTYPE a><a/>", b"{}"])
def test_a_file_that_is_no_diagram_is_refused_in_words(folder: Path, data: bytes) -> None:
    (folder / "p.bpmn").write_bytes(data)
    assert lines(tried("p.bpmn", code=1))[0]["file"] == "p.bpmn"


def test_a_file_that_costs_too_much_is_refused_in_words(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.trial.files.LIMITS", Limits(seconds=0.001))
    (finding,) = lines(tried("p.bpmn", code=1))
    assert finding["rule"] == "too-costly"


def test_the_table_of_lights_is_found_beside_a_procedure(folder: Path) -> None:
    source = CHECKOUT / "processes" / "single-item" / "single-item.bpmn"
    facts = {"committed_limit": 10, "statutory_limit": 20, "acceptance_limit": 5}
    key = ("--process", "single-item-handling", "--at", "2026-11-23")
    (line,) = lines(tried(str(source), *key, "--data", json.dumps(facts)))
    assert [row["element"] for row in line["open"]] == ["check"]
    assert "check_yellow" in [timer["element"] for timer in line["timers"]]


def test_it_leaves_nothing_behind(folder: Path) -> None:
    tried("p.bpmn", "--reload")
    assert [path.name for path in folder.iterdir()] == ["p.bpmn"]
