"""Rows that the tests of the store stand on."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from engine.store.tables import Account, Case


def add_case(session: Session, number: str, now: datetime) -> Case:
    case = Case(
        number=number,
        item_code="0100",
        item_name="食品经营许可",
        department="市场监管局",
        county="410902",
        channel="portal",
        subject="测试",
        applicant_name="测试公司",
        created_at=now,
        journal_seq=0,
        journal_head="",
    )
    session.add(case)
    session.flush()
    return case


def add_account(session: Session, login: str, password_hash: str, now: datetime) -> Account:
    account = Account(
        login=login, name=login, password_hash=password_hash, created_at=now, failed_logins=0
    )
    session.add(account)
    session.flush()
    return account
