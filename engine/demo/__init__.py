"""The demonstration: an invented city, its people, and some 200 cases in every state."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from random import Random

import click
import sqlalchemy as sa

from engine.commands.deployment import deploy
from engine.config import CHECKOUT, Config
from engine.delivery.outbox import deliver
from engine.demo.people import Person, add_people, write_accounts
from engine.demo.simulation import HISTORY, Simulation
from engine.domain.actor import Actor
from engine.procedure_files import read_beside, read_paths
from engine.resources import Resources
from engine.store.blocks import seal
from engine.store.database import db
from engine.store.settings import lock_setting, write_setting
from engine.store.tables import Account, Setting
from engine.transaction import reading, writing

STATE = "demo.state"  # building, or ready
SEED = 20161
CASES = 210
COUNTY_WITH_STAFF = "419902"  # one county handles one department's items itself (P24)
BUILDER = Actor("system:demonstration", display="演示数据")
ACCOUNTS_FILE = "demo-accounts.csv"


def build_demo(config: Config, resources: Resources, now: datetime) -> None:
    """Make the demonstration up to `now` (aware UTC), unless it is there already.

    One that was interrupted is made again from the beginning. Prints the passwords once.
    """
    state = _state()
    if state == "ready":
        click.echo(f"演示数据已就绪，账号见 {config.data / ACCOUNTS_FILE}。")
        return
    if state is None and _somebody_there():
        click.echo("数据库中已有账号，不是空的，未生成演示数据。", err=True)
        return
    if state == "building":
        _wipe()
    _mark("building")
    click.echo("正在生成演示数据：按日期顺序真实办理约 200 个办件，请稍候……")
    people = _begin(resources, now)
    Simulation(resources, people, Random(SEED), now).run(CASES)  # noqa: S311 (sample data)
    while deliver(resources, now):
        pass
    with writing() as session:
        seal(session, now)
    write_accounts(config.data / ACCOUNTS_FILE, people)
    _mark("ready")
    _print_accounts(config, people)


def _begin(resources: Resources, now: datetime) -> list[Person]:
    """Deploy the procedures and create the accounts, dated before the first case."""
    begin = now - timedelta(days=HISTORY * 2)
    folder = [CHECKOUT / "processes" / "single-item"]
    with writing() as session:
        deploy(
            session,
            resources,
            actor=BUILDER,
            files=read_paths(folder),
            now=begin,
            beside=read_beside(folder, Path(CHECKOUT)),
        )
    departments = list(dict.fromkeys(i.department.code for i in resources.items.values()))
    city = next(iter(resources.organisation.counties))
    places = [(code, city) for code in departments] + [(departments[0], COUNTY_WITH_STAFF)]
    with writing() as session:
        return add_people(session, Random(SEED), places, begin)  # noqa: S311 (sample data)


def _state() -> str | None:
    with reading() as session:
        return session.scalar(sa.select(Setting.value).where(Setting.name == STATE))


def _somebody_there() -> bool:
    with reading() as session:
        return session.scalar(sa.select(Account.id).limit(1)) is not None


def _mark(state: str) -> None:
    with writing() as session:
        lock_setting(session, STATE, state)
        write_setting(session, STATE, state)


def _wipe() -> None:
    """Empty all tables of a demonstration that was interrupted while it was being made."""
    with writing() as session:
        for table in reversed(db.metadata.sorted_tables):
            session.execute(table.delete())


def _print_accounts(config: Config, people: list[Person]) -> None:
    click.echo(f"演示账号（密码只显示这一次，另存于 {config.data / ACCOUNTS_FILE}）：")
    for p in people:
        place = f"{p.department} {p.county}".strip()
        click.echo(f"  {p.login:<36}{p.password:<16}{p.post:<18}{place}")
