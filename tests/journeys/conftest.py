"""A real browser before a real server, on SQLite. Every test also watches the console: an error
there, a breach of the content policy or a request to another host fails it."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright
from werkzeug.serving import make_server

from api.app import create_app
from engine.store.database import db
from tests.api.city import PASSWORD, City, Clock, found
from tests.databases import SqliteGround, make_config

CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
SILENT = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
SILENT += ["--disable-component-update", "--disable-sync"]
# The browser says this of every refused form; whether it was expected, the test itself checks.
EXPECTED = "Failed to load resource"


@dataclass
class Tab:
    """A page of the browser whose reader is somebody; `faults` is what it complained about."""

    page: Page
    base: str
    faults: list[str] = field(default_factory=list)

    def watch(self) -> None:
        self.page.on("console", self._console)
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))
        self.page.on("request", self._request)

    def _console(self, message: object) -> None:
        if message.type in ("error", "warning") and not message.text.startswith(EXPECTED):
            self.faults.append(message.text)

    def _request(self, request: object) -> None:
        if not request.url.startswith(f"{self.base}/"):
            self.faults.append(f"a request to {request.url}")

    def open(self, path: str) -> Page:
        self.page.goto(self.base + path)
        return self.page

    def sign_in(self, login: str, password: str = PASSWORD) -> Page:
        page = self.open("/login")
        page.get_by_label("登录名").fill(login)
        page.get_by_label("密码").fill(password)
        page.locator("main").get_by_role("button", name="登录").click()
        return page


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    path = next((found for name in CHROMIUM if (found := shutil.which(name))), None)
    if path is None:
        pytest.fail("no Chromium: apt-get install chromium", pytrace=False)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=SILENT)
        yield browser
        browser.close()


@pytest.fixture
def city(sqlite_ground: SqliteGround, tmp_path: Path, now: datetime) -> Iterator[City]:
    """The small city of the API's tests."""
    clock = Clock(now)
    with sqlite_ground.database(tmp_path) as url:
        city = City(create_app(make_config(tmp_path / "var", url), clock=clock), clock)
        found(city, now)
        yield city
        with city.app.app_context():
            db.engine.dispose()


@pytest.fixture
def address(city: City) -> Iterator[str]:
    """Where the city is served."""
    server = make_server("127.0.0.1", 0, city.app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def tab(browser: Browser, address: str) -> Iterator[Callable[..., Tab]]:
    """Open a tab of somebody's own: tab(), tab(width=360), tab(java_script_enabled=False)."""
    tabs: list[Tab] = []

    def make(width: int = 1280, **options: object) -> Tab:
        size = {"width": width, "height": 800}
        context = browser.new_context(viewport=size, locale="zh-CN", **options)
        context.set_default_timeout(10_000)
        tabs.append(Tab(context.new_page(), address))
        tabs[-1].watch()
        return tabs[-1]

    yield make
    faults = [fault for each in tabs for fault in each.faults]
    for each in tabs:
        each.page.context.close()
    assert faults == []
