"""Passwords, the lock after five failures, tokens.

Rows: C21
"""

from __future__ import annotations

import threading
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from engine.config import PasswordCost
from engine.store import accounts
from engine.store.accounts import (
    LOCKED,
    account_for_token,
    find_login,
    hash_password,
    issue_token,
    login_refused,
    password_matches,
    record_login,
    revoke,
    revoke_all,
)
from engine.store.people import actor_of
from engine.store.tables import Account, Token
from engine.transaction import reading, writing
from tests.databases import CHEAP
from tests.store.samples import add_account

PASSWORD = "正确的口令"


@pytest.fixture
def clerk(app: Flask, now: datetime) -> int:
    with writing() as session:
        return add_account(session, "clerk", hash_password(PASSWORD, CHEAP), now).id


def sign_in(login: str, password: str, now: datetime) -> int | None:
    with reading() as session:
        attempt = find_login(session, login)
    matches = password_matches(attempt, password, CHEAP)
    with writing() as session:
        account = record_login(session, attempt, matches, now)
        return account.id if account else None


@pytest.mark.parametrize("login", ["nobody", "clerk\0", "\0", "x" * 10_000])
def test_a_login_that_cannot_be_is_nobodys(clerk: int, login: str, now: datetime) -> None:
    assert sign_in(login, PASSWORD, now) is None


@pytest.mark.parametrize("number", [0, -1, 2**63, -(2**63), 10**30])
def test_a_number_that_cannot_be_is_nobodys(app: Flask, number: int) -> None:
    with reading() as session:
        assert actor_of(session, number) is None


def test_the_hash_is_salted_argon2id_of_the_configured_cost() -> None:
    first, second = (hash_password(PASSWORD, PasswordCost(64, 2, 1)) for _ in range(2))
    assert first != second
    assert first.startswith("$argon2id$v=19$m=64,t=2,p=1$")


def test_the_right_password_signs_in_and_no_other(clerk: int, now: datetime) -> None:
    assert sign_in("clerk", PASSWORD, now) == clerk
    for login, password in (("clerk", "falsch"), ("clerk", ""), ("nobody", PASSWORD), ("", "")):
        assert sign_in(login, password, now) is None


@pytest.mark.parametrize("password", ["\ud800", "\0", "口令" * 1000])
def test_any_text_can_be_a_password(app: Flask, now: datetime, password: str) -> None:
    with writing() as session:
        clerk = add_account(session, "clerk", hash_password(password, CHEAP), now).id
    assert sign_in("clerk", password, now) == clerk
    assert sign_in("clerk", password + "x", now) is None


def test_a_login_nobody_has_costs_one_hash_too(clerk: int, monkeypatch) -> None:
    hashes: list[str] = []
    hasher = accounts._hasher(CHEAP)

    class Counting:
        def hash(self, password):
            return hasher.hash(password)

        def verify(self, stored, password):
            hashes.append(stored)
            return hasher.verify(stored, password)

    monkeypatch.setattr(accounts, "_hasher", lambda cost: Counting())
    for login in ("clerk", "nobody"):
        with reading() as session:
            attempt = find_login(session, login)
        password_matches(attempt, "wrong", CHEAP)
    assert all(stored.startswith("$argon2id$v=19$m=8,t=1,p=1$") for stored in hashes)
    assert len(hashes) == 2


def test_five_failures_lock_for_five_minutes_whoever_asks(clerk: int, now: datetime) -> None:
    for _ in range(5):
        assert sign_in("clerk", "wrong", now) is None
    assert sign_in("clerk", PASSWORD, now + LOCKED - timedelta(microseconds=1)) is None
    assert sign_in("clerk", PASSWORD, now + LOCKED) == clerk


def test_four_failures_do_not_lock_and_a_success_clears_them(clerk: int, now: datetime) -> None:
    for _ in range(3):
        for _ in range(4):
            sign_in("clerk", "wrong", now)
        assert sign_in("clerk", PASSWORD, now) == clerk


def test_failures_while_locked_do_not_prolong(clerk: int, now: datetime) -> None:
    for _ in range(5):
        sign_in("clerk", "wrong", now)
    for minute in range(5):
        sign_in("clerk", "wrong", now + timedelta(minutes=minute))
    assert sign_in("clerk", PASSWORD, now + LOCKED) == clerk


def test_attempts_at_once_are_all_counted(app: Flask, clerk: int, now: datetime) -> None:
    """Five that verify before any is recorded: the sixth, with the right password, is refused."""
    with reading() as session:
        attempt = find_login(session, "clerk")

    def fail() -> None:
        with app.app_context(), writing() as session:
            record_login(session, attempt, False, now)

    threads = [threading.Thread(target=fail) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=20)
    with writing() as session:
        assert record_login(session, attempt, True, now) is None


def test_the_refusal_is_the_same_for_every_reason() -> None:
    assert login_refused().status == 401
    assert login_refused().message.zh
    assert login_refused().message.en


def test_a_token_names_its_account_until_it_is_over(clerk: int, now: datetime) -> None:
    with writing() as session:
        token = issue_token(session, session.get(Account, clerk), now, hours=8)
    over = now + timedelta(hours=8)
    with reading() as session:
        assert account_for_token(session, token, over - timedelta(seconds=1)).id == clerk
        assert account_for_token(session, token, over) is None
        for wrong in ("", token[:-1], token + "x", "\ud800"):
            assert account_for_token(session, wrong, now) is None


def test_only_the_digest_of_a_token_is_stored(clerk: int, now: datetime) -> None:
    with writing() as session:
        token = issue_token(session, session.get(Account, clerk), now, hours=8)
    with reading() as session:
        stored = session.scalar(sa.select(Token.digest))
    assert stored not in (token, "")
    assert len(stored) == 64


def test_revoking_ends_one_token_or_all(clerk: int, now: datetime) -> None:
    with writing() as session:
        account = session.get(Account, clerk)
        first, second, third = (issue_token(session, account, now, hours=8) for _ in range(3))
    with writing() as session:
        revoke(session, first)
        revoke(session, first)
    with reading() as session:
        assert account_for_token(session, first, now) is None
        assert account_for_token(session, second, now).id == clerk
    with writing() as session:
        revoke_all(session, session.get(Account, clerk))
    with reading() as session:
        assert account_for_token(session, second, now) is None
        assert account_for_token(session, third, now) is None
