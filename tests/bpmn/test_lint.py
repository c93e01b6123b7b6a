"""The gate: each rule with a diagram that breaks it and one that does not."""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.bpmn.findings import Finding
from engine.bpmn.lint import has_errors
from engine.errors import Words
from tests.bpmn.diagrams import (
    boundary,
    chain,
    checked,
    diagram,
    end,
    findings,
    flow,
    line_of,
    node,
    ours,
    process,
    service,
    start,
    timer,
    user,
)
from tests.bpmn.lint_cases import CASES, LINE, MESSAGE, around, light, task_with, timed

RULES_FOLDER = Path(__file__).parents[2] / "processes" / "rules"


@pytest.mark.parametrize(
    ("rule", "element", "bad", "good"), CASES, ids=[f"{c[0]}-{n}" for n, c in enumerate(CASES)]
)
def test_a_rule_finds_what_breaks_it_and_nothing_else(rule, element, bad, good):
    broken = diagram(process(*bad), extra=MESSAGE)
    there = [f for f in findings({"p.bpmn": broken}) if f.rule == rule]
    assert [f.element for f in there][:1] == [element]
    assert [f for f in checked(*good, extra=MESSAGE) if f.rule == rule] == []
    finding = there[0]
    texts = (finding.message.zh, finding.message.en, finding.remedy.zh, finding.remedy.en)
    assert all(text.strip() and " 0x" not in text and "Exception" not in text for text in texts)
    if f' id="{element}"' in broken.decode():
        last = line_of(broken, f' id="{element}"') + 6
        assert line_of(broken, f' id="{element}"') <= finding.line <= last


FILING = {"no-default", "process-without-basis", "lane-without-post"}
HINTS = {
    "data-store",
    "dead-end",
    "flow-twice",
    "implicit-split",
    "no-end",
    "no-name",
    "not-drawn",
    "start-trigger",
    "vendor",
    "vendor-read",
    "vendor-unread",
}


def test_the_level_of_a_rule():
    for rule, _, bad, _ in CASES:
        levels = {f.level for f in checked(*bad, extra=MESSAGE) if f.rule == rule}
        filing = rule in FILING or rule.startswith(("step-", "limit-"))
        assert levels == {"filing" if filing else "hint" if rule in HINTS else "error"}, rule


STEP = (
    '<l:form key="review"/><l:post code="clerk"/><l:limit days="limit" basis="L42"/>'
    '<l:basis ref="P13a" text="签收"/>'
)


def test_a_diagram_as_the_city_wants_it_has_no_finding():
    lamps = [
        boundary(f"T{colour}", "A", ours(f'<l:light colour="{colour}"/>'), timer(text))
        for colour, text in (("yellow", "working_days(limit - 1)"), ("red", "working_days(limit)"))
    ]
    parts = (
        ours('<l:basis ref="P9"/>'),
        start(),
        user("A", ours(STEP)),
        end(),
        chain("start", "A", "end"),
        *lamps,
        service("raise"),
        end("told"),
        chain("Tyellow", "raise", "told"),
        flow("Tred", "raise"),
    )
    assert checked(*parts) == []


@pytest.mark.parametrize(
    ("data", "rule"),
    [
        (b"<a>", "xml-malformed"),
        (b"<!DOCTYPE a><a/>", "xml-doctype"),
        (b" " * 2_000_001, "xml-too-large"),
        (b"<a/>", "no-process"),
        (diagram(), "no-process"),
        (diagram(process(*LINE, isExecutable="false")), "not-executable"),
        (diagram(process(*LINE, isExecutable="0")), "not-executable"),
        (diagram(process(*LINE, key=None)), "process-without-id"),
        (diagram(process(*LINE, user("A"))), "duplicate-id"),
        (diagram(process(*LINE, key="p" * 121)), "too-long"),
        (diagram(process(*LINE, user("B" * 121))), "too-long"),
        (diagram(process(*LINE, user("B", name="x" * 256))), "too-long"),
        (diagram(process(*LINE, ours('<c:field xmlns:c="urn:c" id="A"/>'))), "duplicate-id"),
        (diagram(process(*LINE), extra='<b:message name="m"/>'), "definition-without-id"),
        (diagram(process(*LINE), extra='<b:dataStore id="d" name="d"/>'), "data-store"),
        (diagram(process(*LINE, '<b:userTask id="B" nam="x"/>')), "schema"),
        (diagram(process(*LINE, "<b:useTask/>")), "schema"),
        (diagram(process(*LINE), drawn=False), "not-drawn"),
    ],
)  # fmt: skip
def test_faults_of_a_whole_file(data, rule):
    there = findings({"p.bpmn": data})
    assert rule in {f.rule for f in there}
    assert all(f.file == "p.bpmn" and f.line >= 1 for f in there)


@pytest.mark.parametrize("written", ["true", "1", None])
def test_booleans_and_missing_executability(written):
    file = diagram(process(*LINE, isExecutable=written))
    assert "not-executable" not in {f.rule for f in findings({"p.bpmn": file})}


def test_a_pool_that_does_not_run_is_not_judged():
    sketch = process(node("complexGateway", "g"), key="Q", isExecutable="false")
    assert not has_errors(findings({"p.bpmn": diagram(process(*LINE), sketch)}))


def test_a_file_in_which_nothing_runs_is_still_judged():
    file = diagram(process(*LINE, chain("A", "gone"), isExecutable="false"))
    assert {"not-executable", "flow-dangling"} <= {f.rule for f in findings({"p.bpmn": file})}


def test_processes_of_several_files():
    caller = around(node("callActivity", "C", calledElement="Q"), chain("start", "C", "end"))
    one, two = diagram(process(*caller)), diagram(process(*LINE, key="Q"))
    assert not has_errors(findings({"a.bpmn": one, "b.bpmn": two}))
    twice = findings({"a.bpmn": two, "b.bpmn": two})
    assert [(f.file, f.rule) for f in twice if f.level == "error"] == [("b.bpmn", "duplicate-id")]


def test_a_called_process_that_is_not_executable():
    caller = around(node("callActivity", "C", calledElement="Q"), chain("start", "C", "end"))
    quiet = process(*LINE[:1], key="Q", isExecutable="false")
    there = findings({"a.bpmn": diagram(process(*caller), quiet.replace('"start"', '"s9"'))})
    assert "call-unknown" in {f.rule for f in there}


def test_a_circle_of_calls_over_files():
    def caller(key, called):
        call = node("callActivity", f"C{key}", calledElement=called)
        return diagram(process(*around(call, chain("start", f"C{key}", "end")), key=key))

    there = findings({"a": b"", "a.bpmn": caller("P", "Q"), "b.bpmn": caller("Q", "P")})
    circles = [(f.file, f.element) for f in there if f.rule == "call-circle"]
    assert circles == [("a.bpmn", "CP"), ("b.bpmn", "CQ")]


def test_departments_are_checked_where_they_are_known():
    file = {"p.bpmn": diagram(process(*task_with('<l:department code="D9"/>')))}
    assert "unknown-department" in {f.rule for f in findings(file, departments=["D1"])}
    assert "unknown-department" not in {f.rule for f in findings(file)}


def test_functions_come_with_the_tables_of_the_version():
    file = diagram(process(*timed("working_days(yellow_days(limit))")))
    assert has_errors(findings({"p.bpmn": file}))
    table = (RULES_FOLDER / "light-thresholds.dmn").read_bytes()
    assert not has_errors(findings({"p.bpmn": file, "t.dmn": table}))
    broken = findings({"p.bpmn": file, "t.dmn": table.replace(b"&lt;= 1", b"few")})
    assert ("t.dmn", "dmn-cell") in {(f.file, f.rule) for f in broken}


def test_no_diagram_at_all():
    assert [f.rule for f in findings({"form.yaml": b""})] == ["no-diagram"]
    assert [f.rule for f in findings({})] == ["no-diagram"]


def test_findings_come_in_the_order_of_the_file():
    there = checked(*LINE, user("B"), user("C"), chain("C", "gone"))
    assert [f.line for f in there] == sorted(f.line for f in there)


def test_a_finding_as_json_and_as_a_line():
    words = Words("没有去向。", "Nothing comes after."), Words("请连接。", "Connect it.")
    finding = Finding("p.bpmn", 7, "A", "error", "dead-end", *words)
    assert finding.as_dict("en") == {
        "file": "p.bpmn", "line": 7, "element": "A", "level": "error", "rule": "dead-end",
        "message": "Nothing comes after.", "remedy": "Connect it.",
    }  # fmt: skip
    assert finding.as_dict("zh")["message"] == "没有去向。"
    assert finding.text("zh") == "p.bpmn 第 7 行，A：没有去向。请连接。"
    assert finding.text("en") == "p.bpmn, line 7, A: Nothing comes after. Connect it."


def test_a_process_of_thousands_of_steps_in_a_row_is_read():
    keys = [f"t{n}" for n in range(3000)]
    parts = around(*(user(key) for key in keys), chain("start", *keys, "end"))
    assert not has_errors(checked(*parts))


def nested(depth: int) -> str:
    if depth == 0:
        return "".join((start("s0"), end("e0"), chain("s0", "e0")))
    inner = node("subProcess", f"S{depth}", nested(depth - 1))
    ends = start(f"s{depth}"), end(f"e{depth}")
    return "".join((*ends, inner, chain(f"s{depth}", f"S{depth}", f"e{depth}")))


def lights_and_rings(count: int) -> str:
    lamps = [
        boundary(f"T{n}", "A", ours('<l:light colour="red"/>'), timer("P1D")) for n in range(count)
    ]
    ring = [node("exclusiveGateway", f"g{n}") for n in range(count)]
    flows = [flow(f"T{n}", f"g{n}") for n in range(count)]
    flows += [flow(f"g{n}", f"g{(n + 1) % count}") for n in range(count)]
    return "".join((*LINE, *lamps, *ring, *flows))


def lines_run(work: Callable[[], object]) -> int:
    """How many lines of Python a piece of work runs: its cost, on any machine the same."""
    count = 0

    def line(_frame, event, _argument):
        nonlocal count
        count += event == "line"
        return line

    before = sys.gettrace()
    sys.settrace(lambda *_: line)
    try:
        work()
    finally:
        sys.settrace(before)
    return count


@pytest.mark.parametrize(("body", "size"), [(nested, 40), (lights_and_rings, 100)])
def test_judging_costs_no_more_than_the_size_of_the_file(body, size):
    small, large = ({"p.bpmn": diagram(process(body(n)))} for n in (size, 2 * size))
    findings(small)  # what is kept from the first judgement on is there
    assert lines_run(lambda: findings(large)) < 2.5 * lines_run(lambda: findings(small))


def test_a_file_that_is_nested_too_deeply_is_refused():
    (finding,) = findings({"p.bpmn": diagram(process(nested(300)))})
    assert (finding.rule, finding.level) == ("xml-malformed", "error")


GOOD = diagram(process(*light()), extra=MESSAGE)


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_no_mangled_file_makes_the_gate_fail(data):
    at = data.draw(st.integers(0, len(GOOD)))
    to = data.draw(st.integers(at, min(len(GOOD), at + 60)))
    put = data.draw(
        st.sampled_from([b"", b'"', b"<", b">", b"x", b'id="A"', b"</b:process>", b"\xff"])
    )
    there = findings({"p.bpmn": GOOD[:at] + put + GOOD[to:]})
    assert all(f.message.zh and f.remedy.en and f.line >= 1 for f in there)


TAGS = (
    "userTask serviceTask subProcess callActivity exclusiveGateway parallelGateway endEvent "
    "startEvent boundaryEvent eventBasedGateway intermediateCatchEvent scriptTask lane"
)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(TAGS.split()), st.integers(0, 6)), max_size=10),
       st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), max_size=14))  # fmt: skip
def test_no_drawing_makes_the_gate_fail(nodes, flows):
    parts = [node(tag, f"n{key}", attachedToRef=f"n{(key + 1) % 7}") for tag, key in nodes]
    parts += [flow(f"n{a}", f"n{b}") for a, b in flows]
    assert isinstance(checked(*parts), list)


def calls(*pairs: tuple[str, str]) -> bytes:
    """Processes by id that call one another."""
    made: dict[str, list[str]] = {}
    for caller, called in pairs:
        made.setdefault(caller, []).append(called)
        made.setdefault(called, [])
    return diagram(
        *(
            process(*(node("callActivity", f"{a}-{b}", calledElement=b) for b in there), key=a)
            for a, there in made.items()
        )
    )


def circling(*pairs: tuple[str, str]) -> set[str]:
    there = findings({"p.bpmn": calls(*pairs)})
    return {f.element for f in there if f.rule == "call-circle"}


def test_circles_of_calls():
    assert circling(("a", "b"), ("b", "c"), ("a", "c")) == set()
    assert circling(("a", "a"), ("a", "b")) == {"a-a"}
    assert circling(("z", "a"), ("a", "b"), ("b", "c"), ("c", "a"), ("c", "d")) == {
        "a-b",
        "b-c",
        "c-a",
    }


def test_a_long_circle_ends():
    assert circling(*((f"p{n}", f"p{(n + 1) % 3000}") for n in range(3000)))


# ---------------------------------------------------------------- files with very many faults


def test_of_very_many_findings_the_first_are_kept_and_the_rest_counted():
    there = checked(*(node("complexGateway", f"n{n}") for n in range(1_000)))
    assert len(there) == 201
    last = there[-1]
    assert (last.rule, last.level) == ("more-findings", "error")
    assert any(int(word) >= 800 for word in last.message.en.split() if word.isdigit())


def test_errors_are_kept_before_hints():
    """However many hints there are, what stands against a deployment is told."""
    steps = [node("userTask", f"n{n}", name="") for n in range(300)]
    keys = [f"n{n}" for n in range(300)]
    there = checked(start(), *steps, end(), chain("start", *keys, "end"), flow("end", "nowhere"))
    assert {"flow-dangling"} <= {finding.rule for finding in there if finding.level == "error"}
    assert there[-1].rule == "more-findings" and there[-1].level != "error"


def test_an_element_that_lacks_something_inside_is_told_so():
    (there,) = [f for f in checked("<b:ioSpecification/>", *LINE) if f.rule == "schema"]
    assert "lacks an element inside" in there.message.en
    assert there.element == "ioSpecification"
