"""The materials of a case: upload, list, download, take back."""

from __future__ import annotations

from typing import Any

from apiflask import APIBlueprint, EmptySchema, FileSchema
from flask import Response, send_file
from sqlalchemy.orm import Session

from api.changes import change
from api.context import actor, now, resources
from api.headers import strange
from api.schemas.cases import Materials, MaterialUpload, UploadedFile
from engine.commands.materials import MAX_BYTES, add_material, check_upload, remove_material
from engine.queries.case_file import material_list, material_row
from engine.queries.materials import find_material
from engine.queries.visible import find_case
from engine.store import files
from engine.store.repetition import Answer
from engine.transaction import reading, writing

blueprint = APIBlueprint("materials", __name__, tag="Materials")
# A body may be a little larger than its file: the parts' headers and the other field.
MAX_BODY = {"materials.upload": MAX_BYTES + 64 * 1024}


@blueprint.post("/cases/<number>/materials")
@blueprint.input(MaterialUpload, location="form_and_files")
@blueprint.output(UploadedFile, status_code=201)
@blueprint.doc(
    summary="Upload a material",
    description="For a draft, or a case that waits for a supplement. At most 20 MB; the kind is "
    "checked by the ending and by the content. It joins the dossier when the case is submitted "
    "or the supplement handed in.",
)
def upload(number: str, form_and_files_data: dict[str, Any]) -> Response:
    moment, code = now(), form_and_files_data["material"]
    file = form_and_files_data["file"]
    with reading() as session:
        find_case(session, actor(), number)
    checked = check_upload(file.filename or "", file.stream)
    sha256, size = files.put(resources().files, file.stream, MAX_BYTES)

    def work(session: Session) -> Answer:
        row = add_material(
            session,
            resources(),
            actor=actor(),
            number=number,
            code=code,
            upload=checked,
            sha256=sha256,
            size=size,
            now=moment,
        )
        return Answer(UploadedFile().dump(material_row(row)), 201)

    return change(work, by=actor().name, content=f"{code} {sha256} {checked.file_name}")


@blueprint.get("/cases/<number>/materials")
@blueprint.output(Materials)
@blueprint.doc(
    summary="List the materials", description="Those of the item, each with its uploaded files."
)
def materials(number: str) -> dict[str, Any]:
    with reading() as session:
        return {"rows": material_list(session, find_case(session, actor(), number))}


@blueprint.get("/cases/<number>/materials/<int:material_id>")
@blueprint.output(FileSchema, content_type="application/octet-stream")
@blueprint.doc(
    summary="Download a material",
    description="As an attachment, with the media type that was checked at the upload.",
)
def download(number: str, material_id: int) -> Response:
    with reading() as session:
        row = find_material(session, resources(), actor(), number, material_id)
    attachment = send_file(
        files.open_file(resources().files, row.sha256),
        mimetype=row.media_type,
        as_attachment=True,
        download_name=row.file_name,
    )
    return strange(attachment)


@blueprint.delete("/cases/<number>/materials/<int:material_id>")
@blueprint.output(EmptySchema, status_code=204)
@blueprint.doc(
    summary="Take a material back",
    description="Only before it is submitted.",
)
def remove(number: str, material_id: int) -> tuple[str, int]:
    moment = now()
    with writing() as session:
        find_case(session, actor(), number)
        remove_material(session, actor=actor(), number=number, material_id=material_id, now=moment)
    return "", 204
