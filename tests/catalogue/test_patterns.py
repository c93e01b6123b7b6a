"""Regular expressions of forms take time by the text alone, whatever an analyst wrote."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.catalogue.patterns import found, readable

# Each takes the matcher of the standard library longer than anybody waits.
EXPLOSIVE = ("(a+)+$", "^(a|a)*$", "^(a|aa)+$", "(.*a){20}$", "^(([a-z])+.)+[A-Z]([a-z])+$")


@pytest.mark.parametrize("pattern", EXPLOSIVE)
def test_an_explosive_expression_answers(pattern: str) -> None:
    assert readable(pattern)
    assert not found(pattern, "a" * 20_000 + "!")


@pytest.mark.parametrize(
    "pattern", ["(", r"(a)\1", "(?=a)", "(?<!a)b", "a{1001}", "(x{1000}){1000}", 7, None, ["a"]]
)
def test_what_cannot_be_matched_in_bounded_time_is_not_readable(pattern: object) -> None:
    assert not readable(pattern)


def test_code_points_are_written_as_json_schema_writes_them() -> None:
    assert found(r"^[\u4e00-\u9fa5]{2}$", "汉字")
    assert not found(r"^[\u4e00-\u9fa5]{2}$", "汉x")
    assert found(r"^\\u4e00$", r"\u4e00")


@given(st.text(alphabet="ab01 \n", max_size=30))
def test_the_end_is_the_end_of_the_text(text: str) -> None:
    assert found(r"^[ab]+$", text) == (bool(text) and set(text) <= {"a", "b"})
