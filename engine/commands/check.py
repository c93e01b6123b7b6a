"""Whether what is stored of a case agrees with itself. It only reads, but needs the engine's state.

Nothing here should ever be found: a step writes all of it in one transaction. What is found was
written by hand, restored in part, or shows a fault of the program.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, undefer

from engine.commands.run import deadlines_of, loaded
from engine.domain.actor import SCHEDULER
from engine.errors import LianbanError, Words
from engine.operations.case_run import CaseRun
from engine.resources import Resources
from engine.store.tables import (
    Case,
    Deadline,
    JournalEntry,
    Light,
    Notice,
    Outbox,
    Submission,
    Supplement,
    WorkItem,
)

# What a journal event and the rows of a table tell of the same facts.
PAIRS: tuple[tuple[str, type, Words], ...] = (
    ("task_opened", WorkItem, Words("待办", "work items")),
    ("light_raised", Light, Words("灯", "lights")),
    ("notice_issued", Notice, Words("文书", "notices")),
    ("notified", Outbox, Words("消息", "messages")),
    ("supplement_requested", Supplement, Words("补正通知", "supplements")),
)


@dataclass(frozen=True)
class Disagreement:
    """Something that is stored of a case and does not fit the rest. `kind`: state, work, deadline,
    journal, form."""

    number: str
    kind: str
    message: Words


def check_cases(
    session: Session, resources: Resources, now: datetime, number: str | None = None
) -> Iterator[Disagreement]:
    """Yield what does not agree, of one case or of all, one case loaded at a time."""
    ids = sa.select(Case.id).order_by(Case.id)
    if number is not None:
        ids = ids.where(Case.number == number)
    for case_id in session.scalars(ids).all():
        query = sa.select(Case).where(Case.id == case_id)
        case = session.scalars(query.options(undefer(Case.state), undefer(Case.item))).one()
        for kind, words in _faults(session, resources, case, now):
            yield Disagreement(case.number, kind, words)
        session.expunge_all()  # all cases of a city would not fit


def _faults(
    session: Session, resources: Resources, case: Case, now: datetime
) -> Iterator[tuple[str, Words]]:
    items = list(session.scalars(sa.select(WorkItem).where(WorkItem.case_id == case.id)))
    events = _events(session, case)
    yield from _journal_faults(session, case, items, events)
    yield from _form_faults(session, case, items)
    if case.state is None:
        if any(item.status == "open" for item in items):
            yield "work", Words("草稿却有待办。", "a draft has open work items.")
        return
    try:
        run = loaded(session, resources, case, SCHEDULER, now)
    except LianbanError as error:
        yield "state", error.message
        return
    yield from _state_faults(session, run, items)


def _state_faults(
    session: Session, run: CaseRun, items: list[WorkItem]
) -> Iterator[tuple[str, Words]]:
    waiting = {task.task: task.element for task in run.instance.open_tasks()}
    open_items = {item.task: item.element for item in items if item.status == "open"}
    for element in _difference(waiting.items(), open_items.items()):
        yield (
            "work",
            Words(
                f"环节 {element}：流程状态与待办不一致。",
                f"step {element}: the state and the open work items differ.",
            ),
        )
    query = sa.select(Deadline).where(Deadline.case_id == run.case.id)
    rows = {(row.task, (row.element, row.due_at)) for row in session.scalars(query)}
    for element, _ in _difference(deadlines_of(run.instance).items(), rows):
        yield (
            "deadline",
            Words(
                f"定时 {element}：流程状态与时限表不一致。",
                f"timer {element}: the state and the table of due times differ.",
            ),
        )


def _difference(one: Iterable[Any], other: Iterable[Any]) -> list[Any]:
    """Return the second parts of the pairs that are in one but not in the other."""
    return sorted(pair[1] for pair in set(one) ^ set(other))


def _events(session: Session, case: Case) -> list[tuple[str, dict[str, Any]]]:
    query = sa.select(JournalEntry.event, JournalEntry.payload)
    rows = session.execute(query.where(JournalEntry.case_id == case.id).order_by(JournalEntry.seq))
    return [(event, json.loads(payload)) for event, payload in rows]


def _journal_faults(
    session: Session,
    case: Case,
    items: list[WorkItem],
    events: list[tuple[str, dict[str, Any]]],
) -> Iterator[tuple[str, Words]]:
    counts = Counter(event for event, _ in events)
    for event, table, name in PAIRS:
        query = sa.select(sa.func.count()).select_from(table)
        stored = session.scalar(query.where(table.case_id == case.id))
        if stored != counts[event]:
            yield (
                "journal",
                Words(
                    f"{name.zh}有 {stored} 个，日志记了 {counts[event]} 次 {event}。",
                    f"{stored} {name.en}, but {counts[event]} times {event} in the journal.",
                ),
            )
    done = Counter(facts["work_item"] for event, facts in events if event == "task_completed")
    for item in items:
        if done.pop(item.id, 0) != (item.status == "completed"):
            yield (
                "journal",
                _of_item(item, "办结与日志不符", "its completion and the journal differ"),
            )
    for stray in done:
        yield (
            "journal",
            Words(f"日志办结了不存在的待办 {stray}。", f"the journal completes no item: {stray}."),
        )
    fired = Counter(_timer(facts) for event, facts in events if event == "timer_fired")
    for (_, element, due_at), times in fired.items():
        if due_at is not None and times > 1:
            yield (
                "journal",
                Words(
                    f"定时 {element} 触发了 {times} 次。", f"timer {element} fired {times} times."
                ),
            )


def _timer(facts: dict[str, Any]) -> tuple[Any, ...]:
    """Return what fires once; older entries do not say which timer it was."""
    return facts.get("task"), facts["element"], facts.get("due_at")


def _form_faults(
    session: Session, case: Case, items: list[WorkItem]
) -> Iterator[tuple[str, Words]]:
    query = sa.select(Submission.work_item_id).where(Submission.case_id == case.id)
    kept = Counter(session.scalars(query))
    for item in items:
        if kept[item.id] != (item.status == "completed"):
            yield (
                "form",
                _of_item(item, "表单与办结不符", "its completion and the kept forms differ"),
            )


def _of_item(item: WorkItem, zh: str, en: str) -> Words:
    return Words(
        f"待办 {item.id}（{item.element}）：{zh}。", f"item {item.id} ({item.element}): {en}."
    )
