"""One task: its form beside the case in short, completed with the version that was seen."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, request, url_for
from werkzeug.wrappers import Response as Answer

from api.context import now, resources
from engine.commands.work import complete
from engine.domain.actor import APPLICANT, Actor
from engine.errors import Conflict, Invalid, LianbanError
from engine.queries.case_file import case_file
from engine.queries.task import task_page
from engine.transaction import reading, writing
from web.blueprint import pages
from web.filled import application_fields
from web.forms import Field, build
from web.posted import counted, edit_of, read, said
from web.render import page, translated
from web.session import signed_in, staff
from web.worklist import STATES, workable


@pages.route("/work/<int:task_id>", methods=["GET", "POST"])
def task(task_id: int) -> str | tuple[str, int] | Answer:
    actor = staff()
    found, file = _load(actor, task_id)
    if request.method == "GET" and _is_applicants(found):
        return redirect(url_for("pages.supplement", number=file["number"]))
    if request.method == "GET":
        return _show(found, file, _form(found))
    edit = edit_of(request.form)
    data = _data(found, edit)
    if edit and found["form"]:
        return _show(found, file, build(found["form"]["schema"], data))
    try:
        complete_task(actor, task_id, _said(found, data))
    except (Invalid, Conflict) as refused:
        # Somebody may have been faster: show how it stands now, with what was typed kept.
        found, file = _load(actor, task_id)
        fields = refused.fields
        form = found["form"] and build(found["form"]["schema"], data, fields)
        return _show(found, file, form, refused), refused.status
    flash(translated("“{name}”已办结。", name=found["name"]), "good")
    return redirect(url_for("pages.worklist"), 303)


def _is_applicants(found: dict[str, Any]) -> bool:
    """Tell whether it is an applicant's own step, which the window hands in at the counter: its
    page takes the files as well."""
    return found["post"]["code"] == APPLICANT and found["form"] is not None


def _load(actor: Actor, task_id: int) -> tuple[dict[str, Any], dict[str, Any]]:
    moment = now()
    with reading() as session:
        found = task_page(session, resources(), actor, task_id, moment)
        file = case_file(session, resources(), actor, found["case"]["number"], moment)
        file["filled"] = application_fields(session, actor, file)
    return found, file


def _form(found: dict[str, Any]) -> Field | None:
    form = found["form"]
    return form and build(form["schema"], form["prefill"])


def _data(found: dict[str, Any], edit: Any) -> dict[str, Any]:
    """Read what was filled in, if the task still has its form."""
    return read(found["form"]["schema"], request.form, edit) if found["form"] else {}


def _said(found: dict[str, Any], data: dict[str, Any]) -> dict[str, Any]:
    return said(found["form"]["schema"], data) if found["form"] else data


def _show(
    found: dict[str, Any],
    file: dict[str, Any],
    root: Field | None,
    refused: LianbanError | None = None,
) -> str:
    return page(
        "task.html",
        task=found,
        file=file,
        root=root,
        refused=refused,
        state=STATES[found["status"]],
        workable=found["status"] == "open" and workable(signed_in(), found),
    )


def complete_task(actor: Actor, task_id: int, data: dict[str, Any]) -> None:
    """Complete a task with the version that the posted page had seen."""
    moment, version = now(), counted(request.form, "version")
    with writing() as session:
        complete(
            session,
            resources(),
            actor=actor,
            work_item_id=task_id,
            version=version,
            data=data,
            now=moment,
        )
