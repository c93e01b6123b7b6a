"""Clocks, the timeline, progress."""

from __future__ import annotations

from apiflask import Schema, fields

from api.fields import Label, day, flag, given, many, moment, number, one, record, text, words


class Day(Schema):
    date = day("The day in Shanghai.", "2026-11-24")
    kind = text(
        "start, working, make_up, weekend, holiday, suspended or stopped.",
        "working",
    )
    counted = flag("Whether it counts.", True)
    count = number("Working days counted up to this day.", 1)
    remaining = number("Working days left after it; negative when overdue.", 5)
    overdue = flag("Whether the limit was over before this day.", False)
    reason = words("Why it counts or does not.", "工作日，计入")
    basis = text("The article and the holiday notice.", "行政许可法第八十二条", allow_none=True)
    provisional = flag("Whether the day's year still lacks its holiday notice.", False)


class ClockRow(Schema):
    name = text("committed, statutory or step.", "committed")
    label = words("Its name.", "承诺时限")
    started_at = moment("From when it runs.", "2026-11-23T02:00:00Z")
    budget = number("Working days.", 6)
    basis = text("The rule behind it.", "服务承诺", allow_none=True)
    due_at = moment("From this instant on it is overdue.", "2026-12-01T16:00:00Z")
    last_day = day("The last day on which it is kept.", "2026-12-01")
    provisional = flag("Whether that may change with next year's holiday notice.", False)
    stopped_at = moment("When it stopped: decided.", "2026-11-26T02:00:00Z", allow_none=True)
    elapsed = number("Working days that are over.", 1)
    remaining = number("Working days left, today's among them; negative when overdue.", 5)
    overdue = flag("Whether it is, or was when it stopped, overdue.", False)


class Clock(ClockRow):
    days = many(Day, "Every day from the start to the last, or to today if that is later.")


class TaskName(Schema):
    id = number("Number of the task.", 31)
    name = text("Name of the step.", "材料齐全性审查")


class StepClock(Clock):
    task = one(TaskName, "The open step that it limits.")


class ClockPage(Schema):
    number = text("Number of the case.", "419900-20261122-0001-8")
    note = words("Said while no clock of the case runs yet.", "尚未受理……", allow_none=True)
    clocks = many(Clock, "The committed and the statutory limit, from the acceptance.")
    steps = many(StepClock, "The limits of the open steps, such as the acceptance's five days.")


class Entry(Schema):
    seq = number("Place in the case's journal.", 1)
    at = moment("When it happened.", "2026-11-22T03:00:00Z")
    event = text("What happened, as a stable word.", "submitted")
    label = words("What happened.", "提交申请，收件")
    actor = words("Who did it.", "申请人")
    details = record("What the journal says about it.", {"channel": "online"})


class Timeline(Schema):
    rows = many(Entry, "Oldest first; the applicant sees what concerns him.")


class ProgressQuery(Schema):
    code = given("The query code of the case.", "7KQ2M9XW", most=32, required=True)


class Limit(Schema):
    name = text("committed or statutory.", "committed")
    label = words("Its name.", "承诺时限")
    last_day = day("The last day on which it is kept.", "2026-12-01")
    provisional = flag("Whether that may change with next year's holiday notice.", False)
    remaining = number("Working days left, today's among them.", 5)
    overdue = flag("Whether it is overdue.", False)


class Step(Schema):
    at = moment("When.", "2026-11-22T03:00:00Z")
    label = words("What happened.", "提交申请，收件")


class Progress(Schema):
    number = text("Number of the case.", "419900-20261122-0001-8")
    item = fields.Dict(metadata={"description": "What is applied for: code, name."})
    department = one(Label, "The department that decides.")
    status = one(Label, "Where the case stands.")
    next = words("What happens next and by when.", "部门正在审查……")
    received_at = moment("When it was received.", "2026-11-22T03:00:00Z", allow_none=True)
    accepted_at = moment("When it was accepted.", "2026-11-23T02:00:00Z", allow_none=True)
    decided_at = moment("When it was decided.", "2026-11-26T02:00:00Z", allow_none=True)
    closed_at = moment("When it was closed.", "2026-11-27T02:00:00Z", allow_none=True)
    limits = many(Limit, "The limits, from the acceptance.")
    history = many(Step, "What happened, oldest first.")
