"""Filing: an application online or at the counter (P2a, P10a), its materials, its submission."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from engine.bpmn.versions import Version
from engine.catalogue.context import form_context
from engine.catalogue.forms import form_in
from engine.catalogue.items import Item
from engine.commands.applicants import require_own, submit_materials
from engine.commands.forms import checked
from engine.commands.run import begin, lock_case, starting
from engine.domain.actor import WINDOW_CLERK, Actor
from engine.domain.calendar import shanghai_day
from engine.domain.case import Status
from engine.domain.identifiers import case_number, mask_name
from engine.errors import Conflict, FieldError, Forbidden, Invalid, NotFound, Words
from engine.resources import Resources
from engine.store import definitions, journal, submissions
from engine.store.counters import next_serial
from engine.store.secrets import index
from engine.store.tables import Case

MOST_SHOWN = 255  # characters of a heading in lists; the application keeps the whole


def open_application(
    session: Session,
    resources: Resources,
    *,
    actor: Actor,
    item_code: str,
    county: str,
    channel: str,
    data: Any,
    now: datetime,
) -> Case:
    """Open a case as a draft: the application is checked, numbered and kept; no clock runs yet.

    The case stays on the procedure version that is newest now. Raises `NotFound` for an unknown
    item or county, `Forbidden` at a counter that is not the actor's, `Invalid` naming the fields.
    """
    item = _item(resources, item_code, county)
    _may_file(actor, channel, item, county)
    version_row = definitions.find(session, item.procedure)
    version = resources.version(session, version_row.id)
    key = version.start_form()
    # Without a form nothing is asked, and what is sent all the same is not kept unchecked.
    data = (
        checked(form_in(version.files, key), lambda: form_context(asdict(item)), data)
        if key
        else {}
    )
    _require_mandate(data, now)
    case = _draft(session, resources, actor, item, county, channel, data, now)
    case.procedure_version_id = version_row.id
    session.add(case)
    session.flush()
    submissions.keep(
        session, resources.keys, case, key or submissions.NO_FORM, data, now=now, by=actor.name
    )
    journal.append(
        session,
        case=case,
        at=now,
        actor=actor.name,
        event="application_opened",
        payload={"item": item.code, "channel": channel, "version": version_row.hash},
    )
    return case


def submit(
    session: Session, resources: Resources, *, actor: Actor, number: str, now: datetime
) -> Case:
    """Submit a draft: it is received, and its procedure begins (收件)."""
    case = lock_case(session, number)
    require_own(actor, case)
    if case.status != Status.DRAFT:
        raise Conflict(
            "该办件已经提交，不能重复提交。",
            "Expected a draft but the case is submitted already.",
            status=case.status,
        )
    case.status, case.received_at = Status.RECEIVED, now
    submit_materials(session, case)
    with starting(session, resources, case, actor, now) as run:
        run.record("submitted", {"channel": case.channel})
        begin(run, {})
    return case


def _checked(version: Version, key: str, item: Item, data: Any) -> dict[str, Any]:
    return checked(form_in(version.files, key), lambda: form_context(asdict(item)), data)


def _item(resources: Resources, code: str, county: str) -> Item:
    item = resources.items.get(code)
    if item is None:
        raise NotFound("没有这个事项，请核对事项编码。", "There is no such item; check its code.")
    if county not in resources.organisation.counties:
        raise NotFound("没有这个县区，请核对代码。", "There is no such county; check its code.")
    return item


def _may_file(actor: Actor, channel: str, item: Item, county: str) -> None:
    if channel == "counter" and not actor.holds(WINDOW_CLERK, item.department.code, county):
        raise Forbidden(
            "只有本部门窗口的工作人员可以登记窗口申报。",
            "Only a clerk of this department's window may file at the counter.",
        )
    if channel == "online" and actor.account_id is None:
        raise Forbidden("请先登录再申报。", "Sign in before you apply.")


def _require_mandate(data: dict[str, Any], now: datetime) -> None:
    """An agent files under a mandate that is in force (L29)."""
    agent = data.get("agent")
    today = shanghai_day(now).isoformat()
    if agent and not agent["valid_from"] <= today <= agent["valid_until"]:
        words = Words(
            "委托期限不包括今天，代理人无权代为申请",
            "the mandate is not in force today; the agent may not apply under it",
        )
        fields = [FieldError("/agent/valid_until", words)]
        raise Invalid(f"{words.zh}。", f"{words.en}.", code="form", fields=fields)


def _shown(applicant: dict[str, Any]) -> str:
    """Return the name for lists: an organisation's in full, a person's masked."""
    name = applicant.get("name", "")
    return name if applicant.get("type") == "organisation" else mask_name(name)


def _draft(
    session: Session,
    resources: Resources,
    actor: Actor,
    item: Item,
    county: str,
    channel: str,
    data: Any,
    now: datetime,
) -> Case:
    day = shanghai_day(now)
    serial = next_serial(session, f"case:{county}:{day.isoformat()}")
    applicant = data.get("applicant") or {}
    identity = applicant.get("id_number") or applicant.get("credit_code")
    return Case(
        number=case_number(county, day, serial),
        item_code=item.code,
        item_name=item.name,
        item=asdict(item),
        department=item.department.code,
        county=county,
        channel=channel,
        subject=(data.get("subject") or item.name)[:MOST_SHOWN],
        applicant_id=actor.account_id if channel == "online" else None,
        applicant_shown=_shown(applicant)[:MOST_SHOWN],
        applicant_index=identity and index(resources.keys, ("identity",), identity.strip().upper()),
        status=Status.DRAFT,
        created_at=now,
    )
