"""Deployed procedures: their versions, their files, their diagrams."""

from __future__ import annotations

import hashlib
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.errors import NotFound
from engine.queries.shown import account_names
from engine.resources import Resources
from engine.store import definitions
from engine.store.tables import Case, ProcedureVersion


def procedure_list(session: Session) -> list[dict[str, Any]]:
    """Return the newest version of every procedure, with the numbers of all its versions."""
    numbers: dict[str, list[int]] = {}
    query = sa.select(ProcedureVersion.key, ProcedureVersion.number)
    for key, number in session.execute(query.order_by(ProcedureVersion.number)):
        numbers.setdefault(key, []).append(number)
    rows = definitions.all_latest(session)
    names = account_names(session, map(_deployer, rows))
    return [_row(row, names) | {"versions": numbers[row.key]} for row in rows]


def procedure_version(session: Session, key: str, number: int) -> dict[str, Any]:
    """Return a version with its files ({path, size, sha256}) and how many cases are on it."""
    row = definitions.find(session, key, number)
    files = definitions.files_of(session, row.id)
    counted = sa.select(sa.func.count()).where(Case.procedure_version_id == row.id)
    running = counted.where(Case.closed_at.is_(None))
    return _row(row, account_names(session, [_deployer(row)])) | {
        "files": [
            {"path": path, "size": len(data), "sha256": hashlib.sha256(data).hexdigest()}
            for path, data in sorted(files.items())
        ],
        "cases": session.scalar(counted),
        "running": session.scalar(running),
    }


def procedure_file(session: Session, key: str, number: int, path: str) -> bytes:
    """Return one file of a version by its canonical path. Raises `NotFound`."""
    data = definitions.files_of(session, definitions.find(session, key, number).id).get(path)
    if data is None:
        raise NotFound("该版本没有这个文件。", "This version has no such file.")
    return data


def procedure_xml(session: Session, resources: Resources, key: str, number: int) -> bytes:
    """Return the diagram in which the process of this key is drawn. Raises `NotFound`."""
    row = definitions.find(session, key, number)
    version = resources.version(session, row.id)
    return version.files[version.spec.file]


def _row(row: ProcedureVersion, names: dict[int, str]) -> dict[str, Any]:
    return {
        "key": row.key,
        "number": row.number,
        "name": row.name,
        "hash": row.hash,
        "deployed_at": row.deployed_at,
        "deployed_by": names.get(_deployer(row)) or row.deployed_by,
    }


def _deployer(row: ProcedureVersion) -> int | None:
    kind, _, number = row.deployed_by.partition(":")
    return int(number) if kind == "account" and number.isdecimal() else None
