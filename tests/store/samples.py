"""Rows that the tests of the store stand on."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from engine.store.tables import Account, Case


def blank(model: type, now: datetime, **values: Any) -> Any:
    """A row with something in every column that must not be empty, and with `values`."""
    something = {str: "x", int: 0, bool: False, bytes: b"", date: now.date(), dict: {}}
    for column in model.__table__.columns:
        if not (column.nullable or column.default or column.primary_key):
            values.setdefault(column.name, something.get(column.type.python_type, now))
    return model(**values)


def add_case(session: Session, number: str, now: datetime) -> Case:
    case = blank(Case, now, number=number)
    session.add(case)
    session.flush()
    return case


def add_account(session: Session, login: str, password_hash: str, now: datetime) -> Account:
    account = blank(Account, now, login=login, password_hash=password_hash)
    session.add(account)
    session.flush()
    return account
