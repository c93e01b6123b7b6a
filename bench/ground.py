"""The ground of a measurement: a throw-away installation on SQLite or PostgreSQL.

Two procedures are deployed on it, as an administrator would: (a) a single approval whose review
has two boundary timers, (b) eight departments side by side, each with three steps and two timers.
"""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import sqlalchemy as sa
from flask import Flask

from api.app import create_app
from api.context import EXTENSION, Installation
from bench import floor, naive
from engine.commands import filing
from engine.commands.deployment import deploy
from engine.config import CHECKOUT, Config
from engine.domain.actor import ANY, Actor
from engine.procedure_files import read_beside, read_paths
from engine.resources import Resources
from engine.store.accounts import issue_token
from engine.store.database import db, prepare
from engine.store.people import actor_of
from engine.store.schema import upgrade
from engine.store.tables import Account, Case, Seat, WorkItem
from engine.transaction import reading, writing

START = datetime(2026, 3, 2, 1, 30, tzinfo=UTC)  # a Monday morning in Shanghai
FOLDER = CHECKOUT / "bench"
SINGLE, PARALLEL = "bench-single", "bench-parallel"
POSTS = ("window_clerk", "handler", "department_leader")
COUNTY = "419900"
CLERK = 1  # the account that does all the work: a seat for each post

OPINION = {"opinion": "approve", "reasons": "材料齐全，符合法定条件。"}
FILLED = {
    "check": {"accepted": True, "note": "材料齐全。"},
    "review": OPINION,
    "decide": OPINION,
    "sign": {"received": True},
    "simulate": OPINION,
    "formalise": OPINION,
}


@dataclass(frozen=True)
class Ground:
    """An installation: the product's app, and the token of the clerk who works on it."""

    app: Flask
    token: str

    @property
    def resources(self) -> Resources:
        return self.app.extensions[EXTENSION].resources


@contextmanager
def ground(url: str, folder: Path) -> Iterator[Ground]:
    """Yield a new installation with its data in `folder`, its application context pushed."""
    config = configured(url, folder)
    bare = Flask("lianban.bench")
    prepare(bare, config)
    upgrade(bare)
    with bare.app_context():
        db.engine.dispose()
    app = bench_app(config)
    _quiet()
    with app.app_context():
        token = _found(app.extensions[EXTENSION].resources)
        yield Ground(app, token)
        db.engine.dispose()


def configured(url: str, folder: Path) -> Config:
    return replace(
        Config.from_environment({"LIANBAN_DATA": str(folder)}), database_url=url, demo=False
    )


def bench_app(config: Config) -> Flask:
    """Return the product's app with the routes of the floor and of the naive stack beside it."""
    app = create_app(config, clock=lambda: START)
    _add_items(app)
    floor.register(app)
    naive.register(app)
    return app


def _quiet() -> None:
    """Let log lines be written as always, but where nobody reads them."""
    for handler in logging.getLogger("lianban").handlers:
        if isinstance(handler, logging.StreamHandler):
            handler.setStream(_Nowhere())


class _Nowhere(io.TextIOBase):
    def write(self, text: str) -> int:
        return len(text)


def _add_items(app: Flask) -> None:
    """Give the catalogue of `app` two more items, one for each procedure of the bench."""
    known: Installation = app.extensions[EXTENSION]
    model = next(i for i in known.resources.items.values() if not i.site_check.required)
    ours = {key: replace(model, code=key, procedure=key) for key in (SINGLE, PARALLEL)}
    resources = replace(known.resources, items={**known.resources.items, **ours})
    app.extensions[EXTENSION] = replace(known, resources=resources)


@cache
def uploaded() -> dict[str, bytes]:
    """The files of both procedures, as an analyst would upload them."""
    return read_paths([FOLDER])


def _found(resources: Resources) -> str:
    operator = Actor("system:bench")
    beside = read_beside([CHECKOUT / "processes"], CHECKOUT)
    with writing() as session:
        deploy(session, resources, actor=operator, files=uploaded(), now=START, beside=beside)
        account = Account(id=CLERK, login="clerk", name="李芳", password_hash="-", created_at=START)
        session.add(account)
        session.flush()
        for post in POSTS:
            session.add(Seat(account_id=CLERK, post=post, department=ANY, county=ANY))
        return issue_token(session, account, datetime.now(UTC), 24)


def drafts(place: Ground, procedure: str, many: int) -> list[Case]:
    """Open `many` applications of one procedure at the counter, not yet submitted."""
    found, who = [], clerk()
    for _ in range(many):
        with writing() as session:
            found.append(
                filing.open_application(
                    session,
                    place.resources,
                    actor=who,
                    item_code=procedure,
                    county=COUNTY,
                    channel="counter",
                    data={},
                    now=START,
                )
            )
    return found


def submitted(place: Ground, procedure: str, many: int) -> list[int]:
    """File `many` cases of one procedure; return the ids of their rows."""
    cases, who = drafts(place, procedure, many), clerk()
    for case in cases:
        with writing() as session:
            filing.submit(session, place.resources, actor=who, number=case.number, now=START)
    return [case.id for case in cases]


def clerk() -> Actor:
    with reading() as session:
        return actor_of(session, CLERK)


def open_items(case_id: int) -> list[WorkItem]:
    """Return the open work items of a case, the oldest first."""
    query = sa.select(WorkItem).where(WorkItem.case_id == case_id, WorkItem.status == "open")
    with reading() as session:
        return list(session.scalars(query.order_by(WorkItem.id)))
