"""Tasks: the worklist and what is done with its rows."""

from __future__ import annotations

from apiflask import Schema

from api.fields import (
    CURSOR,
    Label,
    Light,
    PageQuery,
    choice,
    day,
    flag,
    given,
    many,
    moment,
    number,
    one,
    text,
    whole,
)
from api.schemas.cases import ItemName, Material
from api.schemas.items import FormView
from engine.domain.light import Colour


class TaskQuery(PageQuery):
    status = choice("State of the task.", ("open", "completed", "cancelled"), load_default="open")
    post = given("Code of the post.", "handler")
    department = given("Code of the department.", "scjgj")
    light = choice("Its light.", tuple(map(str, Colour)))
    due_before = moment("Only tasks due before this time.", "2026-11-30T16:00:00Z")
    mine = flag("Only what you have claimed.", True, load_default=False)
    everything = flag(
        "All that you may read in your department, and not only what is yours to do.",
        True,
        load_default=False,
    )


class Seen(Schema):
    version = whole("The `version` of the task that you saw.", 1, required=True)


class Reassignment(Seen):
    account = whole("The account to give it to, of `candidates`.", 9, required=True)


class Person(Schema):
    account = number("Number of the account.", 9)
    name = text("Name of the person.", "李芳")


class TaskCase(Schema):
    number = text("Number of the case.", "419900-20261122-0001-8")
    item = one(ItemName, "What is applied for.")
    subject = text("What it is about.", "新开餐馆")
    applicant = text("Who applies; a person's name is masked.", "张*丰")
    status = one(Label, "Where the case stands.")


class TaskRow(Schema):
    id = number("Number of the task.", 31)
    version = number("Send it along with whatever you do to the task.", 1)
    name = text("Name of the step.", "材料齐全性审查")
    element = text("Its element in the diagram.", "check")
    status = text("open, completed or cancelled.", "open")
    post = one(Label, "The post that does it.")
    department = one(Label, "The department.")
    county = one(Label, "The county.")
    assignee = one(Person, "Who has claimed it.", allow_none=True)
    mine = flag("Whether you have claimed it.", False)
    light = one(Light, "Its light.")
    limit_days = number("Its limit in working days.", 5, allow_none=True)
    created_at = moment("When it was opened.", "2026-11-22T03:00:00Z")
    due_at = moment("From this instant on it is overdue.", "2026-11-27T16:00:00Z", allow_none=True)
    last_day = day("Last day of its limit.", "2026-11-27", allow_none=True)
    provisional = flag("Whether that day rests on a year without its holiday notice.", False)
    finished_at = moment("When it was finished.", "2026-11-23T02:00:00Z", allow_none=True)
    case = one(TaskCase, "Its case in short.")


class Tasks(Schema):
    rows = many(TaskRow, "The most urgent first.")
    next = text(CURSOR, None, allow_none=True)


class Task(TaskRow):
    materials = many(Material, "The dossier.")
    form = one(
        FormView, "The form to complete it with, if it is yours to do and has one.", allow_none=True
    )
    candidates = many(Person, "To whom the department's leader may give it.")
