"""What a notice needs to know: read from the head of its template, checked against the facts.

The head is the run of comment lines at the top: `// title: …`, `// number: …`, `// needs: …`.
A need is a path with an optional kind: `case.number`, `date:date`, `materials[].copies:number`.
`[]` marks a list, `?` what may be absent (`agent?.name`: if there is an agent, then his name).
Kinds: text that is not empty (the default), date, time, number, flag. As the head belongs to the
template it is deployed, versioned and replaced with it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from engine.errors import CatalogueError, Words


@dataclass(frozen=True)
class Head:
    """Head of a template. `number` is the mark of the kind in a notice's number, such as 受."""

    title: Words
    number: str
    basis: str
    signs: str
    needs: tuple[str, ...]


MOST = {"title": 200, "number": 16}  # characters; both are kept with every notice
_LINE = re.compile(r"// (title|title-en|number|basis|signs|needs): (.+)")
_NEED = re.compile(r"[a-z_]+(\[\])?\??(\.[a-z_]+(\[\])?\??)*(:(text|date|time|number|flag))?")


def read_head(template: bytes) -> Head:
    """Return the head of `template`. Raises CatalogueError: a line missing, a need misspelt."""
    said: dict[str, str] = {}
    needs: list[str] = []
    for line in template.decode("utf-8", "replace").splitlines():
        if not line.startswith("//"):
            break
        match = _LINE.fullmatch(line.rstrip())
        if match and match[1] == "needs":
            needs += [need.strip() for need in match[2].split(",")]
        elif match:
            said[match[1]] = match[2].strip()
    lacking = [key for key in ("title", "title-en", "number", "basis", "signs") if key not in said]
    lacking += [key for key, most in MOST.items() if len(said.get(key, "")) > most]
    wrong = lacking + [need for need in needs if not _NEED.fullmatch(need)]
    if wrong or not needs:
        names = ", ".join(wrong or ["needs"])
        raise CatalogueError(
            f"通知模板的开头缺少、写错或者过长：{names}。",
            f"The head of the notice template lacks, misspells or overfills: {names}.",
        )
    title = Words(said["title"], said["title-en"])
    return Head(title, said["number"], said["basis"], said["signs"], tuple(needs))


def missing_facts(template: bytes, facts: Mapping[str, Any]) -> list[str]:
    """Return the paths that `template` needs and `facts` lacks or has in the wrong kind.

    Places in lists are counted from 0: `materials[2].name`.
    """
    lacking: list[str] = []
    for need in read_head(template).needs:
        path, _, kind = need.partition(":")
        lacking += _lacking(path.split("."), facts, "", _KINDS[kind or "text"])
    return list(dict.fromkeys(lacking))


def sample_facts(template: bytes) -> dict[str, Any]:
    """Return invented facts that satisfy all needs of `template`, to try it out."""
    facts: dict[str, Any] = {}
    for need in read_head(template).needs:
        path, _, kind = need.partition(":")
        _put(facts, [step.rstrip("?") for step in path.split(".")], _SAMPLES[kind or "text"])
    return facts


def _put(facts: dict[str, Any], steps: list[str], sample: Any) -> None:
    """Put a sample at the end of a path; a list gets one entry."""
    *ways, last = steps
    for step in ways:
        name = step.removesuffix("[]")
        inner = facts.setdefault(name, [{}] if step.endswith("[]") else {})
        facts = inner[0] if isinstance(inner, list) else inner
    facts[last.removesuffix("[]")] = [sample] if last.endswith("[]") else sample


Test = Callable[[Any], bool]


def _lacking(steps: list[str], value: Any, here: str, test: Test) -> Iterator[str]:
    if not steps:
        if not test(value):
            yield here
        return
    step, rest = steps[0], steps[1:]
    name = step.rstrip("?").removesuffix("[]")
    place = f"{here}.{name}" if here else name
    found = value.get(name) if isinstance(value, Mapping) else None
    if found is None:
        if not step.endswith("?"):
            yield place
    elif "[]" not in step:
        yield from _lacking(rest, found, place, test)
    elif not isinstance(found, list | tuple):
        yield place
    else:
        for i, item in enumerate(found):
            yield from _lacking(rest, item, f"{place}[{i}]", test)


def _matches(pattern: str) -> Test:
    return lambda value: isinstance(value, str) and re.fullmatch(pattern, value) is not None


_SAMPLES: dict[str, Any] = {
    "text": "样本",
    "date": "2026-11-22",
    "time": "2026-11-22T09:30",
    "number": 1,
    "flag": True,
}
_KINDS: dict[str, Test] = {
    "text": lambda value: isinstance(value, str) and bool(value.strip()),
    "date": _matches(r"\d{4}-\d{2}-\d{2}"),
    "time": _matches(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}"),
    "number": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "flag": lambda value: isinstance(value, bool),
}
