"""The worklist, and what two people do to one task."""

from __future__ import annotations

import threading
from typing import Any

import sqlalchemy as sa

from engine.store.tables import WorkItem
from engine.transaction import writing
from tests.api.city import City, ok, refused
from tests.api.test_journey import accept


def test_each_post_finds_its_own_tasks(city: City) -> None:
    number = city.as_("applicant").file_case()
    names = {
        login: [row["name"] for row in ok(city.as_(login).get("/tasks"))["rows"]]
        for login in ("clerk", "handler", "leader", "elsewhere", "other_department", "applicant")
    }
    assert names.pop("clerk") == ["材料齐全性审查"] and not any(names.values())
    accept(city, number)
    assert [row["name"] for row in ok(city.as_("handler").get("/tasks"))["rows"]] == ["现场核查"]
    assert ok(city.as_("leader").get("/tasks"))["rows"] == []
    seen = ok(city.as_("leader").get("/tasks?everything=true"))["rows"]
    assert [row["name"] for row in seen] == ["现场核查"]
    done = ok(city.as_("clerk").get("/tasks?status=completed"))["rows"]
    assert [row["name"] for row in done] == ["材料齐全性审查"] and done[0]["finished_at"]


def test_the_most_urgent_comes_first_and_pages_go_on_where_they_ended(city: City) -> None:
    numbers = []
    for _ in range(3):
        numbers.append(city.as_("applicant").file_case())
        city.clock.advance(days=1)
    clerk, found, query = city.as_("clerk"), [], ""
    while True:
        page = ok(clerk.get(f"/tasks?limit=1{query}"))
        found += [row["case"]["number"] for row in page["rows"]]
        if page["next"] is None:
            break
        query = f"&cursor={page['next']}"
    assert found == numbers
    due = [row["due_at"] for row in ok(clerk.get("/tasks"))["rows"]]
    before = ok(clerk.get("/tasks", query_string={"due_before": due[1]}))["rows"]
    assert [row["case"]["number"] for row in before] == numbers[:1]
    assert ok(clerk.get("/tasks?post=handler"))["rows"] == []
    assert ok(clerk.get("/tasks?department=wsjkw"))["rows"] == []
    assert len(ok(clerk.get("/tasks?department=scjgj&post=window_clerk&light=green"))["rows"]) == 3


def test_a_task_without_a_limit_comes_last(city: City) -> None:
    applicant = city.as_("applicant")
    ours = applicant.file_case(channel="online", leave_out=("rules",))
    body = {"outcome": "incomplete", "defects": [DEFECT]}
    city.as_("clerk").complete(ours, **body)
    # As a step of another procedure may have: here even the applicant's is due, with the month.
    with city.app.app_context(), writing() as session:
        supplement = sa.update(WorkItem).where(WorkItem.element == "supplement")
        session.execute(supplement.values(due_at=None))
    other = applicant.file_case()
    page = ok(city.as_("clerk").get("/tasks?everything=true&limit=1"))
    assert page["rows"][0]["case"]["number"] == other
    rest = ok(city.as_("clerk").get(f"/tasks?everything=true&limit=1&cursor={page['next']}"))
    assert rest["rows"][0]["due_at"] is None and rest["rows"][0]["case"]["number"] == ours
    assert [row["name"] for row in ok(applicant.get("/tasks"))["rows"]] == ["补齐补正"]


def test_the_applicant_s_step_is_due_with_the_month(city: City) -> None:
    """P18: told on 23 November, over at 24:00 of 23 December."""
    applicant = city.as_("applicant")
    number = applicant.file_case(leave_out=("rules",))
    city.as_("clerk").complete(number, outcome="incomplete", defects=[DEFECT])
    (row,) = ok(applicant.get("/tasks"))["rows"]
    assert (row["due_at"], row["last_day"]) == ("2026-12-23T16:00:00+00:00", "2026-12-23")


DEFECT = {
    "material": "rules",
    "kind": "missing",
    "defect": "未提交",
    "requirement": "提交制度目录",
    "basis": "第十三条",
}


def test_a_task_brings_its_form_to_those_who_may_do_it(city: City) -> None:
    number = city.as_("applicant").file_case()
    accept(city, number)
    task = city.as_("handler").task(number)
    assert task["form"]["key"] == "single-item/site-check"
    assert task["form"]["prefill"] == {"date": "2026-11-23"}
    assert task["limit_days"] == 2 and task["last_day"] == "2026-11-25"
    path = f"/tasks/{task['id']}"
    assert ok(city.as_("leader").get(path))["form"] is None
    assert ok(city.as_("supervisor").get(path))["form"] is None
    for login in ("applicant", "elsewhere", "other_department", "stranger"):
        refused(city.as_(login).get(path), 404)
    refused(city.as_("handler").get("/tasks/999999"), 404)
    refused(city.as_("handler").get("/tasks/99999999999999999999"), 404)


def test_claimed_work_is_left_alone_by_others_until_it_is_released(city: City) -> None:
    number = city.as_("applicant").file_case()
    clerk, other = city.as_("clerk"), city.as_("clerk2")
    task = clerk.task(number)
    path, seen = f"/tasks/{task['id']}", {"version": task["version"]}
    claimed = ok(clerk.post(f"{path}/claim", json=seen))
    assert claimed["mine"] and claimed["assignee"]["account"] == city.accounts["clerk"]
    assert claimed["version"] == task["version"] + 1
    now = {"version": claimed["version"]}
    refused(other.post(f"{path}/claim", json=now), 409)
    refused(other.post(f"{path}/release", json=now), 403)
    body = now | {"data": {"outcome": "complete"}}
    problem = refused(other.post(f"{path}/complete", json=body), 409)
    assert problem["facts"]["assignee"] == city.accounts["clerk"]
    assert [row["id"] for row in ok(clerk.get("/tasks?mine=true"))["rows"]] == [task["id"]]
    assert ok(other.get("/tasks?mine=true"))["rows"] == []
    released = ok(clerk.post(f"{path}/release", json=now))
    assert released["assignee"] is None
    body = {"version": released["version"], "data": {"outcome": "complete"}}
    assert ok(other.post(f"{path}/complete", json=body))["status"] == "completed"


def test_a_leader_reassigns_to_those_whom_the_task_lists(city: City) -> None:
    number = city.as_("applicant").file_case()
    leader, task = city.as_("leader"), city.as_("clerk").task(number)
    path = f"/tasks/{task['id']}"
    listed = [person["account"] for person in ok(leader.get(path))["candidates"]]
    assert listed == [city.accounts["clerk"], city.accounts["clerk2"]]
    assert ok(city.as_("clerk").get(path))["candidates"] == []
    body = {"version": task["version"], "account": city.accounts["clerk2"]}
    refused(city.as_("clerk").post(f"{path}/reassign", json=body), 403)
    for wrong in (city.accounts["handler"], city.accounts["elsewhere"], 10**9):
        problem = refused(leader.post(f"{path}/reassign", json=body | {"account": wrong}), 422)
        assert problem["fields"][0]["path"] == "/account"
    given = ok(leader.post(f"{path}/reassign", json=body))
    assert given["assignee"] == {"account": city.accounts["clerk2"], "name": "clerk2-name"}


def test_a_stale_version_is_refused_with_the_present_state(city: City) -> None:
    number = city.as_("applicant").file_case()
    clerk = city.as_("clerk")
    task = clerk.task(number)
    path, seen = f"/tasks/{task['id']}", {"version": task["version"]}
    ok(clerk.post(f"{path}/claim", json=seen))
    for verb in ("claim", "release"):
        problem = refused(clerk.post(f"{path}/{verb}", json=seen), 409, "stale-version")
        assert problem["facts"]["version"] == task["version"] + 1
    body = seen | {"data": {"outcome": "complete"}}
    refused(clerk.post(f"{path}/complete", json=body), 409, "stale-version")
    assert ok(clerk.get(f"/cases/{number}"))["status"]["code"] == "received"


def test_a_faulty_form_stores_nothing(city: City) -> None:
    number = city.as_("applicant").file_case()
    clerk = city.as_("clerk")
    task = clerk.task(number)
    body = {"version": task["version"], "data": {"outcome": "incomplete", "surprise": 1}}
    problem = refused(clerk.post(f"/tasks/{task['id']}/complete", json=body), 422, "form")
    assert [field["path"] for field in problem["fields"]] == ["/defects", "/surprise"]
    assert ok(clerk.get(f"/tasks/{task['id']}"))["version"] == task["version"]


def test_of_two_clerks_at_the_same_moment_one_succeeds_and_the_other_is_told(city: City) -> None:
    number = city.as_("applicant").file_case()
    task = city.as_("clerk").task(number)
    body = {"version": task["version"], "data": {"outcome": "complete"}}
    answers: list[Any] = []
    barrier = threading.Barrier(2)

    def complete(login: str) -> None:
        caller = city.as_(login)
        barrier.wait(5)
        answers.append(caller.post(f"/tasks/{task['id']}/complete", json=body))

    threads = [threading.Thread(target=complete, args=(login,)) for login in ("clerk", "clerk2")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    loser = next(answer for answer in answers if answer.status_code == 409)
    assert refused(loser, 409, "stale-version")["facts"]["status"] == "completed"
    events = [
        row["event"] for row in ok(city.as_("clerk").get(f"/cases/{number}/timeline"))["rows"]
    ]
    assert events.count("accepted") == events.count("task_completed") == 1


def test_a_completion_answers_what_reading_the_task_answers(city: City) -> None:
    """One is written by hand for speed, the other by the schema of the published document."""
    for language in ("zh", "en"):
        number = city.as_("applicant").file_case()
        clerk = city.as_("clerk", language)
        task = clerk.task(number)
        claimed = ok(clerk.post(f"/tasks/{task['id']}/claim", json={"version": task["version"]}))
        assert claimed == ok(clerk.get(f"/tasks/{task['id']}")) and claimed["mine"]
        answer = clerk.complete(number, outcome="complete")
        assert answer == ok(clerk.get(f"/tasks/{task['id']}"))
        assert answer["status"] == "completed" and answer["materials"][0]["files"]
