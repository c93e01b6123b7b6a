"""Messages to the applicant, by SMS and in the portal's inbox (P20a). They leave by the outbox."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date

import sqlalchemy as sa

from engine.bpmn.situation import OperationCall
from engine.domain.calendar import chinese_day, last_day
from engine.domain.clock import calendar_due
from engine.errors import ProcedureFault
from engine.operations.case_run import CaseRun
from engine.store.secrets import query_code
from engine.store.tables import CaseClock

PLACEHOLDER = re.compile(r"\{(\w+)\}")


def notify(run: CaseRun, call: OperationCall) -> None:
    """Send `text` to the applicant; {number} and other placeholders stand for facts.

    `within` is the time, from now, whose last day stands for {due}.
    """
    text = fill(call.params["text"], run, call)
    payload = {"text": text, "account_id": run.case.applicant_id, "phone": _phone(run)}
    run.put_out("message", payload)
    run.record("notified", {"element": call.element})


def _phone(run: CaseRun) -> str | None:
    """Return the applicant's number from his application, the oldest form of the case."""
    application = run.filled()[-1][1]
    return application.get("applicant", {}).get("phone")


def fill(text: str, run: CaseRun, call: OperationCall) -> str:
    """Replace the placeholders of a message. Raises `ProcedureFault` for an unknown one."""

    def value(match: re.Match[str]) -> str:
        source = PLACEHOLDERS.get(match[1])
        if source is None:
            known = ", ".join(f"{{{name}}}" for name in PLACEHOLDERS)
            raise ProcedureFault(
                f"环节“{call.element_name}”的短信用了未知的占位符 {match[0]}，可用的有：{known}。",
                f"Expected one of {known} in the message of {call.element} but got {match[0]}.",
            )
        return source(run, call)

    return PLACEHOLDER.sub(value, text)


def _committed_due(run: CaseRun, _call: OperationCall) -> str:
    query = sa.select(CaseClock).where(
        CaseClock.case_id == run.case.id, CaseClock.name == "committed"
    )
    clock = run.session.scalars(query).first()
    if clock is None:
        return "—"
    last = last_day(clock.due_at)
    return _day_words(last, clock.provisional)


def _supplement_due(run: CaseRun, call: OperationCall) -> str:
    last = call.data.get("supplement_due")
    if last is None:
        return "—"
    day = date.fromisoformat(str(last))
    return _day_words(day, run.resources.calendar.day(day).provisional)


def _due(run: CaseRun, call: OperationCall) -> str:
    if "within" not in call.params:
        return "—"
    end = calendar_due(run.situation.now, call.params["within"], run.resources.calendar)
    return _day_words(end.last_day, end.provisional)


def _day_words(day: date, provisional: bool) -> str:
    """Return the last day of a limit in Chinese; a provisional one says so."""
    return chinese_day(day) + ("（暂定）" if provisional else "")


PLACEHOLDERS: dict[str, Callable[[CaseRun, OperationCall], str]] = {
    "number": lambda run, call: run.case.number,
    "item": lambda run, call: run.case.item_name,
    "department": lambda run, call: run.department_name(),
    "committed_due": _committed_due,
    "supplement_due": _supplement_due,
    "due": _due,
    "rectification": lambda run, call: str(run.answers.get("rectification", "")).rstrip("。；. "),
    "reason": lambda run, call: str(call.data.get("reason", "")),
    "query_code": lambda run, call: query_code(run.resources.keys, run.case.number),
}
