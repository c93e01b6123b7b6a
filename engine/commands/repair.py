"""Repair of a case that cannot go on: an administrator's right, journalled with the reason.

The failing step is tried again in the same transaction: where it fails still, nothing is kept, and
the refusal says why.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from engine.bpmn.correction import correct
from engine.catalogue.formats import text_fault
from engine.commands.corrections import checked_value
from engine.commands.run import lock_case, running
from engine.domain.actor import Actor, require_administrator
from engine.errors import Conflict, FieldError, Invalid, Words
from engine.operations.case_run import CaseRun
from engine.resources import Resources
from engine.store.tables import Case

MAX_REASON = 500


@dataclass(frozen=True)
class Correction:
    """A value of the process data to replace, where the process waits at `element` if given."""

    name: str
    value: Any
    element: str | None = None


@dataclass(frozen=True)
class Skip:
    """A service task whose operation is left out this once, and what it is taken to have given."""

    element: str
    result: Mapping[str, Any]


def repair(
    session: Session,
    resources: Resources,
    *,
    actor: Actor,
    number: str,
    reason: str,
    now: datetime,
    corrections: Sequence[Correction] = (),
    skips: Sequence[Skip] = (),
) -> Case:
    """Let a case go on that was put off or set aside: after the corrections, what fell due fires in
    order, each at its own time.

    Without corrections and skips the failing step is simply tried again (a mended calendar, font or
    table). A case without a fault may be corrected, too: a step that nobody can complete is no
    fault of its own. Raises `Forbidden`, `Invalid`, `Conflict` where there is nothing to do, and
    what the failing step raises where it fails still.
    """
    require_administrator(actor)
    reason = _reason(reason)
    case = lock_case(session, number)
    if case.fault is None and not corrections:
        raise Conflict(
            "该办件没有故障，无需恢复运行。", "Expected a case with a fault but this one has none."
        )

    def mend(run: CaseRun) -> None:
        for each in corrections:
            _correct(run, each, reason)
        run.skipped = {each.element: each.result for each in skips}
        if case.fault is not None:
            skipped = [each.element for each in skips]
            run.record("resumed", {"reason": reason, "fault": case.fault, "skipped": skipped})

    with running(session, resources, case, actor, now, mend=mend, catching_up=True):
        pass
    return case


def _correct(run: CaseRun, wanted: Correction, reason: str) -> None:
    value = checked_value(run, wanted.name, wanted.value)
    old = correct(run.instance, wanted.name, value, wanted.element)
    facts = {"name": wanted.name, "old": old, "new": value, "reason": reason}
    run.record("repaired", facts | {"element": wanted.element})


def _reason(reason: str) -> str:
    reason = reason.strip()
    words = text_fault(reason, lines=True)
    if not reason or len(reason) > MAX_REASON:
        words = Words(
            f"请写明理由（1 至 {MAX_REASON} 字）", f"state a reason in 1 to {MAX_REASON} characters"
        )
    if words is not None:
        raise Invalid(f"{words.zh}。", f"{words.en}.", fields=[FieldError("/reason", words)])
    return reason
