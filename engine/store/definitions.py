"""Deployed procedures: immutable versions and their files, shared by content."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.errors import NotFound
from engine.store.tables import Content, ProcedureFile, ProcedureVersion


def latest(session: Session, key: str) -> ProcedureVersion | None:
    """Return the newest version of a procedure, or None."""
    query = (
        sa.select(ProcedureVersion)
        .where(ProcedureVersion.key == key)
        .order_by(ProcedureVersion.number.desc())
        .limit(1)
    )
    return session.scalars(query).first()


def all_latest(session: Session) -> list[ProcedureVersion]:
    """Return the newest version of every procedure, by key."""
    newest = (
        sa.select(ProcedureVersion.key, sa.func.max(ProcedureVersion.number).label("number"))
        .group_by(ProcedureVersion.key)
        .subquery()
    )
    query = (
        sa.select(ProcedureVersion)
        .join(
            newest,
            sa.and_(
                ProcedureVersion.key == newest.c.key, ProcedureVersion.number == newest.c.number
            ),
        )
        .order_by(ProcedureVersion.key)
    )
    return list(session.scalars(query))


def find(session: Session, key: str, number: int | None = None) -> ProcedureVersion:
    """Return one version, the newest where no number is given. Raises `NotFound`."""
    if number is None:
        version = latest(session, key)
    else:
        # Compared as a large number: an address may name a version that the column can't hold.
        wanted = sa.literal(number, sa.BigInteger)
        query = sa.select(ProcedureVersion).where(
            ProcedureVersion.key == key, ProcedureVersion.number == wanted
        )
        version = session.scalars(query).one_or_none()
    if version is None:
        raise NotFound("没有这个流程或版本。", "There is no such procedure or version.")
    return version


def files_of(session: Session, version_id: int) -> dict[str, bytes]:
    """Return the files of a version by canonical path."""
    query = (
        sa.select(ProcedureFile.path, Content.data)
        .join(Content, Content.digest == ProcedureFile.digest)
        .where(ProcedureFile.version_id == version_id)
    )
    return {path: bytes(data) for path, data in session.execute(query)}


def add_version(
    session: Session,
    key: str,
    name: str,
    files: Mapping[str, bytes],
    content_hash: str,
    now: datetime,
    by: str,
) -> ProcedureVersion:
    """Store a new version of a procedure after the newest one."""
    newest = latest(session, key)
    version = ProcedureVersion(
        key=key,
        number=newest.number + 1 if newest else 1,
        name=name,
        hash=content_hash,
        deployed_at=now,
        deployed_by=by,
    )
    session.add(version)
    session.flush()
    for path, data in files.items():
        digest = hashlib.sha256(data).hexdigest()
        if session.get(Content, digest) is None:
            session.add(Content(digest=digest, data=data))
            session.flush()
        session.add(ProcedureFile(version_id=version.id, path=path, digest=digest))
    session.flush()
    return version
