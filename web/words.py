"""The interface's texts: Chinese where they stand, their English in `english.yaml`."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import yaml

TABLE = Path(__file__).parent / "english.yaml"


@cache
def english_texts() -> dict[str, str]:
    """Return the English text by the Chinese one."""
    return yaml.safe_load(TABLE.read_text("utf-8"))


def english(text: str) -> str:
    """Return the English of an interface text; one without (a test finds it) stays Chinese."""
    return english_texts().get(text, text)
