"""Materials: what an applicant uploads, checked by size, ending and content, kept by its hash."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePosixPath
from typing import Any, BinaryIO

from sqlalchemy.orm import Session

from engine.commands.applicants import require_own
from engine.commands.run import lock_case
from engine.domain.actor import Actor
from engine.domain.case import TAKES_MATERIALS
from engine.errors import Conflict, FieldError, Invalid, NotFound, UnsupportedMedia, Words
from engine.resources import Resources
from engine.store import journal
from engine.store.tables import Case, Material

MAX_BYTES = 20 * 1024 * 1024
MAX_NAME = 200

# What a file of an ending begins with, and the media type it is kept as.
KINDS: dict[str, tuple[tuple[bytes, ...], str]] = {
    "pdf": ((b"%PDF-",), "application/pdf"),
    "png": ((b"\x89PNG\r\n\x1a\n",), "image/png"),
    "jpg": ((b"\xff\xd8\xff",), "image/jpeg"),
    "dwg": ((b"AC10",), "image/vnd.dwg"),
    "docx": (
        (b"PK\x03\x04",),
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ),
    "xlsx": ((b"PK\x03\x04",), "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
}


@dataclass(frozen=True)
class Upload:
    """A file that was checked: its name without folders, and the media type of its content."""

    file_name: str
    ending: str
    media_type: str


def check_upload(file_name: str, stream: BinaryIO) -> Upload:
    """Check name and first bytes of an upload; leaves the stream at its beginning.

    Raises `Invalid` for a name, `UnsupportedMedia` for a kind of file or a content that does not
    agree with the ending.
    """
    name = PurePosixPath(file_name.replace("\\", "/")).name.strip()
    if not name or len(name) > MAX_NAME or not name.isprintable():
        words = Words(
            f"文件名应为 1 至 {MAX_NAME} 个可见字符",
            f"expected a file name of 1 to {MAX_NAME} visible characters",
        )
        raise Invalid(f"{words.zh}。", f"{words.en}.", fields=[FieldError("/file", words)])
    ending = PurePosixPath(name).suffix[1:].lower()
    ending = "jpg" if ending == "jpeg" else ending
    if ending not in KINDS:
        raise _unsupported(", ".join(KINDS))
    beginnings, media_type = KINDS[ending]
    head = stream.read(16)
    stream.seek(0)
    if not head.startswith(beginnings):
        raise UnsupportedMedia(
            f"文件内容不是 {ending} 格式，请核对后重新上传。",
            f"Expected the content of a {ending} file but got something else; upload it again.",
        )
    return Upload(name, ending, media_type)


def add_material(
    session: Session,
    resources: Resources,
    *,
    actor: Actor,
    number: str,
    code: str,
    upload: Upload,
    sha256: str,
    size: int,
    now: datetime,
) -> Material:
    """Put an uploaded file (already in the file store) into the dossier, as not yet submitted.

    Raises `Conflict` where the case takes no materials now, `Invalid` for an unknown material.
    """
    case = lock_case(session, number)
    require_own(actor, case)
    material = _wanted(case, code, upload)
    row = Material(
        case_id=case.id,
        code=code,
        name=material["name"],
        file_name=upload.file_name,
        media_type=upload.media_type,
        size=size,
        sha256=sha256,
        uploaded_at=now,
        uploaded_by=actor.name,
    )
    session.add(row)
    session.flush()
    journal.append(
        session,
        case=case,
        at=now,
        actor=actor.name,
        event="material_uploaded",
        payload={"material": code, "sha256": sha256, "size": size},
    )
    return row


def remove_material(
    session: Session, *, actor: Actor, number: str, material_id: int, now: datetime
) -> None:
    """Take back an uploaded file that is not submitted yet; its bytes stay in the store.

    Raises `NotFound` where the case has no such file, `Conflict` for a file of the dossier.
    """
    case = lock_case(session, number)
    require_own(actor, case)
    row = session.get(Material, material_id)
    if row is None or row.case_id != case.id:
        raise NotFound("没有这个文件。", "There is no such file.")
    if row.submitted:
        raise Conflict(
            "该文件已提交存入卷宗，不能撤下；补正时上传新文件即可替换。",
            "Expected a file not yet submitted; one of the dossier is replaced by a new upload.",
        )
    session.delete(row)
    journal.append(
        session,
        case=case,
        at=now,
        actor=actor.name,
        event="material_removed",
        payload={"material": row.code, "sha256": row.sha256},
    )


def _wanted(case: Case, code: str, upload: Upload) -> dict[str, Any]:
    """Return the catalogue's entry of a material that this case takes now in this format."""
    if case.status not in TAKES_MATERIALS:
        raise Conflict(
            "该办件现在不接收材料：只有草稿和待补齐补正的办件可以上传。",
            "Expected a draft or a case waiting for a supplement; it takes no materials now.",
            status=case.status,
        )
    material = _material(case, code)
    if upload.ending not in material["accepts"]:
        raise _unsupported(", ".join(material["accepts"]))
    return material


def _material(case: Case, code: str) -> dict[str, Any]:
    material = next((m for m in case.item["materials"] if m["code"] == code), None)
    if material is None:
        listed = ", ".join(m["code"] for m in case.item["materials"])
        words = Words(f"没有这种材料，可用的代码：{listed}", f"unknown material; known: {listed}")
        raise Invalid(f"{words.zh}。", f"{words.en}.", fields=[FieldError("/material", words)])
    return material


def _unsupported(accepted: str) -> UnsupportedMedia:
    return UnsupportedMedia(
        f"不接收这种格式的文件，可用的格式：{accepted}。",
        f"This kind of file is not taken; use one of: {accepted}.",
        accepts=accepted,
    )
