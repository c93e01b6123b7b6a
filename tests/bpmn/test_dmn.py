"""Decision tables: cells, hit policies, faults of a file, and the table of the yellow light."""

from pathlib import Path

import pytest

from engine.bpmn.dmn import DMN, TableFault, load_decisions, yellow_days
from engine.bpmn.unary import parse_cell
from engine.errors import ExpressionError

RULES = Path(__file__).parents[2] / "processes" / "rules"


@pytest.mark.parametrize(
    ("cell", "holds", "fails"),
    [
        ("-", [1, "a", None, True], []),
        ("", [1, None], []),
        ("3", [3, 3.0], [2, "3", True, None]),
        ("-2.5", [-2.5], [2.5]),
        ('"并联"', ["并联"], ["单体", 1, None]),
        ('"a, b"', ["a, b"], ["a"]),
        ("true", [True], [False, 1, "true"]),
        ("null", [None], [0, "", False]),
        ("<= 3", [3, -1], [3.5]),
        (">2", [3], [2]),
        ("< 0.5", [0], [1]),
        (">= 10", [10], [9]),
        ('< "2026-07-01"', ["2026-06-30"], ["2026-07-01"]),
        ("[1..5]", [1, 3, 5], [0, 6]),
        ("(1..5]", [2, 5], [1]),
        ("]1..5[", [1.1, 4.9], [1, 5]),
        ("[ 1 .. 5 )", [1], [5]),
        ("[-3..-1]", [-2], [0]),
        ('["a".."c"]', ["b"], ["d"]),
        ("1, 2,5", [1, 2, 5], [3]),
        ("[1..2], > 9", [1, 10], [5]),
        ('not("a", "b")', ["c", None, 1], ["a", "b"]),
        ("not( [1..5] )", [6], [3, None]),
        ("!= 3", [4, None], [3]),
        ("= 3", [3], [4]),
        ("? > 3 and ? % 2 == 0", [4], [3, 5, 2]),
        ('starts_with(?, "危") or ? == "a?b"', ["危化品", "a?b"], ["b"]),
        ('< date("2026-07-01")', ["2026-06-30", "2026-06-30T08:00"], ["2026-07-01", None]),
        ('[@"2026-01-01"..@"2026-12-31"]', ["2026-05-05"], ["2027-01-01"]),
        ('["a", "b"]', ["a", "b"], ["c", None]),
        ("null, < 5", [None, 4], [5]),
        ("min(2, 3), 10 - 1", [2, 9], [3, 10]),
        ("<= 3", [3], [None]),
    ],
)
def test_cells(cell, holds, fails):
    test = parse_cell(cell)
    assert [value for value in holds if not test.holds(value)] == []
    assert [value for value in fails if test.holds(value)] == []


@pytest.mark.parametrize(
    "cell",
    [
        "并联",
        "limit",
        "<= limit",
        "[1..5",
        "1..5",
        "[5..1]",
        '[1.."a"]',
        "1,",
        ",1",
        "1 2",
        "== 3",
        "not(-)",
        "not()",
        "not(1), 2",
        '"open',
        '"a\\"b"',
        "__import__('os')",
        "date(2026)",
        "? + ",
        "? > limit",
        "<= ",
        "[1..]",
        "1, -",
        "today()",
        "x.y",
        "[1..5][0",
    ],
)
def test_cells_that_are_refused(cell):
    with pytest.raises(ExpressionError) as refused:
        parse_cell(cell)
    assert refused.value.message.zh


def test_a_comparison_with_the_wrong_kind_is_told_not_guessed():
    for cell in ("<= 3", "[1..5]", "not(> 3)", "? + 1"):
        with pytest.raises(ExpressionError):
            parse_cell(cell).holds("3")


def table(rules: str, policy: str = "UNIQUE", head: str = "", key: str = "t") -> bytes:
    """A table of inputs `kind` (string) and `days` (number), output `level` (string)."""
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="{DMN}" name="t" namespace="n">
<decision id="{key}"><decisionTable hitPolicy="{policy}">{head}
<input label="类型"><inputExpression typeRef="string"><text>kind</text></inputExpression></input>
<input label="天数"><inputExpression typeRef="number"><text>days</text></inputExpression></input>
<output name="level" typeRef="string"/>
{rules}
</decisionTable></decision></definitions>""".encode()


def row(kind: str, days: str, level: str) -> str:
    cells = "".join(f"<inputEntry><text>{cell}</text></inputEntry>" for cell in (kind, days))
    return f"<rule>{cells}<outputEntry><text>{level}</text></outputEntry></rule>\n"


def load_table(data: bytes, name: str):
    """The one decision of a file."""
    (decision,) = load_decisions(data, name).values()
    return decision.body


def decide(data: bytes, kind, days):
    return load_table(data, "t.dmn").decide({"kind": kind, "days": days})


def test_unique_finds_the_one_rule():
    data = table(row('"a"', "[1..5]", '"short"') + row('"a"', "&gt; 5", '"long"'))
    assert decide(data, "a", 3) == {"level": "short"}
    assert decide(data, "a", 30) == {"level": "long"}


def test_unique_refuses_two_rules_at_run_time():
    data = table(row('"a"', "-", '"x"') + row("-", "3", '"y"'))
    assert decide(data, "a", 4) == {"level": "x"}
    with pytest.raises(ExpressionError) as refused:
        decide(data, "a", 3)
    assert "7, 8" in refused.value.message.en


def test_first_takes_the_first():
    data = table(row('"a"', "-", '"x"') + row("-", "-", "null"), "FIRST")
    assert decide(data, "a", 3) == {"level": "x"}
    assert decide(data, "b", 3) == {"level": None}


def test_no_rule_names_the_table_and_its_inputs():
    with pytest.raises(ExpressionError) as refused:
        decide(table(row('"a"', "-", '"x"'), key="levels"), "b", 3)
    assert "levels" in refused.value.message.zh
    assert "类型、天数" in refused.value.message.zh


@pytest.mark.parametrize("days", ["3", True])
def test_an_input_of_another_type_is_refused(days):
    with pytest.raises(ExpressionError) as refused:
        decide(table(row("-", "-", '"x"')), "a", days)
    assert "天数" in refused.value.message.zh


def test_a_missing_input_is_refused():
    with pytest.raises(ExpressionError):
        load_table(table(row("-", "-", '"x"')), "t.dmn").decide({"days": 3})


def test_decisions_share_nothing():
    data = table(row("-", "-", '["a"]')).replace(
        b'name="level" typeRef="string"', b'name="level" typeRef="Any"'
    )
    loaded = load_table(data, "t.dmn")
    loaded.decide({"kind": "a", "days": 1})["level"].append("b")
    assert loaded.decide({"kind": "a", "days": 1}) == {"level": ["a"]}


GOOD = row("-", "-", '"x"')


@pytest.mark.parametrize(
    ("data", "rule", "line"),
    [
        (b"<a>", "xml-malformed", 1),
        (b"<!DOCTYPE a><a/>", "xml-doctype", 1),
        (b"<a/>", "dmn-decision", 1),
        (table(GOOD).replace(b"20191111", b"20151101"), "dmn-decision", 2),
        (table(GOOD, "COMPLETE"), "dmn-hit-policy", 3),
        (table(GOOD, "PRIORITY"), "dmn-priority", 3),
        (table(""), "dmn-columns", 3),
        (table(GOOD).replace(b'name="level" ', b'name="a b" '), "dmn-output-name", 6),
        (table(GOOD).replace(b'"string"/>', b'"time"/>'), "dmn-type", 6),
        (table(GOOD).replace(b"<text>days</text>", b"<text>days +</text>"), "dmn-cell", 5),
        (table(GOOD).replace(b"<text>days</text>", b"<text></text>"), "dmn-cell", 5),
        (table(row("abc", "-", '"x"')), "dmn-cell", 7),
        (table(row("-", "-", "x")), "dmn-cell", 7),
        (table(row("-", "-", "")), "dmn-cell", 7),
        (table(row("-", "-", "3")), "dmn-value", 7),
        (table(GOOD.replace("<inputEntry>", "<ignored>", 1).replace("/inputEntry", "/ignored", 1)),
         "dmn-row", 7),
        (table(GOOD, head="<output name='level'/>"), "dmn-columns", 3),
        (table(GOOD, head="<input><inputExpression><text>a</text></inputExpression>"
               "<inputValues><text>x</text></inputValues></input>"), "dmn-cell", 3),
        (table(GOOD).replace(b"decisionTable", b"invocation"), "dmn-table", 3),
        (table(GOOD).replace(b"<inputExpression", b"<inputExpression expressionLanguage='juel'"),
         "dmn-language", 4),
        (table(GOOD, key=""), "dmn-table", 3),
    ],
)  # fmt: skip
def test_faults_of_a_file_have_their_place(data, rule, line):
    with pytest.raises(TableFault) as refused:
        load_table(data, "t.dmn")
    assert (rule, line) in [(f.rule, f.line) for f in refused.value.findings]
    assert all(f.file == "t.dmn" and f.remedy.zh for f in refused.value.findings)


def test_all_faults_are_told_at_once():
    with pytest.raises(TableFault) as refused:
        load_table(table(row("a", "b", "c") + row("-", "d", '"x"')), "t.dmn")
    assert [f.line for f in refused.value.findings] == [7, 7, 7, 8]


@pytest.fixture(scope="module")
def thresholds():
    data = (RULES / "light-thresholds.dmn").read_bytes()
    return load_decisions(data, "light-thresholds.dmn")["light-thresholds"]


@pytest.mark.parametrize(
    ("limit", "days"),
    [(0, None), (1, None), (2, 1), (5, 4), (6, 4), (20, 18), (21, 16), (45, 40), (5.5, 3.5)],
)
def test_yellow_light_by_budget(thresholds, limit, days):
    """Rows: P22a"""
    assert yellow_days(limit, thresholds) == days


@pytest.mark.parametrize("limit", [None, "5", True])
def test_yellow_light_needs_a_number(thresholds, limit):
    with pytest.raises(ExpressionError):
        yellow_days(limit, thresholds)


def test_every_threshold_says_where_it_comes_from(thresholds):
    assert thresholds.key == "light-thresholds"
    assert all("自定" in rule.annotation for rule in thresholds.body.rules)
