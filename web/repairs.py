"""Cases in trouble: the list for staff, the repair for administrators."""

from __future__ import annotations

import json
from typing import Any

from flask import flash, redirect, request, url_for
from werkzeug.wrappers import Response as Answer

from api.context import now, resources
from engine.commands import messages
from engine.commands.process_data import process_data
from engine.commands.repair import Correction, Skip, repair
from engine.domain.actor import may_administer, require_administrator
from engine.errors import LianbanError
from engine.queries.outbox import undelivered
from engine.queries.paging import Page
from engine.queries.stuck import fault_of, last_entries, stuck_cases
from engine.queries.visible import find_case
from engine.transaction import reading, writing
from web.blueprint import pages
from web.render import page, translated
from web.session import staff

SIZE = 30
FIELDS = ("reason", "name", "value", "element", "skip")


@pages.get("/stuck")
def stuck() -> str:
    """List the cases that can't go on, and to administrators the messages that did not leave."""
    actor = staff()
    with reading() as session:
        found = stuck_cases(session, resources(), actor, Page(request.args.get("cursor"), SIZE))
        waiting = undelivered(session) if may_administer(actor) else []
    more = found["next"] and url_for("pages.stuck", cursor=found["next"])
    return page(
        "stuck.html",
        found=found,
        more=more,
        repairs=may_administer(actor),
        messages_waiting=waiting,
    )


@pages.post("/stuck/messages/<int:outbox_id>")
def retry_message(outbox_id: int) -> Answer:
    actor, moment = staff(), now()
    with writing() as session:
        messages.retry_message(session, actor=actor, outbox_id=outbox_id, now=moment)
    flash(translated("已更新。"), "good")
    return redirect(url_for("pages.stuck"), 303)


@pages.get("/cases/<number>/repair")
def repair_page(number: str) -> str:
    return _page(number, dict.fromkeys(FIELDS, ""))


@pages.post("/cases/<number>/repair")
def repair_case(number: str) -> str | tuple[str, int] | Answer:
    """Correct a value, if one is named, and try the failing step again; a refusal says why not."""
    actor, moment = staff(), now()
    require_administrator(actor)
    given = {name: request.form.get(name, "").strip() for name in FIELDS}
    name, element, skip = given["name"], given["element"] or None, given["skip"]
    try:
        with writing() as session:
            find_case(session, actor, number)
            repair(
                session,
                resources(),
                actor=actor,
                number=number,
                reason=given["reason"],
                corrections=[Correction(name, _value(given["value"]), element)] if name else [],
                skips=[Skip(skip, {})] if skip else [],
                now=moment,
            )
    except LianbanError as refused:
        return _page(number, given, refused), refused.status
    flash(translated("办件已恢复运行。"), "good")
    return redirect(url_for("pages.case_page", number=number), 303)


def _page(number: str, given: dict[str, str], refused: LianbanError | None = None) -> str:
    actor, moment = staff(), now()
    require_administrator(actor)
    with reading() as session:
        case = find_case(session, actor, number)
        file = {
            "number": case.number,
            "item": {"name": case.item_name},
            "fault": fault_of(case),
        }
        data = process_data(session, resources(), number, moment)
        entries = last_entries(session, case)
    return page("repair.html", file=file, data=data, entries=entries, given=given, refused=refused)


def _value(text: str) -> Any:
    """Return what was typed as JSON, or as text where it is none."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):  # no JSON, or nested without end
        return text
