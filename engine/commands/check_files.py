"""Whether the stored files and the numbers given agree with the rows that name them."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.errors import NotFound, Words
from engine.store import files
from engine.store.tables import Case, Material, Notice
from engine.store.tables import Counter as Serial


def check_files(session: Session, folder: Path) -> Iterator[Words]:
    """Yield each file that a row names and that is missing, or is not what it was."""
    for sha256 in sorted(_named(session)):
        try:
            with files.open_file(folder, sha256) as file:
                whole = hashlib.file_digest(file, "sha256").hexdigest() == sha256
        except NotFound:
            yield Words(f"文件 {sha256} 缺失。", f"the file {sha256} is missing.")
            continue
        if not whole:
            yield Words(f"文件 {sha256} 已损坏。", f"the file {sha256} is damaged.")


def orphans(session: Session, folder: Path) -> list[str]:
    """Return the SHA-256 of the files that no row names: a crash between the writing of a file and
    of its row leaves one, and so does a material that is taken back. They do no harm."""
    return sorted(set(files.stored(folder)) - _named(session))


def check_numbers(session: Session) -> Iterator[Words]:
    """Yield each day's row of case numbers that has a gap."""
    held: Counter[str] = Counter()
    for number in session.scalars(sa.select(Case.number)):
        county, day, *_ = number.split("-")
        held[f"case:{county}:{day[:4]}-{day[4:6]}-{day[6:]}"] += 1
    given = sa.select(Serial.name, Serial.value).where(Serial.name.startswith("case:"))
    for name, value in session.execute(given):
        if held[name] != value:
            yield Words(
                f"{name} 给出了 {value} 个办件编号，实有 {held[name]} 个。",
                f"{name}: {value} case numbers were given, {held[name]} are there.",
            )


def _named(session: Session) -> set[str]:
    uploads = session.scalars(sa.select(Material.sha256))
    drawn = session.scalars(sa.select(Notice.pdf_sha256).where(Notice.pdf_sha256.is_not(None)))
    return {*uploads, *drawn}
