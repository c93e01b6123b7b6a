"""Business rule tasks: the decision they ask for, and where its outcome goes."""

import pytest

from engine.bpmn.references import references
from engine.bpmn.versions import build
from engine.errors import ProcedureFault
from tests.bpmn.decision_tables import column, file_of, output, rule
from tests.bpmn.diagrams import chain, diagram, end, findings, node, ours, process, start, user
from tests.bpmn.instances import World, script

FEES = file_of(
    column("area", "number"), output("fee", "number"), rule("<= 100", gives="10"),
    rule("> 100", gives="20"), key="fees",
)  # fmt: skip
TWO = file_of(
    column("area", "number"), output("fee", "number"), output("note", "string"),
    rule("-", gives=("area * 2", '"double"')), key="two",
)  # fmt: skip
LIST = file_of(
    column("area", "number"), output("paper", "string"), rule("> 1", gives='"a"'),
    rule("> 2", gives='"b"'), policy="COLLECT", key="papers",
)  # fmt: skip
TABLES = {"rules/fees.dmn": FEES, "rules/two.dmn": TWO, "rules/papers.dmn": LIST}
ZEEBE = 'xmlns:zeebe="http://camunda.org/schema/zeebe/1.0"'


def task(word: str = "", **attributes: str) -> str:
    return node("businessRuleTask", "d", ours(word) if word else "", **attributes)


def of(*middle: str) -> bytes:
    keys = [part.split('id="', 1)[1].split('"')[0] for part in middle]
    parts = process(start(), *middle, user("u"), end(), chain("start", *keys, "u", "end"))
    vendors = f'{ZEEBE} xmlns:flowable="http://flowable.org/bpmn" targetNamespace'.encode()
    return diagram(parts).replace(b"targetNamespace", vendors)


def run(data: bytes, calendar, facts=None, **names):
    world = World(calendar, facts=facts or {})
    instance = world.start(build("P", {"processes/main.bpmn": data, **TABLES}), **names)
    (open_task,) = world.reload(instance).open_tasks()
    return instance.task_data(open_task.task)


def refused(data: bytes, level: str = "error", tables=TABLES) -> list[str]:
    return [f.rule for f in findings({"p.bpmn": data, **tables}) if f.level == level]


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ('<l:decision table="fees" result="cost"/>', {"cost": 20}),
        ('<l:decision table="fees"/>', {"fee": 20}),
        ('<l:decision table="two"/>', {"fee": 400, "note": "double"}),
        ('<l:decision table="two" result="r"/>', {"r": {"fee": 400, "note": "double"}}),
        ('<l:decision table="papers" result="r"/>', {"r": ["a", "b"]}),
        ('<zeebe:calledDecision decisionId="fees" resultVariable="r"/>', {"r": 20}),
    ],
)
def test_the_outcome_goes_into_the_process_data(word, expected, calendar):
    data = of(task(word))
    assert refused(data) == []
    assert run(data, calendar, area=200) == {"area": 200, **expected}


@pytest.mark.parametrize(
    ("attributes", "expected"),
    [
        ('camunda:decisionRef="fees" camunda:mapDecisionResult="singleEntry" '
         'camunda:resultVariable="r"', {"r": 20}),
        ('camunda:decisionRef="two" camunda:mapDecisionResult="singleResult" '
         'camunda:resultVariable="r"', {"r": {"fee": 400, "note": "double"}}),
        ('camunda:decisionRef="papers" camunda:mapDecisionResult="collectEntries" '
         'camunda:resultVariable="r"', {"r": ["a", "b"]}),
        ('flowable:decisionTableReferenceKey="two"', {"fee": 400, "note": "double"}),
    ],
)  # fmt: skip
def test_names_of_other_engines_are_read_with_a_hint(attributes, expected, calendar):
    data = of(task().replace("<b:businessRuleTask", f"<b:businessRuleTask {attributes}"))
    assert refused(data) == []
    assert "alias" in refused(data, "hint")
    assert run(data, calendar, area=200) == {"area": 200, **expected}


@pytest.mark.parametrize(
    ("part", "rule_name"),
    [
        (task(), "no-decision"),
        (task('<l:decision result="r"/>'), "no-decision"),
        (task('<l:decision table="none" result="r"/>'), "unknown-decision"),
        (task('<l:decision table="papers"/>'), "decision-result"),
        (task('<l:decision table="fees" result="a b"/>'), "decision-result"),
        (task('<l:decision table="fees" result="_r"/>'), "decision-result"),
        (task('<l:decision table="fees" result="r" x="1"/>'), "unknown-word"),
        (task().replace("<b:b", '<b:b').replace("Task id", 'Task camunda:decisionRef="fees" '
         'camunda:resultVariable="r" id'), "decision-result"),
        (script("d", 'x = decide("none", {})'), "expression"),
        (script("d", "x = decide(key, {})"), "expression"),
        (script("d", 'x = decide("fees")'), "expression"),
    ],
)  # fmt: skip
def test_what_cannot_be_decided_is_refused_at_deployment(part, rule_name):
    assert rule_name in refused(of(part))


def test_a_table_beside_is_no_diagram_and_needs_none():
    assert refused(of(task('<l:decision table="fees"/>')), tables={}) == ["unknown-decision"]
    assert findings(TABLES) == []
    twice = {"a.dmn": FEES, "b.dmn": FEES}
    assert [(f.file, f.rule) for f in findings(twice)] == [("b.dmn", "dmn-decision")]


def test_expressions_may_ask_too(calendar):
    text = 'cost = decide("fees", {"area": area}) + decide("two", {"area": 3}).fee'
    assert run(of(script("d", text)), calendar, area=5)["cost"] == 16
    with pytest.raises(ProcedureFault, match="there is no area"):
        run(of(script("d", 'x = decide("fees", {})')), calendar)


def test_facts_stand_before_data_and_are_not_overwritten(calendar):
    data = of(task('<l:decision table="fees" result="r"/>'))
    assert run(data, calendar, {"area": 500}, area=1)["r"] == 20
    with pytest.raises(ProcedureFault, match="r cannot be assigned"):
        run(data, calendar, {"r": 1}, area=1)


@pytest.mark.parametrize("area", [None, "x", True])
def test_a_decision_that_fails_names_the_task_and_the_table(area, calendar):
    with pytest.raises(ProcedureFault, match="go on at d") as told:
        run(of(task('<l:decision table="fees"/>')), calendar, area=area)
    assert "fees" in told.value.message.en


def test_the_outcome_is_the_cases_own(calendar):
    data = of(task('<l:decision table="papers" result="r"/>'), script("s", "r[0] = 'x'"))
    version = build("P", {"processes/main.bpmn": data, **TABLES})
    for _ in range(2):
        instance = World(calendar).start(version, area=3)
        assert instance.task_data(instance.open_tasks()[0].task)["r"] == ["x", "b"]


def test_a_diagram_knows_the_decisions_it_names():
    data = of(
        task('<l:decision table="fees"/>'),
        script("s", "x = decide('two', {}).fee + decide( &quot;papers&quot;, {})"),
    )
    assert references(data, "p").decisions == {"fees", "two", "papers"}
