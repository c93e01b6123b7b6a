"""Decision files of strangers: whatever they hold, findings in words, within bounds."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.bpmn.decision_table import POLICIES
from engine.bpmn.dmn import read_decisions
from engine.errors import ExpressionError
from tests.bpmn.decision_tables import column, decision, definitions, file_of, output, rule, table
from tests.bpmn.hostile_expressions import HOSTILE

THRESHOLDS = Path(__file__).parents[2] / "processes" / "rules" / "light-thresholds.dmn"
SAMPLE = THRESHOLDS.read_bytes()


def findings(data: bytes):
    _, told = read_decisions(data, "t.dmn")
    for each in told:
        assert each.file == "t.dmn"
        assert each.line >= 1
        for words in (each.message, each.remedy):
            assert words.zh
            assert words.en
            assert "Error" not in words.en
            words.zh.encode()
    return told


def xml_safe(text: str) -> bool:
    return all(c in "\t\n\r" or (c >= " " and not "\ud800" <= c <= "\udfff") for c in text)


@pytest.mark.parametrize("text", [each for each in HOSTILE if each.strip() and xml_safe(each)])
def test_nothing_gets_out_of_a_cell(text):
    """As an input, a cell, an output, a default: refused, or a value without effect."""
    places = [
        file_of(column(text), output("x"), rule("-")),
        file_of(column("a"), output("x"), rule(text)),
        file_of(column("a"), output("x"), rule("-", gives=text)),
        file_of(column("a"), output("x", default=text), rule("-")),
        file_of(column("a", values=text), output("x", values=text), rule("-")),
    ]
    for data in places:
        decisions, told = read_decisions(data, "t.dmn")
        if any(each.level == "error" for each in told):
            findings(data)
            continue
        try:
            decisions["t"].outcome({"a": 1, "limit": 5, "name": "x", "item": {"kind": "k"}})
        except ExpressionError as refused:
            assert refused.message.zh


@settings(max_examples=200, deadline=None)
@given(st.integers(0, len(SAMPLE) - 1), st.binary(max_size=4), st.integers(0, 40))
def test_a_damaged_file_is_told(at, inserted, cut):
    findings(SAMPLE[:at] + inserted + SAMPLE[at + cut :])


WORDS = st.sampled_from(
    ["-", "<", "<=", ">", "1", "5", '"a"', '"b"', "[1..5]", "]1..5[", "(1..5)", "not(", ")", ","]
    + ["null", "true", 'date("2026-01-01")', "?", "a", "+", "==", "x.y", "and", "or", "..", "["]
    + ["]", "(", "1.5", "-3", "=", "!=", "@"]
)
CELL = st.lists(WORDS, max_size=5).map(" ".join) | st.text(
    st.characters(min_codepoint=32, max_codepoint=0x4E10, exclude_categories=["Cs"]), max_size=8
)
VALUES = st.none() | st.booleans() | st.integers(-9, 9) | st.floats() | st.text(max_size=3)


@settings(max_examples=300, deadline=None)
@given(
    st.lists(st.tuples(CELL, CELL), min_size=1, max_size=4),
    st.sampled_from(POLICIES),
    st.sampled_from(["", "number", "string", "boolean", "date", "integer"]),
    VALUES,
)
def test_any_table_decides_or_refuses(rows, policy, type_name, value):
    data = file_of(
        column("a", type_name), output("x", "", "1,2"),
        *(rule(cell, gives=gives) for cell, gives in rows), policy=policy,
    )  # fmt: skip
    decisions, told = read_decisions(data, "t.dmn")
    findings(data)
    if not any(each.level == "error" for each in told):
        try:
            decisions["t"].outcome({"a": value})
        except ExpressionError as refused:
            assert refused.message.zh


def test_files_made_to_be_slow_are_refused_or_read():
    long = "+a" * 30
    cells = [rule(f"{n} + a{long}", gives=f"a{long} + {n}") for n in range(1_000)]
    assert [f.rule for f in findings(file_of(column("a"), output("x"), *cells))] == [
        "dmn-too-large"
    ]
    hits = [rule(*[f"> {(n * 7 + j) % 13}" for j in range(6)]) for n in range(20)]
    inputs = [column(f"a{j}", "number") for j in range(6)]
    tables = [decision(table(*inputs, output("x"), *hits), key=f"t{k}") for k in range(100)]
    assert findings(definitions(*tables))
    assert [f.rule for f in findings(definitions(*tables, tables[0].replace("t0", "more")))] == [
        "dmn-decision"
    ]
    deep = "<context>" * 300 + "</context>" * 300
    assert [f.level for f in findings(definitions(decision(deep)))] == ["error"]
