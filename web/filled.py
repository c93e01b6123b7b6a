"""The application as it was filled in, to read: by the form of the version that its case is on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from api.context import resources
from engine.catalogue.context import form_context
from engine.catalogue.forms import resolve
from engine.domain.actor import Actor
from engine.queries.forms import application_of, form_of_version
from engine.queries.visible import find_case
from engine.store.submissions import NO_FORM
from web.forms import Field, build


def application_fields(session: Session, actor: Actor, file: Mapping[str, Any]) -> Field | None:
    """Return the application of a case file as fields; None where nobody asked for a form."""
    case = find_case(session, actor, file["number"])
    key = application_of(session, resources(), case).form
    if key == NO_FORM:
        return None
    form = form_of_version(session, resources(), case.procedure_version_id, key)
    return build(resolve(form, form_context(case.item)), file["application"])
