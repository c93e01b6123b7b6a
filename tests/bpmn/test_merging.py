"""Data of branches that come together: what each changed is kept."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from engine.bpmn.merging import changed, merged

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-2, 2) | st.sampled_from(["", "a", 1.0]),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from("xy"), inner),
    max_leaves=4,
)
DATA = st.dictionaries(st.sampled_from("abc"), VALUES)


def test_a_branch_that_left_a_name_alone_undoes_nothing() -> None:
    base = {"a": 0, "b": 0}
    assert merged(base, [{"a": 1, "b": 0}, {"a": 0, "b": 2}]) == {"a": 1, "b": 2}


def test_of_two_that_changed_the_same_name_the_later_holds() -> None:
    assert merged({"a": 0}, [{"a": 1}, {"a": 2}]) == {"a": 2}


def test_objects_are_merged_name_by_name_and_lists_as_a_whole() -> None:
    base = {"opinion": {"fire": None, "land": None}, "list": [1, 2]}
    fire = {"opinion": {"fire": True, "land": None}, "list": [1]}
    land = {"opinion": {"fire": None, "land": False}, "list": [1, 2]}
    expected = {"opinion": {"fire": True, "land": False}, "list": [1]}
    assert merged(base, [fire, land]) == merged(base, [land, fire]) == expected


def test_two_branches_may_begin_the_same_object() -> None:
    both = merged({}, [{"opinion": {"fire": 1}}, {"opinion": {"land": 2}}])
    assert both == {"opinion": {"fire": 1, "land": 2}}


def test_a_name_that_a_branch_took_away_is_gone_unless_another_changed_it() -> None:
    assert merged({"a": 0, "b": 0}, [{"b": 0}, {"a": 0, "b": 0}]) == {"b": 0}
    assert merged({"a": 0}, [{"a": 1}, {}]) == {"a": 1}


def test_one_true_and_a_number_with_a_point_are_three_values() -> None:
    assert changed(1, True) and changed(1, 1.0) and changed([1], [True]) and not changed([1], [1])
    assert merged({"a": 1}, [{"a": True}, {"a": 1}]) == {"a": True}


@given(DATA, DATA)
def test_one_branch_alone_brings_what_it_has(base: dict, branch: dict) -> None:
    result = merged(base, [branch, base])
    # Objects are merged: a name that the branch took out of one may come back, no other.
    plain = {name: value for name, value in branch.items() if not isinstance(value, dict)}
    assert {name: result[name] for name in plain} == plain
    assert result.keys() == branch.keys()


@given(DATA)
def test_branches_that_did_nothing_change_nothing(base: dict) -> None:
    assert merged(base, [dict(base), dict(base)]) == base


@given(st.data())
def test_branches_that_touch_different_names_may_arrive_in_any_order(data: st.DataObject) -> None:
    base = data.draw(DATA)
    ours = {**base, "a": data.draw(VALUES)}
    theirs = {**base, "b": data.draw(VALUES)}
    assert merged(base, [ours, theirs]) == merged(base, [theirs, ours])
