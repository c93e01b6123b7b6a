"""What stands around the processes of a file, each judged and said."""

import pytest

from engine.bpmn.lint import has_errors
from tests.bpmn.diagrams import diagram, findings, process, user
from tests.bpmn.lint_cases import LINE


def judged(extra: str, *others: str) -> dict[str, str]:
    """Level by rule, of a file with one good process and of what stands around it."""
    there = findings({"p.bpmn": diagram(process(*LINE), *others, extra=extra)})
    return {f.rule: f.level for f in there}


QUIET = process(user("B"), key="Q", name="申请人", isExecutable="false")


@pytest.mark.parametrize(
    ("extra", "rule", "level"),
    [
        ('<b:import importType="t" location="file:///a" namespace="n"/>', "import", "hint"),
        ('<b:extension mustUnderstand="true" definition="x"/>', "must-understand", "error"),
        ('<b:choreography id="c"/>', "not-run", "hint"),
        ('<b:globalUserTask id="c"/>', "not-run", "hint"),
        ('<b:collaboration id="c"><b:participant id="x" processRef="P"/><b:participant id="y"/>'
         '<b:messageFlow id="f" sourceRef="x" targetRef="y"/></b:collaboration>',
         "message-flow", "hint"),
    ],
)  # fmt: skip
def test_each_is_told_at_its_level(extra, rule, level):
    assert judged(extra)[rule] == level
    assert rule not in judged("")


@pytest.mark.parametrize(
    "extra",
    [
        '<b:extension mustUnderstand="false" definition="x"/>',
        '<b:itemDefinition id="i" structureRef="string"/>',
        '<b:resource id="r" name="处长"/>',
        '<b:category id="c"/>',
        '<b:interface id="n" name="n"><b:operation id="o" name="o"><b:inMessageRef>m'
        '</b:inMessageRef></b:operation></b:interface><b:message id="m" name="m"/>',
        '<b:collaboration id="c"><b:participant id="x" name="黑箱"/></b:collaboration>',
    ],
)
def test_what_changes_nothing_is_passed_over(extra):
    assert judged(extra) == judged("")


def test_a_pool_that_does_not_run_is_called_by_its_name():
    pool = '<b:collaboration id="c"><b:participant id="x" name="市民" processRef="Q"/>'
    data = diagram(process(*LINE), QUIET, extra=f"{pool}</b:collaboration>")
    there = findings({"p.bpmn": data})
    quiet = [f for f in there if f.rule == "process-quiet"]
    assert [f.element for f in quiet] == ["Q"] and "市民" in quiet[0].message.zh
    assert not has_errors(there)


def test_where_nothing_runs_the_error_alone_says_it():
    there = findings({"p.bpmn": diagram(process(*LINE, isExecutable="false"))})
    rules = {f.rule for f in there}
    assert "not-executable" in rules and "process-quiet" not in rules


def test_a_missing_target_namespace_is_a_hint():
    data = diagram(process(*LINE)).replace(b' targetNamespace="t"', b"")
    there = findings({"p.bpmn": data})
    assert "no-target-namespace" in {f.rule for f in there} and not has_errors(there)
