"""The example of `lianban try` in the analysts' guide prints what the guide says."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from engine.cli import main
from tests.docs.guides import DOCS, blocks

PAGES = ("analyst.md", "analyst.zh.md")


def example(page: str) -> dict[str, str]:
    """The blocks of the example by name: leave.bpmn, steps.json, output."""
    named = (block.info.split() for block in blocks(DOCS / page))
    texts = (block.text for block in blocks(DOCS / page))
    return {info[2]: text for info, text in zip(named, texts, strict=True) if info[1:2] == ["try"]}


@pytest.mark.parametrize("extra", [[], ["--reload"]], ids=["at once", "reloaded"])
@pytest.mark.parametrize("page", PAGES)
def test_the_example_prints_what_the_guide_says(
    page: str, extra: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = example(page)
    monkeypatch.chdir(tmp_path)
    for name in ("leave.bpmn", "steps.json"):
        (tmp_path / name).write_text(told[name], "utf-8")
    (command,) = [b.text for b in blocks(DOCS / page) if b.text.startswith("lianban try ")]
    result = CliRunner().invoke(main, [*command.split()[1:], *extra])
    assert result.exit_code == 0, result.output
    assert [json.loads(line) for line in result.stdout.splitlines()] == [
        json.loads(line) for line in told["output"].splitlines()
    ]


def test_both_languages_have_the_same_example() -> None:
    assert example(PAGES[0]) == example(PAGES[1])
