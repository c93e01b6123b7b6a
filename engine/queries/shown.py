"""Names and words for what the rows hold as codes."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.domain.calendar import last_day as end_day
from engine.domain.case import CHANNELS, LABELS, Status
from engine.domain.light import Colour
from engine.errors import Words
from engine.resources import Resources
from engine.store.tables import Account, Case


def last_day(due_at: datetime | None) -> date | None:
    """Return the last Shanghai day of a limit that is over at `due_at`, if it has one."""
    return None if due_at is None else end_day(due_at)


def labelled(code: str, words: Words) -> dict[str, Any]:
    return {"code": code, "label": words}


def status(case: Case) -> dict[str, Any]:
    return labelled(case.status, LABELS[Status(case.status)])


def channel(case: Case) -> dict[str, Any]:
    return labelled(case.channel, CHANNELS[case.channel])


def light(colour: str) -> dict[str, Any]:
    """Return a light as code, word and shape: a colour alone does not reach every reader."""
    known = Colour(colour)
    return {"colour": str(known), "label": known.label, "shape": known.shape}


def department(resources: Resources, code: str) -> dict[str, Any]:
    found = resources.organisation.departments.get(code)
    return labelled(code, Words(found.name, found.name_en) if found else Words(code, code))


def county(resources: Resources, code: str) -> dict[str, Any]:
    found = resources.organisation.counties.get(code)
    return labelled(code, Words(found.name, found.name_en) if found else Words(code, code))


def post(resources: Resources, code: str) -> dict[str, Any]:
    found = resources.organisation.posts.get(code)
    return labelled(code, Words(found.name, found.name_en) if found else Words(code, code))


def account_names(session: Session, ids: Iterable[int | None]) -> dict[int, str]:
    """Return the names of accounts by id."""
    wanted = {each for each in ids if each is not None}
    if not wanted:
        return {}
    query = sa.select(Account.id, Account.name).where(Account.id.in_(wanted))
    return {row.id: row.name for row in session.execute(query)}
