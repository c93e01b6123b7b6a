"""Schemas of the repair of cases and messages."""

from __future__ import annotations

from apiflask import Schema, fields

from api.fields import (
    CURSOR,
    Label,
    flag,
    given,
    many,
    moment,
    number,
    one,
    record,
    text,
    texts,
    words,
)
from api.schemas.cases import NUMBER, Fault, ItemName
from engine.commands.repair import MAX_REASON


class StuckCase(Schema):
    number = text("Number of the case.", NUMBER)
    item = one(ItemName, "What is applied for.")
    department = one(Label, "The department that decides.")
    county = one(Label, "The county.")
    status = one(Label, "Where the case stands.")
    fault = one(Fault, "Why it can't go on.")


class StuckCases(Schema):
    rows = many(StuckCase, "The oldest case first.")
    next = text(CURSOR, None, allow_none=True)


class Datum(Schema):
    name = text("Name of the value.", "outcome")
    value = fields.Raw(metadata={"description": "The value, any JSON.", "example": "complete"})
    elements = texts("The elements at which the process waits with it.", ["review"])


class JournalFact(Schema):
    seq = number("Number of the fact in the case's journal.", 12)
    at = moment("When it became so.", "2026-11-27T16:00:01Z")
    event = text("Name of the event.", "set_aside")
    label = words("The event in words.", "办理出错，搁置待修复")
    details = record("What the journal holds of it.", {"attempt": 1})


class Trouble(Schema):
    number = text("Number of the case.", NUMBER)
    fault = one(Fault, "Why the case can't go on, if so.", allow_none=True)
    data = many(Datum, "The process data where the case waits; they can be corrected.")
    entries = many(JournalFact, "The last facts of the journal, newest first.")


class Correction(Schema):
    name = given("Name of the value.", "outcome", required=True)
    value = fields.Raw(
        required=True,
        allow_none=True,
        metadata={"description": "The new value, any JSON.", "example": "complete"},
    )
    element = given(
        "Only where the process waits at this element; needed where values differ.",
        "review",
        load_default=None,
    )


class Skip(Schema):
    element = given("The service task.", "notify", required=True)
    result = record("What its operation is taken to have returned.", {}, load_default=dict)


class Repair(Schema):
    reason = given(
        "Why; it is journalled.",
        "短信模板已更正",
        least=1,
        most=MAX_REASON,
        lines=True,
        required=True,
    )
    corrections = many(Correction, "Values to correct before the failing step is tried again.")
    skips = many(Skip, "Service tasks whose operation is left out this once.")


class UndeliveredMessage(Schema):
    id = number("Number of the message, for `POST /outbox/{id}/retry`.", 7)
    message = text("The id that the receiver saw, the same in every attempt.", "7-9f86d081884c7d65")
    case = text("Number of the case.", NUMBER, allow_none=True)
    event = text("What it is about.", "message")
    created_at = moment("When it was put out.", "2026-11-27T16:00:01Z")
    attempts = number("How often it was tried.", 3)
    error = text("What came of the last attempt.", "HTTP 400", allow_none=True)
    next_at = moment("When it is tried again.", "2026-11-27T16:01:01Z", allow_none=True)
    set_aside = flag("Whether it is tried again only when asked for.", False)


class Undelivered(Schema):
    rows = many(UndeliveredMessage, "The oldest first, 500 at most.")
