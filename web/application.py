"""An application, online or at the counter (P2a, P10a): its form, a last look, its receipt."""

from __future__ import annotations

from typing import Any

from flask import redirect, request, url_for
from werkzeug.wrappers import Response as Answer

from api.context import now, resources
from engine.commands import filing
from engine.domain.actor import WINDOW_CLERK, Actor
from engine.errors import Conflict, Forbidden, Invalid, Words
from engine.queries import items
from engine.queries.case_file import case_file
from engine.queries.places import filing_counties
from engine.transaction import reading, writing
from web.blueprint import pages
from web.filled import application_fields
from web.forms import Field, build
from web.posted import edit_of, read, said
from web.render import page
from web.session import signed_in, staff


@pages.route("/apply/<code>", methods=["GET", "POST"])
def apply(code: str) -> str | tuple[str, int] | Answer:
    return _application(signed_in(), code, "online")


@pages.route("/counter/<code>", methods=["GET", "POST"])
def counter(code: str) -> str | tuple[str, int] | Answer:
    """File for somebody who stands at the window; the same form, the same kind of case."""
    return _application(staff(), code, "counter")


def _application(actor: Actor, code: str, channel: str) -> str | tuple[str, int] | Answer:
    with reading() as session:
        item = items.item_page(session, resources(), code)
        counties = filing_counties(session, resources(), item["department"]["code"])
    if channel == "counter":
        counties = _at_counter(actor, item["department"]["code"], counties)
    form = item["application_form"]
    if form is None or not counties:
        raise Conflict(
            "该事项尚未开通申报，请到窗口咨询。",
            "Applications for this item are not open yet; ask at the window.",
        )
    if request.method == "GET":
        return _show(item, channel, counties, build(form["schema"], form["prefill"]))
    edit = edit_of(request.form)
    data = read(form["schema"], request.form, edit)
    if edit:
        return _show(item, channel, counties, build(form["schema"], data))
    try:
        number = _open(actor, code, channel, said(form["schema"], data))
    except Invalid as refused:
        root = build(form["schema"], data, refused.fields)
        return _show(item, channel, counties, root, refused), 422
    return redirect(url_for("pages.case_materials", number=number), 303)


def _at_counter(actor: Actor, department: str, counties: dict[str, Words]) -> dict[str, Words]:
    """Keep the counties in which this clerk has a window."""
    mine = {
        code: name for code, name in counties.items() if actor.holds(WINDOW_CLERK, department, code)
    }
    if not mine:
        raise Forbidden(
            "只有本部门窗口的工作人员可以登记窗口申报。",
            "Only a clerk of this department's window may file at the counter.",
        )
    return mine


def _show(
    item: dict[str, Any],
    channel: str,
    counties: dict[str, Words],
    root: Field,
    refused: Invalid | None = None,
) -> str:
    county = request.form.get("county", "")
    return page(
        "apply.html",
        item=item,
        channel=channel,
        counties=counties,
        county=county if county in counties else next(iter(counties)),
        root=root,
        refused=refused,
    )


def _open(actor: Actor, code: str, channel: str, data: dict[str, Any]) -> str:
    moment, county = now(), request.form.get("county", "")
    with writing() as session:
        opened = filing.open_application(
            session,
            resources(),
            actor=actor,
            item_code=code,
            county=county,
            channel=channel,
            data=data,
            now=moment,
        )
        return opened.number


@pages.route("/cases/<number>/submit", methods=["GET", "POST"])
def submit(number: str) -> str | Answer:
    """Show the application once more, and take it in."""
    actor, moment = signed_in(), now()
    if request.method == "POST":
        with writing() as session:
            filing.submit(session, resources(), actor=actor, number=number, now=moment)
        return redirect(url_for("pages.submitted", number=number), 303)
    with reading() as session:
        file = case_file(session, resources(), actor, number, moment)
        filled = application_fields(session, actor, file)
    if file["status"]["code"] != "draft":
        return redirect(url_for("pages.case_page", number=number))
    missing = [m for m in file["materials"] if m["required"] and not m["files"]]
    return page("submit.html", file=file, missing=missing, application=filled)


@pages.get("/cases/<number>/submitted")
def submitted(number: str) -> str:
    """Say that it was received: the number, the query code, what happens next and by when."""
    actor, moment = signed_in(), now()
    with reading() as session:
        file = case_file(session, resources(), actor, number, moment)
    return page("submitted.html", file=file)
