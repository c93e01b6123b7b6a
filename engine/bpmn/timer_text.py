"""What a BPMN timer says: one of our clocks and a threshold, or calendar time in ISO 8601."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from typing import Literal

from engine.bpmn.closures import Functions
from engine.bpmn.expressions import Expression, compile_expression
from engine.bpmn.functions import FUNCTIONS
from engine.bpmn.syntax import parse
from engine.bpmn.values import Trouble
from engine.domain.calendar import instant, last_day
from engine.domain.cycle import parse_cycle
from engine.errors import ExpressionError

Kind = Literal["timeDuration", "timeDate", "timeCycle"]
KINDS: tuple[Kind, ...] = ("timeDuration", "timeDate", "timeCycle")

# The functions that may stand around a threshold, and the clock that each one reads.
CLOCKS = {
    "working_days": "step",
    "committed_days": "committed",
    "statutory_days": "statutory",
}

_DURATION = re.compile(
    r"P(?=[0-9T])(?:(\d{1,4})Y)?(?:(\d{1,4})M)?(?:(\d{1,5})W)?(?:(\d{1,5})D)?"
    r"(?:T(?=\d)(?:(\d{1,6})H)?(?:(\d{1,8})M)?(?:(\d{1,9}(?:[.,]\d{1,6})?)S)?)?"
)
_DAYS_OF = (366, 31, 7, 1, 1 / 24, 1 / 1440, 1 / 86400)
_CENTURY = 36_600  # days; no procedure waits longer, and date arithmetic stays in range
_DATE_LIKE = re.compile(r"\d{4}-?\d")


@dataclass(frozen=True)
class Timer:
    """A timer as written.

    `clock`: "step", "committed" or "statutory" with `threshold`, an expression that gives working
    days; "calendar" with `text`, an ISO 8601 duration (P1M, PT2H); "date" with `text`, an ISO date
    or datetime, or with `threshold`, an expression that gives one; "cycle" with `text`, an ISO
    repeating interval (R3/PT1H).
    """

    clock: Literal["step", "committed", "statutory", "calendar", "date", "cycle"]
    threshold: Expression | None = None
    text: str | None = None


def parse_timer(text: str | None, kind: Kind, functions: Functions = FUNCTIONS) -> Timer:
    """Read the text of a `timeDuration`, `timeDate` or `timeCycle`.

    `working_days(n)` reads the clock of the step, `committed_days(n)` and `statutory_days(n)` those
    of the case; n is an expression in working days. ISO text stands with or without quotes.
    Raises `ExpressionError` for anything else, with examples.
    """
    shown = re.sub(r"\s", " ", text or "").strip()
    if not shown:
        raise _refused(shown, kind)
    plain = shown[1:-1].strip() if _quoted(shown) else shown
    if kind == "timeCycle":
        if parse_cycle(plain) is None:
            raise _refused(shown, kind)
        return Timer("cycle", text=plain)
    clock = _clock(shown, functions)
    if clock is not None:
        return clock
    if kind == "timeDuration" and _is_duration(plain):
        return Timer("calendar", text=plain)
    if kind == "timeDate" and _is_date(plain):
        return Timer("date", text=plain)
    iso = _DATE_LIKE.match(plain) or _is_duration(plain)  # P1M would also pass for a name
    if kind == "timeDate" and plain == shown and not iso:
        expression = compile_expression(shown, functions)
        if expression.names:  # a timer that no data decide is a slip of the pen
            return Timer("date", threshold=expression)
    raise _refused(shown, kind)


def _clock(shown: str, functions: Functions) -> Timer | None:
    """The timer of a text that is one call of a clock around one expression."""
    if not shown.startswith(tuple(CLOCKS)):
        return None
    try:
        tree = parse(shown)
    except Trouble as trouble:
        words = trouble.words
        raise ExpressionError(
            f"定时“{shown[:80]}”：{words.zh}。", f"Timer `{shown[:80]}`: {words.en}."
        ) from None
    if not isinstance(tree, ast.Call) or tree.func.id not in CLOCKS:
        return None
    if len(tree.args) != 1:
        raise ExpressionError(
            f"{tree.func.id} 需要一个参数：工作日数，如 {tree.func.id}(limit - 2)。",
            f"{tree.func.id} takes one argument, working days: {tree.func.id}(limit - 2).",
        )
    inner = ast.get_source_segment(shown, tree.args[0]) or ""
    return Timer(CLOCKS[tree.func.id], compile_expression(inner, functions))


def _quoted(text: str) -> bool:
    return len(text) >= 2 and text[0] == text[-1] and text[0] in "\"'"


def _is_duration(text: str) -> bool:
    match = _DURATION.fullmatch(text)
    if match is None:
        return False
    parts = [float((part or "0").replace(",", ".")) for part in match.groups()]
    return sum(n * days for n, days in zip(parts, _DAYS_OF, strict=True)) <= _CENTURY


def _is_date(text: str) -> bool:
    if not _DATE_LIKE.match(text):
        return False
    try:
        last_day(instant(text))
    except (ValueError, OverflowError):
        return False
    return True


def _refused(shown: str, kind: Kind) -> ExpressionError:
    if kind == "timeCycle":
        zh, en = (
            "R3/PT1H（三次）或 R/P1D（不限次数）",
            "R3/PT1H (three times) or R/P1D (without end)",
        )
    elif kind == "timeDate":
        zh, en = "2026-12-31、2026-12-31T17:00:00 或 material.due", "2026-12-31 or material.due"
    else:
        zh = "working_days(limit - 2)、committed_days(0)、P1M 或 PT2H"
        en = "working_days(limit - 2), committed_days(0), P1M or PT2H"
    if not shown:
        return ExpressionError(f"定时是空的；可写 {zh}。", f"The timer is empty; write {en}.")
    return ExpressionError(
        f"看不懂定时“{shown[:80]}”；可写 {zh}。",
        f"The timer `{shown[:80]}` is not understood; write {en}.",
    )
