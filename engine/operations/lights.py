"""Lights (P22a): raised by the boundary timer of a step or of the whole case."""

from __future__ import annotations

import sqlalchemy as sa

from engine.bpmn.situation import OperationCall
from engine.domain.light import Colour, worst
from engine.errors import ProcedureFault
from engine.operations.case_run import CaseRun
from engine.store.tables import Light, WorkItem


def raise_light(run: CaseRun, call: OperationCall) -> None:
    """Raise the light that the boundary timer of this path names.

    It carries the moment at which it became due, not the moment at which somebody looked.
    """
    trigger = call.trigger
    if trigger is None or trigger.light is None:
        raise ProcedureFault(
            f"“{call.element_name}”之前没有写明灯色的定时边界事件，"
            "请流程管理员在边界事件上添加 lianban:light。",
            f"Expected the path to {call.element} to begin at a boundary timer with a "
            "lianban:light; add it in the diagram.",
        )
    work_item = _work_item(run, trigger.attached_task) if trigger.step else None
    colour, case = Colour(trigger.light.colour), run.case
    target = work_item or case
    target.colour = worst([Colour(target.colour), colour])
    run.session.add(
        Light(
            case_id=case.id,
            work_item_id=work_item and work_item.id,
            element=trigger.attached,
            scope="step" if trigger.step else "case",
            clock=trigger.clock,
            colour=colour,
            severity=trigger.light.severity or "light",
            department=work_item.department if work_item else case.department,
            county=case.county,
            due_at=trigger.due_at,
            seen_at=run.now,
        )
    )
    run.record(
        "light_raised",
        {
            "element": trigger.attached,
            "clock": trigger.clock,
            "colour": colour,
            "severity": trigger.light.severity or "light",
            "due_at": trigger.due_at.isoformat(),
        },
    )


def _work_item(run: CaseRun, task: str) -> WorkItem:
    query = sa.select(WorkItem).where(WorkItem.case_id == run.case.id, WorkItem.task == task)
    return run.session.scalars(query).one()
