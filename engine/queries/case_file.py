"""The case file: everything about one case that its reader may know."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.catalogue.context import form_context
from engine.catalogue.forms import resolve
from engine.domain.actor import APPLICANT, Actor
from engine.queries import shown
from engine.queries.case_list import case_row
from engine.queries.clock import clocks_of, rows_of
from engine.queries.forms import application_of, case_context, form_of_version, form_view, masked
from engine.queries.next_step import next_step
from engine.queries.notices import notices_of
from engine.queries.stuck import fault_of
from engine.queries.visible import find_case, is_owner, sees_personal
from engine.resources import Resources
from engine.store import dossier, submissions
from engine.store.secrets import query_code
from engine.store.tables import Case, Light, Material, ProcedureVersion, Supplement, WorkItem


def case_file(
    session: Session, resources: Resources, actor: Actor, number: str, now: datetime
) -> dict[str, Any]:
    """Return the case file. Raises `NotFound`.

    The applicant sees his own open step with its form, no internal step and no light; who only
    watches sees personal data masked and no query code.
    """
    case = find_case(session, actor, number)
    staff = actor.sees(case.department, case.county)
    personal = sees_personal(resources, actor, case)
    clocks = rows_of(session, [case.id]).get(case.id, [])
    tasks = _open_tasks(session, case)
    return case_row(resources, actor, case, clocks, tasks) | {
        "query_code": query_code(resources.keys, case.number) if personal else None,
        "next": next_step(session, case, now),
        "application": _application(session, resources, case, personal),
        "materials": material_list(session, case),
        "tasks": _tasks(session, resources, case, tasks, actor, staff, now),
        "clocks": clocks_of(session, resources, case, now),
        "lights": _lights(session, case) if staff else [],
        "supplements": _supplements(session, resources, case),
        "notices": notices_of(session, case),
        "procedure": _procedure(session, case),
        "fault": fault_of(case) if staff else None,
    }


def material_list(session: Session, case: Case) -> list[dict[str, Any]]:
    """Return each material of the item with the files that were uploaded for it."""
    held: dict[str, list[dict[str, Any]]] = {}
    for row in dossier.listed_materials(session, case.id):
        held.setdefault(row.code, []).append(material_row(row))
    return [
        {
            "code": m["code"],
            "name": m["name"],
            "name_en": m["name_en"],
            "main": m["main"],
            "required": m["required"],
            "accepts": list(m["accepts"]),
            "files": held.get(m["code"], []),
        }
        for m in case.item["materials"]
    ]


def material_row(row: Material | dossier.Listed) -> dict[str, Any]:
    """Return an uploaded file. It belongs to the dossier once it is submitted."""
    return {
        "id": row.id,
        "material": row.code,
        "file_name": row.file_name,
        "media_type": row.media_type,
        "size": row.size,
        "sha256": row.sha256,
        "uploaded_at": row.uploaded_at,
        "submitted": row.submitted,
    }


def _application(
    session: Session, resources: Resources, case: Case, personal: bool
) -> dict[str, Any]:
    row = application_of(session, resources, case)
    data = submissions.read(resources.keys, case, row)
    if personal:
        return data
    if row.form == submissions.NO_FORM:
        return {}
    form = form_of_version(session, resources, case.procedure_version_id, row.form)
    return masked(resolve(form, form_context(case.item)), data)


def _open_tasks(session: Session, case: Case) -> list[WorkItem]:
    query = sa.select(WorkItem).where(WorkItem.case_id == case.id, WorkItem.status == "open")
    return list(session.scalars(query.order_by(WorkItem.id)))


def _tasks(
    session: Session,
    resources: Resources,
    case: Case,
    tasks: list[WorkItem],
    actor: Actor,
    staff: bool,
    now: datetime,
) -> list[dict[str, Any]]:
    """Return the open steps; the owner's own with its form, staff's with who has claimed it."""
    names = shown.account_names(session, (task.assignee_id for task in tasks)) if staff else {}
    rows = []
    for task in tasks:
        own = task.post == APPLICANT and is_owner(actor, case)
        if not staff and not own:
            continue
        form = None
        if own and task.form is not None:
            known = form_of_version(session, resources, case.procedure_version_id, task.form)
            form = form_view(known, case_context(session, resources, case, now))
        rows.append(
            {
                "id": task.id,
                "version": task.version,
                "name": task.name,
                "post": shown.post(resources, task.post),
                "assignee": names.get(task.assignee_id),
                "light": shown.light(task.colour) if staff else None,
                "last_day": shown.last_day(task.due_at),
                "provisional": task.provisional,
                "form": form,
            }
        )
    return rows


def _lights(session: Session, case: Case) -> list[dict[str, Any]]:
    query = sa.select(Light).where(Light.case_id == case.id).order_by(Light.due_at, Light.id)
    return [
        {
            "light": shown.light(row.colour),
            "severity": row.severity,
            "scope": row.scope,
            "clock": row.clock,
            "element": row.element,
            "task": row.work_item_id,
            "due_at": row.due_at,
            "seen_at": row.seen_at,
        }
        for row in session.scalars(query)
    ]


def _supplements(session: Session, resources: Resources, case: Case) -> list[dict[str, Any]]:
    names = {m["code"]: m["name"] for m in case.item["materials"]}
    query = sa.select(Supplement).where(Supplement.case_id == case.id).order_by(Supplement.round)
    return [
        {
            "round": row.round,
            "status": row.status,
            "requested_at": row.requested_at,
            "due_at": row.due_at,
            "last_day": shown.last_day(row.due_at),
            "provisional": _provisional(resources, row),
            "answered_at": row.answered_at,
            "defects": [
                defect | {"name": names.get(defect["material"], defect["material"])}
                for defect in row.defects
            ],
        }
        for row in session.scalars(query)
    ]


def _provisional(resources: Resources, row: Supplement) -> bool:
    last = shown.last_day(row.due_at)
    return last is not None and resources.calendar.day(last).provisional


def _procedure(session: Session, case: Case) -> dict[str, Any]:
    row = session.get(ProcedureVersion, case.procedure_version_id)
    if row is None:  # lost: the case is set aside when the scheduler comes to it
        return {"key": "?", "number": 0, "name": "?", "hash": ""}
    return {"key": row.key, "number": row.number, "name": row.name, "hash": row.hash}
