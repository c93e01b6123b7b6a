"""Numbers of people, units and cases: what is refused, in which words, and what is hidden."""

import re
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.domain.identifiers import (
    CREDIT_ALPHABET,
    MAX_SERIAL,
    case_number,
    case_number_fault,
    credit_code_fault,
    id_number_fault,
    mask_id,
    mask_name,
    mask_phone,
)
from engine.errors import Invalid

# The examples that the two standards calculate themselves.
CITIZEN = "11010519491231002X"
UNIT = "91350100M000100Y43"
CASE = case_number("410900", date(2026, 11, 22), 1)

counties = st.from_regex(r"[1-9][0-9]{5}", fullmatch=True)
days = st.dates(date(1900, 1, 1), date(2199, 12, 31))
serials = st.integers(1, MAX_SERIAL)


def completed(body: str, alphabet: str, fault) -> list[str]:
    """The check characters that `fault` accepts after `body`."""
    return [sign for sign in alphabet if fault(body + sign) is None]


def replaced(text: str, data, alphabet: str) -> str:
    """`text` with one character replaced by another of `alphabet`; separators stay."""
    places = [i for i, sign in enumerate(text) if sign != "-"]
    place = data.draw(st.sampled_from(places))
    sign = data.draw(st.sampled_from([sign for sign in alphabet if sign != text[place]]))
    return text[:place] + sign + text[place + 1 :]


@pytest.mark.parametrize("number", [CITIZEN, "110105194912310038"])
def test_a_right_id_number_has_no_fault(number):
    assert id_number_fault(number) is None


@pytest.mark.parametrize(
    ("number", "word"),
    [
        ("", "18 characters"),
        ("110105491231002", "18 characters"),
        ("11010519491231002XX", "18 characters"),
        ("11010519491231002x", "capital X"),
        ("1101051949123100X2", "17 digits"),
        ("01010519491231002X", "not beginning with 0"),
        ("１１010519491231002X", "17 digits"),
        ("११010519491231002X", "17 digits"),
        ("11010519490230002X", "date of birth"),
        ("11010518991231002X", "from 1900"),
        ("110105194912310021", "check character"),
    ],
)
def test_a_wrong_id_number_is_told_what_is_wrong_without_its_number(number, word):
    fault = id_number_fault(number)
    assert word in fault.en
    for words in (fault.zh, fault.en):
        assert not number or number not in words
        assert not re.search(r"[0-9]{6}", words)


@given(counties, days, st.integers(0, 999))
def test_every_id_number_has_exactly_one_check_character(county, born, order):
    body = f"{county}{born:%Y%m%d}{order:03d}"
    assert len(completed(body, "0123456789X", id_number_fault)) == 1


@given(counties, days, st.integers(0, 999), st.data())
def test_an_id_number_with_one_wrong_character_is_always_refused(county, born, order, data):
    body = f"{county}{born:%Y%m%d}{order:03d}"
    number = body + completed(body, "0123456789X", id_number_fault)[0]
    assert id_number_fault(replaced(number, data, "0123456789X")) is not None


@pytest.mark.parametrize("code", [UNIT, "91512081MA62K0260E"])
def test_a_right_credit_code_has_no_fault(code):
    assert credit_code_fault(code) is None


@pytest.mark.parametrize(
    ("code", "word"),
    [
        (UNIT[:-1], "18 characters"),
        (UNIT.replace("Y", "I"), "without I, O, S, V and Z"),
        (UNIT.lower(), "capitals"),
        (UNIT.replace("3501", "35A1"), "3 to 8 digits"),
        (UNIT[:-1] + "4", "check character"),
    ],
)
def test_a_wrong_credit_code_is_told_what_is_wrong_without_its_number(code, word):
    fault = credit_code_fault(code)
    assert word in fault.en
    assert code not in fault.zh + fault.en


credit_bodies = st.builds(
    "{}{}{}".format,
    st.text(CREDIT_ALPHABET, min_size=2, max_size=2),
    counties,
    st.text(CREDIT_ALPHABET, min_size=9, max_size=9),
)


@given(credit_bodies, st.data())
def test_a_credit_code_with_one_wrong_character_is_always_refused(body, data):
    (check,) = completed(body, CREDIT_ALPHABET, credit_code_fault)
    assert credit_code_fault(replaced(body + check, data, CREDIT_ALPHABET)) is not None


def test_a_case_number_shows_county_day_and_serial_number():
    assert re.fullmatch(r"410900-20261122-0001-[0-9A-Z]", CASE)
    assert case_number("410900", date(2026, 11, 22), 12345).startswith("410900-20261122-12345-")


@given(counties, days, serials)
def test_what_case_number_writes_is_accepted(county, day, serial):
    assert case_number_fault(case_number(county, day, serial)) is None


@given(counties, days, serials, st.data())
def test_a_case_number_with_one_wrong_character_is_always_refused(county, day, serial, data):
    number = case_number(county, day, serial)
    assert case_number_fault(replaced(number, data, CREDIT_ALPHABET)) is not None


@given(counties, days, serials, st.data())
def test_a_case_number_with_two_swapped_digits_is_always_refused(county, day, serial, data):
    number = case_number(county, day, serial)
    places = [i for i, sign in enumerate(number[:-2]) if sign != "-"]
    i, j = sorted(data.draw(st.lists(st.sampled_from(places), min_size=2, max_size=2, unique=True)))
    swapped = number[:i] + number[j] + number[i + 1 : j] + number[i] + number[j + 1 :]
    assert (case_number_fault(swapped) is None) == (swapped == number)


@pytest.mark.parametrize(
    "number",
    [
        "",
        CASE + " ",
        CASE + "\n",
        CASE.replace("-", ""),
        CASE.replace("20261122", "20261131"),
        CASE.replace("-0001-", "-0000-"),
        CASE.replace("-0001-", "-00001-"),
        CASE.replace("410900", "４10900"),
    ],
)
def test_what_is_not_written_like_a_case_number_is_told_the_form(number):
    assert "county, date, serial number" in case_number_fault(number).en


def test_the_example_in_the_words_is_itself_a_right_number():
    for text in (case_number_fault("").zh, case_number_fault("").en):
        (example,) = re.findall(r"[0-9]{6}-[0-9]{8}-[0-9]{4}-[0-9A-Z]", text)
        assert case_number_fault(example) is None


@pytest.mark.parametrize(
    ("county", "serial"),
    [("41090", 1), ("4109OO", 1), ("010900", 1), ("410900", 0), ("410900", 10**6)],
)
def test_a_case_number_of_wrong_parts_is_not_made(county, serial):
    with pytest.raises(Invalid):
        case_number(county, date(2026, 11, 22), serial)


@pytest.mark.parametrize(
    ("name", "shown"),
    [("张三丰", "张*丰"), ("张三", "张*"), ("欧阳娜娜", "欧**娜"), ("张", "*"), ("", "")],
)
def test_a_masked_name_keeps_its_length_and_its_ends(name, shown):
    assert mask_name(name) == shown


def test_masked_numbers_keep_only_their_ends():
    assert mask_id(CITIZEN) == "110*************2X"
    assert mask_phone("13812345678") == "138****5678"


@pytest.mark.parametrize("mask", [mask_id, mask_phone])
def test_a_number_too_short_to_be_one_is_hidden_whole(mask):
    assert mask("1381234") == "*******"
    assert mask("") == ""


@given(st.text(max_size=30))
def test_masks_never_change_the_length_and_hide_something(text):
    for mask in (mask_name, mask_id, mask_phone):
        assert len(mask(text)) == len(text)
        assert not text or "*" in mask(text)
