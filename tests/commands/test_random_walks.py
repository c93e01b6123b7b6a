"""Random walks: whatever people do and however late, every case ends, and the books agree.

The independent calculation counts days with a loop of its own over the calendar's answers.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.bpmn.versions import Versions
from engine.domain.calendar import Calendar, shanghai_day
from engine.domain.case import CLOSING
from engine.errors import LianbanError
from engine.store.audit import verify_all
from engine.store.tables import WorkItem
from engine.transaction import reading
from tests.cases import FOOD, PLANNING, REFUSAL, City, Walk, defect

THRESHOLDS = {2: 1, 3: 1, 5: 1, 6: 2, 8: 2, 10: 2}  # yellow: days left, by the limit in days
ROUNDS = 4  # after so many the walk makes for an end


def counted(calendar: Calendar, start: datetime, days: int) -> datetime:
    """00:00 after the last of so many working days, the day of the start not counted."""
    day = shanghai_day(start)
    while days:
        day += timedelta(days=1)
        days -= calendar.is_working(day)
    return datetime(day.year, day.month, day.day, 16, tzinfo=UTC)  # midnight in Shanghai


def step(walk: Walk, element: str, dice: Random, tired: bool) -> None:
    """What the worker of a step does, or does wrongly."""
    if element == "check" and not tired and dice.random() < 0.4:
        walk.complete(element, outcome="incomplete", defects=[defect("application")])
    elif element == "check" and dice.random() < 0.1:
        walk.complete(element, outcome="not_required", opinion="不需要许可")
    elif element == "supplement":
        for row in walk.supplements()[-1].defects:
            walk.upload(row["material"])
        walk.complete(element)
    elif element == "recheck" and not tired and dice.random() < 0.3:
        again = [{"material": walk.supplements()[-1].defects[0]["material"], "defect": "仍缺"}]
        walk.complete(element, outcome="incomplete", defects=again)
    elif element == "decide" and dice.random() < 0.5:
        back = {"outcome": "send_back", "reasons": "再议"}
        walk.complete(element, **(REFUSAL if tired or dice.random() < 0.5 else back))
    elif element == "deliver" and not tired and dice.random() < 0.3:
        rows = walk.answer(element)["comparison"]
        rows[0] |= {"same": False, "note": "不一致"}
        walk.complete(element, comparison=rows)
    else:
        walk.complete(element)


def books_agree(walk: Walk) -> None:
    calendar = walk.city.resources.calendar
    for clock in walk.clocks().values():
        assert clock.due_at == counted(calendar, clock.started_at, clock.budget)
    deadlines = walk.deadlines()
    for item in walk.open():
        if item.limit_days is None:
            continue
        assert item.due_at == counted(calendar, item.created_at, item.limit_days)
        red = deadlines.pop(f"{item.element}_red", None)
        assert red == item.due_at or item.colour == "red"
        if left := THRESHOLDS.get(item.limit_days):
            at = counted(calendar, item.created_at, item.limit_days - left)
            assert deadlines.get(f"{item.element}_yellow", at) == at
    for light in walk.lights():
        assert light.due_at <= light.seen_at


def walk_on(walk: Walk, dice: Random) -> None:
    for turn in range(60):
        if not walk.at():
            return
        walk.city.wait(hours=dice.choice([1, 5, 30, 30, 80, 200]))
        if dice.random() < 0.3:
            walk.city.tick()
        if dice.random() < 0.3:  # another process takes over, with nothing parsed yet
            walk.city.resources = replace(walk.city.resources, versions=Versions())
        try:
            if dice.random() < 0.04:
                walk.withdraw()
            elif walk.at():
                step(walk, walk.at()[0], dice, tired=turn > ROUNDS)
        except LianbanError:  # it fell due meanwhile, or is not allowed now
            walk.city.tick()
        books_agree(walk)
    raise AssertionError(f"the case did not end: {walk.at()}")


@settings(
    max_examples=4,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(seed=st.integers(0, 2**32), item=st.sampled_from([PLANNING, FOOD]), held=st.booleans())
def test_every_case_ends_and_the_books_agree(
    city: City, now: datetime, seed: int, item: str, held: bool
) -> None:
    dice = Random(seed)
    city.now = now + timedelta(days=dice.randint(-400, 30))
    walk = city.file(item, leave_out=("application",) if held else ())
    walk_on(walk, dice)
    assert walk.status in CLOSING
    assert walk.rows(WorkItem, WorkItem.status == "open") == []
    assert walk.deadlines() == {}
    assert walk.events().count("archived") == 1
    with reading() as session:
        assert verify_all(session) == []


def test_the_independent_calculation_knows_the_holidays(calendar: Calendar) -> None:
    """National Day 2026: 1 to 7 October off, so that one day from 30 September is 8 October."""
    start = datetime.fromisoformat("2026-09-30T10:00:00+08:00")
    assert counted(calendar, start, 1) == datetime(2026, 10, 8, 16, tzinfo=UTC)
