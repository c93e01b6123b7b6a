"""Notices: the numbered documents."""

from __future__ import annotations

from apiflask import Schema

from api.fields import many, moment, number, record, text


class NoticeRow(Schema):
    id = number("Number of the notice in this system.", 5)
    template = text("Which kind of notice.", "acceptance")
    title = text("Its title.", "受理通知单")
    number = text("Its document number.", "澜市监受〔2026〕0001号")
    issued_at = moment("When it was issued.", "2026-11-23T02:00:00Z")


class Notices(Schema):
    rows = many(NoticeRow, "Oldest first.")


class Notice(NoticeRow):
    case = text("Number of the case.", "419900-20261122-0001-8")
    facts = record("Everything that its PDF shows.", {"organ": "澜川市市场监督管理局"})
