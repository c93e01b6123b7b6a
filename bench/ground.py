"""The ground of a measurement: a throw-away SQLite installation with the procedure deployed."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import sqlalchemy as sa
from flask import Flask

from engine.commands import filing, work
from engine.commands.deployment import deploy
from engine.config import CHECKOUT, Config
from engine.domain.actor import ANY, Actor, Seat
from engine.procedure_files import read_beside, read_paths
from engine.resources import Resources, load_resources
from engine.store.database import db, prepare
from engine.store.schema import upgrade
from engine.store.tables import Account, WorkItem
from engine.transaction import reading, writing

START = datetime(2026, 3, 2, 1, 30, tzinfo=UTC)
POSTS = ("window_clerk", "handler", "department_leader")
CLERK = Actor("account:1", 1, "Clerk", tuple(Seat(post, ANY, ANY) for post in POSTS))
APPLICATION = {
    "applicant": {
        "type": "organisation",
        "name": "澜川市某某建设有限公司",
        "credit_code": "91419902MA9F6U8X5B",
        "legal_representative": "王某",
        "phone": "13800000000",
        "address": "澜川市澜东区文汇路1号",
    },
    "subject": "某某项目",
    "details": {
        "project_name": "某某项目",
        "site": "文汇路以北",
        "land_area": 1000,
        "building_area": 2000,
        "height": 30,
        "land_permit": "澜国用（2026）第1号",
    },
    "delivery": {"method": "window"},
    "declaration": True,
}


@dataclass(frozen=True)
class Ground:
    """An installation: its resources, and the item whose cases are measured (no site check)."""

    resources: Resources
    item: str


@contextmanager
def ground() -> Iterator[Ground]:
    """Yield a ground inside an application context; everything is gone afterwards."""
    with tempfile.TemporaryDirectory() as folder:
        config = Config.from_environment({"LIANBAN_DATA": folder})
        app = Flask("lianban.bench")
        prepare(app, config)
        upgrade(app)
        resources = load_resources(config)
        with app.app_context():
            _deploy(resources)
            item = next(i for i in resources.items.values() if not i.site_check.required)
            yield Ground(resources, item.code)
            db.engine.dispose()


def _deploy(resources: Resources) -> None:
    folder = [CHECKOUT / "processes" / "single-item"]
    operator = Actor("system:bench")
    files, beside = read_paths(folder), read_beside(folder, Path(CHECKOUT))
    with writing() as session:
        deploy(session, resources, actor=operator, files=files, now=START, beside=beside)
        session.add(Account(login="clerk", name="Clerk", password_hash="-", created_at=START))


def under_review(ground: Ground, many: int) -> list[WorkItem]:
    """File `many` cases, accept them by silence, and return their open review steps."""
    from engine.scheduler import run_due

    for _ in range(many):
        with writing() as session:
            case = filing.open_application(
                session,
                ground.resources,
                actor=CLERK,
                item_code=ground.item,
                county="419900",
                channel="counter",
                data=APPLICATION,
                now=START,
            )
        with writing() as session:
            filing.submit(session, ground.resources, actor=CLERK, number=case.number, now=START)
    run_due(ground.resources, START.replace(day=10))
    with reading() as session:
        query = sa.select(WorkItem).where(WorkItem.element == "review", WorkItem.status == "open")
        return list(session.scalars(query))


def complete_review(ground: Ground, item: WorkItem) -> None:
    """Complete one review step: rights, form, engine, journal, deadlines, one transaction."""
    data = {"opinion": "approve", "facts": "材料齐全。", "reasons": "符合法定条件。"}
    with writing() as session:
        work.complete(
            session,
            ground.resources,
            actor=CLERK,
            work_item_id=item.id,
            version=item.version,
            data=data,
            now=START.replace(day=10, hour=2),
        )
