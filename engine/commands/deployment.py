"""Deploying procedures: the gate first, then immutable versions; cases stay on theirs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from engine.bpmn.findings import Finding, in_order
from engine.bpmn.lint import has_errors
from engine.bpmn.references import references
from engine.bpmn.versions import content_hash
from engine.bpmn.xml import XmlFault
from engine.catalogue.organisation import Organisation
from engine.commands.bundle import Sources, assemble, canonical
from engine.commands.gate import Candidate, check, refusal
from engine.domain.actor import ADMINISTRATOR, Actor
from engine.errors import Conflict, Forbidden
from engine.resources import Resources
from engine.store import definitions, journal
from engine.store.settings import lock_setting
from engine.store.tables import ProcedureVersion

LOCK = "procedures"  # the setting whose row a deployment locks


@dataclass(frozen=True)
class DeployedVersion:
    """The newest version of a procedure after a deployment. `changed` is False where nothing new
    was stored; `caller_of` names the uploaded procedures that it calls and was renewed for."""

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
    `beside` (files on the analyst's disk), else from what is deployed already. Every deployed
    procedure that stands on one of the files, or calls one of the processes, is renewed with it,
    but otherwise keeps its own files. Raises `DeploymentRefused` with all findings.
    """
    if not actor.has_post(ADMINISTRATOR) and actor.account_id is not None:
        raise Forbidden("只有系统管理员可以部署流程。", "Only an administrator may deploy.")
    lock_setting(session, LOCK, "")  # two at once would both store the same number
    uploaded = canonical_files(files)
    candidates, findings = _candidates(session, uploaded, _first_of_each(beside or {}))
    findings = _as_given(findings + check(resources.organisation, uploaded, candidates), files)
    if has_errors(findings):
        raise refusal(findings)
    if not candidates:
        raise Conflict(
            "这些文件不属于任何流程：没有可执行的流程（process），也没有已部署的流程使用它们。",
            "Expected at least one executable process, or a file that a deployed procedure uses.",
        )
    versions = tuple(_store(session, each, actor, now) for each in candidates)
    return Deployment(versions, tuple(findings))


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


def _first_of_each(beside: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return files by canonical path; a second one of the same path (an old copy) is left out."""
    around: dict[str, bytes] = {}
    for name, data in beside.items():
        around.setdefault(canonical(name, data) or "", data)
    around.pop("", None)
    return around


def _as_given(findings: list[Finding], files: Mapping[str, bytes]) -> list[Finding]:
    """Return findings with the names under which the files were uploaded."""
    given = {canonical(name, data): name for name, data in files.items()}
    return in_order(replace(each, file=given.get(each.file, each.file)) for each in findings)


def _candidates(
    session: Session, uploaded: Mapping[str, bytes], beside: Mapping[str, bytes]
) -> tuple[list[Candidate], list[Finding]]:
    """Return what would be deployed: the processes in the files, and whatever stands on them."""
    deployed = {row.key: row for row in definitions.all_latest(session)}
    present = {key: definitions.files_of(session, row.id) for key, row in deployed.items()}
    elsewhere = {path: data for files in present.values() for path, data in files.items()}
    names, findings = _processes(uploaded)
    fresh = dict(uploaded)
    candidates = []
    for key in sorted(names):
        mine = present.get(key, {})
        files = assemble(key, Sources((uploaded, beside, mine, elsewhere)))
        fresh |= files
        candidates.append(Candidate(key, names[key], files))
    for key in sorted(present.keys() - names.keys()):
        mine = present[key]
        if uploaded.keys() & mine.keys():
            files = assemble(key, Sources((fresh, mine, beside, elsewhere)))
            called = tuple(sorted(names.keys() & _inside(files)))
            candidates.append(Candidate(key, deployed[key].name, files, called))
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


def examine(
    organisation: Organisation, files: Mapping[str, bytes], beside: Mapping[str, bytes]
) -> list[Finding]:
    """Return what the gate says of `files`, named as they were given, without deploying them."""
    uploaded = canonical_files(files)
    names, findings = _processes(uploaded)
    sources = Sources((uploaded, _first_of_each(beside)))
    candidates = [Candidate(key, name, assemble(key, sources)) for key, name in names.items()]
    findings += check(organisation, uploaded, candidates)
    return [each for each in _as_given(findings, files) if each.file in files]
