"""The steps of a trial are checked before anything runs."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from engine.errors import Invalid
from engine.trial.steps import Step, read_json, read_moment, read_steps


def test_every_kind_of_step_is_read() -> None:
    assert read_steps(
        [
            {"op": "complete", "task": "t", "data": {"a": 1}, "instance": 2},
            {"op": "complete", "task": "t"},
            {"op": "message", "name": "m", "data": None},
            {"op": "signal", "name": "s"},
            {"op": "advance", "seconds": 0.5},
            {"op": "advance", "to": "2026-11-23"},
            {"op": "save_restore"},
        ]
    ) == [
        Step("complete", "t", {"a": 1}, 2),
        Step("complete", "t"),
        Step("message", "m"),
        Step("signal", "s"),
        Step("advance", seconds=0.5),
        Step("advance", to=datetime(2026, 11, 22, 16, tzinfo=UTC)),
        Step("save_restore"),
    ]


@pytest.mark.parametrize(
    "step",
    [
        "complete",
        {},
        {"op": "jump"},
        {"op": ["complete"]},
        {"op": "complete"},
        {"op": "complete", "task": 1},
        {"op": "complete", "task": "t", "data": [1]},
        {"op": "complete", "task": "t", "instance": -1},
        {"op": "complete", "task": "t", "instance": True},
        {"op": "complete", "task": "t", "name": "t"},
        {"op": "message"},
        {"op": "advance"},
        {"op": "advance", "seconds": 1, "to": "2026-11-23"},
        {"op": "advance", "seconds": -1},
        {"op": "advance", "seconds": True},
        {"op": "advance", "seconds": 1e300},
        {"op": "advance", "to": "tomorrow"},
        {"op": "advance", "to": "0001-01-01"},
        {"op": "save_restore", "now": True},
    ],
)
def test_what_is_no_step_is_refused_in_words(step: object) -> None:
    with pytest.raises(Invalid) as refused:
        read_steps([{"op": "save_restore"}, step])
    assert refused.value.message.zh
    assert "Traceback" not in refused.value.message.en


@pytest.mark.parametrize("steps", [{}, "x", None, [{"op": "save_restore"}] * 10_001])
def test_steps_are_a_list_of_a_bounded_length(steps: object) -> None:
    with pytest.raises(Invalid):
        read_steps(steps)


@pytest.mark.parametrize(
    "text", ["", "{", "[NaN]", "[Infinity]", "[" * 100_000, "[" + "1" * 5_000 + "]"]
)
def test_what_is_no_json_is_refused_in_words(text: str) -> None:
    with pytest.raises(Invalid, match="steps"):
        read_json(text, "steps")


def test_a_moment_without_a_zone_is_meant_in_shanghai() -> None:
    assert read_moment("2026-11-23T09:00") == datetime(2026, 11, 23, 1, tzinfo=UTC)
    assert read_moment("2026-11-23T09:00Z") == datetime(2026, 11, 23, 9, tzinfo=UTC)
