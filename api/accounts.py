"""Accounts and sign-in: open to everybody."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from apiflask import APIBlueprint
from flask import Response
from sqlalchemy.orm import Session

from api.authentication import TOKEN_HOURS
from api.changes import change, respond
from api.context import config, now, resources, session_time
from api.schemas.people import Account, Credentials, NewAccount, SignedIn
from engine.commands.accounts import check_registration, register
from engine.queries.people import account_page
from engine.store import accounts
from engine.store.repetition import Answer
from engine.transaction import reading, writing

blueprint = APIBlueprint("accounts", __name__, tag="Accounts")


@blueprint.post("/accounts")
@blueprint.input(NewAccount)
@blueprint.output(Account, status_code=201)
@blueprint.doc(
    summary="Register as an applicant",
    description="Staff accounts are made by an administrator. Sign in afterwards.",
)
def register_account(json_data: dict[str, Any]) -> Response:
    check_registration(**json_data)
    moment = now()
    # The slow hash runs before the transaction.
    password_hash = accounts.hash_password(json_data["password"], config().password_cost)

    def work(session: Session) -> Answer:
        account = register(
            session,
            resources(),
            login=json_data["login"],
            password_hash=password_hash,
            name=json_data["name"],
            phone=json_data["phone"],
            now=moment,
        )
        return Answer(Account().dump(account_page(session, resources(), account.id)), 201)

    return change(work, by="anonymous")


@blueprint.post("/login")
@blueprint.input(Credentials)
@blueprint.output(SignedIn)
@blueprint.doc(
    summary="Sign in",
    description=f"Returns a bearer token, good for {TOKEN_HOURS} hours. Five failures in a row "
    "lock the account for five minutes.",
)
def login(json_data: dict[str, Any]) -> Response:
    moment = session_time()
    with reading() as session:
        attempt = accounts.find_login(session, json_data["login"])
    matches = accounts.password_matches(attempt, json_data["password"], config().password_cost)
    with writing() as session:
        account = accounts.record_login(session, attempt, matches, moment)
        token = account and accounts.issue_token(session, account, moment, TOKEN_HOURS)
    if token is None:  # raised after the commit, which counts the failure
        raise accounts.login_refused()
    with reading() as session:
        row = account_page(session, resources(), account.id)
    expires_at = moment + timedelta(hours=TOKEN_HOURS)
    return respond(
        Answer(SignedIn().dump({"token": token, "expires_at": expires_at, "account": row}))
    )
