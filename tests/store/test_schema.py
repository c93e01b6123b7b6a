"""Migrations and tables give one schema, on both databases."""

from __future__ import annotations

import multiprocessing
from dataclasses import replace
from pathlib import Path

import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask import Flask

from engine.config import Config
from engine.store import tables
from engine.store.database import db, engine_for, prepare
from engine.store.schema import upgrade


def test_migrations_give_the_schema_of_the_tables(app: Flask) -> None:
    with engine_for("writing").connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, db.metadata) == []


def test_the_comparison_sees_a_column_that_no_migration_makes(app: Flask) -> None:
    metadata = sa.MetaData()
    for table in db.metadata.tables.values():
        table.to_metadata(metadata)
    metadata.tables["setting"].append_column(sa.Column("extra", sa.Text))
    with engine_for("writing").connect() as connection:
        differences = compare_metadata(MigrationContext.configure(connection), metadata)
    assert [(change[0], change[3].name) for change in differences] == [("add_column", "extra")]


def test_upgrade_is_harmless_to_repeat(app: Flask) -> None:
    with engine_for("writing").begin() as connection:
        connection.execute(sa.insert(tables.Setting).values(name="a", value="1"))
    upgrade(app)
    with engine_for("reading").connect() as connection:
        assert connection.scalar(sa.select(tables.Setting.value)) == "1"


def test_two_starters_migrate_an_empty_database_once(config: Config, tmp_path: Path) -> None:
    config = empty(config, tmp_path)
    processes = multiprocessing.get_context("spawn")
    barrier = processes.Barrier(2)
    starters = [processes.Process(target=start, args=(config, barrier)) for _ in range(2)]
    for starter in starters:
        starter.start()
    for starter in starters:
        starter.join(timeout=60)
    assert [starter.exitcode for starter in starters] == [0, 0]


def start(config: Config, barrier) -> None:
    """What a process does at its start; an exception becomes its exit code."""
    app = Flask("lianban.starter")
    prepare(app, config)
    barrier.wait(30)
    upgrade(app)
    with app.app_context():
        assert sa.inspect(db.engine).has_table("case_file")


def empty(config: Config, tmp_path: Path) -> Config:
    """The same kind of database, without a table."""
    if config.database_url.startswith("sqlite"):
        return replace(config, database_url=f"sqlite:///{tmp_path / 'empty.db'}")
    engine = sa.create_engine(config.database_url)
    with engine.begin() as connection:
        connection.execute(sa.text("DROP SCHEMA public CASCADE"))
        connection.execute(sa.text("CREATE SCHEMA public"))
    engine.dispose()
    return config
