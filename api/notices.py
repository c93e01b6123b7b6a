"""Notices, as facts and as PDF."""

from __future__ import annotations

import io
from typing import Any

from apiflask import APIBlueprint, FileSchema
from flask import Response, send_file

from api.context import actor, now, resources
from api.schemas.notices import Notice
from engine.commands.notices import drawing_of, drawn, keep_pdf
from engine.domain.actor import Actor
from engine.queries.notices import find_notice, notice_facts
from engine.transaction import reading, writing

blueprint = APIBlueprint("notices", __name__, tag="Notices")


@blueprint.get("/notices/<int:notice_id>")
@blueprint.output(Notice)
@blueprint.doc(summary="Read a notice", description="With all the facts that its PDF shows.")
def notice(notice_id: int) -> dict[str, Any]:
    with reading() as session:
        return notice_facts(session, resources(), actor(), notice_id)


@blueprint.get("/notices/<int:notice_id>/pdf")
@blueprint.output(FileSchema, content_type="application/pdf")
@blueprint.doc(
    summary="Read a notice as PDF",
    description="Drawn when first read, the same bytes ever after.",
)
def pdf(notice_id: int) -> Response:
    return pdf_answer(actor(), notice_id)


def pdf_answer(reader: Actor, notice_id: int) -> Response:
    """Return the PDF of a notice that `reader` may see; the first reading keeps it and its hash."""
    moment = now()
    with reading() as session:
        _, row = find_notice(session, resources(), reader, notice_id)
        name, drawing = f"{row.title}.pdf", drawing_of(session, resources(), notice_id)
    data = drawn(resources(), drawing)  # between the transactions: it takes its time
    if drawing.kept is None:
        with writing() as session:
            data = keep_pdf(session, resources(), notice_id, data, moment)
    return send_file(io.BytesIO(data), mimetype="application/pdf", download_name=name)
