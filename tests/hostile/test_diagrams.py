"""Hostile diagrams and tables at the gate and on the bench: refused in words, or survived."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from engine.catalogue.organisation import load_organisation
from engine.commands.judging import Judgement, judge
from engine.config import CHECKOUT
from engine.domain.calendar import Calendar
from engine.trial.files import judge as judge_for_trial
from engine.trial.run import Diagram, trial
from engine.trial.steps import read_steps
from tests.hostile import diagrams

ORGANISATION = load_organisation(CHECKOUT / "processes" / "catalogue")
SECRET = "a secret of the disk"
CANARY = Path("canary")  # in the folder of the test
NET = "http://127.0.0.1:9/x"
REFUSED = {
    **{f"{name}.bpmn": data for name, data in diagrams.xml("file:secret", NET).items()},
    **{f"{name}.bpmn": data for name, data in diagrams.structures().items()},
    **{f"{name}.bpmn": data for name, data in diagrams.code(str(CANARY)).items()},
    **{f"{name}.dmn": data for name, data in diagrams.cells(str(CANARY)).items()},
}


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.chdir(tmp_path)
    Path("secret").write_text(SECRET)
    yield
    assert not CANARY.exists()


def judged(name: str, data: bytes) -> Judgement:
    return judge(ORGANISATION, {name: data}, {}, {})


@pytest.mark.parametrize("name", REFUSED)
def test_it_is_refused_with_place_words_and_remedy(name: str) -> None:
    there = judged(name, REFUSED[name])
    assert there.refused
    told = json.dumps([finding.as_dict("en") for finding in there.findings])
    assert SECRET not in told and "Traceback" not in told
    for finding in there.findings:
        assert finding.file == name and finding.line >= 1 and finding.element
        assert finding.rule not in ("parser", "too-costly")
        for words in (finding.message, finding.remedy):
            assert words.zh and words.en


@pytest.mark.parametrize("name", runs := diagrams.runs())
def test_what_runs_without_end_is_ended_in_words(name: str, calendar: Calendar) -> None:
    files = {"p.bpmn": runs[name]}
    if any(finding.level == "error" for finding in judge_for_trial(files)):
        assert name in ("a loop without an end", "a thousand million instances")
        return
    diagram = Diagram(tuple(files.items()), "P", calendar)
    began = datetime(2026, 11, 23, tzinfo=UTC)
    steps = read_steps(diagrams.STEPS)
    for line in trial(diagram, data={}, steps=steps, at=began):
        assert line["error"] is None or "fault of its own" not in line["error"]["en"]
