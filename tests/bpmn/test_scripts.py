"""Scripts of assignments: what they compute, what they refuse."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.bpmn.functions import FUNCTIONS
from engine.bpmn.scripts import MAX_LINES, compile_assignments
from engine.errors import ExpressionError
from tests.bpmn.hostile_expressions import HOSTILE

DATA = {"limit": 5, "rows": [{"fee": 1}, {"fee": 2}], "case": {"fee": 3, "who": {"name": "x"}}}


def run(script, data=DATA, **options):
    return compile_assignments(script).run(data, **options)


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("\ntotal = limit + 1\n  twice = total * 2  \n", {"total": 6, "twice": 12}),
        ("a = 1; b = a + 1;", {"a": 1, "b": 2}),
        ("# a note\na = 1  # and another\n\n# last", {"a": 1}),
        ("# limit = 6\n  # nothing is done", {}),
        ("a = '# no note; no end'", {"a": "# no note; no end"}),
        (
            "a = {\n  'x': 1,  # the first\n  'y': [2,\n 3]}\nb = 1",
            {"a": {"x": 1, "y": [2, 3]}, "b": 1},
        ),
        ("limit += 1\nlimit *= 2; limit -= 1; limit //= 2; limit %= 3; limit /= 4", {"limit": 0.5}),
        ("limit -= 1 if limit > 3 else 0", {"limit": 4}),
        ("case.fee = 9", {"case": {"fee": 9, "who": {"name": "x"}}}),
        ("case['new'] = [1]", {"case": {"fee": 3, "who": {"name": "x"}, "new": [1]}}),
        ("case.who['name'] += 'y'", {"case": {"fee": 3, "who": {"name": "xy"}}}),
        ("rows[-1].fee = rows[0].fee + limit", {"rows": [{"fee": 1}, {"fee": 6}]}),
        ("rows = rows + [{'fee': 0}]", {"rows": [{"fee": 1}, {"fee": 2}, {"fee": 0}]}),
        ("a = {}\na['k=;#'] = 1\na.b = a == {'k=;#': 1}", {"a": {"k=;#": 1, "b": True}}),
        ("ok = limit == 5", {"ok": True}),
        ("面积 = 120\n大 = 面积 > 100", {"面积": 120, "大": True}),
        ("ﬁ = 1\na = fi", {"fi": 1, "a": 1}),
    ],
)
def test_scripts(script, expected):
    before = repr(DATA)
    assert run(script) == expected
    assert repr(DATA) == before


def test_a_name_used_before_its_line_comes_from_outside():
    script = compile_assignments("rounds = rounds + 1\nrounds = rounds + 1\nx[k] = 1")
    assert script.names == {"rounds", "x", "k"}
    assert script.run({"rounds": 1, "x": {}, "k": "a"}) == {"rounds": 3, "x": {"a": 1}}


def test_assigned_values_share_nothing_with_the_data():
    data = {"a": {"b": [1]}}
    new = run("c = a\nd = c\na.x = a", data)
    new["d"]["b"].append(2)
    new["a"]["x"]["b"].append(3)
    assert data == {"a": {"b": [1]}}
    assert new["c"] == {"b": [1]}


def test_doubling_is_stopped():
    for step in ("a = [a, a]", "a = a + a", "a = {'x': a, 'y': a}"):
        with pytest.raises(ExpressionError):
            run("a = [1]\n" + f"{step}\n" * 40 if "{" not in step else "a = 1\n" + f"{step}\n" * 40)
    with pytest.raises(ExpressionError, match="too much data"):
        run("\n".join(f"a{n} = rows" for n in range(50)), {"rows": [0] * 90_000})


def test_a_word_of_the_library_is_a_name_like_any_other():
    data = run('typename = "UUID"\nrow = {"typename": typename}\nrow.typename = 1', {})
    assert data == {"typename": "UUID", "row": {"typename": 1}}


def test_facts_and_functions_cannot_be_assigned():
    assert run("item = 1", {}) == {"item": 1}
    with pytest.raises(ExpressionError, match="item cannot be assigned"):
        run("item = 1", {}, first={"item": {}})
    with pytest.raises(ExpressionError, match="item cannot be assigned"):
        run("item.code = 1", {"item": {}}, first={"item": {}})
    with pytest.raises(ExpressionError, match="yellow_days cannot be assigned"):
        compile_assignments("yellow_days = 1", {**FUNCTIONS, "yellow_days": lambda n: n})


@pytest.mark.parametrize(
    "script",
    [
        "",
        "#! scripts.Service",
        "a",
        "a == 1",
        "a != 1",
        "a <= 1",
        "a = ",
        "a += ",
        "= 1",
        "a, b = 1",
        "a = b = 1",
        "(a) + b = 1",
        "a **= 2",
        "a |= 2",
        "a += 1) + (2",
        "a := 1",
        "a: int = 1",
        "[a] = 1",
        "'a' = 1",
        "1 = 1",
        "f(a) = 1",
        "f(a).b = 1",
        "a[0:1] = 1",
        "a.__class__ = 1",
        "a._b = 1",
        "len = 1",
        "today = 1",
        "true = 1",
        "null.a = 1",
        "None = 1",
        "if = 1",
        "_a = 1",
        "",
        " \n",
        "import os",
        "del a",
        "if a: b = 1",
        "for x in a: b = x",
        "a = (1",
        "a = 1)",
        'a = """b\nc"""',
        "a = 1\n" * (MAX_LINES + 1),
        "a = 1 # " + "x" * 20_000,
        "a = missing_function(1)",
    ],
)
def test_what_is_no_assignment_is_refused(script):
    with pytest.raises(ExpressionError) as refused:
        compile_assignments(script)
    assert refused.value.message.zh


@pytest.mark.parametrize(
    ("script", "told"),
    [
        ("a = 1\n\nb = c\n", "line 3"),
        ("a = 1\nb = {\n 'x': c}\n", "line 2"),
        ("case.absent.x = 1", "no such entry"),
        ("rows[2] = 1", "no such entry"),
        ("rows['a'] = 1", "no such entry"),
        ("rows[true] = 1", "no such entry"),
        ("limit[0] = 1", "no such entry"),
        ("absent.x = 1", "no absent"),
    ],
)
def test_a_failing_line_is_named(script, told):
    with pytest.raises(ExpressionError, match=told):
        run(script)


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_gets_out_of_a_script(text):
    with pytest.raises(ExpressionError):
        run(f"x = {text.strip('#')}", {**DATA, "open": open, "eval": eval})
    if "(" in text and "=" not in text:  # as a target
        with pytest.raises(ExpressionError):
            run(f"{text} = 1", {"item": {}})


@given(st.text(st.sampled_from("ab=+;#\n\"'()[]. 1"), max_size=40))
def test_any_text_is_a_script_or_refused(text):
    try:
        new = run(text, {"a": 1, "b": {"a": [1]}})
    except ExpressionError as refused:
        assert refused.message.zh
        assert refused.message.en
    else:
        assert new or text.strip(" \n;").startswith("#")
