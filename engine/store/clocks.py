"""The clocks of a case as rows, and as what the domain reckons with."""

from __future__ import annotations

from engine.domain.clock import Clock
from engine.store.tables import CaseClock


def clock_of(row: CaseClock) -> Clock:
    """Return the clock that a row keeps."""
    return Clock(row.name, row.started_at, row.budget, stopped=row.stopped_at)
