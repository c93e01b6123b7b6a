"""Expressions of other engines: what is read as what, and that it means the same."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.bpmn.expressions import compile_expression
from engine.bpmn.scripts import compile_assignments
from engine.bpmn.vendors.translate import as_script, translated


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        ("${amount > 100}", "amount > 100"),
        ("#{金额>=1000}", "金额 >= 1000"),
        ("${day>3 && day<=7}", "day > 3 and day <= 7"),
        ("${type eq 'x' or amount ge 3.5}", "type == 'x' or amount >= 3.5"),
        ("${approved}", "approved in [true, 'true']"),
        ("${!approved}", "not (approved in [true, 'true'])"),
        ("${reApply == 'true'}", "reApply in [true, 'true']"),
        ("${reApply != '1'}", "reApply not in [1, '1']"),
        ("${passed == users.size()}", "passed == len(users)"),
        ("${outcome.equals('同意')}", "outcome == '同意'"),
        ("${empty rows}", "rows in [null, '', [], {}]"),
        ("${execution.getVariable('a') > 1}", "(a) > 1"),
        ("${!a == b}", "(not (a in [true, 'true'])) == b"),
        ("= amount > 100", "amount > 100"),
        ('= status = "ok" and count(items) > 2', 'status == "ok" and len(items) > 2'),
        ("=not(approved)", "not (approved == true)"),
    ],
)
def test_a_condition_is_read_in_our_language(theirs, ours):
    assert translated(theirs, condition=True) == ours
    compile_expression(ours)


@pytest.mark.parametrize(
    "text",
    [
        "amount > 100", "", "=", "${}", "${a}${b}", "x ${a}", "${bean.check(x)}", "${a ? b : c}",
        "${_x}", "${class == 1}", "${a == b == c}", "${a +}", "${a instanceof b}", "${a[b]}",
        "= if a then b else c", "= for x in y return x", "== 1", "${a = 1}", "${'it\\'s'}",
        "${" + "(" * 400 + "a" + ")" * 400 + "}", "${" + "!" * 400 + "a}", "${" + "a+" * 400 + "a}",
    ],
)  # fmt: skip
def test_what_has_no_equal_is_not_translated(text):
    assert translated(text, condition=True) is None


def test_a_name_alone_stays_a_name_where_no_answer_is_asked_for():
    assert translated("${departments}", condition=False) == "departments"
    assert translated('="PT1H"', condition=False) == '"PT1H"'


# A small UEL of its own: texts with the fewest brackets that its precedence allows, and values.
LEVELS = {"||": 1, "&&": 2, "==": 3, "!=": 3, "<": 4, ">=": 4, "+": 5, "-": 5, "*": 6}
DATA = {"a": True, "b": False, "n": 3, "m": -2}


def written(tree, around: int = 0) -> str:
    if isinstance(tree, str):
        return tree
    if tree[0] == "!":
        return "!" + written(tree[1], 7)
    level = LEVELS[tree[0]]
    text = f"{written(tree[1], level)} {tree[0]} {written(tree[2], level + 1)}"
    return f"({text})" if level < around else text


def value(tree):
    if isinstance(tree, str):
        return DATA[tree] if tree in DATA else int(tree)
    if tree[0] == "!":
        return not value(tree[1])
    left, right = value(tree[1]), value(tree[2])
    return {
        "||": lambda: left or right, "&&": lambda: left and right, "==": lambda: left == right,
        "!=": lambda: left != right, "<": lambda: left < right, ">=": lambda: left >= right,
        "+": lambda: left + right, "-": lambda: left - right, "*": lambda: left * right,
    }[tree[0]]()  # fmt: skip


numbers = st.recursive(
    st.sampled_from(["n", "m", "2"]),
    lambda inner: st.tuples(st.sampled_from(["+", "-", "*"]), inner, inner),
    max_leaves=4,
)
truths = st.recursive(
    st.sampled_from(["a", "b"])
    | st.tuples(st.sampled_from(["<", ">=", "==", "!="]), numbers, numbers),
    lambda inner: (
        st.tuples(st.just("!"), inner)
        | st.tuples(st.sampled_from(["&&", "||", "==", "!="]), inner, inner)
    ),
    max_leaves=6,
)


@given(truths)
def test_a_translated_condition_decides_as_the_original_does(tree):
    """Where the original compares three things in a row it may also be left alone."""
    ours = translated(f"${{{written(tree)}}}", condition=True)
    if ours is not None:
        assert compile_expression(ours).evaluate(DATA) == value(tree)


@pytest.mark.parametrize("given_as", [True, "true"])
def test_text_and_truth_are_the_same_to_uel_and_so_to_its_translation(given_as):
    for theirs in ("${ok}", "${ok == 'true'}", "${ok != 'false'}", "${!(ok == 'false')}"):
        ours = translated(theirs, condition=True)
        assert compile_expression(ours).evaluate({"ok": given_as}) is True


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        ("execution.setVariable('total', 0);", "total = 0"),
        ("${execution.setVariable('result', 'ok')}", "result = 'ok'"),
        ("var a = 1;\nb = a + 2;", "a = 1\nb = a + 2"),
        ("// nothing more\nint n = rows.size()", "n = len(rows)"),
    ],
)
def test_scripts_that_only_set_data(theirs, ours):
    assert as_script(theirs) == ours
    compile_assignments(ours)


@pytest.mark.parametrize("text", ["", "println(x)", "a = new Date()", "if (x) { y = 1 }", "a.b()"])
def test_other_scripts_have_no_equal(text):
    assert as_script(text) is None
