"""What the commands of the command line share: the installation, its language, refusals."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from functools import wraps
from typing import Any

import click
from flask import Flask
from sqlalchemy.exc import OperationalError

from engine.config import Config
from engine.errors import LianbanError, Words
from engine.store.database import prepare
from engine.store.schema import upgrade

UNREACHABLE = Words(
    "数据库无法连接、正忙或磁盘已满：请检查 LIANBAN_DATABASE_URL、数据库服务和磁盘，然后重试。",
    "The database can't be reached, is busy or its disk is full: check LIANBAN_DATABASE_URL, the "
    "server and the disk, then try again.",
)


def config() -> Config:
    return Config.from_environment(os.environ)


def prepared(settings: Config) -> Flask:
    """Return an app whose store is ready: the folder made, the schema at its newest revision."""
    settings.data.mkdir(mode=0o700, parents=True, exist_ok=True)
    app = Flask("lianban")
    prepare(app, settings)
    upgrade(app)
    return app


def said(command: Callable[..., Any]) -> Callable[..., Any]:
    """Turn a refusal into one line on stderr, with a line for each field, and exit code 1."""

    @wraps(command)
    def run(*args: Any, **options: Any) -> Any:
        try:
            return command(*args, **options)
        except LianbanError as error:
            click.echo(error.message.in_language(language()), err=True)
            for field in error.fields:
                click.echo(f"  {field.path}: {field.message.in_language(language())}", err=True)
            sys.exit(1)
        except OperationalError:
            click.echo(UNREACHABLE.in_language(language()), err=True)
            sys.exit(1)

    return run


def language() -> str:
    return os.environ.get("LIANBAN_LANGUAGE") or "zh"


def say(words: Words) -> None:
    click.echo(words.in_language(language()))
