from pathlib import Path

import pytest

from engine.catalogue.calendars import load_calendar
from engine.domain.calendar import Calendar


@pytest.fixture(scope="session")
def calendar() -> Calendar:
    """The city's own calendar: 2024 to 2026 official, 2027 provisional."""
    return load_calendar(Path(__file__).parents[2] / "processes" / "calendar")
