"""Two at the same moment: one succeeds, the other is told (must-show 5)."""

from __future__ import annotations

import threading
from collections.abc import Callable

from flask import Flask

from engine.errors import Conflict, Stale
from engine.store.tables import Submission
from tests.cases import City, Walk


def together(app: Flask, *deeds: Callable[[], None]) -> list[BaseException | None]:
    """Do all at once, each in a thread of its own; return what each one raised."""
    barrier = threading.Barrier(len(deeds))
    outcomes: list[BaseException | None] = [None] * len(deeds)

    def run(place: int, deed: Callable[[], None]) -> None:
        with app.app_context():
            barrier.wait()
            try:
                deed()
            except Exception as error:
                outcomes[place] = error

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(deeds)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert not any(thread.is_alive() for thread in threads)
    return outcomes


def test_two_clerks_completing_one_task_one_succeeds_the_other_is_told(
    app: Flask, city: City
) -> None:
    walk = city.file()
    clerks = [city.staff("window_clerk", which=n) for n in "12"]
    item = walk.item("check")

    def complete(clerk) -> Callable[[], None]:
        return lambda: Walk(city, walk.number, clerk).complete(
            "check", actor=clerk, version=item.version
        )

    outcomes = together(app, *(complete(clerk) for clerk in clerks))
    refused = [error for error in outcomes if error is not None]
    assert [type(error) for error in refused] == [Stale]
    assert refused[0].facts["status"] == "completed"
    winner = clerks[outcomes.index(None)]
    assert walk.item("check").finished_by == winner.name
    assert walk.at() == ["review"] and walk.notices().count("acceptance") == 1
    assert len(walk.rows(Submission, Submission.work_item_id == item.id)) == 1


def test_the_applicant_withdraws_while_the_leader_decides(app: Flask, city: City) -> None:
    """Whoever comes first wins; the case is never both."""
    walk = city.file().go("check", "review")
    outcomes = together(app, walk.withdraw, lambda: walk.go("decide"))
    (refused,) = (error for error in outcomes if error is not None)
    assert isinstance(refused, Conflict)
    assert walk.status in ("withdrawn", "approved")
    assert ("returned" in walk.events()) != ("decided" in walk.events())


def test_cases_filed_together_get_different_numbers(app: Flask, city: City) -> None:
    city.applicant()
    walks: list[Walk] = []
    outcomes = together(app, *([lambda: walks.append(city.draft())] * 4))
    assert outcomes == [None] * 4
    assert len({walk.number for walk in walks}) == 4


def test_two_ticks_at_once_fire_everything_once(app: Flask, city: City) -> None:
    walk = city.file()
    city.wait(days=30)
    assert together(app, city.tick, city.tick) == [None, None]
    assert [x.colour for x in walk.lights() if x.element == "check"] == ["yellow", "red"]
    assert walk.notices().count("acceptance") == 1
