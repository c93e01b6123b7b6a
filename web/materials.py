"""The materials of a case: what is asked for, what is there, uploading, taking back, reading."""

from __future__ import annotations

from flask import Response, flash, redirect, request, send_file, url_for
from werkzeug.wrappers import Response as Answer

from api.context import now, resources
from api.headers import strange
from engine.commands.materials import MAX_BYTES, add_material, check_upload, remove_material
from engine.domain.actor import Actor
from engine.domain.case import TAKES_MATERIALS
from engine.errors import Conflict, Invalid, LianbanError, TooLarge, UnsupportedMedia
from engine.queries.case_file import case_file
from engine.queries.materials import find_material
from engine.queries.visible import find_case
from engine.store import files
from engine.transaction import reading, writing
from web.blueprint import LARGE, pages
from web.render import page, translated
from web.session import local, signed_in

LARGE["pages.upload"] = MAX_BYTES


@pages.get("/cases/<number>/materials")
def case_materials(number: str) -> str:
    return _materials_page(signed_in(), number)


def _materials_page(
    actor: Actor, number: str, code: str = "", refused: LianbanError | None = None
) -> str:
    moment = now()
    with reading() as session:
        file = case_file(session, resources(), actor, number, moment)
    if file["status"]["code"] not in TAKES_MATERIALS:
        raise Conflict(
            "该办件现在不接收材料：只有草稿和待补齐补正的办件可以上传。",
            "This case takes no materials now: only a draft or one that waits for a supplement.",
        )
    return page("materials.html", file=file, at_fault=code, refused=refused)


@pages.post("/cases/<number>/materials/<code>")
def upload(number: str, code: str) -> Answer | tuple[str, int]:
    """Take the chosen files of one material; the first that is refused stops the rest."""
    actor = signed_in()
    with reading() as session:
        find_case(session, actor, number)
    try:
        names = [_take(actor, number, code, each) for each in request.files.getlist("file")]
    except (Invalid, UnsupportedMedia, TooLarge) as refused:
        return _materials_page(actor, number, code, refused), refused.status
    flash(translated("已上传：{names}", names="、".join(names)), "good")
    default = url_for("pages.case_materials", number=number)
    return redirect(local(request.form.get("next"), default), 303)


def _take(actor: Actor, number: str, code: str, sent: object) -> str:
    if not sent.filename:
        raise Invalid("请先选择文件。", "Choose a file first.")
    checked, moment = check_upload(sent.filename, sent.stream), now()
    sha256, size = files.put(resources().files, sent.stream, MAX_BYTES)
    with writing() as session:
        add_material(
            session,
            resources(),
            actor=actor,
            number=number,
            code=code,
            upload=checked,
            sha256=sha256,
            size=size,
            now=moment,
        )
    return checked.file_name


@pages.post("/cases/<number>/files/<int:material_id>/remove")
def remove_file(number: str, material_id: int) -> Answer:
    actor, moment = signed_in(), now()
    with writing() as session:
        find_case(session, actor, number)
        remove_material(session, actor=actor, number=number, material_id=material_id, now=moment)
    default = url_for("pages.case_materials", number=number)
    return redirect(local(request.form.get("next"), default), 303)


@pages.get("/cases/<number>/files/<int:material_id>")
def download(number: str, material_id: int) -> Response:
    """Hand a file out as an attachment: what somebody uploaded is never shown as a page of ours."""
    actor = signed_in()
    with reading() as session:
        row = find_material(session, resources(), actor, number, material_id)
    attachment = send_file(
        files.open_file(resources().files, row.sha256),
        mimetype=row.media_type,
        as_attachment=True,
        download_name=row.file_name,
    )
    return strange(attachment)
