"""What the gate says about a file: one finding a fault, each with its place and its remedy."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import groupby, islice
from typing import Literal

from engine.errors import Words

Level = Literal["error", "filing", "hint"]
LEVELS: tuple[Level, ...] = ("error", "filing", "hint")
KEPT = 200  # findings of one file: nobody reads more
MOST = 2_000  # findings after which a rule need not go on: a hostile file gives 400,000
MORE = "more-findings"  # the rule of the finding that counts those not listed


@dataclass(frozen=True)
class Finding:
    """One fault of one place.

    `line` counts from 1. `element` is the id of the BPMN element, or its tag where it has no id.
    `level`: "error" cannot be run faithfully; "filing" breaks a rule of the city and stops the
    filing (C9d, C15), not the parsing; "hint" is advice. `rule` is a stable word for machines.
    """

    file: str
    line: int
    element: str
    level: Level
    rule: str
    message: Words
    remedy: Words

    def as_dict(self, language: str) -> dict[str, str | int]:
        """The finding as JSON values, its texts in `language` ("zh" or "en")."""
        return {
            "file": self.file,
            "line": self.line,
            "element": self.element,
            "level": self.level,
            "rule": self.rule,
            "message": self.message.in_language(language),
            "remedy": self.remedy.in_language(language),
        }

    def text(self, language: str) -> str:
        """The finding on one line: file, line, element, what is wrong, what to do."""
        message, remedy = self.message.in_language(language), self.remedy.in_language(language)
        if language == "en":
            return f"{self.file}, line {self.line}, {self.element}: {message} {remedy}"
        return f"{self.file} 第 {self.line} 行，{self.element}：{message}{remedy}"


def in_order(findings: Iterable[Finding]) -> list[Finding]:
    """Findings by file, line, element and rule, each once; what counts the rest comes last."""
    return sorted(
        set(findings),
        key=lambda f: (f.file, f.rule == MORE, f.line, f.element, f.rule, f.message.zh),
    )


class Kept:
    """The findings of one file as its rules give them: each once, at most `KEPT` of a kind."""

    def __init__(self) -> None:
        self._findings: list[Finding] = []
        self._kinds: Counter[str] = Counter()
        self._beyond: Counter[Level] = Counter()
        self._rules: Counter[object] = Counter()
        self._seen: set[int] = set()

    def add(self, rule: Callable[..., Iterable[Finding]], *given: object) -> None:
        """Add what a rule finds; once it has found `MOST` in this file it is not asked further."""
        if self._rules[rule] < MOST:
            for finding in islice(rule(*given), MOST - self._rules[rule]):
                self._rules[rule] += 1
                self._note(finding)

    def told(self) -> list[Finding]:
        """At most `KEPT` findings, the gravest before others, and one that counts the rest."""
        return _shortened(self._findings, self._beyond)

    def _note(self, finding: Finding) -> None:
        mark = hash((finding.line, finding.element, finding.rule, finding.message.zh))
        if mark in self._seen:
            return
        self._seen.add(mark)
        self._kinds[finding.rule] += 1
        if self._kinds[finding.rule] <= KEPT:
            self._findings.append(finding)
        else:
            self._beyond[finding.level] += 1


def shortened(findings: Iterable[Finding]) -> list[Finding]:
    """Findings in order, of each file at most `KEPT` and one that counts the rest."""
    ordered = in_order(findings)
    files = groupby(ordered, key=lambda finding: finding.file)
    return [each for _, group in files for each in _shortened(list(group), Counter())]


def _shortened(findings: list[Finding], beyond: Counter[Level]) -> list[Finding]:
    ordered = in_order(findings)
    if len(ordered) <= KEPT and not beyond:
        return ordered
    ranked = sorted(ordered, key=lambda finding: LEVELS.index(finding.level))
    kept = in_order(ranked[:KEPT])
    more = beyond + Counter(finding.level for finding in ranked[KEPT:])
    return [*kept, _more(kept[-1], more)]


def _more(last: Finding, more: Counter[Level]) -> Finding:
    level = next(level for level in LEVELS if more[level])
    number = more.total()
    return Finding(
        last.file,
        last.line,
        "definitions",
        level,
        MORE,
        Words(
            f"此文件至少另有 {number} 处问题未列出。",
            f"At least {number} more findings of this file are not listed.",
        ),
        Words("请先改正已列出的问题。", "Mend those that are listed first."),
    )
