"""What concerns whoever is signed in: his seats, his inbox, signing out."""

from __future__ import annotations

from typing import Any

from apiflask import APIBlueprint, EmptySchema

from api.authentication import bearer_token
from api.context import actor, resources
from api.fields import PageQuery
from api.schemas.people import Account, Messages
from engine.queries.messages import inbox
from engine.queries.paging import Page
from engine.queries.people import account_page
from engine.store.accounts import revoke
from engine.transaction import reading, writing

blueprint = APIBlueprint("session", __name__, tag="Session")


@blueprint.get("/me")
@blueprint.output(Account)
@blueprint.doc(summary="Who am I", description="The account and its seats: what it may work on.")
def me() -> dict[str, Any]:
    with reading() as session:
        return account_page(session, resources(), actor().account_id)


@blueprint.post("/logout")
@blueprint.output(EmptySchema, status_code=204)
@blueprint.doc(summary="Sign out", description="Forgets the token; harmless to repeat.")
def logout() -> tuple[str, int]:
    token = bearer_token()
    with writing() as session:
        revoke(session, token)
    return "", 204


@blueprint.get("/messages")
@blueprint.input(PageQuery, location="query")
@blueprint.output(Messages)
@blueprint.doc(summary="My inbox", description="What was told to the applicant, newest first.")
def messages(query_data: dict[str, Any]) -> dict[str, Any]:
    page = Page(query_data.get("cursor"), query_data["limit"])
    with reading() as session:
        return inbox(session, actor(), page)
