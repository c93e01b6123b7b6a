"""Overlaps, gaps and dead rows of decision tables, found before anything runs."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.bpmn.dmn import load_decisions, read_decisions
from engine.errors import ExpressionError
from tests.bpmn.decision_tables import column, file_of, output, rule


def found(*inner: str, **options: str) -> list[tuple[str, str, int]]:
    _, findings = read_decisions(file_of(*inner, **options), "t.dmn")
    return [(f.rule, f.level, f.line) for f in findings]


def message(*inner: str, **options: str) -> str:
    _, (finding, *_) = read_decisions(file_of(*inner, **options), "t.dmn")
    return finding.message.en


AREA, KIND, DONE, DAY = (
    column("area", "number"),
    column("kind", "string", '"shop","restaurant"'),
    column("done", "boolean"),
    column("day", "date"),
)
OUT = output("x")


@pytest.mark.parametrize(
    "rules",
    [
        [AREA, OUT, rule("<= 5"), rule("> 5")],
        [AREA, OUT, rule("< 1"), rule("[1..2)"), rule("[2..3]"), rule("]3..9]"), rule("> 9")],
        [AREA, OUT, rule("5"), rule("not(5)")],
        [AREA, OUT, rule("5, 6"), rule("< 5, ]5..6[, > 6")],
        [column("n", "integer"), OUT, rule("<= 1"), rule("[2..5]"), rule("6"), rule(">= 7")],
        [column("n", "integer"), OUT, rule("< 1.5"), rule("> 1.5")],
        [KIND, OUT, rule('"shop"'), rule('"restaurant"')],
        [column("kind", "string"), OUT, rule('"shop"'), rule('not("shop")')],
        [column("kind"), OUT, rule('"shop"'), rule('not("shop")'), rule("null")][:4],
        [DONE, OUT, rule("true"), rule("false")],
        [DAY, OUT, rule('<= date("2026-06-30")'), rule('>= date("2026-07-01")')],
        [AREA, KIND, OUT, rule("<= 5", "-"), rule("> 5", '"shop"'), rule("> 5", '"restaurant"')],
        [AREA, OUT, rule("<= 5"), rule("> 5"), rule("null")],
        [column("anything"), OUT, rule("-")],
    ],
)
def test_tables_that_answer_everything_once(rules):
    assert found(*rules) == []


@pytest.mark.parametrize(
    ("rules", "lines", "example"),
    [
        ([AREA, OUT, rule("<= 5"), rule(">= 5")], "7 and 8", "area = 5"),
        ([AREA, OUT, rule("<= 5.5"), rule("> 5")], "7 and 8", "area = 5.25"),
        ([AREA, OUT, rule("-"), rule("null")], "7 and 8", "area = null"),
        ([KIND, OUT, rule('"shop"'), rule("-")], "7 and 8", 'kind = "shop"'),
        ([DAY, OUT, rule('<= date("2026-06-30")'), rule('> date("2026-06-29")')], "7 and 8",
         'day = "2026-06-30"'),
        ([AREA, KIND, OUT, rule("<= 5", "-"), rule("> 5", "-"), rule("[1..9]", '"shop"')],
         "8 and 10", 'area = 1, kind = "shop"'),
    ],
)  # fmt: skip
def test_rows_that_match_at_once_are_an_error(rules, lines, example):
    told = message(*rules)
    assert f"lines {lines} match at once (UNIQUE)" in told
    assert told.endswith(f"example {example}.")
    assert found(*rules)[0][:2] == ("dmn-overlap", "error")


@pytest.mark.parametrize(
    ("rules", "example"),
    [
        ([AREA, OUT, rule("< 5"), rule("> 5")], "area = 5"),
        ([AREA, OUT, rule("<= 5"), rule(">= 6")], "area = 5.5"),
        ([AREA, OUT, rule("[0..10]")], "area = -1"),
        ([KIND, OUT, rule('"shop"')], 'kind = "restaurant"'),
        ([column("kind", "string"), OUT, rule('"shop"')], 'kind = "shop…"'),
        ([DONE, OUT, rule("true")], "done = false"),
        ([column("a.b", "boolean"), column("a.c", "boolean"), OUT, rule("true", "-"),
          rule("false", "true")], "a.b = false, a.c = false"),
        ([DAY, OUT, rule('< date("2026-06-30")'), rule('> date("2026-06-30")')],
         'day = "2026-06-30"'),
        ([AREA, KIND, OUT, rule("<= 5", "-"), rule("> 5", '"shop"')],
         'area = 6, kind = "restaurant"'),
    ],
)  # fmt: skip
def test_cases_that_are_missing_are_told_with_an_example(rules, example):
    assert message(*rules) == f"No rule matches for example {example}."
    assert [each[:2] for each in found(*rules)] == [("dmn-gap", "filing")]


def test_what_the_policy_allows_is_no_finding():
    twice = [AREA, output("x", "", "1,2"), rule("<= 5"), rule("<= 9"), rule("> 9")]
    for policy in ("ANY", "FIRST", "COLLECT", "PRIORITY", "RULE ORDER"):
        assert found(*twice, policy=policy) == []
    assert found(AREA, OUT, rule("5"), policy="COLLECT") == []
    assert found(AREA, output("x", default="0"), rule("5")) == []


def test_any_needs_rows_that_agree():
    rows = [AREA, OUT, rule("<= 5", gives="1"), rule("> 5", gives="1"), rule("[1..9]", gives="2")]
    assert [each[0] for each in found(*rows, policy="ANY")] == ["dmn-overlap", "dmn-overlap"]
    assert "different results" in message(*rows, policy="ANY")


def test_rows_that_never_decide_are_a_hint():
    rows = [AREA, OUT, rule("<= 5"), rule("[1..3]"), rule("-"), rule("9")]
    assert found(*rows, policy="FIRST") == [
        ("dmn-unreachable", "hint", 8),
        ("dmn-unreachable", "hint", 10),
    ]
    assert found(KIND, OUT, rule('"shop"'), rule('"restaurant"'), rule('"ship"')) == [
        ("dmn-unreachable", "hint", 9)
    ]


def test_nothing_is_claimed_where_it_cannot_be_known():
    other = [AREA, column("limit", "number"), OUT]
    assert found(*other, rule("> limit", "-"), rule("<= limit", "-")) == []
    assert found(AREA, column("area * 2"), OUT, rule("<= 5", "> 20"), rule("> 5", "-")) == []
    assert found(column("a.b"), column("a"), OUT, rule("1", "-"), rule("1", "-")) == []
    assert found(column("a.b"), column("a.b"), OUT, rule("1", "-"), rule("-", "2")) == []
    assert found(AREA, OUT, rule("? > 5 and ? < 7"), rule("? > 6 or ? == 0")) == []
    assert found(column("x"), OUT, rule('"a", 1'), rule('"b", 1')) == []


def test_large_tables_are_looked_at_within_limits():
    rows = [rule(f"[{n}..{n + 1})") for n in range(700)]
    assert found(AREA, OUT, *rows, rule("< 0"), rule(">= 700")) == []
    rows = [rule(*[f"{n}, {n + 1}"] * 20) for n in range(1_000)]
    columns = [column(f"a{n}", "number") for n in range(20)]
    assert found(*columns, OUT, *rows[:2]) != []
    assert len(found(*columns, OUT, *rows)) in (20, 21)
    rows = [rule(str(n)) for n in range(3_000)]
    assert found(AREA, OUT, *rows) == [("dmn-unchecked", "hint", 4)]


def test_a_table_of_every_pair_is_not_searched_for_ever():
    """Columns that each leave a little open make the search for a gap grow with their product."""
    columns = [column(f"a{n}", "integer") for n in range(24)]
    rows = []
    for n in range(24):
        rows += [rule(*["-"] * n, f"{k}", *["-"] * (23 - n)) for k in range(12)]
    assert found(*columns, OUT, *rows, policy="COLLECT", aggregation="COUNT") == []
    told = found(*columns, OUT, *rows, policy="FIRST")
    assert told
    assert all(each[1] in ("hint", "filing") for each in told)


NUMBERS = st.integers(0, 6)
CELLS = st.one_of(
    st.just("-"),
    NUMBERS.map(str),
    st.tuples(st.sampled_from(["<", "<=", ">", ">="]), NUMBERS).map(lambda p: f"{p[0]} {p[1]}"),
    st.tuples(st.sampled_from("[("), NUMBERS, NUMBERS, st.sampled_from("])")).map(
        lambda p: f"{p[0]}{min(p[1:3])}..{max(p[1:3])}{p[3]}"
    ),
    st.tuples(NUMBERS, NUMBERS).map(lambda p: f"not({p[0]}, [{p[1]}..{p[1]}])"),
)
TYPES = st.sampled_from(["integer", "number"])
EXAMPLE = re.compile(r"a = (\S+), b = (\S+)\.$")


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(CELLS, CELLS), min_size=1, max_size=5), TYPES)
def test_what_is_claimed_is_so(rows, type_name):
    """Against trying every value: examples are true, and silence means all is well."""
    data = file_of(column("a", type_name), column("b", type_name), OUT, *(rule(*r) for r in rows))
    decisions, findings = read_decisions(data, "t.dmn")
    decide = load_decisions(data, "t.dmn")["t"].outcome
    for finding in findings:
        if example := EXAMPLE.search(finding.message.en):
            a, b = (float(each) for each in example.groups())
            with pytest.raises(ExpressionError) as refused:
                decide({"a": a, "b": b})
            text = refused.value.message.en
            assert ("no rule" if finding.rule == "dmn-gap" else "at once") in text
    told = {finding.rule for finding in findings}
    step = 1 if type_name == "integer" else 0.5
    values = [n * step for n in range(-2, int(7 / step) + 2)]
    for a in values:
        for b in values:
            try:
                decide({"a": a, "b": b})
            except ExpressionError as refused:
                text = refused.message.en
                assert ("dmn-gap" if "no rule" in text else "dmn-overlap") in told
