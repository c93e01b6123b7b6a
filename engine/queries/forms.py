"""Forms as a page or a script needs them: a concrete JSON Schema, and what is known already."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.catalogue.context import form_context
from engine.catalogue.forms import Form, form_in, prefill, resolve
from engine.domain.calendar import shanghai_day
from engine.domain.identifiers import mask_id, mask_name, mask_phone
from engine.resources import Resources
from engine.store import submissions
from engine.store.dossier import form_sources
from engine.store.tables import Case, Submission

MASKS = {"id-number": mask_id, "mobile": mask_phone}


def form_of_version(session: Session, resources: Resources, version_id: int, key: str) -> Form:
    """Return a form of the deployed version with this id."""
    return form_in(resources.version(session, version_id).files, key)


def form_view(form: Form, context: Mapping[str, Any]) -> dict[str, Any]:
    """Return {key, title, schema, prefill, ui}.

    `schema` is concrete: it can be checked against with any JSON Schema library. `ui` maps the
    JSON pointer of a field (`/defects/*/kind` in each row of a list) to how it is meant to be
    shown: {title, title_en, widget?, help?, help_en?}.
    """
    schema = resolve(form, context)
    hints: dict[str, Any] = {}
    _collect(schema, "", hints)
    return {
        "key": form.key,
        "title": form.title,
        "schema": schema,
        "prefill": prefill(form, context),
        "ui": hints,
    }


def _collect(schema: Mapping[str, Any], place: str, hints: dict[str, Any]) -> None:
    if place and "title" in schema:
        titles = {"title": schema["title"], "title_en": schema.get("x-title-en", schema["title"])}
        hints[place] = titles | schema.get("x-ui", {})
    for name, field in schema.get("properties", {}).items():
        _collect(field, f"{place}/{name}", hints)
    if "items" in schema:
        _collect(schema["items"], f"{place}/*", hints)


def application_of(session: Session, resources: Resources, case: Case) -> Submission:
    """Return the application: what was filled in first."""
    query = sa.select(Submission).where(Submission.case_id == case.id)
    return session.scalars(query.order_by(Submission.id).limit(1)).one()


def case_context(
    session: Session, resources: Resources, case: Case, now: datetime
) -> dict[str, Any]:
    """Return the context in which a form of the case is resolved and prefilled."""
    row = application_of(session, resources, case)
    application = submissions.read(resources.keys, case, row)
    return form_context(
        case.item,
        **form_sources(session, case),
        prefill=known_values(application, case.item, shanghai_day(now)),
    )


def known_values(
    application: Mapping[str, Any], item: Mapping[str, Any], today: date
) -> dict[str, Any]:
    """Return what the forms may start from, by the names that `x-prefill` uses."""
    known = {
        name: application[name]
        for name in ("applicant", "agent", "delivery")
        if name in application
    }
    known["today"] = today.isoformat()
    known["recipient"] = _recipient(application)
    known["licence"] = {"valid_from": today.isoformat()}
    if item["result"]["valid_years"]:
        last = _last_day_of(today, item["result"]["valid_years"])
        known["licence"]["valid_until"] = last.isoformat()
    return known


def _recipient(application: Mapping[str, Any]) -> dict[str, str]:
    """Return who will probably fetch the result: the agent, the applicant, or who represents it."""
    applicant, agent = application.get("applicant", {}), application.get("agent")
    if agent:
        person = {"name": agent["name"], "capacity": "agent", "id_number": agent["id_number"]}
    elif applicant.get("type") == "organisation":
        person = {"name": applicant["legal_representative"], "capacity": "applicant"}
    else:
        person = {name: applicant[name] for name in ("name", "id_number") if name in applicant}
        person["capacity"] = "applicant"
    return person


def _last_day_of(first: date, years: int) -> date:
    """Return the last day of a licence: the day before the corresponding day (民法典 art. 202)."""
    try:
        corresponding = first.replace(year=first.year + years)
    except ValueError:  # 29 February
        corresponding = date(first.year + years, 3, 1)
    return corresponding - timedelta(days=1)


def masked(schema: Mapping[str, Any], data: Any) -> Any:
    """Return `data` with every text that the form marks `x-personal` hidden but for its ends."""
    if isinstance(data, Mapping):
        fields = schema.get("properties", {})
        return {name: masked(fields.get(name, {}), value) for name, value in data.items()}
    if isinstance(data, list):
        return [masked(schema.get("items", {}), value) for value in data]
    if isinstance(data, str) and schema.get("x-personal"):
        return MASKS.get(schema.get("x-format", ""), mask_name)(data)
    return data
