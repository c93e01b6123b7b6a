"""Tasks: the worklist; claim, release, reassign, complete, each with the version that was seen."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from apiflask import APIBlueprint
from flask import Response
from sqlalchemy.orm import Session

from api.changes import change
from api.context import actor, language, now, resources
from api.plain import plain
from api.schemas.cases import Filled
from api.schemas.tasks import Reassignment, Seen, Task, TaskQuery, Tasks
from engine.commands import work
from engine.errors import LianbanError
from engine.queries.paging import Page
from engine.queries.task import page_of, task_page
from engine.queries.visible import find_task
from engine.queries.worklist import TaskFilter, worklist
from engine.store.repetition import Answer
from engine.transaction import reading

blueprint = APIBlueprint("tasks", __name__, tag="Tasks")
STALE = " A version that is no longer the present one is refused with 409 and the present state."


def _do(task_id: int, command: Callable[..., Any], **arguments: Any) -> Response:
    """Carry out a command on a task that the actor may see, and answer the task afterwards."""
    moment = now()

    def change_task(session: Session) -> Answer:
        find_task(session, actor(), task_id)  # what one may not see is not found, never forbidden
        command(session, actor=actor(), work_item_id=task_id, now=moment, **arguments)
        page = task_page(session, resources(), actor(), task_id, moment)
        return Answer(plain(page, language()))

    return change(change_task, by=actor().name)


@blueprint.get("/tasks")
@blueprint.input(TaskQuery, location="query")
@blueprint.output(Tasks)
@blueprint.doc(
    summary="List my tasks",
    description="What waits for your posts, by due time; tasks without a limit come last.",
)
def tasks(query_data: dict[str, Any]) -> dict[str, Any]:
    wanted = TaskFilter(
        status=query_data["status"],
        post=query_data.get("post"),
        department=query_data.get("department"),
        colour=query_data.get("light"),
        due_before=query_data.get("due_before"),
        mine=query_data["mine"],
        everything=query_data["everything"],
    )
    page = Page(query_data.get("cursor"), query_data["limit"])
    with reading() as session:
        return worklist(session, resources(), actor(), wanted, page)


@blueprint.get("/tasks/<int:task_id>")
@blueprint.output(Task)
@blueprint.doc(
    summary="Read a task", description="With its case in short, the dossier and the form."
)
def task(task_id: int) -> dict[str, Any]:
    moment = now()
    with reading() as session:
        return task_page(session, resources(), actor(), task_id, moment)


@blueprint.post("/tasks/<int:task_id>/claim")
@blueprint.input(Seen)
@blueprint.output(Task)
@blueprint.doc(
    summary="Claim a task", description="Nobody else may complete it then (签收)." + STALE
)
def claim(task_id: int, json_data: dict[str, Any]) -> Response:
    return _do(task_id, work.claim, version=json_data["version"])


@blueprint.post("/tasks/<int:task_id>/release")
@blueprint.input(Seen)
@blueprint.output(Task)
@blueprint.doc(summary="Release a task", description="Gives it back to its post." + STALE)
def release(task_id: int, json_data: dict[str, Any]) -> Response:
    return _do(task_id, work.release, version=json_data["version"])


@blueprint.post("/tasks/<int:task_id>/reassign")
@blueprint.input(Reassignment)
@blueprint.output(Task)
@blueprint.doc(
    summary="Reassign a task",
    description="The department's leader gives it to one of its `candidates`." + STALE,
)
def reassign(task_id: int, json_data: dict[str, Any]) -> Response:
    seen, account = json_data["version"], json_data["account"]
    return _do(task_id, work.reassign, version=seen, to_account_id=account)


@blueprint.post("/tasks/<int:task_id>/complete")
@blueprint.input(Filled)
@blueprint.output(Task)
@blueprint.doc(
    summary="Complete a task",
    description="With its form as `data`; the case goes on until it waits again." + STALE,
)
def complete(task_id: int, json_data: dict[str, Any]) -> Response:
    moment, who = now(), actor()

    def complete_task(session: Session) -> Answer:
        try:
            case, item = work.complete(
                session,
                resources(),
                actor=who,
                work_item_id=task_id,
                version=json_data["version"],
                data=json_data["data"],
                now=moment,
            )
        except LianbanError:
            # Who may complete a task sees it; so that is asked only where it was refused.
            find_task(session, who, task_id)
            raise
        page = page_of(session, resources(), who, case, item, moment)
        return Answer(plain(page, language()))

    return change(complete_task, by=who.name)
