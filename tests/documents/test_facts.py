"""The head of a template and what it says the notice needs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from engine.documents.facts import missing_facts, read_head
from engine.errors import CatalogueError
from tests.documents.sample_facts import sample

FOLDER = Path(__file__).parents[2] / "forms" / "notices"
TEMPLATES = sorted(path.stem for path in FOLDER.glob("[!_]*.typ"))


def head(needs: str) -> bytes:
    return (
        "// title: 测试\n// title-en: Test\n// number: 测\n// basis: 无\n// signs: nobody\n"
        f"// needs: {needs}\n#text"
    ).encode()


@pytest.mark.parametrize("name", TEMPLATES)
def test_samples_lack_nothing(name: str) -> None:
    assert missing_facts((FOLDER / f"{name}.typ").read_bytes(), sample(name)) == []


@pytest.mark.parametrize("name", TEMPLATES)
def test_every_required_fact_is_missed(name: str) -> None:
    template = (FOLDER / f"{name}.typ").read_bytes()
    for need in read_head(template).needs:
        first = need.split(":")[0].split(".")[0]
        if not first.endswith("?"):
            facts = sample(name)
            facts.pop(first.removesuffix("[]"))
            assert missing_facts(template, facts), need


def test_kinds_of_notice_have_numbers_of_their_own() -> None:
    marks = [read_head((FOLDER / f"{n}.typ").read_bytes()).number for n in TEMPLATES]
    assert len(marks) == len(set(marks)) == 8


@pytest.mark.parametrize(
    ("needs", "facts", "missing"),
    [
        ("a", {}, ["a"]),
        ("a", {"a": ""}, ["a"]),
        ("a", {"a": "  "}, ["a"]),
        ("a", {"a": 1}, ["a"]),
        ("a", {"a": "x"}, []),
        ("a?", {}, []),
        ("a?", {"a": None}, []),
        ("a?", {"a": 3}, ["a"]),
        ("a.b", {"a": {}}, ["a.b"]),
        ("a.b", {}, ["a"]),
        ("a?.b", {}, []),
        ("a?.b", {"a": {}}, ["a.b"]),
        ("a.b", {"a": "text"}, ["a.b"]),
        ("a[].b", {"a": []}, []),
        ("a[].b", {"a": [{"b": "x"}, {}]}, ["a[1].b"]),
        ("a[].b", {"a": {"b": "x"}}, ["a"]),
        ("a[]", {"a": ["x", ""]}, ["a[1]"]),
        ("a:number", {"a": True}, ["a"]),
        ("a:number", {"a": 0}, []),
        ("a:flag", {"a": 0}, ["a"]),
        ("a:flag", {"a": False}, []),
        ("a:date", {"a": "2026-11-22T00:00"}, ["a"]),
        ("a:time", {"a": "2026-11-22T09:30"}, []),
        ("a:time", {"a": "2026-11-22T09:30Z"}, ["a"]),
        ("a, b", {}, ["a", "b"]),
    ],
)
def test_needs(needs: str, facts: dict[str, Any], missing: list[str]) -> None:
    assert missing_facts(head(needs), facts) == missing


@pytest.mark.parametrize(
    "template",
    [b"", b"#text", head("A"), head("a:money"), head("a..b"), head("a").replace(b"number", b"nr")],
)
def test_bad_head_is_refused(template: bytes) -> None:
    with pytest.raises(CatalogueError):
        read_head(template)


def test_comments_below_the_head_are_not_needs() -> None:
    assert read_head(head("a") + b"\n// needs: b").needs == ("a",)
