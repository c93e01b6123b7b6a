"""Procedures: what is deployed, each diagram to look at, and deploying (administrators)."""

from __future__ import annotations

from flask import Response, request

from api.context import now, resources
from api.headers import strange
from engine.commands.deployment import Deployment, deploy, foresee
from engine.domain.actor import ADMINISTRATOR, Actor
from engine.errors import Forbidden, Invalid, LianbanError
from engine.procedure_files import MAX_BYTES, unzip
from engine.queries.procedures import procedure_list, procedure_version, procedure_xml
from engine.transaction import reading, writing
from web.blueprint import LARGE, pages
from web.render import page
from web.session import staff

LARGE["pages.deploy_files"] = MAX_BYTES


@pages.get("/procedures")
def procedures() -> str:
    actor = staff()
    return _list(actor)


def _list(actor: Actor, refused: LianbanError | None = None, done: Deployment | None = None) -> str:
    with reading() as session:
        rows = procedure_list(session)
    findings = refused.facts.get("findings", ()) if refused else (done.findings if done else ())
    return page(
        "procedures.html",
        rows=rows,
        administers=actor.has_post(ADMINISTRATOR),
        refused=refused,
        done=done,
        findings=findings,
    )


@pages.get("/procedures/<key>/<int:number>")
def procedure(key: str, number: int) -> str:
    staff()
    with reading() as session:
        version = procedure_version(session, key, number)
    return page("procedure.html", version=version)


@pages.get("/procedures/<key>/<int:number>/diagram.bpmn")
def procedure_diagram(key: str, number: int) -> Response:
    staff()
    with reading() as session:
        xml = procedure_xml(session, resources(), key, number)
    return strange(Response(xml, mimetype="application/xml"))


@pages.post("/procedures")
def deploy_files() -> str | tuple[str, int]:
    """Deploy what an administrator chose; a refusal lists every finding with its place."""
    actor, moment = staff(), now()
    if not actor.has_post(ADMINISTRATOR):  # before the files are unpacked
        raise Forbidden("只有系统管理员可以部署流程。", "Only an administrator may deploy.")
    try:
        files = _chosen()
        with reading() as session:
            foreseen = foresee(session, resources(), files)
        with writing() as session:
            done = deploy(
                session, resources(), actor=actor, files=files, now=moment, foreseen=foreseen
            )
    except LianbanError as refused:
        return _list(actor, refused), refused.status
    return _list(actor, done=done)


def _chosen() -> dict[str, bytes]:
    """Return the chosen files by name, zip archives unpacked. Raises `Invalid`, `TooLarge`."""
    files: dict[str, bytes] = {}
    for sent in request.files.getlist("files"):
        name, data = sent.filename or "", sent.stream.read()
        if name.lower().endswith(".zip"):
            files |= unzip(data)
        elif name:
            files[name] = data
    if not files:
        raise Invalid("请先选择文件。", "Choose files first.")
    return files
