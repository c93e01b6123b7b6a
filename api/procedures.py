"""Procedures: what is deployed, and deploying."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Any

from apiflask import APIBlueprint, FileSchema
from flask import Response
from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage

from api.changes import change
from api.context import actor, language, now, resources
from api.headers import strange
from api.schemas.procedures import (
    Deployment,
    PathQuery,
    Procedures,
    ProcedureUpload,
    VersionPage,
)
from engine.commands import deployment
from engine.domain.actor import ADMINISTRATOR
from engine.errors import Conflict, Forbidden
from engine.procedure_files import MAX_BYTES, unzip
from engine.queries.procedures import (
    procedure_file,
    procedure_list,
    procedure_version,
    procedure_xml,
)
from engine.store.repetition import Answer
from engine.transaction import reading

blueprint = APIBlueprint("procedures", __name__, tag="Procedures")
MAX_BODY = {"procedures.deploy": MAX_BYTES + 64 * 1024}


@blueprint.get("/procedures")
@blueprint.output(Procedures)
@blueprint.doc(summary="List the procedures", description="The newest version of each.")
def procedures() -> dict[str, Any]:
    with reading() as session:
        return {"rows": procedure_list(session)}


@blueprint.get("/procedures/<key>/versions/<int:number>")
@blueprint.output(VersionPage)
@blueprint.doc(
    summary="Read a version", description="Its files, and how many cases are on it. Immutable."
)
def version(key: str, number: int) -> dict[str, Any]:
    with reading() as session:
        return procedure_version(session, key, number)


@blueprint.get("/procedures/<key>/versions/<int:number>/xml")
@blueprint.output(FileSchema, content_type="application/xml")
@blueprint.doc(summary="Read the diagram of a version", description="BPMN 2.0 XML as deployed.")
def xml(key: str, number: int) -> Response:
    with reading() as session:
        data = procedure_xml(session, resources(), key, number)
    return strange(Response(data, mimetype="application/xml"))


@blueprint.get("/procedures/<key>/versions/<int:number>/file")
@blueprint.input(PathQuery, location="query")
@blueprint.output(FileSchema, content_type="text/plain")
@blueprint.doc(
    summary="Read a file of a version", description="A form, a template, a table or a diagram."
)
def file(key: str, number: int, query_data: dict[str, Any]) -> Response:
    with reading() as session:
        data = procedure_file(session, key, number, query_data["path"])
    return strange(Response(data, mimetype="text/plain"))


@blueprint.post("/procedures")
@blueprint.input(ProcedureUpload, location="form_and_files")
@blueprint.output(Deployment, status_code=201)
@blueprint.doc(
    summary="Deploy procedures",
    description="Administrators only. The gate checks everything first: with an error nothing is "
    "deployed, and the problem document lists all `findings` with file, line and element. New "
    "cases take the new version, running ones keep theirs.",
)
def deploy(form_and_files_data: dict[str, Any]) -> Response:
    if not actor().has_post(ADMINISTRATOR):  # before the files are unpacked
        raise Forbidden("只有系统管理员可以部署流程。", "Only an administrator may deploy.")
    moment, tongue = now(), language()
    files = _files(form_and_files_data["files"])

    with reading() as session:
        foreseen = deployment.foresee(session, resources(), files)

    def work(session: Session) -> Answer:
        done = deployment.deploy(
            session, resources(), actor=actor(), files=files, now=moment, foreseen=foreseen
        )
        findings = [finding.as_dict(tongue) for finding in done.findings]
        body = Deployment().dump({"versions": done.versions, "findings": findings})
        return Answer(body, 201)

    return change(work, by=actor().name, content=_digest(files))


def _files(uploads: Iterable[FileStorage]) -> dict[str, bytes]:
    files: dict[str, bytes] = {}
    for upload in uploads:
        for name, data in _unpacked(upload).items():
            if files.setdefault(name, data) != data:
                raise Conflict(
                    "上传的文件中有两个同名而内容不同，请只保留一个。",
                    "Two of the files have one name but differ; keep one.",
                )
    return files


def _unpacked(upload: FileStorage) -> dict[str, bytes]:
    name, data = upload.filename or "", upload.stream.read()
    return unzip(data) if name.lower().endswith(".zip") else {name: data}


def _digest(files: dict[str, bytes]) -> str:
    whole = hashlib.sha256()
    for name, data in sorted(files.items()):
        whole.update(hashlib.sha256(name.encode("utf-8", "replace")).digest())
        whole.update(hashlib.sha256(data).digest())
    return whole.hexdigest()
