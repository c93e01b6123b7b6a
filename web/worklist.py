"""The worklist of the windows and departments: what waits, the most urgent first (P22a)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import flash, redirect, request, url_for
from werkzeug.wrappers import Response as Answer

from api.context import now, resources
from engine.commands import work
from engine.domain.actor import ANY, Actor, Place, may_work
from engine.domain.case import LABELS
from engine.domain.light import Colour
from engine.errors import Conflict, Words
from engine.queries import shown
from engine.queries.case_list import CaseFilter, case_list
from engine.queries.paging import Page
from engine.queries.visible import find_task
from engine.queries.worklist import TaskFilter
from engine.queries.worklist import worklist as tasks_of
from engine.transaction import reading, writing
from web.blueprint import pages
from web.posted import counted
from web.render import page, tongue, translated
from web.session import local, signed_in, staff

SIZE = 30


@pages.get("/work")
def worklist() -> str:
    actor, wanted = staff(), _wanted()
    with reading() as session:
        found = tasks_of(session, resources(), actor, wanted, _page())
    mine = {row["id"] for row in found["rows"] if workable(actor, row)}
    choices, more = _choices(actor), _more(found)
    return page("work.html", found=found, wanted=wanted, workable=mine, more=more, **choices)


@pages.get("/cases")
def case_search() -> str:
    """Find a case by number, name, or identity: "where is it now?", at the counter or by phone."""
    actor, q = staff(), request.args.get("q", "").strip()
    status = request.args.get("status") or None
    wanted = CaseFilter(status=status, colour=_colour(), q=q or None)
    with reading() as session:
        found = case_list(session, resources(), actor, wanted, _page())
    return page(
        "cases.html",
        found=found,
        wanted=wanted,
        colours=list(Colour),
        labels=LABELS,
        more=_more(found),
    )


def _wanted() -> TaskFilter:
    return TaskFilter(
        post=request.args.get("post") or None,
        department=request.args.get("department") or None,
        colour=_colour(),
        mine="mine" in request.args,
        everything="everything" in request.args,
    )


def _colour() -> str | None:
    colour = request.args.get("light")
    return colour if colour in set(Colour) else None


def _page() -> Page:
    return Page(request.args.get("cursor"), SIZE)


def _more(found: dict[str, Any]) -> str | None:
    """Return the address of the next page, with the same filters."""
    if found["next"] is None:
        return None
    kept = {name: value for name, value in request.args.items() if name != "cursor"}
    return url_for(request.endpoint, **kept, cursor=found["next"])


def _choices(actor: Actor) -> dict[str, Any]:
    """Return the posts, departments and lights to filter by: those of the actor's seats."""
    posts = dict.fromkeys(seat.post for seat in actor.seats)
    departments = dict.fromkeys(seat.department for seat in actor.seats)
    if ANY in departments:
        posts = {code: None for code, post in resources().organisation.posts.items()}
        departments = dict.fromkeys(item.department.code for item in resources().items.values())
    return {
        "posts": [shown.post(resources(), code) for code in posts],
        "departments": [shown.department(resources(), code) for code in departments],
        "colours": list(Colour),
    }


# ---------------------------------------------------------------- claim, release, reassign


@pages.post("/work/<int:task_id>/claim")
def claim(task_id: int) -> Answer:
    return _do(task_id, work.claim)


@pages.post("/work/<int:task_id>/release")
def release(task_id: int) -> Answer:
    return _do(task_id, work.release)


@pages.post("/work/<int:task_id>/reassign")
def reassign(task_id: int) -> Answer:
    to = counted(request.form, "account")
    return _do(task_id, work.reassign, to_account_id=to)


def _do(task_id: int, command: Callable[..., Any], **arguments: Any) -> Answer:
    """Carry out a command and go back to where it was asked for; a refusal is said there."""
    actor, moment = signed_in(), now()
    version = counted(request.form, "version")
    try:
        with writing() as session:
            find_task(session, actor, task_id)  # what one may not see is not there
            command(
                session,
                actor=actor,
                work_item_id=task_id,
                version=version,
                now=moment,
                **arguments,
            )
    except Conflict as refused:
        flash(refused.message.in_language(tongue()), "bad")
    else:
        flash(translated("已更新。"), "good")
    return redirect(local(request.form.get("next"), url_for("pages.worklist")), 303)


def workable(actor: Actor, row: dict[str, Any]) -> bool:
    """Tell whether one of the actor's seats may do a listed task."""
    where = [row[name]["code"] for name in ("post", "department", "county")]
    return may_work(actor, Place(*where, applicant_id=None))


STATES = {
    "open": Words("待办", "open"),
    "completed": Words("已办结", "completed"),
    "cancelled": Words("已取消", "cancelled"),
}
