"""Runs the schema's migrations in one transaction, under a lock, on SQLite and PostgreSQL."""

import sqlalchemy as sa
from alembic import context
from flask import current_app

import engine.store.tables  # noqa: F401  fills the metadata
from engine.store.database import Instant, engine_for

LOCK = 4_201_937  # any number that nothing else in the database uses


def render_item(kind: str, item: object, _context: object) -> str | bool:
    """A migration must outlive the code: it names the column type, not our class for it."""
    if kind == "type" and isinstance(item, Instant):
        return "sa.DateTime(timezone=True)"
    return False


def run() -> None:
    migrate = current_app.extensions["migrate"]
    with engine_for("writing").begin() as connection:
        # SQLite is locked by BEGIN IMMEDIATE; both locks fall with the transaction.
        if connection.dialect.name == "postgresql":
            connection.execute(sa.text("SELECT pg_advisory_xact_lock(:key)"), {"key": LOCK})
        context.configure(
            connection=connection,
            target_metadata=migrate.db.metadata,
            render_item=render_item,
            **migrate.configure_args,
        )
        context.run_migrations()


run()
