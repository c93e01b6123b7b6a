"""The judgement: every promise kept once, nothing half-done, nothing lost."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field

import sqlalchemy as sa
from sqlalchemy.orm import Session

from bench.soak.installation import Installation
from bench.soak.load import Client, Promises
from engine.commands.check import check_cases
from engine.commands.check_files import check_files, check_numbers, orphans
from engine.present import present_time
from engine.resources import Resources
from engine.scheduler import tick
from engine.store import files
from engine.store.audit import verify_all
from engine.store.outbox import message_id
from engine.store.tables import (
    Case,
    Deadline,
    JournalEntry,
    Material,
    Message,
    Outbox,
    Repetition,
    Submission,
    WorkItem,
)
from engine.transaction import reading


@dataclass
class Verdict:
    """What was counted, and every breach of a promise, in words."""

    counts: dict[str, int] = field(default_factory=dict)
    breaches: list[str] = field(default_factory=list)


def repeat_kept(where: Installation, promises: Promises) -> Iterator[str]:
    """Repeat every request that was answered under a key: the answer must be the same again."""
    client = Client(where, promises, "repeat")
    for key, kept in promises.kept.items():
        headers = {"Content-Type": kept.media_type, "Idempotency-Key": key}
        status, answered = client.send("POST", kept.login, kept.path, kept.body, headers)
        if (status, answered) != (kept.status, kept.answer):
            yield f"{kept.path}: {_difference(kept.answer, answered)}, {status} for {kept.status}"


def _difference(first: bytes, again: bytes) -> str:
    """Name the fields in which a repeated answer is not the first one."""
    one, other = json.loads(first), json.loads(again)
    names = [name for name in {**one, **other} if one.get(name) != other.get(name)]
    told = [f"{name} was {one.get(name)!r} and is {other.get(name)!r}" for name in names]
    return "the repeated answer differs: " + ("; ".join(told)[:500] or f"{again[:300]!r}")


def judge(where: Installation, promises: Promises) -> Verdict:
    """Judge an installation that has been stopped."""
    verdict = Verdict()
    with where.inside() as resources:
        tick(where.config(), resources, present_time(where.config()))
        now = present_time(where.config())
        with reading() as session:
            verdict.breaches += [
                f"{each.number} {each.message.en}" for each in check_cases(session, resources, now)
            ]
            verdict.breaches += [fault.message.en for fault in verify_all(session)]
            verdict.breaches += [words.en for words in check_files(session, resources.files)]
            verdict.breaches += [words.en for words in check_numbers(session)]
            verdict.breaches += _promises(session, promises)
            verdict.breaches += _messages(session, where)
            verdict.breaches += _leftovers(session, now)
            _count(verdict, session, resources)
        files.sweep(resources.files, older_than=-1)
        if list((resources.files / "incoming").glob("*")):
            verdict.breaches.append("a temporary file is left")
    verdict.breaches += promises.strange
    return verdict


def _promises(session: Session, promises: Promises) -> Iterator[str]:
    status = dict(session.execute(sa.select(WorkItem.id, WorkItem.status)).all())
    kept = dict(
        session.execute(
            sa.select(Submission.work_item_id, sa.func.count()).group_by(Submission.work_item_id)
        ).all()
    )
    for item, times in promises.completed.items():
        if times != 1 or status.get(item) != "completed" or kept.get(item) != 1:
            yield f"work item {item}: acknowledged {times} times, is {status.get(item)}"
    received = set(session.scalars(sa.select(Case.number).where(Case.received_at.is_not(None))))
    yield from (f"{number}: its submission is lost" for number in promises.submitted - received)
    hashes = dict(session.execute(sa.select(Material.id, Material.sha256)).all())
    for material, sha256 in promises.uploaded.items():
        if hashes.get(material) != sha256:
            yield f"the upload {material} is lost"


def _messages(session: Session, where: Installation) -> Iterator[str]:
    rows = list(session.scalars(sa.select(Outbox)))
    told = set(session.scalars(sa.select(Message.outbox_id)))
    for row in rows:
        if row.delivered_at is None or message_id(row) not in where.gateway.got:
            yield f"message {row.id} was never delivered: {row.error}"
        if row.id not in told:
            yield f"message {row.id} is not in the inbox"
    known = {message_id(row) for row in rows}
    for stray in where.gateway.got.keys() - known:
        yield f"a message was sent that nothing put out: {stray}"


def _leftovers(session: Session, now: object) -> Iterator[str]:
    late = session.scalar(sa.select(sa.func.count()).where(Deadline.due_at <= now))
    if late:
        yield f"{late} due timers did not fire"
    faulty = sa.select(Case.number, Case.fault_en).where(Case.fault.is_not(None))
    yield from (f"{number} is in trouble: {fault}" for number, fault in session.execute(faulty))
    half = sa.select(sa.func.count()).where(Repetition.status == 0)
    if session.scalar(half):
        yield "an Idempotency-Key is claimed without its answer"


def _count(verdict: Verdict, session: Session, resources: Resources) -> None:
    def many(*conditions: object, of: type = JournalEntry) -> int:
        return session.scalar(sa.select(sa.func.count()).select_from(of).where(*conditions))

    verdict.counts |= {
        "cases": many(of=Case),
        "completions": many(WorkItem.status == "completed", of=WorkItem),
        "timers": many(JournalEntry.event == "timer_fired"),
        "messages": many(of=Outbox),
        "journal rows": many(),
        "orphaned uploads": len(orphans(session, resources.files)),
    }
