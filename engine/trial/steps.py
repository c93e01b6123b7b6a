"""What a trial is asked to do: the list of steps, read from JSON and checked before anything runs.

{"op": "complete", "task": ID, "data": {…}, "instance": n}
{"op": "message" | "signal", "name": NAME, "data": {…}}
{"op": "advance", "seconds": n} or {"op": "advance", "to": DATE}
{"op": "save_restore"}
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from engine.domain.calendar import SHANGHAI
from engine.errors import Invalid

MAX_STEPS = 10_000
MAX_SECONDS = 10**10  # some three centuries

# What each kind of step needs, and what it may have besides.
_NEEDS = {
    "complete": {"task"},
    "message": {"name"},
    "signal": {"name"},
    "advance": set(),
    "save_restore": set(),
}
_MAY = {
    "complete": {"data", "instance"},
    "message": {"data"},
    "signal": {"data"},
    "advance": {"seconds", "to"},
    "save_restore": set(),
}


@dataclass(frozen=True)
class Step:
    """One step. `target` is the task (id or name), or the name of the message or signal.

    `instance` picks the n-th, from 0, of several open tasks of one element. Of `seconds` and `to`
    (aware) an advance has one.
    """

    op: str
    target: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)
    instance: int = 0
    seconds: float | None = None
    to: datetime | None = None


def read_steps(value: Any) -> list[Step]:
    """Read steps from JSON values. Raises `Invalid` naming the first step that is no step."""
    if not isinstance(value, list):
        raise Invalid(
            "步骤文件应是一个 JSON 列表。", "Expected the steps to be a JSON list of objects."
        )
    if len(value) > MAX_STEPS:
        raise Invalid(f"步骤不得超过 {MAX_STEPS} 个。", f"At most {MAX_STEPS} steps can be tried.")
    return [_step(number, each) for number, each in enumerate(value, 1)]


def read_json(text: str, what: str) -> Any:
    """Read JSON values; `what` names the text in the refusal. Raises `Invalid`."""
    try:
        return json.loads(text, parse_constant=_no_number)
    except json.JSONDecodeError as error:
        raise Invalid(
            f"{what} 不是 JSON（第 {error.lineno} 行第 {error.colno} 列）。",
            f"{what} is no JSON (line {error.lineno}, column {error.colno}).",
        ) from None
    except (ValueError, RecursionError):
        raise Invalid(
            f"{what} 含有无法表示的数，或嵌套过深。",
            f"{what} holds a number that is none, or is nested too deeply.",
        ) from None


def read_moment(text: Any) -> datetime:
    """Read an ISO date or datetime as aware UTC; without a zone it is meant in Shanghai.

    A date is its beginning. Raises `Invalid`.
    """
    try:
        at = datetime.fromisoformat(text)
        return (at if at.tzinfo else at.replace(tzinfo=SHANGHAI)).astimezone(UTC)
    except (TypeError, ValueError, OverflowError):
        raise Invalid(
            f"需要日期，如 2026-12-31 或 2026-12-31T17:00:00，实际得到 {str(text)[:40]!r}。",
            "Expected a date such as 2026-12-31 or 2026-12-31T17:00:00 but got "
            f"{str(text)[:40]!r}.",
        ) from None


def _step(number: int, value: Any) -> Step:
    if not isinstance(value, dict):
        raise _wrong(number, "应是一个对象", "must be an object")
    op = value.get("op")
    if not isinstance(op, str) or op not in _NEEDS:
        raise _wrong(number, f"op 应为 {'、'.join(_NEEDS)}", f"needs an op: {', '.join(_NEEDS)}")
    keys = value.keys() - {"op"}
    if missing := _NEEDS[op] - keys:
        raise _wrong(number, f"缺少 {min(missing)}", f"({op}) lacks {min(missing)}")
    if strange := keys - _NEEDS[op] - _MAY[op]:
        name = str(min(strange))[:40]
        raise _wrong(number, f"（{op}）不认识 {name}", f"({op}) knows no {name}")
    if op == "advance":
        return _advance(number, value)
    target = value.get("task", value.get("name", ""))
    if not isinstance(target, str):
        raise _wrong(number, "的 task 或 name 应是文字", "needs text for its task or name")
    data, instance = value.get("data") or {}, value.get("instance")
    if not isinstance(data, dict):
        raise _wrong(number, "的 data 应是一个对象", "needs an object for its data")
    if instance is not None and (type(instance) is not int or instance < 0):
        raise _wrong(number, "的 instance 应是从 0 起的整数", "counts instances from 0")
    return Step(op, target, data, instance or 0)


def _advance(number: int, value: dict[str, Any]) -> Step:
    if ("seconds" in value) == ("to" in value):
        raise _wrong(number, "应写 seconds 或 to 之一", "needs either seconds or to")
    if "to" in value:
        return Step("advance", to=read_moment(value["to"]))
    seconds = value["seconds"]
    if type(seconds) not in (int, float) or not 0 <= seconds <= MAX_SECONDS:
        raise _wrong(
            number, "的 seconds 应是不小于 0 的数", "needs a number of seconds of 0 or more"
        )
    return Step("advance", seconds=seconds)


def _wrong(number: int, zh: str, en: str) -> Invalid:
    return Invalid(f"第 {number} 步{zh}。", f"Step {number} {en}.")


def _no_number(text: str) -> Any:
    raise ValueError(text)
