"""What the pages name is there: links, commands and options, variables, make targets, addresses."""

from __future__ import annotations

import re
from pathlib import Path

import click
import pytest
from werkzeug.exceptions import MethodNotAllowed, NotFound

from api.app import create_app
from engine.cli import main
from engine.config import CHECKOUT, Config
from tests.docs.guides import DOCS, pages

PAGES = {page.relative_to(CHECKOUT).as_posix(): page for page in pages()}
_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
_CODE = re.compile(r"```[^\n]*\n(.*?)^```|`([^`\n]+)`", re.MULTILINE | re.DOTALL)
_COMMAND = re.compile(r"(?<![\w./-])(?:\.venv/bin/)?lianban ((?:[a-z]+ ?)+)((?: ?--[a-z]+)*)")
_ADDRESS = re.compile(r"`(GET|POST) (/api/v1[^`?]*)[^`]*`")


def text_of(name: str) -> str:
    return PAGES[name].read_text("utf-8")


def code_of(name: str) -> str:
    """What a page writes as code, within sentences and in blocks."""
    return "\n".join(a or b for a, b in _CODE.findall(text_of(name)))


def anchors(page: Path) -> set[str]:
    """The anchors of the headings of a page, as GitHub makes them."""
    titles = re.findall(r"^#+ (.+)$", page.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


@pytest.mark.parametrize("name", PAGES)
def test_links_lead_somewhere(name: str) -> None:
    for link in _LINK.findall(text_of(name)):
        if link.startswith("http"):
            continue
        path, _, anchor = link.partition("#")
        target = (PAGES[name].parent / path).resolve() if path else PAGES[name]
        assert target.exists(), link
        assert not anchor or anchor in anchors(target), link


def test_every_page_is_linked_from_an_index() -> None:
    linked = {
        (PAGES[index].parent / link).resolve()
        for index in ("docs/README.md", "docs/decisions/README.md")
        for link in _LINK.findall(text_of(index))
    }
    written = {path for path in DOCS.rglob("*.md") if path.name != "README.md"}
    assert written - linked == set()


@pytest.mark.parametrize("name", PAGES)
def test_commands_and_their_options_exist(name: str) -> None:
    for words, options in _COMMAND.findall(code_of(name)):
        command, rest = main, words.split()
        while rest and isinstance(command, click.Group):
            command = command.get_command(click.Context(command), rest.pop(0))
            assert command is not None, words
        known = {option for param in command.params for option in param.opts}
        assert set(options.split()) <= known, (words, options)


def test_commands_are_found_where_they_are_written() -> None:
    found = [words.split()[0] for words, _ in _COMMAND.findall(code_of("docs/administrator.md"))]
    assert {"deploy", "serve", "scheduler", "journal", "case"} <= set(found)


@pytest.mark.parametrize("name", PAGES)
def test_variables_are_those_of_the_settings(name: str) -> None:
    known = re.findall(r"LIANBAN_\w+", (CHECKOUT / "engine" / "config.py").read_text("utf-8"))
    assert set(re.findall(r"LIANBAN_[A-Z_]+", text_of(name))) - set(known) == set()


@pytest.mark.parametrize("name", ["docs/administrator.md", "docs/administrator.zh.md"])
def test_administrators_are_told_of_every_variable(name: str) -> None:
    settings = (CHECKOUT / "engine" / "config.py").read_text("utf-8")
    known = set(re.findall(r'"(LIANBAN_[A-Z_]+)"', settings))
    assert len(known) >= 6
    assert known - set(re.findall(r"`(LIANBAN_[A-Z_]+)`", text_of(name))) == set()


@pytest.mark.parametrize("name", PAGES)
def test_make_targets_exist(name: str) -> None:
    targets = re.findall(r"^([a-z]+):", (CHECKOUT / "Makefile").read_text("utf-8"), re.MULTILINE)
    assert set(re.findall(r"^make ([a-z]+)", code_of(name), re.MULTILINE)) - set(targets) == set()


def test_addresses_of_the_api_exist(config: Config) -> None:
    adapter = create_app(config).url_map.bind("localhost")
    told = [each for name in PAGES for each in _ADDRESS.findall(text_of(name))]
    assert len(told) > 4
    for method, path in told:
        try:
            adapter.match(re.sub(r"\{\w+\}", "1", path), method=method)
        except (NotFound, MethodNotAllowed):
            pytest.fail(f"{method} {path}")
