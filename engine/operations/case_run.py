"""What an operation works on: one command on one locked case."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from engine.bpmn.runtime import Instance
from engine.bpmn.situation import Situation
from engine.bpmn.versions import Version
from engine.domain.actor import Actor
from engine.domain.calendar import ONE_DAY, Calendar, shanghai_day
from engine.domain.clock import Clock, due
from engine.resources import Resources
from engine.store import journal, outbox, submissions
from engine.store.held import Held
from engine.store.step_rows import StepRows
from engine.store.tables import Case, CaseClock


@dataclass
class CaseRun:
    """One command on one locked case. `now` is aware UTC; `answers` what was just filled in.

    `skipped`: service tasks whose operation an administrator leaves out, with what stands for
    its result.
    """

    session: Session
    resources: Resources
    case: Case | Held
    actor: Actor
    now: datetime
    version: Version
    situation: Situation
    rows: StepRows
    instance: Instance = field(init=False)
    answers: Mapping[str, Any] = field(default_factory=dict)
    fired: bool = False  # whether something was due and has fired before the command
    entries: list[dict[str, Any]] = field(default_factory=list)  # linked, and not yet stored
    skipped: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    def record(self, event: str, payload: dict[str, Any], actor: Actor | None = None) -> None:
        """Append a fact to the case's journal, at the moment the situation stands at."""
        who = (actor or self.actor).name
        self.entries.append(journal.link(self.case, self.situation.now, who, event, payload))

    def keep(self, form: str, data: Mapping[str, Any], work_item_id: int | None = None) -> None:
        """Store what was filled into a form, sealed, at the moment the situation stands at."""
        submissions.keep(
            self.session,
            self.resources.keys,
            self.case,
            form,
            data,
            now=self.situation.now,
            by=self.actor.name,
            work_item_id=work_item_id,
        )

    def filled(self) -> list[tuple[str, dict[str, Any]]]:
        """Return (form, values) of what was filled into the case's forms, the newest first."""
        return list(submissions.newest_first(self.session, self.resources.keys, self.case))

    def put_out(self, kind: str, payload: dict[str, Any]) -> None:
        """Let something leave by the outbox once this is committed."""
        keys, now = self.resources.keys, self.situation.now
        outbox.put_out(self.session, keys, self.case, kind, payload, now)

    def facts(self) -> dict[str, Any]:
        """Return the names that the procedure's expressions may read now."""
        left = delivery_left(self.case, self.resources.calendar, self.situation.now)
        return {**expression_facts(self.case), "delivery_left": left}

    def department_name(self) -> str:
        return self.case.item["department"]["name"]

    def start_clock(self, name: str, start: datetime, budget: int, basis: str) -> CaseClock:
        """Start a clock of the case; `budget` in working days. A clock starts once."""
        clock = Clock(name, start, budget)
        end = due(clock, self.resources.calendar)
        row = CaseClock(
            case_id=self.case.id,
            name=name,
            started_at=start,
            budget=budget,
            basis=basis,
            due_at=end.at,
            provisional=end.provisional,
        )
        self.session.add(row)
        self.situation.clocks[name] = clock
        return row


def delivery_left(case: Case, calendar: Calendar, now: datetime) -> int:
    """Return the working days left for the delivery (L44): counted from the decision, not from the
    step, so that looking into a discrepancy in between prolongs nothing."""
    limit = case.item["delivery_limit"]
    if case.decided_at is None:
        return limit
    today = shanghai_day(now)
    gone = calendar.working_days_after(shanghai_day(case.decided_at), limit, today + ONE_DAY)
    return limit - len(gone)


def expression_facts(case: Case) -> dict[str, Any]:
    """Return the names that a procedure's expressions may read about the case and its item."""
    item = case.item or {}
    return {
        "item": {
            "code": case.item_code,
            "kind": item["kind"],
            "nature": item["nature"],
            "department": case.department,
            "site_check": item["site_check"]["required"],
        },
        "channel": case.channel,
        "committed_limit": item["limits"]["committed"],
        "statutory_limit": item["limits"]["statutory"],
        "acceptance_limit": item["acceptance_limit"],
        "delivery_limit": item["delivery_limit"],
    }
