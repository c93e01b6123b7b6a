"""The facts that a notice was issued with, sealed for exactly that notice."""

from __future__ import annotations

from typing import Any

from engine.store.secrets import Keys, seal, unseal
from engine.store.tables import Case, Notice


def sealed_facts(keys: Keys, case: Case, number: str, facts: dict[str, Any]) -> bytes:
    """Return the facts of the notice of this number as they are stored."""
    return seal(keys, _purpose(case, number), facts)


def facts_of(keys: Keys, case: Case, notice: Notice) -> dict[str, Any]:
    """Return the facts a notice was issued with."""
    return unseal(keys, _purpose(case, notice.number), notice.facts_sealed)


def _purpose(case: Case, number: str) -> tuple[str, ...]:
    return ("notice", "facts", case.number, number)
