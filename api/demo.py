"""The demonstration's clock; outside of a demonstration there is no such address."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from apiflask import APIBlueprint, Schema

from api.changes import respond
from api.context import config, now, resources
from api.fields import given, moment
from engine.domain.calendar import SHANGHAI
from engine.domain.duration import parse_duration
from engine.errors import CalendarUncovered, Conflict, FieldError, Invalid, Words
from engine.present import move_clock
from engine.store.repetition import Answer

blueprint = APIBlueprint("demo", __name__, tag="Demonstration")
DATE = "([1-8]?[0-9]Y)?([0-9]{1,2}M)?([0-9]{1,4}D)?"
TIME = "T(?=[0-9])([0-9]{1,4}H)?([0-9]{1,4}M)?([0-9]{1,5}S)?"
DURATION = f"P([0-9]{{1,3}}W|(?=[0-9T]){DATE}({TIME})?)"


class DemoTime(Schema):
    now = moment("The demonstration's present.", "2026-12-22T02:00:00Z")


class Move(Schema):
    to = moment("Move forward to this time.", "2026-12-22T02:00:00Z")
    advance = given("Or move forward by this ISO 8601 duration.", None, form=DURATION, most=40)


@blueprint.get("/demo/clock")
@blueprint.output(DemoTime)
@blueprint.doc(summary="Read the demonstration's clock", description="Only in a demonstration.")
def clock() -> dict[str, Any]:
    return {"now": now()}


@blueprint.post("/demo/clock")
@blueprint.input(Move)
@blueprint.output(DemoTime)
@blueprint.doc(
    summary="Move the demonstration's clock forward",
    description="Give `to` or `advance`. Answers when all that fell due meanwhile is done. A call "
    "that may be repeated gives `to`: a second one does not move the clock further.",
)
def move(json_data: dict[str, Any]) -> Any:
    try:
        moved = move_clock(resources(), config(), _target(json_data, now()))
    except CalendarUncovered as fault:
        words = fault.message
        raise Conflict(words.zh, words.en, code=fault.code, **fault.facts) from None
    return respond(Answer(DemoTime().dump({"now": moved})))


def _target(wanted: dict[str, Any], present: datetime) -> datetime:
    if len(wanted) != 1:
        words = Words("请给出 to 或 advance 之一", "expected either `to` or `advance`")
        raise Invalid(f"{words.zh}。", f"{words.en}.", fields=[FieldError("", words)])
    if "to" in wanted:
        return wanted["to"].astimezone(UTC)
    length = parse_duration(wanted["advance"])  # at most 99 years and 999 months: a date still
    here = present.astimezone(SHANGHAI)
    day = length.corresponding_day(here.date())
    moved = datetime.combine(day, here.timetz())
    return (moved + length.clock if length.clock else moved).astimezone(UTC)
