"""The schema's migrations, run and written from Python.

`python -m engine.store.schema 0002 "what it does"` writes the migration `0002_what_it_does.py` from
the difference between the migrations so far and the tables.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from alembic import command
from alembic.config import Config as AlembicConfig
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask
from flask_migrate import Migrate
from sqlalchemy.orm import Session

import engine.store.tables  # noqa: F401  fills the metadata
from engine.config import CHECKOUT, Config
from engine.store.database import db, prepare

migrate = Migrate(db=db, directory=str(CHECKOUT / "migrations"))


@migrate.configure
def _name_files(config: AlembicConfig) -> AlembicConfig:
    config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    return config


def upgrade(app: Flask) -> None:
    """Bring the database of `app`, already prepared, to the newest revision; harmless to repeat.

    Two starters at once are safe: the second waits in `migrations/env.py` and finds nothing to do.
    """
    with app.app_context():
        command.upgrade(_alembic(app), "head")


def is_current(session: Session) -> bool:
    """Tell whether the database has exactly the schema that this program was written for."""
    newest = ScriptDirectory(str(CHECKOUT / "migrations")).get_current_head()
    return MigrationContext.configure(session.connection()).get_current_revision() == newest


def revise(number: str, message: str) -> None:
    """Write revision `number` from the tables, compared with a new database at the last one."""
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder)
        url = f"sqlite:///{data / 'empty.db'}"
        app = Flask("lianban.schema")
        prepare(app, Config(data, url, CHECKOUT / "processes"))
        upgrade(app)
        with app.app_context():
            command.revision(_alembic(app), message, autogenerate=True, rev_id=number)
            db.engine.dispose()


def _alembic(app: Flask) -> AlembicConfig:
    if "migrate" not in app.extensions:
        migrate.init_app(app)
    return migrate.get_config()


if __name__ == "__main__":
    revise(*sys.argv[1:])
