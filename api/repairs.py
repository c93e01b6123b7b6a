"""Cases that cannot go on: the list for staff, the repair for administrators."""

from __future__ import annotations

from typing import Any

from apiflask import APIBlueprint
from flask import Response
from sqlalchemy.orm import Session

from api.cases import file_answer
from api.changes import change
from api.context import actor, now, resources
from api.fields import PageQuery
from api.schemas.cases import CaseFile
from api.schemas.repairs import Repair, StuckCases, Trouble, Undelivered
from engine.commands.messages import retry_message
from engine.commands.process_data import process_data
from engine.commands.repair import Correction, Skip, repair
from engine.domain.actor import Actor, require_administrator
from engine.errors import Forbidden
from engine.queries.outbox import undelivered
from engine.queries.paging import Page
from engine.queries.stuck import fault_of, last_entries, stuck_cases
from engine.queries.visible import find_case
from engine.store.repetition import Answer
from engine.transaction import reading

blueprint = APIBlueprint("repairs", __name__, tag="Repairs")


@blueprint.get("/stuck-cases")
@blueprint.input(PageQuery, location="query")
@blueprint.output(StuckCases)
@blueprint.doc(
    summary="List the cases that can't go on",
    description="Those of your places, for staff: which are tried again, and which are set aside "
    "for an administrator.",
)
def stuck(query_data: dict[str, Any]) -> dict[str, Any]:
    require_staff(actor())
    page = Page(query_data.get("cursor"), query_data["limit"])
    with reading() as session:
        return stuck_cases(session, resources(), actor(), page)


@blueprint.get("/cases/<number>/trouble")
@blueprint.output(Trouble)
@blueprint.doc(
    summary="Read what a repair needs",
    description="The fault, the process data where the case waits, the last facts of its journal. "
    "Administrators only.",
)
def trouble(number: str) -> dict[str, Any]:
    require_administrator(actor())
    moment = now()
    with reading() as session:
        case = find_case(session, actor(), number)
        return {
            "number": case.number,
            "fault": fault_of(case),
            "data": process_data(session, resources(), number, moment),
            "entries": last_entries(session, case),
        }


@blueprint.post("/cases/<number>/repair")
@blueprint.input(Repair)
@blueprint.output(CaseFile)
@blueprint.doc(
    summary="Repair a case and let it go on",
    description="Administrators only. Corrects values if asked to, then tries the failing step "
    "again: what fell due meanwhile fires in order, each at its own time. Where it fails still, "
    "nothing is kept and the problem document says why. Without corrections and skips it is tried "
    "again as it is.",
)
def mend(number: str, json_data: dict[str, Any]) -> Response:
    require_administrator(actor())
    moment = now()

    def work(session: Session) -> Answer:
        find_case(session, actor(), number)
        repair(
            session,
            resources(),
            actor=actor(),
            number=number,
            reason=json_data["reason"],
            corrections=[Correction(**each) for each in json_data.get("corrections", ())],
            skips=[Skip(**each) for each in json_data.get("skips", ())],
            now=moment,
        )
        return file_answer(session, number)

    return change(work, by=actor().name)


@blueprint.get("/outbox")
@blueprint.output(Undelivered)
@blueprint.doc(
    summary="List the messages that did not leave",
    description="Those tried in vain: tried again later, or set aside. Administrators only.",
)
def outbox() -> dict[str, Any]:
    require_administrator(actor())
    with reading() as session:
        return {"rows": undelivered(session)}


@blueprint.post("/outbox/<int:outbox_id>/retry")
@blueprint.output(Undelivered)
@blueprint.doc(
    summary="Try a message again now",
    description="The scheduler takes it up. The receiver sees the same id. Administrators only.",
)
def retry(outbox_id: int) -> Response:
    require_administrator(actor())
    moment = now()

    def work(session: Session) -> Answer:
        retry_message(session, actor=actor(), outbox_id=outbox_id, now=moment)
        return Answer(Undelivered().dump({"rows": undelivered(session)}))

    return change(work, by=actor().name)


def require_staff(who: Actor) -> None:
    if not who.is_staff:
        raise Forbidden("只有工作人员可以查看。", "Only members of staff may see this.")
