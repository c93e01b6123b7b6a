"""Another process for our instance: it gets a state and a step, and gives back both."""

from __future__ import annotations

from datetime import datetime
from multiprocessing.connection import Connection
from pathlib import Path

from engine.catalogue.calendars import load_calendar
from tests.walks.ours import Ours

CALENDAR = Path(__file__).parents[2] / "processes" / "calendar"


def work(pipe: Connection) -> None:
    """Answer until the pipe is closed."""
    calendar = load_calendar(CALENDAR)
    known: dict[bytes, Ours] = {}
    while True:
        try:
            data, now, state, step = pipe.recv()
        except EOFError:
            return
        known = {data: known[data]} if data in known else {data: Ours(data, calendar)}
        pipe.send(_one(known[data], now, state, step))


def _one(ours: Ours, now: datetime, state: bytes, step: object) -> object:
    ours.load(now, state)
    seen = ours.step(step)
    return seen, ours.instance.save(), ours.instance.situation.now
