"""Sealing, blind index, query codes.

Rows: C21
"""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.store.keys import Keys
from engine.store.secrets import (
    CODE_LETTERS,
    Unsealable,
    index,
    query_code,
    query_code_fits,
    seal,
    unseal,
)

KEYS = Keys({1: bytes(range(16))}, b"i" * 32, b"q" * 32)
PURPOSE = ("submission", "data", "410902-20261123-00001-7")
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


@given(st.binary() | JSON)
def test_a_value_comes_back_as_it_was(value) -> None:
    assert unseal(KEYS, PURPOSE, seal(KEYS, PURPOSE, value)) == value


def test_sealing_hides_the_value_and_never_repeats() -> None:
    number = "41090219900101123X"
    first, second = (seal(KEYS, PURPOSE, number) for _ in range(2))
    assert first != second
    assert number.encode() not in first


def test_any_changed_bit_is_noticed() -> None:
    sealed = seal(KEYS, PURPOSE, "13800000000")
    for place in range(len(sealed) * 8):
        damaged = bytearray(sealed)
        damaged[place // 8] ^= 1 << place % 8
        with pytest.raises(Unsealable):
            unseal(KEYS, PURPOSE, bytes(damaged))


@pytest.mark.parametrize("length", [0, 1, 3, 30])
def test_a_cut_value_is_noticed(length: int) -> None:
    with pytest.raises(Unsealable):
        unseal(KEYS, PURPOSE, seal(KEYS, PURPOSE, "x")[:length])


@pytest.mark.parametrize(
    "purpose",
    [
        ("submission", "data", "410902-20261123-00002-5"),
        ("submission", "phone", PURPOSE[2]),
        ("submissiondata", PURPOSE[2]),
        (),
    ],
)
def test_a_value_opens_only_where_it_was_sealed_for(purpose: tuple[str, ...]) -> None:
    with pytest.raises(Unsealable):
        unseal(KEYS, purpose, seal(KEYS, PURPOSE, "x"))


def test_a_rotated_ring_seals_with_the_new_key_and_opens_both() -> None:
    old = seal(KEYS, PURPOSE, "old")
    rotated = replace(KEYS, sealing={**KEYS.sealing, 2: b"2" * 16})
    new = seal(rotated, PURPOSE, "new")
    assert unseal(rotated, PURPOSE, old) == "old"
    assert unseal(rotated, PURPOSE, new) == "new"
    with pytest.raises(Unsealable):
        unseal(KEYS, PURPOSE, new)


def test_the_index_is_equal_for_equal_values_of_one_purpose_and_key() -> None:
    first = index(KEYS, ("id-number",), "41090219900101123X")
    assert first == index(KEYS, ("id-number",), "41090219900101123X")
    others = {
        index(KEYS, ("id-number",), "410902199001011231"),
        index(KEYS, ("phone",), "41090219900101123X"),
        index(replace(KEYS, index=b"j" * 32), ("id-number",), "41090219900101123X"),
    }
    assert first not in others
    assert len(first) == 64


def test_the_index_is_hmac_sm3() -> None:
    """Computed apart: HMAC by RFC 2104 with OpenSSL's SM3."""
    import hashlib
    import hmac

    expected = hmac.new(b"i" * 32, b'["phone","13800000000"]', lambda: hashlib.new("sm3"))
    assert index(KEYS, ("phone",), "13800000000") == expected.hexdigest()


@given(st.text())
def test_a_query_code_is_eight_letters_that_cannot_be_misread(number: str) -> None:
    code = query_code(KEYS, number)
    assert len(code) == 8
    assert set(code) <= set(CODE_LETTERS)
    assert not set(CODE_LETTERS) & set("01OILU")


def test_query_codes_differ_from_case_to_case_and_key_to_key() -> None:
    codes = {query_code(KEYS, f"410902-20261123-{n:05}") for n in range(2000)}
    assert len(codes) == 2000
    other = replace(KEYS, query=b"r" * 32)
    assert query_code(other, PURPOSE[2]) != query_code(KEYS, PURPOSE[2])


def test_a_query_code_fits_its_case_alone() -> None:
    number = PURPOSE[2]
    code = query_code(KEYS, number)
    assert query_code_fits(KEYS, number, f" {code.lower()} ")
    for wrong in ("", code[:-1], code + "A", "查询码", "\ud800", query_code(KEYS, "another")):
        assert not query_code_fits(KEYS, number, wrong)


def test_a_ring_does_not_show_its_keys() -> None:
    assert "i" * 32 not in repr(KEYS)
    assert repr(KEYS) == "Keys()"
