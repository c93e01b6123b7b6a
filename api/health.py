"""Probes for whoever runs the system."""

from __future__ import annotations

from typing import Any

from apiflask import APIBlueprint, Schema
from flask import Response
from sqlalchemy.exc import SQLAlchemyError

from api.changes import respond
from api.context import now
from api.fields import flag, text
from engine.queries.health import scheduler_alive
from engine.store.repetition import Answer
from engine.store.schema import is_current
from engine.transaction import reading

blueprint = APIBlueprint("health", __name__, tag="Operations")


class Alive(Schema):
    status = text("Always `ok`: the process answers.", "ok")


class Ready(Schema):
    status = text("ok, or unavailable with status 503.", "ok")
    database = flag("Whether the database answers.", True)
    schema = flag("Whether its schema is that of this program.", True)
    scheduler = flag("Whether the scheduler ticks; without it the status is still ok.", True)


@blueprint.get("/healthz")
@blueprint.output(Alive)
@blueprint.doc(summary="Is the process alive", description="Touches nothing else.")
def healthz() -> dict[str, str]:
    return {"status": "ok"}


@blueprint.get("/readyz")
@blueprint.output(Ready)
@blueprint.doc(
    summary="Can it work",
    description="Checks the database, its schema and the scheduler.",
    responses={
        503: {
            "description": "Not ready: the same fields say why.",
            "content": {"application/json": {"schema": Ready}},
        }
    },
)
def readyz() -> Response:
    found: dict[str, Any] = {"database": False, "schema": False, "scheduler": False}
    try:
        moment = now()
        with reading() as session:
            found["database"] = True
            found["schema"] = is_current(session)
            found["scheduler"] = found["schema"] and scheduler_alive(session, moment)
    except SQLAlchemyError:
        pass  # the fields say what could not be reached
    ready = found["database"] and found["schema"]
    found["status"] = "ok" if ready else "unavailable"
    return respond(Answer(found, 200 if ready else 503))
