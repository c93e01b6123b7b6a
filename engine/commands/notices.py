"""Drawing the PDF of a notice when it is first read; afterwards the same bytes are handed out.

Setting a page takes time, and a template may take all it is given: so it is done between two
transactions, and no case and no database is locked meanwhile:

    with reading() as session:
        drawing = drawing_of(session, resources, notice_id)
    pdf = drawn(resources, drawing)
    with writing() as session:
        pdf = keep_pdf(session, resources, notice_id, pdf, now)   # only where drawing.kept is None
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from engine.commands.run import lock_case_by_id
from engine.documents.render import render
from engine.errors import NotFound
from engine.operations.notices import TEMPLATE_PATH
from engine.resources import Resources
from engine.store import definitions, files, journal
from engine.store.notices import facts_of
from engine.store.tables import Case, Notice

MAX_BYTES = 20 * 1024 * 1024
STYLES = "forms/notices/_"


@dataclass(frozen=True)
class Drawing:
    """What a notice is drawn from; `kept` is the SHA-256 of the PDF where it was drawn before."""

    kept: str | None
    template: bytes
    style: Mapping[str, bytes]
    facts: Mapping[str, Any]
    issued_at: datetime


def drawing_of(session: Session, resources: Resources, notice_id: int) -> Drawing:
    """Return what the notice is drawn from. Raises `NotFound`."""
    notice = _notice(session, notice_id)
    case = session.get_one(Case, notice.case_id)
    version = definitions.files_of(session, notice.procedure_version_id)
    style = {path.rpartition("/")[2]: data for path, data in version.items() if _is_style(path)}
    template = version[TEMPLATE_PATH.format(notice.template)]
    facts = facts_of(resources.keys, case, notice)
    return Drawing(notice.pdf_sha256, template, style, facts, notice.issued_at)


def drawn(resources: Resources, drawing: Drawing) -> bytes:
    """Return the PDF: the kept one, or one that is drawn now. Raises what `render` raises."""
    if drawing.kept is not None:
        return _read(resources, drawing.kept)
    return render(drawing.template, drawing.style, drawing.facts, now=drawing.issued_at)


def keep_pdf(
    session: Session, resources: Resources, notice_id: int, pdf: bytes, now: datetime
) -> bytes:
    """Keep a PDF and journal its hash; return the one that is kept, which may be an earlier one."""
    notice = _notice(session, notice_id)
    case = lock_case_by_id(session, notice.case_id)
    session.refresh(notice)
    if notice.pdf_sha256 is not None:
        return _read(resources, notice.pdf_sha256)
    notice.pdf_sha256, _ = files.put(resources.files, io.BytesIO(pdf), MAX_BYTES)
    journal.append(
        session,
        case=case,
        at=now,
        actor="system:documents",
        event="notice_drawn",
        payload={"number": notice.number, "pdf_sha256": notice.pdf_sha256},
    )
    return pdf


def _notice(session: Session, notice_id: int) -> Notice:
    notice = session.get(Notice, notice_id)
    if notice is None:
        raise NotFound("没有这份文书。", "There is no such notice.")
    return notice


def _read(resources: Resources, sha256: str) -> bytes:
    with files.open_file(resources.files, sha256) as file:
        return file.read()


def _is_style(path: str) -> bool:
    return path.startswith(STYLES)
