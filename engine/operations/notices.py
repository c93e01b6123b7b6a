"""Notices: numbered, their facts sealed when they issue; the PDF is drawn when first read."""

from __future__ import annotations

from engine.bpmn.situation import OperationCall
from engine.documents.facts import Head, missing_facts, read_head
from engine.domain.calendar import shanghai_day
from engine.errors import ProcedureFault
from engine.operations.case_run import CaseRun
from engine.operations.facts import gather
from engine.store.counters import next_serial
from engine.store.digest import digest_of
from engine.store.notices import sealed_facts
from engine.store.tables import Notice

TEMPLATE_PATH = "forms/notices/{}.typ"


def issue_notice(run: CaseRun, call: OperationCall) -> None:
    """Issue the notice whose template the element names, with the facts of the case as it stands.

    Raises `ProcedureFault` naming what the template needs and the case does not have here.
    """
    template = run.version.files[TEMPLATE_PATH.format(call.notice)]
    head = read_head(template)
    number = _number(run, head)
    facts = gather(run, call, number)
    lacking = missing_facts(template, facts)
    if lacking:
        raise ProcedureFault(
            f"环节“{call.element_name}”的文书《{head.title.zh}》缺少以下内容："
            f"{'、'.join(lacking)}。请流程管理员核对该文书在流程图中的位置。",
            f"The notice {head.title.en!r} at {call.element} lacks {', '.join(lacking)}; check "
            "its place in the diagram.",
            code="facts-missing",
        )
    title = facts.get("title", head.title.zh)  # one template may serve two documents
    row = Notice(
        case_id=run.case.id,
        template=call.notice,
        title=title,
        number=number,
        facts_sealed=sealed_facts(run.resources.keys, run.case, number, facts),
        issued_at=run.situation.now,
        issued_by=run.actor.name,
        procedure_version_id=run.case.procedure_version_id,
    )
    run.session.add(row)
    run.session.flush()
    run.record(
        "notice_issued",
        {
            "template": call.notice,
            "title": title,
            "number": number,
            "facts_sha256": digest_of(facts),
        },
    )


def _number(run: CaseRun, head: Head) -> str:
    """Return the next number of this kind: 澜市监受〔2026〕0001号, a sequence a year.

    A county of the city writes its name without 区 or 县 (澜东市监受…), so that its numbers differ.
    """
    year = shanghai_day(run.situation.now).year
    county = run.resources.organisation.counties[run.case.county]
    place = county.name[0] if county.code.endswith("00") else county.name[:-1]
    mark = f"{place}{run.case.item['department']['short']}{head.number}"
    name = f"notice:{run.case.county}:{run.case.department}:{head.number}:{year}"
    return f"{mark}〔{year}〕{next_serial(run.session, name):04d}号"
