"""One case on one page; its notices as PDF; its diagram with the tokens on it."""

from __future__ import annotations

from typing import Any

from flask import Response

from api.context import now, resources
from api.headers import strange
from api.notices import pdf_answer
from engine.commands.diagram import Marks, marks_of
from engine.domain.actor import WINDOW_CLERK, Actor, may_administer
from engine.domain.case import BEFORE_DECISION
from engine.domain.light import Colour
from engine.errors import Words
from engine.queries.case_file import case_file
from engine.queries.clock import NAMES, clock_page
from engine.queries.procedures import procedure_xml
from engine.queries.timeline import timeline
from engine.queries.visible import find_case, no_such_case
from engine.transaction import reading
from web.blueprint import pages
from web.filled import application_fields
from web.render import page
from web.session import signed_in

NO_MARKS = Marks()
SCOPES = {"step": Words("环节", "step"), "case": Words("办件", "case")}
CLOCKS = NAMES | {
    "calendar": Words("日历期限", "calendar limit"),
    "date": Words("约定日期", "fixed date"),
}
SUPPLEMENTS = {
    "open": Words("等待补正", "waiting"),
    "answered": Words("已补正", "answered"),
    "expired": Words("逾期未补正", "expired"),
    "withdrawn": Words("已撤回", "withdrawn"),
}
# What the timeline says of a light or a decision.
TOLD = {
    **{str(colour.value): colour.label for colour in Colour},
    "approve": Words("准予许可", "approved"),
    "refuse": Words("不予许可", "refused"),
}


@pages.get("/cases/<number>")
def case_page(number: str) -> str:
    """Show the case: all of it to staff, to its applicant what he may know (P13d)."""
    actor, moment = signed_in(), now()
    with reading() as session:
        row = find_case(session, actor, number)
        file = case_file(session, resources(), actor, number, moment)
        filled = application_fields(session, actor, file)
        clocks = clock_page(session, resources(), actor, number, moment)
        history = timeline(session, resources(), actor, number)
        inside = actor.sees(row.department, row.county)
        marks = marks_of(session, resources(), number) if inside else NO_MARKS
        acts = row.applicant_id == actor.account_id or _is_window(actor, row)
    return page(
        "case.html",
        file=file,
        filled=filled,
        clocks=clocks,
        history=history,
        inside=inside,
        marks=marks,
        acts=acts,
        scopes=SCOPES,
        clock_names=CLOCKS,
        supplement_states=SUPPLEMENTS,
        told=TOLD,
        repairs=may_administer(actor),
        may_withdraw=acts and file["status"]["code"] in BEFORE_DECISION,
    )


def _is_window(actor: Actor, row: Any) -> bool:
    """Tell whether this is the window clerk who acts for an applicant without an account."""
    return row.applicant_id is None and actor.holds(WINDOW_CLERK, row.department, row.county)


@pages.get("/cases/<number>/diagram.bpmn")
def case_diagram(number: str) -> Response:
    """Hand out the diagram of the version that this case runs on. Internal: for staff."""
    actor, moment = signed_in(), now()
    with reading() as session:
        row = find_case(session, actor, number)
        if not actor.sees(row.department, row.county):
            raise no_such_case()
        procedure = case_file(session, resources(), actor, number, moment)["procedure"]
        xml = procedure_xml(session, resources(), procedure["key"], procedure["number"])
    return strange(Response(xml, mimetype="application/xml"))


@pages.get("/notices/<int:notice_id>.pdf")
def notice_pdf(notice_id: int) -> Response:
    return pdf_answer(signed_in(), notice_id)
