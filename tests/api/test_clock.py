"""Limits explained day by day."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from engine.scheduler import run_due
from tests.api.city import City, ok
from tests.api.test_journey import accept, review


def by_name(page: dict[str, Any]) -> dict[str, Any]:
    return {clock["name"]: clock for clock in page["clocks"]}


def test_before_the_acceptance_only_the_five_days_of_the_check_run(city: City) -> None:
    number = city.as_("applicant").file_case()
    page = ok(city.as_("applicant").get(f"/cases/{number}/clock"))
    assert page["clocks"] == [] and "尚未受理" in page["note"]
    (step,) = page["steps"]
    assert (step["budget"], step["last_day"], step["remaining"]) == (5, "2026-11-30", 5)
    assert step["task"]["name"] == "材料齐全性审查"
    assert len(step["days"]) == 8  # Monday to the next Monday


def test_every_day_has_its_reason_in_the_language_of_the_reader(city: City) -> None:
    number = city.as_("applicant").file_case()
    accept(city, number)
    page = ok(city.as_("applicant", "en").get(f"/cases/{number}/clock"))
    assert page["note"] is None
    committed = by_name(page)["committed"]
    assert committed["label"] == "committed limit"
    days = committed["days"]
    assert [day["date"] for day in days[:2]] == ["2026-11-23", "2026-11-24"]
    assert days[0]["kind"] == "start" and days[0]["reason"] == "day of the start, not counted"
    assert [day["kind"] for day in days[5:7]] == ["weekend", "weekend"]
    assert days[-1]["date"] == committed["last_day"] == "2026-12-01"
    assert sum(day["counted"] for day in days) == committed["budget"] == 6
    assert days[-1]["remaining"] == 0 and days[1]["basis"] == "行政许可法第八十二条"
    chinese = ok(city.as_("applicant").get(f"/cases/{number}/clock"))
    assert by_name(chinese)["committed"]["days"][0]["reason"] == "起算当日，不计入"
    assert by_name(chinese)["statutory"]["budget"] == 10


def test_elapsed_and_remaining_follow_the_days_and_the_decision_stops_them(city: City) -> None:
    number = city.as_("applicant").file_case()
    accept(city, number)

    def committed() -> dict[str, Any]:
        page = ok(city.as_("handler").get(f"/cases/{number}/clock"))
        return by_name(page)["committed"]

    assert (committed()["elapsed"], committed()["remaining"]) == (0, 6)
    city.clock.advance(days=1)  # the first counted day is not over yet
    assert (committed()["elapsed"], committed()["remaining"]) == (0, 6)
    city.clock.advance(days=1)
    assert (committed()["elapsed"], committed()["remaining"]) == (1, 5)
    review(city, number)
    city.as_("leader").complete(number, outcome="approve")
    city.clock.advance(days=20)
    stopped = committed()
    assert stopped["stopped_at"].startswith("2026-11-25") and not stopped["overdue"]
    assert (stopped["elapsed"], stopped["remaining"]) == (1, 5)
    assert stopped["days"][-1]["kind"] == "stopped"


def test_a_task_completed_late_before_any_tick_leaves_its_red_light_with_the_right_time(
    city: City,
) -> None:
    number = city.as_("applicant").file_case()
    accept(city, number)
    city.clock.now = datetime(2026, 12, 3, 1, 0, tzinfo=UTC)
    review(city, number)
    page = by_name(ok(city.as_("handler").get(f"/cases/{number}/clock")))["committed"]
    assert page["overdue"] and page["remaining"] == -1
    assert page["days"][-1]["overdue"] and not page["days"][-1]["counted"]
    lights = ok(city.as_("handler").get(f"/cases/{number}"))["lights"]
    red = [light for light in lights if light["light"]["colour"] == "red"]
    by_clock = {light["clock"]: light["due_at"] for light in red}
    assert by_clock["committed"] == "2026-12-01T16:00:00+00:00" == page["due_at"]
    assert by_clock["step"] == "2026-11-25T16:00:00+00:00"


def test_a_case_is_returned_when_the_month_is_over(city: City) -> None:
    city.clock.now = datetime(2025, 12, 31, 2, 0, tzinfo=UTC)
    applicant = city.as_("applicant")
    number = applicant.file_case(leave_out=("rules",))
    defect = {"material": "rules", "kind": "missing", "defect": "未提交"}
    defect |= {"requirement": "提交", "basis": "第十三条"}
    city.clock.now = datetime(2026, 1, 31, 2, 0, tzinfo=UTC)  # five days of silence: accepted
    with city.app.app_context():
        run_due(city.app.extensions["lianban"].resources, city.clock.now)
    assert ok(applicant.get(f"/cases/{number}"))["status"]["code"] == "accepted"
    number = applicant.file_case(leave_out=("rules",))
    city.as_("clerk").complete(number, outcome="incomplete", defects=[defect])
    asked = ok(applicant.get(f"/cases/{number}"))
    assert asked["supplements"][0]["last_day"] == "2026-02-28"  # a Saturday worked for the festival
    assert asked["supplements"][0]["provisional"] is False
    city.clock.now = datetime(2026, 2, 28, 16, 0, tzinfo=UTC)
    with city.app.app_context():
        run_due(city.app.extensions["lianban"].resources, city.clock.now)
    file = ok(applicant.get(f"/cases/{number}"))
    assert file["status"]["code"] == "returned"
    assert file["notices"][-1]["template"] == "return"
    assert file["supplements"][0]["status"] == "expired"
