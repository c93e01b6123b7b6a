"""Progress: open to whoever has the number and the query code."""

from __future__ import annotations

from typing import Any

from apiflask import APIBlueprint

from api.context import now, resources
from api.schemas.clock import Progress, ProgressQuery
from engine.queries import progress as query
from engine.transaction import reading

blueprint = APIBlueprint("progress", __name__, tag="Progress")


@blueprint.get("/progress/<number>")
@blueprint.input(ProgressQuery, location="query")
@blueprint.output(Progress)
@blueprint.doc(
    summary="Look up the progress of a case",
    description="For the public, by the number and the query code of the case.",
)
def progress(number: str, query_data: dict[str, Any]) -> dict[str, Any]:
    moment = now()
    with reading() as session:
        return query.progress(session, resources(), number, query_data["code"], moment)
