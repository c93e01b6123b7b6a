"""The timeline, and what of it stays inside."""

from __future__ import annotations

from tests.api.city import City, ok
from tests.api.test_journey import accept, review


def test_staff_see_every_step_with_its_decisions(city: City) -> None:
    number = city.as_("applicant").file_case()
    accept(city, number)
    review(city, number, "refuse")
    rows = ok(city.as_("leader").get(f"/cases/{number}/timeline"))["rows"]
    assert [row["seq"] for row in rows] == list(range(1, len(rows) + 1))
    done = [row for row in rows if row["event"] == "task_completed"]
    assert [row["details"]["name"] for row in done] == ["材料齐全性审查", "现场核查", "审查"]
    assert done[-1]["details"]["decisions"] == {"opinion": "refuse"}
    assert done[-1]["actor"] == "handler-name" and done[-1]["label"] == "环节办结"


def test_the_applicant_sees_no_step_no_opinion_and_no_name(city: City) -> None:
    number = city.as_("applicant").file_case()
    accept(city, number)
    review(city, number, "refuse")
    response = city.as_("applicant").get(f"/cases/{number}/timeline")
    rows = ok(response)["rows"]
    events = [row["event"] for row in rows]
    assert {"submitted", "accepted", "notice_issued"} <= set(events)
    assert not {"task_opened", "task_completed", "light_raised", "timer_fired"} & set(events)
    for inside in ("opinion", "refuse", "审查意见", "handler", "clerk-name"):
        assert inside not in response.text
    accepted = next(row for row in rows if row["event"] == "accepted")
    assert accepted["actor"] == "澜川市市场监督管理局"
    assert accepted["details"]["limits"] == {"committed": 6, "statutory": 10}
    assert next(row for row in rows if row["event"] == "submitted")["actor"] == "申请人"
