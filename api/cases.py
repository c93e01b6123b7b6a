"""Cases: filing, the case file, what the applicant does, clocks, timeline."""

from __future__ import annotations

from typing import Any

from apiflask import APIBlueprint
from flask import Response, url_for
from sqlalchemy.orm import Session

from api.changes import change
from api.context import actor, now, resources
from api.schemas.cases import CaseFile, CaseQuery, Cases, Filled, NewCase, Withdrawal
from api.schemas.clock import ClockPage, Timeline
from api.schemas.notices import Notices
from engine.commands.filing import open_application, submit
from engine.commands.withdrawal import withdraw
from engine.commands.work import complete
from engine.errors import Conflict
from engine.queries import timeline as timeline_query
from engine.queries.case_file import case_file
from engine.queries.case_list import CaseFilter, case_list
from engine.queries.clock import clock_page
from engine.queries.notices import case_notices
from engine.queries.paging import Page
from engine.queries.task import own_task
from engine.queries.visible import find_case
from engine.store.repetition import Answer
from engine.transaction import reading

blueprint = APIBlueprint("cases", __name__, tag="Cases")
FILTERS = ("status", "item", "department", "county", "colour", "q")


def file_answer(session: Session, number: str, status: int = 200) -> Answer:
    """Return the case file as it stands in this transaction."""
    file = case_file(session, resources(), actor(), number, now())
    return Answer(CaseFile().dump(file), status)


@blueprint.post("/cases")
@blueprint.input(NewCase)
@blueprint.output(CaseFile, status_code=201)
@blueprint.doc(
    summary="Open a case",
    description="Checks the application and keeps it as a draft: no clock runs yet. Then upload "
    "the materials and submit. `next` says what is missing.",
)
def open_case(json_data: dict[str, Any]) -> Response:
    moment = now()

    def work(session: Session) -> Answer:
        case = open_application(
            session,
            resources(),
            actor=actor(),
            item_code=json_data["item"],
            county=json_data.get("county") or next(iter(resources().organisation.counties)),
            channel=json_data["channel"],
            data=json_data["application"],
            now=moment,
        )
        answer = file_answer(session, case.number)
        return Answer(answer.body, 201, url_for("cases.case", number=case.number))

    return change(work, by=actor().name)


@blueprint.get("/cases")
@blueprint.input(CaseQuery, location="query")
@blueprint.output(Cases)
@blueprint.doc(
    summary="List the cases",
    description="An applicant's own, or those of the places of a member of staff.",
)
def cases(query_data: dict[str, Any]) -> dict[str, Any]:
    wanted = CaseFilter(**{name: query_data.get(name) for name in FILTERS})
    page = Page(query_data.get("cursor"), query_data["limit"])
    with reading() as session:
        return case_list(session, resources(), actor(), wanted, page)


@blueprint.get("/cases/<number>")
@blueprint.output(CaseFile)
@blueprint.doc(
    summary="Read a case file",
    description="Application, materials, open steps, limits, supplements, notices. A case that "
    "is not yours to read is not found.",
)
def case(number: str) -> dict[str, Any]:
    moment = now()
    with reading() as session:
        return case_file(session, resources(), actor(), number, moment)


@blueprint.post("/cases/<number>/submission")
@blueprint.output(CaseFile)
@blueprint.doc(
    summary="Submit a draft",
    description="The case is received and its procedure begins. Also allowed with materials "
    "missing: the window then gives one notice of everything that is missing.",
)
def submission(number: str) -> Response:
    moment = now()

    def work(session: Session) -> Answer:
        find_case(session, actor(), number)
        submit(session, resources(), actor=actor(), number=number, now=moment)
        return file_answer(session, number)

    return change(work, by=actor().name)


@blueprint.post("/cases/<number>/supplement")
@blueprint.input(Filled)
@blueprint.output(CaseFile)
@blueprint.doc(
    summary="Answer the one-time notice",
    description="Upload the materials first. `version` and the form are those of the open task "
    "in the case file.",
)
def supplement(number: str, json_data: dict[str, Any]) -> Response:
    moment = now()

    def work(session: Session) -> Answer:
        task = own_task(session, find_case(session, actor(), number))
        if task is None:
            raise Conflict(
                "该办件现在没有需要申请人补正的内容。",
                "Expected a case waiting for its applicant but nothing is asked of him now.",
            )
        complete(
            session,
            resources(),
            actor=actor(),
            work_item_id=task.id,
            version=json_data["version"],
            data=json_data["data"],
            now=moment,
        )
        return file_answer(session, number)

    return change(work, by=actor().name)


@blueprint.post("/cases/<number>/withdrawal")
@blueprint.input(Withdrawal)
@blueprint.output(CaseFile)
@blueprint.doc(
    summary="Withdraw an application",
    description="Before the decision; the case is returned with the reason.",
)
def withdrawal(number: str, json_data: dict[str, Any]) -> Response:
    moment = now()

    def work(session: Session) -> Answer:
        find_case(session, actor(), number)
        withdraw(
            session,
            resources(),
            actor=actor(),
            number=number,
            reason=json_data["reason"],
            by_agent=json_data["by"] == "agent",
            now=moment,
        )
        return file_answer(session, number)

    return change(work, by=actor().name)


@blueprint.get("/cases/<number>/clock")
@blueprint.output(ClockPage)
@blueprint.doc(
    summary="Explain the limits day by day",
    description="Every day with what it counts and why. Before the acceptance only the limits of "
    "the open steps run.",
)
def clock(number: str) -> dict[str, Any]:
    moment = now()
    with reading() as session:
        return clock_page(session, resources(), actor(), number, moment)


@blueprint.get("/cases/<number>/timeline")
@blueprint.output(Timeline)
@blueprint.doc(
    summary="Read the timeline",
    description="From the journal. The applicant sees no internal step and no opinion.",
)
def timeline(number: str) -> dict[str, Any]:
    with reading() as session:
        return {"rows": timeline_query.timeline(session, resources(), actor(), number)}


@blueprint.get("/cases/<number>/notices")
@blueprint.output(Notices)
@blueprint.doc(summary="List the notices of a case", description="Read each under /notices.")
def notices(number: str) -> dict[str, Any]:
    with reading() as session:
        return {"rows": case_notices(session, actor(), number)}
