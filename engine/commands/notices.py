"""Drawing the PDF of a notice when it is first read; afterwards the same bytes are handed out."""

from __future__ import annotations

import io
from datetime import datetime

from sqlalchemy.orm import Session

from engine.commands.run import lock_case_by_id
from engine.documents.render import render
from engine.errors import NotFound
from engine.operations.notices import TEMPLATE_PATH
from engine.resources import Resources
from engine.store import definitions, files, journal
from engine.store.notices import facts_of
from engine.store.tables import Notice

MAX_BYTES = 20 * 1024 * 1024
STYLES = "forms/notices/_"


def pdf_of(session: Session, resources: Resources, notice_id: int, now: datetime) -> bytes:
    """Return the PDF of a notice. The first reading draws it, keeps it and journals its hash."""
    notice = session.get(Notice, notice_id)
    if notice is None:
        raise NotFound("没有这份文书。", "There is no such notice.")
    case = lock_case_by_id(session, notice.case_id)
    session.refresh(notice)
    if notice.pdf_sha256 is not None:
        with files.open_file(resources.files, notice.pdf_sha256) as file:
            return file.read()
    version = definitions.files_of(session, notice.procedure_version_id)
    style = {path.rpartition("/")[2]: data for path, data in version.items() if _is_style(path)}
    template = version[TEMPLATE_PATH.format(notice.template)]
    facts = facts_of(resources.keys, case, notice)
    pdf = render(template, style, facts, now=notice.issued_at)
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


def _is_style(path: str) -> bool:
    return path.startswith(STYLES)
