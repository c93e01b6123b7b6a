"""How decisions decide: hit policies, types, required decisions, files of other modellers."""

import pytest

from engine.bpmn.dmn import VERSIONS, load_decisions, read_decisions
from engine.errors import ExpressionError
from tests.bpmn.decision_tables import (
    column,
    decision,
    definitions,
    file_of,
    output,
    requires,
    rule,
    table,
    text,
)

LEVELS = '"high","medium","low"'
OVERLAPPING = (
    column("area", "number"),
    output("level", "string", LEVELS),
    rule("> 100", gives='"low"'),
    rule("> 200", gives='"high"'),
    rule("> 300", gives='"medium"'),
)


def outcome(data: bytes, key: str = "t", **names):
    return load_decisions(data, "t.dmn")[key].outcome(names)


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        ("FIRST", "low"),
        ("F", "low"),
        ("PRIORITY", "high"),
        ("P", "high"),
        ("COLLECT", ["low", "high", "medium"]),
        ("C", ["low", "high", "medium"]),
        ("RULE ORDER", ["low", "high", "medium"]),
        ("OUTPUT ORDER", ["high", "medium", "low"]),
    ],
)
def test_hit_policies(policy, expected):
    assert outcome(file_of(*OVERLAPPING, policy=policy), area=301) == expected


@pytest.mark.parametrize("policy", ["UNIQUE", "U", "ANY", "A"])
def test_policies_that_are_broken_are_told_with_the_lines(policy):
    data = file_of(*OVERLAPPING, policy=policy)
    assert outcome(data, area=150) == "low"
    with pytest.raises(ExpressionError, match="lines 7, 8 match"):
        outcome(data, area=250)


def test_any_takes_what_all_agree_on():
    data = file_of(
        column("area", "number"), output("a"), rule("> 1", gives="area"), rule("> 2", gives="area"),
        rule("> 3", gives="4"), policy="ANY",
    )  # fmt: skip
    assert outcome(data, area=3) == 3
    assert outcome(data, area=4) == 4
    with pytest.raises(ExpressionError, match="differ"):
        outcome(data, area=5)


@pytest.mark.parametrize(
    ("aggregation", "some", "none"),
    [("SUM", 60, None), ("MIN", 10, None), ("MAX", 30, None), ("COUNT", 3, 0),
     ("", [10, 20, 30], [])],
)  # fmt: skip
def test_collect_gathers_or_aggregates(aggregation, some, none):
    data = file_of(
        column("area", "number"), output("fee", "number"), rule("> 1", gives="10"),
        rule("> 2", gives="20"), rule("> 3", gives="30"), policy="COLLECT", aggregation=aggregation,
    )  # fmt: skip
    assert outcome(data, area=4) == some
    assert outcome(data, area=0) == none


def test_several_outputs_are_an_object():
    data = file_of(
        column("kind", "string"), column("area"), output("fee", "number"), output("note"),
        rule('"a"', "-", gives=("area * 2", '"x"')), rule('"b"', "-", gives=("1", "null")),
    )  # fmt: skip
    assert outcome(data, kind="a", area=4) == {"fee": 8, "note": "x"}
    assert outcome(data, kind="b", area=4) == {"fee": 1, "note": None}


def test_a_default_stands_in_where_no_rule_matches():
    data = file_of(
        column("kind", "string"), output("fee", "number", default="9"), rule('"a"', gives="1")
    )
    assert outcome(data, kind="b") == 9
    with pytest.raises(ExpressionError, match="no rule matches"):
        outcome(file_of(column("kind"), output("fee"), rule('"a"')), kind="b")


def test_null_passes_no_comparison_and_may_have_a_row():
    data = file_of(column("n", "number"), output("x"), rule("<= 3", gives='"few"'),
                   rule("> 3", gives='"many"'), rule("null", gives='"unknown"'))  # fmt: skip
    assert [outcome(data, n=n) for n in (1, 4, None)] == ["few", "many", "unknown"]


def test_dates_are_compared_by_the_day():
    data = file_of(
        column("end", "date"), output("x"),
        rule('< date("2026-07-01")', gives="1"), rule('>= date("2026-07-01")', gives="2"),
    )  # fmt: skip
    assert [outcome(data, end=e) for e in ("2026-06-30T23:00:00", "2026-07-01T08:00")] == [1, 2]
    for wrong in ("soon", "2026-02-30", 20260701):
        with pytest.raises(ExpressionError, match="must be a date"):
            outcome(data, end=wrong)


@pytest.mark.parametrize(
    ("type_name", "wrong"), [("integer", 1.5), ("number", "1"), ("boolean", 1)]
)
def test_an_input_has_the_type_of_its_column(type_name, wrong):
    with pytest.raises(ExpressionError, match="must be a"):
        outcome(file_of(column("x", type_name), output("y"), rule("-")), x=wrong)


def test_an_input_is_one_of_those_listed():
    data = file_of(column("kind", "string", '"a","b"'), output("y"), rule('"a"'), rule('"b"'))
    with pytest.raises(ExpressionError, match='none of "a","b"'):
        outcome(data, kind="c")


def test_cells_compare_with_other_inputs():
    data = file_of(
        column("spent", "number"), column("limit", "number"), output("late"),
        rule("> limit", "-", gives="true"), rule("? <= limit and limit > 0", "-", gives="false"),
    )  # fmt: skip
    assert [outcome(data, spent=s, limit=5) for s in (5, 6)] == [False, True]


def test_a_decision_reads_those_it_requires():
    data = definitions(
        decision(requires("risk"), requires("base"),
                 table(column("risk_level", "string"), output("fee"),
                       rule('"high"', gives="base * 2"), rule('"low"', gives="base")), key="fees"),
        decision('<variable name="risk_level"/>', table(column("area", "number"), output("l"),
                 rule("> 100", gives='"high"'), rule("<= 100", gives='"low"')), key="risk"),
        decision(f"<literalExpression>{text('x', '100 + area')[3:-4]}</literalExpression>",
                 key="base"),
    )  # fmt: skip
    assert outcome(data, "fees", area=200) == 600
    assert outcome(data, "fees", area=100) == 200
    assert outcome(data, "base", area=1) == 101


def test_many_decisions_that_require_one_another_are_worked_out_once():
    """A chain in which each requires the last one twice would double at every link."""
    links = [decision("<literalExpression><text>1</text></literalExpression>", key="d0")]
    for n in range(1, 60):
        body = f"<literalExpression><text>d{n - 1} + 1</text></literalExpression>"
        links.append(decision(requires(f"d{n - 1}"), requires(f"d{n - 1}"), body, key=f"d{n}"))
    assert outcome(definitions(*links), "d59") == 60


def faults(data: bytes) -> list[tuple[str, str]]:
    _, findings = read_decisions(data, "t.dmn")
    assert all(f.line >= 1 and f.remedy.zh and f.message.zh for f in findings)
    return [(f.rule, f.level) for f in findings]


LITERAL = "<literalExpression><text>1</text></literalExpression>"


@pytest.mark.parametrize(
    ("data", "rule_name"),
    [
        (definitions(decision(requires("b"), LITERAL, key="a"),
                     decision(requires("a"), LITERAL, key="b")), "dmn-circle"),
        (definitions(decision(requires("t"), LITERAL)), "dmn-circle"),
        (definitions(decision(requires("other"), LITERAL)), "dmn-requirement"),
        (definitions(decision(LITERAL), decision(LITERAL)), "dmn-table"),
        (definitions(decision("<context/>")), "dmn-table"),
        (definitions(decision("<invocation/>")), "dmn-table"),
        (definitions(decision("<knowledgeRequirement/>", LITERAL)), "dmn-table"),
        (definitions('<import namespace="x"/>', decision(LITERAL)), "dmn-table"),
        (definitions(decision("<literalExpression expressionLanguage='groovy'><text>1</text>"
                              "</literalExpression>")), "dmn-language"),
        (definitions(decision("<literalExpression><text>${a}</text></literalExpression>")),
         "dmn-cell"),
        (definitions(decision(LITERAL), namespace="http://example.org"), "dmn-decision"),
        (definitions(), "dmn-decision"),
        (file_of(column("a"), output("x"), rule("a b")), "dmn-cell"),
        (file_of(column("${a}"), output("x"), rule("-")), "dmn-cell"),
        (file_of(column("a b"), output("x"), rule("-")), "dmn-cell"),
        (file_of(column("a"), output("x"), rule("并联")), "dmn-cell"),
        (file_of(column("a"), output("x"), rule("-", gives="通过")), "dmn-cell"),
        (file_of(column("today()"), output("x"), rule("-")), "dmn-cell"),
        (file_of(column("a"), output("x"), rule("__import__('os')")), "dmn-cell"),
        (file_of(column("a"), output("x"), rule("-"), policy="COLLECT", aggregation="AVG"),
         "dmn-hit-policy"),
        (file_of(column("a"), output("x"), rule("-"), aggregation="SUM"), "dmn-hit-policy"),
        (file_of(column("a"), output("x"), output("y"), rule("-", gives=("1", "2")),
                 policy="COLLECT", aggregation="SUM"), "dmn-hit-policy"),
        (file_of(column("a"), output("x", "", LEVELS), rule("-", gives='"none"'),
                 policy="PRIORITY"), "dmn-value"),
        (file_of(column("a", "tKind"), output("x"), rule("-")), "dmn-type"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_refused_with_its_place(data, rule_name):
    assert (rule_name, "error") in faults(data)


@pytest.mark.parametrize("namespace", VERSIONS)
def test_every_version_of_the_standard_is_read(namespace):
    inner = decision(table(column("a", "feel:number"), output("x", "feel:string"),
                           rule("<= 3", gives='"few"'), rule("> 3", gives='"many"')))  # fmt: skip
    assert outcome(definitions(inner, namespace=namespace), a=3) == "few"


def test_types_of_the_file_are_read():
    item = (
        '<itemDefinition id="i" name="tKind"><typeRef>string</typeRef>'
        '<allowedValues><text>"a","b"</text></allowedValues></itemDefinition>'
    )
    data = definitions(item, decision(table(column("kind", "tKind"), output("x"), rule('"a"'))))
    assert faults(data) == [("dmn-gap", "filing")]
    assert outcome(data, kind="a") == 1


def test_camunda_names_the_value_of_a_cell():
    data = file_of(
        column("area", "integer", camunda__inputVariable="m"), output("x", "", "", ""),
        rule("m <= 100", gives="1"), rule('m > 100 and m != 105 or "m" == ""', gives="2"),
        rule("m == 105", gives="3"),
    )  # fmt: skip
    assert [outcome(data, area=n) for n in (100, 101, 105)] == [1, 2, 3]
    default = [column("a"), output("x"), rule("cellInput > 3", gives="1"), rule("-", gives="2")]
    assert [outcome(file_of(*default, policy="FIRST"), a=n) for n in (3, 4)] == [2, 1]


def test_a_table_that_is_too_long_is_refused():
    data = file_of(column("a"), output("x"), *[rule("-")] * 10_001)
    assert ("dmn-too-large", "error") in faults(data)


def test_the_outputs_of_a_required_table_have_their_own_names_too():
    """As Camunda's modeller draws it: the ids are made up, the outputs are named."""
    season = decision(
        table(column("temperature", "integer"), output("season", "string"),
              rule("> 30", gives='"Summer"'), rule("< 10", gives='"Winter"'),
              rule("[10..30]", gives='"Spring"')),
        key="Decision_1x", name="Season of the year",
    )  # fmt: skip
    guests = decision(
        table(column("day", "string"), output("count", "integer"), output("tables", "integer"),
              rule('"Weekday"', gives=("4", "1")), rule('not("Weekday")', gives=("10", "2"))),
        key="Decision_2x", name="Guests",
    )  # fmt: skip
    dish = decision(
        requires("Decision_1x"), requires("Decision_2x"),
        table(column("season", "string"), column("count", "integer"), output("dish", "string"),
              rule('not("Summer")', "<= 8", gives='"Stew"'),
              rule("-", "-", gives='"Salad for " + str(Guests.tables)'), policy="FIRST"),
        key="dish",
    )  # fmt: skip
    data = definitions(dish, season, guests)
    assert faults(data) == []
    assert outcome(data, "dish", temperature=5, day="Weekday") == "Stew"
    assert outcome(data, "dish", temperature=31, day="Weekend") == "Salad for 2"
