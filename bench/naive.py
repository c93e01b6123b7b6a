"""The naive stack: the library as it comes, and the ORM.

What a good programmer writes on the first day: the library's parser, serializer (the specification
inside every saved state) and Python evaluation, an ORM object for each row, a marshmallow schema
for the answer. Its duties are the product's: token, rights, form, journal, deadlines, locks.
The diagrams are those of the bench, with what the library can't do written as it can.
"""

from __future__ import annotations

from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from flask import Flask, Response, g, jsonify, request
from lxml import etree
from SpiffWorkflow.bpmn import BpmnWorkflow
from SpiffWorkflow.bpmn.parser import BpmnParser
from SpiffWorkflow.bpmn.serializer import BpmnWorkflowSerializer
from SpiffWorkflow.util.task import TaskState
from sqlalchemy.orm import Session, undefer

from api import bodies
from api.authentication import bearer_token
from api.context import now, resources, session_time
from api.schemas.tasks import Task as Answer
from bench.floor import STEPS
from engine.catalogue.context import form_context
from engine.catalogue.forms import check, decisions, form_in, resolve
from engine.domain.actor import Place, may_work
from engine.domain.clock import Clock, due
from engine.errors import Conflict, Forbidden, Invalid, Stale, Unauthenticated
from engine.queries.task import task_page
from engine.resources import Resources
from engine.store import journal
from engine.store.accounts import account_for_token
from engine.store.digest import digest_of
from engine.store.dossier import form_sources
from engine.store.people import actor_of
from engine.store.secrets import seal
from engine.store.tables import Case, Deadline, Submission, WorkItem
from engine.transaction import reading, writing

PATH = "/naive/tasks/{}/complete"
FOLDER = Path(__file__).parent / "procedures"
BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"
SERIALIZER = BpmnWorkflowSerializer()


def register(app: Flask) -> None:
    """Add the naive route to the product's app: what surrounds every request is the same."""
    app.add_url_rule(PATH.format("<int:task_id>"), "naive", complete, methods=["POST"])


def complete(task_id: int) -> Response:
    g.actor = who = _actor()
    body = bodies.parse(request.get_data(cache=True))
    moment = now()
    with writing() as session:
        item = session.get_one(WorkItem, task_id)
        lock = sa.select(Case).where(Case.id == item.case_id).with_for_update()
        case = session.scalars(lock.options(undefer(Case.state), undefer(Case.item))).one()
        session.refresh(item)
        _admit(case, item, body["version"])
        data, decided = _check(session, case, item, body["data"])
        _close(session, case, item, data, decided, moment)
        workflow = SERIALIZER.deserialize_json(case.state.decode())
        task = workflow.get_task_from_id(UUID(item.task))
        task.data.update(decided)
        task.run()
        workflow.do_engine_steps()
        _write(session, resources(), case, workflow, moment)
        page = task_page(session, resources(), who, task_id, moment)
        return jsonify(Answer().dump(page))


def start(session: Session, known: Resources, case: Case, moment: datetime) -> None:
    """Begin a case with the library as it is."""
    workflow = BpmnWorkflow(*_specification(case.item_code))
    workflow.do_engine_steps()
    _write(session, known, case, workflow, moment)


@cache
def _specification(key: str) -> tuple[Any, Any]:
    root = etree.parse(FOLDER / f"{key}.bpmn").getroot()
    for timer in root.iter(f"{{{BPMN}}}timeDuration"):
        timer.text = '"P4D"' if "yellow" in timer.text else '"P5D"'
    for service in list(root.iter(f"{{{BPMN}}}serviceTask")):  # the library can't save one
        service.tag = f"{{{BPMN}}}scriptTask"
        etree.SubElement(service, f"{{{BPMN}}}script").text = "lit = True"
    parser = BpmnParser()
    parser.add_bpmn_xml(root, filename=key)
    return parser.get_spec(key), parser.get_subprocess_specs(key)


def _actor() -> Any:
    with reading() as session:
        account = account_for_token(session, bearer_token(), session_time())
        who = account and actor_of(session, account.id)
    if who is None:
        raise Unauthenticated("登录已失效。", "The token is unknown or over.")
    return who


def _admit(case: Case, item: WorkItem, version: int) -> None:
    if not may_work(g.actor, Place(item.post, item.department, item.county, case.applicant_id)):
        raise Forbidden("没有权限。", "You have no seat for this task.")
    if item.status != "open" or item.version != version:
        raise Stale("该待办已被他人更新。", "The task was changed; reload it.")
    if item.assignee_id not in (None, g.actor.account_id):
        raise Conflict("该待办已由他人签收。", "Somebody else has claimed this task.")


def _check(session: Session, case: Case, item: WorkItem, data: Any) -> tuple[Any, dict[str, Any]]:
    form = form_in(resources().version(session, case.procedure_version_id).files, item.form)
    context = form_context(case.item, **form_sources(session, case))
    if faults := check(resolve(form, context), data):
        raise Invalid("表单需要修改。", "The form must be mended.", fields=faults)
    return data, decisions(form, data)


def _close(
    session: Session, case: Case, item: WorkItem, data: Any, decided: Any, moment: datetime
) -> None:
    sealed = seal(resources().keys, ("submission", "data", case.number), data)
    session.add(
        Submission(
            case_id=case.id,
            work_item_id=item.id,
            form=item.form,
            data_sealed=sealed,
            submitted_at=moment,
            submitted_by=g.actor.name,
        )
    )
    item.status, item.finished_at, item.finished_by = "completed", moment, g.actor.name
    item.assignee_id = g.actor.account_id
    item.version += 1
    facts = {"work_item": item.id, "element": item.element, "name": item.name}
    facts |= {"decisions": decided, "form_sha256": digest_of(data)}
    _record(session, case, moment, "task_completed", facts)


def _record(
    session: Session, case: Case, moment: datetime, event: str, payload: dict[str, Any]
) -> None:
    journal.append(session, case=case, at=moment, actor="account:1", event=event, payload=payload)


def _write(
    session: Session, known: Resources, case: Case, workflow: BpmnWorkflow, moment: datetime
) -> None:
    session.flush()
    _sync_items(session, known, case, workflow, moment)
    _sync_deadlines(session, case, workflow)
    case.state = SERIALIZER.serialize_json(workflow).encode()
    case.version += 1
    case.fault, case.retry_at = None, None
    session.flush()


def _sync_items(
    session: Session, known: Resources, case: Case, workflow: BpmnWorkflow, moment: datetime
) -> None:
    query = sa.select(WorkItem).where(WorkItem.case_id == case.id, WorkItem.status == "open")
    rows = {row.task: row for row in session.scalars(query)}
    for task in workflow.get_tasks(state=TaskState.READY, manual=True):
        if rows.pop(str(task.id), None) is None:
            session.add(_item(session, known, case, task, moment))
    for gone in rows.values():
        gone.status, gone.finished_at = "cancelled", moment
        gone.version += 1


def _item(session: Session, known: Resources, case: Case, task: Any, moment: datetime) -> WorkItem:
    element = task.task_spec.bpmn_id
    step = STEPS[element]
    end = due(Clock("step", moment, step.limit), known.calendar)
    facts = {"element": element, "name": step.name, "post": step.post}
    _record(session, case, moment, "task_opened", facts)
    return WorkItem(
        case_id=case.id,
        task=str(task.id),
        **facts,
        form=f"bench/{element}",
        department=case.department,
        county=case.county,
        limit_days=step.limit,
        created_at=moment,
        due_at=end.at,
        provisional=end.provisional,
    )


def _sync_deadlines(session: Session, case: Case, workflow: BpmnWorkflow) -> None:
    waiting = {
        str(task.id): (task.task_spec.bpmn_id, task.internal_data["event_value"])
        for task in workflow.get_tasks(state=TaskState.WAITING)
        if "event_value" in task.internal_data
    }
    for row in session.scalars(sa.select(Deadline).where(Deadline.case_id == case.id)):
        if waiting.pop(row.task, None) is None:
            session.delete(row)
    for task, (element, at) in waiting.items():
        moment = datetime.fromisoformat(at)
        session.add(Deadline(case_id=case.id, task=task, element=element, due_at=moment))
