"""Deploying procedures: the gate first, then immutable versions; cases stay on theirs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from engine.bpmn.findings import Finding, in_order
from engine.bpmn.lint import lint
from engine.bpmn.references import references
from engine.bpmn.versions import build, content_hash
from engine.bpmn.xml import XmlFault
from engine.catalogue.forms import load_form
from engine.catalogue.organisation import Organisation
from engine.commands.bundle import Sources, assemble, canonical
from engine.documents.facts import read_head
from engine.domain.actor import ADMINISTRATOR, Actor
from engine.errors import (
    CatalogueError,
    Conflict,
    DeploymentRefused,
    Forbidden,
    LianbanError,
    Words,
)
from engine.operations.table import SIGNATURES
from engine.resources import Resources
from engine.store import definitions, journal
from engine.store.tables import ProcedureVersion

FORMS, NOTICES = "forms/", "forms/notices/"


@dataclass(frozen=True)
class DeployedVersion:
    """The newest version of a procedure after a deployment. `changed` is False where nothing new
    was stored; `caller_of` names the uploaded procedures whose renewal renewed this one."""

    key: str
    name: str
    number: int
    hash: str
    changed: bool
    caller_of: tuple[str, ...] = ()


@dataclass(frozen=True)
class Deployment:
    """What a deployment did, and what the gate said below the level of an error."""

    versions: tuple[DeployedVersion, ...]
    findings: tuple[Finding, ...]


@dataclass(frozen=True)
class Candidate:
    """A procedure that would be deployed: its process id and name, and the files it stands on."""

    key: str
    name: str
    files: Mapping[str, bytes]
    caller_of: tuple[str, ...] = ()


def deploy(
    session: Session,
    resources: Resources,
    *,
    actor: Actor,
    files: Mapping[str, bytes],
    now: datetime,
    beside: Mapping[str, bytes] | None = None,
) -> Deployment:
    """Deploy BPMN files with their forms, notices and tables; all of it, or nothing.

    `files` maps names as uploaded to bytes. What they name and is not among them is taken from
    `beside` (files on the analyst's disk), else from what is deployed already. Every deployed procedure that stands on one of the files,
    or calls one of the processes, is renewed with it. Raises `DeploymentRefused` with all findings.
    """
    if not actor.has_post(ADMINISTRATOR) and actor.account_id is not None:
        raise Forbidden("只有系统管理员可以部署流程。", "Only an administrator may deploy.")
    uploaded = canonical_files(files)
    candidates, findings = _candidates(session, uploaded, canonical_files(beside or {}))
    findings += check(resources.organisation, uploaded, candidates)
    if any(finding.level == "error" for finding in findings):
        raise refusal(findings)
    if not candidates:
        raise Conflict(
            "这些文件不属于任何流程：没有可执行的流程（process），也没有已部署的流程使用它们。",
            "Expected at least one executable process, or a file that a deployed procedure uses.",
        )
    versions = tuple(_store(session, each, actor, now) for each in candidates)
    return Deployment(versions, tuple(findings))


def check(
    organisation: Organisation, uploaded: Mapping[str, bytes], candidates: Iterable[Candidate]
) -> list[Finding]:
    """Return all that the gate has to say about the uploaded files and what they make up."""
    findings: list[Finding] = []
    everything = dict(uploaded)
    for candidate in candidates:
        everything |= candidate.files
    findings += _form_findings(everything)
    findings += _notice_findings(everything)
    findings += lint(
        {path: data for path, data in everything.items() if path.endswith((".bpmn", ".dmn"))},
        forms=_keys(everything, FORMS, ".yaml"),
        notices=_keys(everything, NOTICES, ".typ"),
        operations=SIGNATURES,
        posts=organisation.posts,
        departments=organisation.departments,
    )
    if not any(finding.level == "error" for finding in findings):
        findings += [f for candidate in candidates for f in _build_findings(candidate)]
    return in_order(findings)


def refusal(findings: list[Finding]) -> DeploymentRefused:
    """Return the refusal that lists every finding."""
    errors = sum(1 for finding in findings if finding.level == "error")
    return DeploymentRefused(
        f"流程文件有 {errors} 处错误，未部署任何内容。请按提示修改后重新部署。",
        f"The files have {errors} error(s); nothing was deployed. Mend them as told and deploy "
        "again.",
        findings=findings,
    )


def canonical_files(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return files by canonical path; what no procedure stands on is left out."""
    uploaded: dict[str, bytes] = {}
    for name, data in files.items():
        path = canonical(name, data)
        if path is None:
            continue
        if path in uploaded and uploaded[path] != data:
            raise Conflict(
                f"上传的文件中有两个都是 {path}，内容不同，请只保留一个。",
                f"Two of the files are both {path} but differ; keep one.",
            )
        uploaded[path] = data
    return uploaded


def _candidates(
    session: Session, uploaded: Mapping[str, bytes], beside: Mapping[str, bytes]
) -> tuple[list[Candidate], list[Finding]]:
    """Return what would be deployed: the processes in the files, and whatever stands on them."""
    deployed = {row.key: row for row in definitions.all_latest(session)}
    present = {key: definitions.files_of(session, row.id) for key, row in deployed.items()}
    elsewhere = {path: data for files in present.values() for path, data in files.items()}
    names, findings = _processes(uploaded)
    candidates = []
    for key in sorted({*names, *deployed}):
        mine = present.get(key, {})
        if key not in names and not uploaded.keys() & mine.keys():
            continue
        files = assemble(key, Sources((uploaded, beside, mine, elsewhere)))
        called = tuple(sorted((names.keys() - {key}) & _inside(files))) if mine else ()
        name = names.get(key) or deployed[key].name
        candidates.append(Candidate(key, name, files, called))
    return candidates, findings


def _processes(uploaded: Mapping[str, bytes]) -> tuple[dict[str, str], list[Finding]]:
    names: dict[str, str] = {}
    findings: list[Finding] = []
    for path, data in uploaded.items():
        if not path.endswith(".bpmn"):
            continue
        try:
            names |= references(data, path).processes
        except XmlFault as fault:
            findings.append(fault.finding)
    return names, findings


def _inside(files: Mapping[str, bytes]) -> set[str]:
    diagrams = ((path, data) for path, data in files.items() if path.endswith(".bpmn"))
    return {key for path, data in diagrams for key in references(data, path).processes}


def _store(session: Session, candidate: Candidate, actor: Actor, now: datetime) -> DeployedVersion:
    newest = definitions.latest(session, candidate.key)
    digest = content_hash(candidate.files)
    changed = newest is None or newest.hash != digest
    if changed:
        newest = definitions.add_version(
            session, candidate.key, candidate.name, candidate.files, digest, now, actor.name
        )
        _record(session, newest, actor, now)
    return DeployedVersion(
        candidate.key, newest.name, newest.number, digest, changed, candidate.caller_of
    )


def _record(session: Session, version: ProcedureVersion, actor: Actor, now: datetime) -> None:
    journal.append(
        session,
        case=None,
        at=now,
        actor=actor.name,
        event="procedure_deployed",
        payload={"key": version.key, "number": version.number, "hash": version.hash},
    )


def _keys(files: Mapping[str, bytes], folder: str, ending: str) -> set[str]:
    return {
        path.removeprefix(folder).removesuffix(ending)
        for path in files
        if path.startswith(folder) and path.endswith(ending)
    }


def _form_findings(files: Mapping[str, bytes]) -> list[Finding]:
    forms = (p for p in files if p.startswith(FORMS) and not p.startswith(NOTICES))
    return [
        f for path in forms for f in _faults(path, "form", lambda p=path: load_form(files[p], p))
    ]


def _notice_findings(files: Mapping[str, bytes]) -> list[Finding]:
    templates = (
        path
        for path in files
        if path.startswith(NOTICES) and path.endswith(".typ") and "/_" not in path
    )
    return [f for p in templates for f in _faults(p, "notice", lambda p=p: read_head(files[p]))]


def _build_findings(candidate: Candidate) -> list[Finding]:
    """Parse what the gate let pass; what the library still refuses becomes a finding, not a 500."""
    return _faults(
        next(iter(candidate.files)), "parser", lambda: build(candidate.key, candidate.files)
    )


def _faults(path: str, rule: str, read: object) -> list[Finding]:
    try:
        read()
    except CatalogueError as fault:
        line = fault.facts.get("line", 1)
        return [_finding(path, line, rule, fault.message)]
    except LianbanError as fault:
        return [_finding(path, 1, rule, fault.message)]
    except Exception as fault:
        known = getattr(fault, "id", None)
        words = Words(
            "流程引擎无法读懂该文件。", f"The engine can't read this file ({type(fault).__name__})."
        )
        return [_finding(path, 1, rule, words, element=known or "")]
    return []


def _finding(path: str, line: int, rule: str, words: Words, element: str = "") -> Finding:
    remedy = Words("请按提示修改该文件。", "Mend the file as told.")
    return Finding(path, line, element or path, "error", rule, words, remedy)


def examine(
    organisation: Organisation, files: Mapping[str, bytes], beside: Mapping[str, bytes]
) -> list[Finding]:
    """Return what the gate says of `files`, named as they were given, without deploying them."""
    uploaded, around = canonical_files(files), canonical_files(beside)
    names, findings = _processes(uploaded)
    sources = Sources((uploaded, around))
    candidates = [Candidate(key, name, assemble(key, sources)) for key, name in names.items()]
    findings += check(organisation, uploaded, candidates)
    given = {canonical(name, data): name for name, data in files.items()}
    return in_order(replace(f, file=given[f.file]) for f in findings if f.file in given)
