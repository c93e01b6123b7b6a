"""Deploying procedures: the gate first, then immutable versions; cases stay on theirs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from engine.bpmn.findings import Finding
from engine.bpmn.versions import content_hash
from engine.commands.gate import Candidate, refusal
from engine.commands.judging import Judgement, Present, judge
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


def foresee(
    session: Session,
    resources: Resources,
    files: Mapping[str, bytes],
    beside: Mapping[str, bytes] | None = None,
) -> Judgement:
    """Judge files against what is deployed now: what `deploy` would do, without doing it.

    It may take seconds, so it belongs before the transaction that deploys.
    """
    return judge(resources.organisation, files, beside or {}, _present(session))


def deploy(
    session: Session,
    resources: Resources,
    *,
    actor: Actor,
    files: Mapping[str, bytes],
    now: datetime,
    beside: Mapping[str, bytes] | None = None,
    foreseen: Judgement | None = None,
) -> Deployment:
    """Deploy BPMN files with their forms, notices and tables; all of it, or nothing.

    `files` maps names as uploaded to bytes. What they name and is not among them is taken from
    `beside` (files on the analyst's disk), else from what is deployed already. Every deployed
    procedure that stands on one of the files, or calls one of the processes, is renewed with it,
    but otherwise keeps its own files. `foreseen` is the judgement of `foresee`; it is made again
    where something else was deployed since. Raises `DeploymentRefused` with all findings.
    """
    if not actor.has_post(ADMINISTRATOR) and actor.account_id is not None:
        raise Forbidden("只有系统管理员可以部署流程。", "Only an administrator may deploy.")
    lock_setting(session, LOCK, "")  # two at once would both store the same number
    if foreseen is None or foreseen.against != {row.id for row in definitions.all_latest(session)}:
        foreseen = foresee(session, resources, files, beside)
    if foreseen.refused:
        raise refusal(list(foreseen.findings))
    if not foreseen.candidates:
        raise Conflict(
            "这些文件不属于任何流程：没有可执行的流程（process），也没有已部署的流程使用它们。",
            "Expected at least one executable process, or a file that a deployed procedure uses.",
        )
    versions = tuple(_store(session, each, actor, now) for each in foreseen.candidates)
    return Deployment(versions, foreseen.findings)


def _present(session: Session) -> dict[str, Present]:
    return {
        row.key: Present(row.name, row.id, definitions.files_of(session, row.id))
        for row in definitions.all_latest(session)
    }


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
