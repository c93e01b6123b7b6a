"""What a diagram stands on, read off its elements."""

from __future__ import annotations

import pytest

from engine.bpmn.references import references
from engine.bpmn.xml import XmlFault
from tests.bpmn.diagrams import (
    chain,
    diagram,
    end,
    node,
    ours,
    process,
    service,
    start,
    timer,
    user,
)
from tests.bpmn.instances import interrupting
from tests.bpmn.lint_cases import timed

ISSUE = '<l:operation name="issue_notice"/><l:notice template="refusal"/>'


def test_processes_calls_forms_notices_and_functions_are_found() -> None:
    found = references(
        diagram(
            process(
                start("start", ours('<l:form key="x/application"/>')),
                user("a", ours('<l:form key="x/review"/>')),
                interrupting("late", "a", timer("working_days(yellow_days(5))")),
                node("callActivity", "call", calledElement=" Q "),
                node("subProcess", "sub", start("s2"), service("n", ISSUE), end("e2")),
                end(),
                chain("start", "a", "call", "sub", "end"),
                name="流程",
            ),
            process(start("s3"), end("e3"), key="Q", isExecutable="false"),
        ),
        "p.bpmn",
    )
    assert found.processes == {"P": "流程"}
    assert found.calls == {"Q"}
    assert found.forms == {"x/application", "x/review"}
    assert found.notices == {"refusal"}
    assert found.uses("yellow_days") and not found.uses("days_between")


def test_what_is_no_xml_is_refused_with_its_place() -> None:
    with pytest.raises(XmlFault) as refused:
        references(b"<a>\n<b></a>", "p.bpmn")
    assert (refused.value.finding.file, refused.value.finding.line) == ("p.bpmn", 2)


def test_what_a_file_in_another_encoding_calls_is_seen():
    text = diagram(process(*timed("working_days(yellow_days(limit))"))).decode()
    wide = text.replace('encoding="UTF-8"', 'encoding="UTF-16"').encode("utf-16")
    assert references(wide, "f.bpmn").uses("yellow_days")
