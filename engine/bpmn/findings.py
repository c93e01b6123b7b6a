"""What the gate says about a file: one finding a fault, each with its place and its remedy."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from engine.errors import Words

Level = Literal["error", "filing", "hint"]


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
    """Findings by file, line, element and rule, each once."""
    return sorted(set(findings), key=lambda f: (f.file, f.line, f.element, f.rule, f.message.zh))
