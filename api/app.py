"""The Flask app: the store, the resources, the API; and the pages, where they are installed."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from apiflask import APIFlask
from flask import Flask, Response, request, send_from_directory
from sqlalchemy.exc import OperationalError
from werkzeug.routing import IntegerConverter

from api import (
    accounts,
    bodies,
    cases,
    demo,
    headers,
    health,
    items,
    log,
    materials,
    notices,
    openapi,
    problems,
    procedures,
    progress,
    repairs,
    session,
    tasks,
)
from api.authentication import authenticate
from api.context import EXTENSION, Installation
from engine import logs
from engine.config import CHECKOUT, Config, ConfigError
from engine.errors import FieldError, Invalid, NotFound, Words
from engine.present import present_time, real_time
from engine.resources import load_resources
from engine.store.database import prepare
from engine.store.schema import is_current
from engine.transaction import reading
from web import pages

BASE = "/api/v1"
OPEN = (accounts, items, progress)
GUARDED = (session, cases, materials, notices, tasks, procedures, repairs)
HERE = Path(__file__).parent


class RowId(IntegerConverter):
    """An id in an address, in plain digits and no more of them than a column can hold: what else
    stands there is not found, whatever the method."""

    regex = "[0-9]{1,18}"


def create_app(
    config: Config | None = None, *, clock: Callable[[], datetime] | None = None
) -> Flask:
    """Return the app for `config`, by default that of the environment.

    `clock` gives the present as aware UTC, by default `present_time`. Raises `ConfigError` for a
    wrong setting or a database without the present schema, `CatalogueError` for a wrong file.
    """
    config = config or Config.from_environment(os.environ)
    logs.set_up()
    app = APIFlask(
        "lianban",
        title="联办 Lianban",
        version="1",
        spec_path=openapi.SPEC,
        docs_path=None,
        static_folder=str(CHECKOUT / "web" / "static"),
        template_folder=str(HERE / "templates"),
    )
    _configure(app, config)
    prepare(app, config)
    _require_schema(app)
    session_clock = clock or real_time
    clock = clock or (lambda: present_time(config))
    app.extensions[EXTENSION] = Installation(config, load_resources(config), clock, session_clock)
    for edge in (log, headers, problems):
        edge.register(app)
    _register_api(app, config)
    pages.register(app)
    return app


def _configure(app: APIFlask, config: Config) -> None:
    app.description = openapi.ABOUT
    app.url_map.converters["int"] = RowId
    app.json.ensure_ascii = False
    app.config.update(
        MAX_CONTENT_LENGTH=bodies.MAX_BYTES,
        AUTO_VALIDATION_ERROR_RESPONSE=False,
        AUTO_AUTH_ERROR_RESPONSE=False,
        AUTO_404_RESPONSE=False,
        AUTO_OPERATION_ID=True,
        AUTO_SERVERS=False,
    )


def _require_schema(app: Flask) -> None:
    try:
        with app.app_context(), reading() as session:
            current = is_current(session)
    except OperationalError:
        raise ConfigError(
            "无法连接数据库，请检查 LIANBAN_DATABASE_URL 和数据库服务。",
            "The database can't be reached: check LIANBAN_DATABASE_URL and its server.",
        ) from None
    if not current:
        raise ConfigError(
            "数据库尚未建立或版本不符，请用 make run 或 lianban serve 启动，它们会先更新数据库。",
            "The database has not the schema of this program; start with `make run` or "
            "`lianban serve`, which bring it up to date first.",
        )


def _check_address() -> None:
    """Refuse what no column can hold, before it gets to one; for the API also a parameter that
    is repeated, of which each reader may take another value."""
    if not bodies.storable(request.path):
        raise NotFound("没有这个地址，请核对。", "There is nothing at this address; check it.")
    for name, values in request.args.lists():
        if len(values) > 1 and request.path.startswith(BASE):
            words = Words("不得重复", "is repeated")
        elif not bodies.storable(name + values[0]):
            words = Words("含有无效字符", "holds an invalid character")
        else:
            continue
        fields = [FieldError(f"/{name}", words)]
        raise Invalid(f"请求参数{words.zh}。", f"A parameter {words.en}.", fields=fields)


def _register_api(app: APIFlask, config: Config) -> None:
    guarded = [*GUARDED, demo] if config.demo else list(GUARDED)
    for resource in (*OPEN, *guarded):
        app.register_blueprint(resource.blueprint, url_prefix=BASE)
    app.register_blueprint(health.blueprint)
    names = {resource.blueprint.name for resource in guarded}
    largest = materials.MAX_BODY | procedures.MAX_BODY

    @app.before_request
    def admit() -> None:
        _check_address()
        if request.endpoint in largest:
            request.max_content_length = largest[request.endpoint]
        if request.blueprint in names:
            authenticate()

    @app.get("/api/docs/docs.js")
    @app.doc(hide=True)
    def docs_script() -> Response:
        return send_from_directory(HERE / "static", "docs.js")

    openapi.register(app, BASE, {resource.blueprint.tag for resource in guarded})
