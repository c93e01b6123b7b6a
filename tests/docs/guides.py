"""The guides as tests read them: their pages, fenced blocks, and the edits that they prescribe."""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass
from pathlib import Path

from engine.config import CHECKOUT

DOCS = CHECKOUT / "docs"
DIAGRAM = "processes/single-item/single-item.bpmn"
_BLOCK = re.compile(r"^```([^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Block:
    """A fenced block; `info` is what stands behind its first fence, such as "xml find"."""

    info: str
    text: str


def pages() -> list[Path]:
    """Every page that is written by hand."""
    return sorted([*CHECKOUT.glob("*.md"), *DOCS.rglob("*.md"), *CHECKOUT.glob("f*/**/*.md")])


def blocks(page: Path) -> list[Block]:
    return [Block(info.strip(), text) for info, text in _BLOCK.findall(page.read_text("utf-8"))]


def terms(page: Path) -> set[str]:
    """The words that a guide writes as code within its sentences and tables."""
    prose = _BLOCK.sub("", page.read_text("utf-8"))
    spans = " ".join(re.findall(r"`([^`\n]+)`", prose))
    return {*re.findall(r"[$\w.-]+", spans), *re.findall(r"\{\w+\}", spans)}


def edits(page: Path) -> list[tuple[str, str]]:
    """What a guide wants to be found in the diagram, and what it puts in its place."""
    found = [block for block in blocks(page) if block.info in ("xml find", "xml replace")]
    assert [b.info for b in found] == ["xml find", "xml replace"] * (len(found) // 2)
    return [(a.text, b.text) for a, b in zip(found[::2], found[1::2], strict=True)]


def new_files(page: Path) -> dict[str, str]:
    """The files that a guide wants to be written, by their path in the checkout."""
    return {b.info.split()[1]: b.text for b in blocks(page) if b.info.startswith("yaml forms/")}


def copy_of_procedures(folder: Path) -> Path:
    """Copy what an analyst edits into a folder; return it."""
    for name in ("processes", "forms"):
        shutil.copytree(CHECKOUT / name, folder / name)
    return folder


def edit_diagram(checkout: Path, page: Path) -> None:
    """Carry out the edits of a guide in a copy of the checkout."""
    diagram = checkout / DIAGRAM
    text = diagram.read_text("utf-8")
    for old, new in edits(page):
        assert text.count(old) == 1, f"found {text.count(old)} times:\n{old}"
        text = text.replace(old, new)
    diagram.write_text(text, "utf-8")


def write_files(checkout: Path, page: Path) -> None:
    for path, text in new_files(page).items():
        (checkout / path).write_text(text, "utf-8")
