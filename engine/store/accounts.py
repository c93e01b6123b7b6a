"""Signing in: passwords (argon2id), the lock after five failures, tokens.

A sign-in is three steps, so that the slow hash runs in no transaction:

    with reading() as session:
        attempt = find_login(session, login)
    matches = password_matches(attempt, password, config.password_cost)
    with writing() as session:
        account = record_login(session, attempt, matches, now)   # None: raise login_refused()
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache

import sqlalchemy as sa
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy.orm import Session

from engine.config import PasswordCost
from engine.errors import Unauthenticated
from engine.store.tables import Account, Token

MOST_FAILURES = 5
LOCKED = timedelta(minutes=5)


@dataclass(frozen=True)
class Attempt:
    """What a sign-in starts from; both are None where nobody has that login."""

    account_id: int | None
    password_hash: str | None = field(repr=False)


def hash_password(password: str, cost: PasswordCost) -> str:
    """Return the argon2id hash of `password` in PHC form, salted, its cost within."""
    return _hasher(cost).hash(_bytes(password))


def find_login(session: Session, login: str) -> Attempt:
    """Look a login up, exactly as it is written. One that no column can hold is nobody's."""
    if "\0" in login:
        return Attempt(None, None)
    query = sa.select(Account.id, Account.password_hash).where(Account.login == login)
    row = session.execute(query).one_or_none()
    return Attempt(row.id, row.password_hash) if row else Attempt(None, None)


def password_matches(attempt: Attempt, password: str, cost: PasswordCost) -> bool:
    """Verify once, whoever asks: an unknown login takes as long as a known one."""
    try:
        _hasher(cost).verify(attempt.password_hash or _dummy_hash(cost), _bytes(password))
    except (VerificationError, InvalidHashError):
        return False
    return attempt.account_id is not None


def record_login(
    session: Session, attempt: Attempt, matches: bool, now: datetime
) -> Account | None:
    """Count a failure or clear the count; return the account that is now signed in, or None.

    The fifth failure in a row locks the account for five minutes, in which the right password is
    refused too; attempts made meanwhile neither count nor prolong. The lock is looked at here,
    under the row's lock, so that many attempts at once gain nothing. Commit in either case.
    """
    if attempt.account_id is None:
        return None
    account = session.get(Account, attempt.account_id, with_for_update=True)
    if account is None or (account.locked_until and now < account.locked_until):
        return None
    if matches:
        account.failed_logins, account.locked_until = 0, None
        return account
    account.failed_logins += 1
    if account.failed_logins >= MOST_FAILURES:
        account.failed_logins, account.locked_until = 0, now + LOCKED
    return None


def login_refused() -> Unauthenticated:
    """One refusal for all reasons, so that it does not tell which logins exist."""
    return Unauthenticated(
        "账号或密码不正确，或失败次数过多。连续失败 5 次后请等待 5 分钟再试。",
        "The login or the password is wrong, or there were too many failures: "
        "after five in a row, wait five minutes.",
    )


def issue_token(session: Session, account: Account, now: datetime, hours: int) -> str:
    """Return a new bearer token of `account`, good for `hours`; only its digest is stored."""
    token = secrets.token_urlsafe(32)
    expires_at = now + timedelta(hours=hours)
    row = Token(
        digest=token_digest(token), account_id=account.id, created_at=now, expires_at=expires_at
    )
    session.add(row)
    return token


def account_for_token(session: Session, token: str, now: datetime) -> Account | None:
    """Return whose token this is; None where it is unknown, revoked or over."""
    query = sa.select(Account).join(Token, Token.account_id == Account.id)
    return session.scalar(query.where(Token.digest == token_digest(token), Token.expires_at > now))


def revoke(session: Session, token: str) -> None:
    """Sign out: forget this token; harmless to repeat."""
    session.execute(sa.delete(Token).where(Token.digest == token_digest(token)))


def revoke_all(session: Session, account: Account) -> None:
    """Forget every token of `account`: after a new password, or when a person leaves."""
    session.execute(sa.delete(Token).where(Token.account_id == account.id))


def _bytes(password: str) -> bytes:
    return password.encode("utf-8", "surrogatepass")  # JSON may hold what UTF-8 may not


def token_digest(token: str) -> str:
    """Return under what a token is kept: its SHA-256 in hex."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


@lru_cache
def _hasher(cost: PasswordCost) -> PasswordHasher:
    return PasswordHasher(time_cost=cost.passes, memory_cost=cost.memory, parallelism=cost.lanes)


@lru_cache
def _dummy_hash(cost: PasswordCost) -> str:
    return _hasher(cost).hash(secrets.token_hex(16))
