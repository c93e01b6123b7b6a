"""An applicant's own: his cases and messages, his steps (P10d, P18), a withdrawal (P18)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from flask import flash, redirect, request, url_for
from werkzeug.wrappers import Response as Answer

from api.context import now, resources
from engine.commands.withdrawal import withdraw
from engine.domain.case import BEFORE_DECISION
from engine.errors import Conflict, Forbidden, Invalid, LianbanError
from engine.queries.case_file import case_file
from engine.queries.case_list import CaseFilter, case_list
from engine.queries.messages import inbox
from engine.queries.paging import Page
from engine.queries.task import own_task, task_page
from engine.queries.visible import find_case
from engine.transaction import reading, writing
from web.blueprint import pages
from web.forms import Field, build
from web.posted import edit_of, read, said
from web.render import page, translated
from web.schema import is_rows
from web.session import signed_in
from web.task import complete_task

MESSAGES = 10


@pages.get("/my")
def my_cases() -> str:
    """List what this account applied for, also where it has seats besides."""
    actor, cursor = replace(signed_in(), seats=()), request.args.get("cursor")
    with reading() as session:
        cases = case_list(session, resources(), actor, CaseFilter(), Page(cursor, 20))
        messages = inbox(session, actor, Page(None, MESSAGES))
    return page("my.html", cases=cases, messages_of_mine=messages["rows"])


# ---------------------------------------------------------------- supplement, rectification


@pages.route("/cases/<number>/supplement", methods=["GET", "POST"])
def supplement(number: str) -> str | tuple[str, int] | Answer:
    """Show what the case asks of its applicant, why and until when; take the answer.

    A supplement also names what is missing and takes the files; other steps are their form alone.
    """
    actor, moment = signed_in(), now()
    with reading() as session:
        file = case_file(session, resources(), actor, number, moment)
        open_task = own_task(session, find_case(session, actor, number))
        task = open_task and task_page(session, resources(), actor, open_task.id, moment)
    if task is None or task["form"] is None:
        raise Conflict(
            "该办件现在没有需要您办理的环节。", "Nothing is asked of you in this case now."
        )
    schema = task["form"]["schema"]
    if request.method == "GET":
        return _supplement_page(file, task, build(schema, _offered(file, task["form"])))
    edit = edit_of(request.form)
    data = read(schema, request.form, edit)
    if edit:
        return _supplement_page(file, task, build(schema, data))
    try:
        complete_task(actor, task["id"], said(schema, data))
    except Invalid as refused:
        return _supplement_page(file, task, build(schema, data, refused.fields), refused), 422
    flash(translated("“{name}”已提交。", name=task["name"]), "good")
    return redirect(url_for("pages.submitted", number=number), 303)


def _supplement_page(
    file: dict[str, Any], task: dict[str, Any], root: Field, refused: LianbanError | None = None
) -> str:
    notice = _open_notice(file)
    wanted = {defect["material"] for defect in notice["defects"]} if notice else set()
    named = [m for m in file["materials"] if m["code"] in wanted]
    return page(
        "supplement.html",
        file=file,
        task=task,
        notice=notice,
        named=named,
        fresh=sum(not each["submitted"] for m in named for each in m["files"]),
        root=root,
        refused=refused,
    )


def _open_notice(file: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return the one-time notice that waits for its answer."""
    return next((each for each in file["supplements"] if each["status"] == "open"), None)


def _offered(file: Mapping[str, Any], form: Mapping[str, Any]) -> dict[str, Any]:
    """Offer one row for each material that the notice names, where the form asks for rows."""
    offered = dict(form["prefill"])
    notice = _open_notice(file)
    if notice is None:
        return offered
    wanted = {defect["material"] for defect in notice["defects"]}
    for name, field in form["schema"]["properties"].items():
        if name in offered or not is_rows(field):
            continue
        for column, cell in field["items"].get("properties", {}).items():
            codes = [choice["const"] for choice in cell.get("oneOf", ())]
            if codes and set(codes) == wanted:
                offered[name] = [{column: code} for code in codes]
    return offered


# ---------------------------------------------------------------- withdrawal


@pages.route("/cases/<number>/withdrawal", methods=["GET", "POST"])
def withdrawal(number: str) -> str | tuple[str, int] | Answer:
    actor, moment = signed_in(), now()
    with reading() as session:
        file = case_file(session, resources(), actor, number, moment)
    if request.method == "GET":
        if file["status"]["code"] not in BEFORE_DECISION:
            raise Conflict(
                "只有提交之后、作出决定之前的申请可以撤回。",
                "Only an application that is submitted and not yet decided can be withdrawn.",
            )
        return page("withdrawal.html", file=file, reason="", refused=None)
    reason = request.form.get("reason", "").replace("\r\n", "\n")
    try:
        with writing() as session:
            withdraw(
                session,
                resources(),
                actor=actor,
                number=number,
                reason=reason,
                by_agent=request.form.get("by") == "agent",
                now=moment,
            )
    except (Invalid, Forbidden) as refused:
        shown = page("withdrawal.html", file=file, reason=reason, refused=refused)
        return shown, refused.status
    flash(translated("申请已撤回。"), "good")
    return redirect(url_for("pages.case_page", number=number), 303)
