"""The floor: what a completion costs when there is no process engine at all.

A Flask route that checks the token, the rights and the form and writes the same rows as the
product (work items, state, deadlines, journal with its hash chain, what was filled in), by the
same functions. Only the tokens are moved by hand: which step follows which stands in a table here.
Its answer is as short as an answer can be.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Flask, Response, jsonify, request
from sqlalchemy.orm import Session

from api import bodies
from api.authentication import authenticate
from api.context import actor, now, resources
from engine.catalogue.forms import decisions, form_in
from engine.commands.forms import checked
from engine.domain.actor import Place, may_work
from engine.domain.clock import Clock, due
from engine.errors import Conflict, Forbidden, NotFound, Stale
from engine.resources import Resources
from engine.store import journal, submissions
from engine.store.digest import digest_of
from engine.store.held import Held, hold_work_item
from engine.store.step_rows import StepRows, read_step_rows
from engine.store.tables import Case
from engine.transaction import writing

PATH = "/floor/tasks/{}/complete"


@dataclass(frozen=True)
class Step:
    """A user task with what the diagram says of it, and the step after it."""

    name: str
    post: str
    limit: int
    after: str | None
    lights: bool = False


STEPS = {
    "check": Step("预审", "window_clerk", 2, "review"),
    "review": Step("审查", "handler", 5, "decide", lights=True),
    "decide": Step("决定", "department_leader", 3, None),
    "sign": Step("签收", "handler", 2, "simulate", lights=True),
    "simulate": Step("模拟审批", "handler", 5, "formalise"),
    "formalise": Step("转正", "department_leader", 3, None),
}
FIRST = {"bench-single": ["check"], "bench-parallel": ["sign"] * 8}


def register(app: Flask) -> None:
    """Add the floor's route to the product's app: what surrounds every request is the same."""
    app.add_url_rule(PATH.format("<int:task_id>"), "floor", complete, methods=["POST"])


def complete(task_id: int) -> Response:
    authenticate()
    body = bodies.parse(request.get_data(cache=True))
    moment, who = now(), actor()
    with writing() as session:
        row = hold_work_item(session, task_id)
        if row is None:
            raise NotFound("没有这个待办。", "There is no such task.")
        case, item = row
        _admit(case, item, body["version"])
        rows = read_step_rows(session, case.id)
        form = form_in(resources().version(session, case.procedure_version_id).files, item.form)
        data = checked(form, dict, body["data"])
        decided = decisions(form, data)
        _close(session, case, item, data, decided, moment)
        entries = [_entry(case, moment, "task_completed", _facts(item, data, decided))]
        case.state, opened = _move(case.state, item.task, decided)
        del rows.items[item.task]
        entries += _open(session, resources(), case, rows, opened, moment)
        journal.store(session, entries)
        case.version += 1
        case.write(session)
    return jsonify({"id": item.id, "status": item.status, "actor": who.name})


def start(session: Session, known: Resources, case: Case, moment: datetime) -> None:
    """Begin a case by hand."""
    tokens = {str(n): element for n, element in enumerate(FIRST[case.item_code])}
    case.state = _written({"next": len(tokens), "tokens": tokens, "data": {}})
    rows = StepRows(case.id)
    journal.store(session, _open(session, known, case, rows, tokens, moment))
    case.version += 1


def _admit(case: Held, item: Held, version: int) -> None:
    who = actor()
    if not may_work(who, Place(item.post, item.department, item.county, case.applicant_id)):
        raise Forbidden("没有权限。", "You have no seat for this task.")
    if item.status != "open" or item.version != version:
        raise Stale("该待办已被他人更新。", "The task was changed; reload it.")
    if item.assignee_id not in (None, who.account_id):
        raise Conflict("该待办已由他人签收。", "Somebody else has claimed this task.")


def _close(
    session: Session, case: Held, item: Held, data: Any, decided: Any, moment: datetime
) -> None:
    who = actor()
    submissions.keep(
        session,
        resources().keys,
        case,
        item.form,
        data,
        now=moment,
        by=who.name,
        work_item_id=item.id,
    )
    item.status, item.finished_at, item.finished_by = "completed", moment, who.name
    item.assignee_id = who.account_id
    item.version += 1
    item.write(session)


def _facts(item: Held, data: Any, decided: Any) -> dict[str, Any]:
    return {
        "work_item": item.id,
        "element": item.element,
        "name": item.name,
        "decisions": decided,
        "form_sha256": digest_of(data),
    }


def _entry(case: Any, moment: datetime, event: str, payload: dict[str, Any]) -> dict[str, Any]:
    return journal.link(case, moment, "account:1", event, payload)


def _move(state: bytes, task: str, decided: dict[str, Any]) -> tuple[bytes, dict[str, str]]:
    """Move the token of a finished task on; return the new state and the tasks that it opened."""
    held = json.loads(state)
    element = held["tokens"].pop(task)
    held["data"].update(decided)
    opened = {}
    after = STEPS[element].after
    if after is not None and held["data"].get("accepted", True):
        opened[str(held["next"])] = after
        held["next"] += 1
        held["tokens"] |= opened
    return _written(held), opened


def _written(state: dict[str, Any]) -> bytes:
    return json.dumps(state, separators=(",", ":")).encode()


def _open(
    session: Session,
    known: Resources,
    case: Any,
    rows: StepRows,
    opened: dict[str, str],
    moment: datetime,
) -> list[dict[str, Any]]:
    """Write the opened tasks with their due times; return their journal entries."""
    entries, fresh = [], []
    deadlines = {t: row for t, row in rows.deadlines.items() if t.split()[0] in rows.items}
    for task, element in opened.items():
        step = STEPS[element]
        end = due(Clock("step", moment, step.limit), known.calendar)
        facts = {"element": element, "name": step.name, "post": step.post}
        entries.append(_entry(case, moment, "task_opened", facts))
        fresh.append(
            {
                "task": task,
                **facts,
                "form": f"bench/{element}",
                "department": case.department,
                "county": case.county,
                "limit_days": step.limit,
                "created_at": moment,
                "due_at": end.at,
                "provisional": end.provisional,
            }
        )
        if step.lights:
            soon = due(Clock("step", moment, step.limit - 1), known.calendar)
            deadlines[f"{task} yellow"] = (f"{element}_yellow", soon.at)
            deadlines[f"{task} red"] = (f"{element}_red", end.at)
    rows.add_items(session, fresh)
    rows.replace_deadlines(session, deadlines)
    return entries
