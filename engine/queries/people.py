"""Who somebody is: the account, its seats."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from engine.domain.actor import ANY
from engine.errors import Words
from engine.queries import shown
from engine.resources import Resources
from engine.store.people import actor_of
from engine.store.tables import Account

EVERY = Words("全部", "all")


def account_page(session: Session, resources: Resources, account_id: int) -> dict[str, Any]:
    """Return {id, login, name, seats} of an account that is there."""
    account = session.get_one(Account, account_id)
    actor = actor_of(session, account_id)
    return {
        "id": account.id,
        "login": account.login,
        "name": account.name,
        "seats": [
            {
                "post": shown.post(resources, seat.post),
                "department": _or_all(seat.department, shown.department, resources),
                "county": _or_all(seat.county, shown.county, resources),
            }
            for seat in (actor.seats if actor else ())
        ],
    }


def _or_all(code: str, name_of: Any, resources: Resources) -> dict[str, Any]:
    return shown.labelled(ANY, EVERY) if code == ANY else name_of(resources, code)
