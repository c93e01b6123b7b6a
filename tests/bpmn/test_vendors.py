"""Files of other engines: read as ours where they say the same, explained where they do not."""

from __future__ import annotations

import pytest

from engine.bpmn.findings import Finding
from engine.bpmn.lint import has_errors
from engine.bpmn.versions import build
from engine.domain.calendar import Calendar
from tests.bpmn.diagrams import (
    chain,
    checked,
    diagram,
    end,
    findings,
    flow,
    node,
    ours,
    process,
    start,
    user,
)
from tests.bpmn.instances import World, complete, version, waiting
from tests.bpmn.lint_cases import around, multi

ZEEBE = 'xmlns:z="http://camunda.org/schema/zeebe/1.0"'
SPIFF = 'xmlns:s="http://spiffworkflow.org/bpmn/schema/1.0/core"'


@pytest.fixture
def world(calendar: Calendar) -> World:
    return World(calendar)


def step(*inner: str, **attributes: str) -> tuple[str, ...]:
    """A process of one user task."""
    return around(user("A", *inner, **attributes), chain("start", "A", "end"))


def told(there: list[Finding], rule: str) -> list[str]:
    return [f.message.en for f in there if f.rule == rule]


GROUP = {"camunda:candidateGroups": "clerk"}


@pytest.mark.parametrize(
    "parts",
    [
        step(**GROUP),
        step(**{"camunda:assignee": "clerk"}),
        step(**{"camunda:candidateUsers": "clerk"}),
        step(ours(f'<z:assignmentDefinition {ZEEBE} candidateGroups="clerk"/>')),
        step(ours(f"<z:assignmentDefinition {ZEEBE} candidateGroups='=[\"clerk\"]'/>")),
        step(ours(f"<z:assignmentDefinition {ZEEBE} assignee='=\"clerk\"'/>")),
        step("<b:potentialOwner><b:resourceAssignmentExpression><b:formalExpression>group(clerk)"
             "</b:formalExpression></b:resourceAssignmentExpression></b:potentialOwner>"),
        step("<b:potentialOwner><b:resourceRef>r</b:resourceRef></b:potentialOwner>"),
    ],
)  # fmt: skip
def test_a_role_in_other_words_is_the_post(parts, world):
    resource = '<b:resource id="r" name="clerk"/>'
    there = checked(*parts, extra=resource)
    assert "clerk" in told(there, "vendor-read")[0]
    assert not has_errors(there) and not told(there, "step-without-post")
    task = world.start(version(*parts, extra=resource)).open_tasks()[0]
    assert task.post == "clerk"


@pytest.mark.parametrize("vendor", ["activiti", "flowable"])
def test_the_namespaces_of_activiti_and_flowable_say_the_same(vendor):
    text = diagram(process(*step(**GROUP))).decode()
    other = (
        text.replace("http://camunda.org/schema/1.0/bpmn", f"http://{vendor}.org/bpmn")
        .replace("camunda:", f"{vendor}:")
        .replace("xmlns:camunda", f"xmlns:{vendor}")
    )
    there = findings({"p.bpmn": other.encode()})
    assert told(there, "vendor-read")[0].startswith(f"{vendor}:candidateGroups")


def test_ours_beside_it_counts(world):
    parts = step(ours('<l:post code="clerk"/>'), **{"camunda:candidateGroups": "others"})
    assert "clerk of lianban counts" in told(checked(*parts), "vendor-unread")[0]
    assert world.start(version(*parts)).open_tasks()[0].post == "clerk"


def test_the_post_of_the_lane_counts_before_a_vendors_word(world):
    lane = (
        '<b:laneSet><b:lane id="L" name="hall"><b:extensionElements><l:post code="clerk"/>'
        "</b:extensionElements><b:flowNodeRef>A</b:flowNodeRef></b:lane></b:laneSet>"
    )
    parts = (lane, *step(**{"camunda:candidateGroups": "others"}))
    assert "clerk of lianban counts" in told(checked(*parts), "vendor-unread")[0]
    assert world.start(version(*parts)).open_tasks()[0].post == "clerk"


@pytest.mark.parametrize("text", ["${leader}", "#{bean.pick()}", "a,b", "甲，乙", "x" * 65])
def test_what_names_no_single_post_is_told_and_not_read(text, world):
    parts = step(**{"camunda:candidateGroups": text})
    assert told(checked(*parts), "vendor-unread")
    assert world.start(version(*parts)).open_tasks()[0].post == ""


def test_a_post_that_is_not_here_is_told_and_does_not_stop_the_file():
    there = checked(*step(**{"camunda:candidateGroups": "部门经理"}))
    assert "no such post" in told(there, "vendor-read")[0]
    assert not has_errors(there) and told(there, "step-without-post")


@pytest.mark.parametrize("key", ["review", "embedded:app:review.html", "/review", "review.form"])
def test_a_form_key_that_is_here_is_the_form(key, world):
    parts = step(**{"camunda:formKey": key})
    there = checked(*parts)
    assert "the form review" in told(there, "vendor-read")[0]
    assert not told(there, "step-without-form")
    of = version(*parts)
    assert world.start(of).open_tasks()[0].form is None  # the version has no such form
    with_form = {**of.files, "forms/review.yaml": b"{}"}
    assert world.start(build("P", with_form)).open_tasks()[0].form == "review"


def test_a_form_key_that_is_not_here_gives_the_generic_form():
    there = checked(*step(**{"camunda:formKey": "leave/apply"}))
    assert "generic form" in told(there, "vendor-read")[0]
    assert not has_errors(there)


def gate(condition: str) -> tuple[str, ...]:
    return around(
        node("exclusiveGateway", "g", default="f_g_B"),
        user("A"),
        user("B"),
        chain("start", "g"),
        flow("g", "A", condition),
        flow("g", "B"),
        chain("A", "end"),
        chain("B", "end"),
    )


@pytest.mark.parametrize(("approved", "open_step"), [(True, "A"), ("true", "A"), (False, "B")])
def test_a_condition_of_another_engine_decides(approved, open_step, world):
    parts = gate("${approved}")
    there = checked(*parts)
    assert told(there, "vendor-read") == [
        "conditionExpression `${approved}` is read as `approved in [true, 'true']`."
    ]
    assert waiting(world.start(version(*parts), approved=approved)) == [open_step]


def test_a_condition_without_an_equal_says_whose_it_is():
    there = [f for f in checked(*gate("${bean.check(execution)}")) if f.level == "error"]
    assert [f.rule for f in there] == ["expression"]
    assert "another engine" in there[0].remedy.en and "amount &gt; 100" not in there[0].remedy.en


LISTS = {
    "camunda": multi("", **{"camunda:collection": "${rows}", "camunda:elementVariable": "row"}),
    "zeebe": multi(
        ours(f'<z:loopCharacteristics {ZEEBE} inputCollection="= rows" inputElement="row"/>')
    ),
    "item without id": multi(
        '<b:loopDataInputRef>rows</b:loopDataInputRef><b:inputDataItem name="row"/>'
    ),
}


@pytest.mark.parametrize("parts", LISTS.values(), ids=LISTS)
def test_a_list_in_other_words_gives_each_entry_a_step(parts, world):
    assert not has_errors(checked(*parts))
    instance = world.start(version(*parts), rows=["a", "b", "c"])
    assert len(waiting(instance)) == 3
    complete(instance, "A")
    complete(instance, "A")
    instance = world.reload(instance)
    complete(instance, "A")
    assert instance.finished


def test_two_steps_may_call_their_entries_the_same(world):
    mark = (
        '<b:multiInstanceLoopCharacteristics isSequential="true" camunda:collection="rows" '
        'camunda:elementVariable="row"/>'
    )
    parts = around(user("A", mark), user("B", mark), chain("start", "A", "B", "end"))
    assert not has_errors(checked(*parts))
    instance = world.start(version(*parts), rows=["a", "b"])
    for element in ("A", "A", "B", "B"):
        complete(instance, element)
    assert instance.finished


def test_a_number_and_a_list_at_once_are_refused():
    parts = multi("<b:loopCardinality>2</b:loopCardinality>", **{"camunda:collection": "rows"})
    assert told(checked(*parts), "vendor-collection")


@pytest.mark.parametrize(
    ("inner", "names"),
    [
        ('<camunda:taskListener class="com.x.Y" event="create"/>', "com.x.Y"),
        ('<camunda:executionListener expression="${a.b()}" event="end"/>', "a.b()"),
        ('<camunda:inputOutput><camunda:outputParameter name="v"/></camunda:inputOutput>', "v"),
        (f"<s:postScript {SPIFF}>x = 1</s:postScript>", "x = 1"),
        (f"<s:preScript {SPIFF}>x = 1</s:preScript>", "x = 1"),
        (f'<z:ioMapping {ZEEBE}><z:output source="= a" target="b"/></z:ioMapping>', "b"),
        (f'<z:taskListeners {ZEEBE}><z:taskListener type="t"/></z:taskListeners>', ""),
    ],
)
def test_what_would_change_the_case_is_refused_and_named(inner, names):
    there = [f for f in checked(*step(ours(inner))) if f.level == "error"]
    assert [f.rule for f in there] == ["vendor-code"]
    assert names in there[0].message.zh and there[0].element == "A"


@pytest.mark.parametrize(
    ("inner", "script"),
    [
        ("<camunda:taskListener expression=\"${execution.setVariable('n', 0)}\"/>", "n = 0"),
        (f"<s:postScript {SPIFF}>ok = total</s:postScript>", "ok = total"),
        (f'<z:ioMapping {ZEEBE}><z:output source="= a" target="b"/></z:ioMapping>', "b = a"),
    ],
)
def test_the_remedy_gives_the_script_where_there_is_one(inner, script):
    there = [f for f in checked(*step(ours(inner))) if f.level == "error"]
    assert there[0].remedy.en.endswith(script)


@pytest.mark.parametrize(
    "inner",
    [
        '<camunda:formData><camunda:formField id="days"/></camunda:formData>',
        '<camunda:properties><camunda:property name="a" value="b"/></camunda:properties>',
        f"<s:instructionsForEndUser {SPIFF}>Hello</s:instructionsForEndUser>",
        f"<z:userTask {ZEEBE}/>",
    ],
)
def test_what_changes_nothing_is_a_hint(inner):
    there = checked(*step(ours(inner)))
    assert not has_errors(there) and told(there, "vendor")


def test_settings_of_engines_and_of_tools_are_each_told_once_a_file():
    idle = {"camunda:asyncBefore": "true", "camunda:jobPriority": "3"}
    parts = around(
        user("A", ours('<t:shade xmlns:t="urn:tool" hue="1"/>'), **idle),
        user("B", ours('<t:shade xmlns:t="urn:tool" hue="2"/>'), **idle),
        chain("start", "A", "B", "end"),
    )
    hints = told(checked(*parts), "vendor")
    assert len(hints) == 2
    assert "camunda:asyncBefore, camunda:jobPriority" in hints[0] and hints[1].endswith(": t.")


def test_a_service_task_says_what_would_carry_it_out():
    task = node("serviceTask", "A", **{"camunda:class": "com.x.Pay"})
    there = checked(start(), task, end(), chain("start", "A", "end"))
    assert [f.rule for f in there if f.level == "error"] == ["no-operation"]
    assert "camunda:class com.x.Pay" in told(there, "no-operation")[0]


def test_a_call_in_zeebes_words(world):
    call = node("callActivity", "C", ours(f'<z:calledElement {ZEEBE} processId="Q"/>'))
    caller = around(call, chain("start", "C", "end"))
    called = diagram(process(start("s2"), user("B"), end("e2"), chain("s2", "B", "e2"), key="Q"))
    there = findings({"p.bpmn": diagram(process(*caller)), "q.bpmn": called})
    assert not has_errors(there)
    assert waiting(world.start(version(*caller, q=called))) == ["B"]


@pytest.mark.parametrize(
    ("mapping", "level"),
    [
        ('<camunda:in variables="all"/>', "hint"),
        ('<camunda:in businessKey="#{execution.processBusinessKey}"/>', "hint"),
        ('<camunda:in source="x" target="x"/>', "hint"),
        ('<camunda:in source="x" target="y"/>', "error"),
        ('<camunda:out sourceExpression="${x.y()}" target="y"/>', "error"),
    ],
)
def test_data_of_a_call_pass_under_their_own_names(mapping, level):
    call = node("callActivity", "C", ours(mapping), calledElement="Q")
    caller = around(call, chain("start", "C", "end"))
    called = process(start("s2"), end("e2"), chain("s2", "e2"), key="Q")
    there = findings({"p.bpmn": diagram(process(*caller), called)})
    assert {f.level for f in there if f.rule.startswith("vendor")} == {level}


@pytest.mark.parametrize(
    ("language", "text", "rule"),
    [
        ("python", "a = 1", None),
        ("text/x-python", "a = 1", None),
        ("python", "import os", "expression"),
        ("groovy", "a = 1", "script-format"),
        ("javascript", "execution.setVariable('a', 1);", "script-format"),
    ],
)
def test_scripts_in_other_languages(language, text, rule):
    task = node("scriptTask", "A", f"<b:script>{text}</b:script>", scriptFormat=language)
    there = [f for f in checked(*around(task, chain("start", "A", "end"))) if f.level == "error"]
    assert [f.rule for f in there] == ([rule] if rule else [])
    assert rule != "script-format" or "a = 1" in there[0].remedy.zh


@pytest.mark.parametrize(
    ("text", "suggestion"),
    [
        ("return approved == 1;", "approved == 1"),
        ("bpmn:getDataObject('clarified') = 'yes'", "clarified == 'yes'"),
        ("not(getDataObject('ok'))", "not (ok == true)"),
    ],
)
def test_a_condition_in_java_or_xpath_is_refused_with_ours(text, suggestion):
    there = [f for f in checked(*gate(text)) if f.level == "error"]
    assert [f.rule for f in there] == ["expression"]
    assert there[0].remedy.en.endswith(suggestion)


def test_an_automatic_task_of_jbpm_is_not_offered_to_a_person():
    task = node("task", "A", **{"d:taskName": "Rest", "xmlns:d": "http://www.jboss.org/drools"})
    there = checked(*around(task, chain("start", "A", "end")))
    assert [f.rule for f in there if f.level == "error"] == ["vendor-code"]


def test_a_word_that_nobody_knows_is_told_apart_from_settings():
    parts = step(**{"camunda:asyncBefore": "true", "camunda:approveMode": "all"})
    hints = told(checked(*parts), "vendor")
    assert any("change nothing: camunda:asyncBefore." in hint for hint in hints)
    assert any("not known here" in hint and "camunda:approveMode" in hint for hint in hints)


def test_a_type_written_with_a_capital_is_the_same_word():
    there = checked(*step(ours('<camunda:TaskListener class="com.x.Y"/>')))
    assert [f.rule for f in there if f.level == "error"] == ["vendor-code"]
