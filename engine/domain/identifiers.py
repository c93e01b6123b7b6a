"""Numbers that identify people, units and cases: what is wrong with one, and how to hide it.

No message repeats the number, since messages reach logs.
"""

from __future__ import annotations

import re
from datetime import date

from engine.errors import Invalid, Words

DIGITS = "0123456789"
# GB 32100-2015, table 3: digits and capitals without I, O, S, V and Z.
CREDIT_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
MAX_SERIAL = 999_999

_CASE = re.compile(r"([1-9][0-9]{5})-([0-9]{8})-([0-9]{4}|[1-9][0-9]{4,5})-(.)")


def id_number_fault(text: str) -> Words | None:
    """Say what is wrong with a citizen's ID number (GB 11643-1999), None if nothing is.

    Checked are length, characters, the date of birth (a real one, from 1900 on) and the ISO 7064
    MOD 11-2 check character; not whether the area exists or the person is born.
    """
    if len(text) != 18:
        return _length("身份证号码", "ID number")
    if text[0] == "0" or not _only(text[:17], DIGITS) or text[17] not in DIGITS + "X":
        return Words(
            "身份证号码前 17 位应为数字且不以 0 开头，末位应为数字或大写字母 X。",
            "Expected 17 digits of an ID number, not beginning with 0, then a digit or a capital "
            "X; check the characters.",
        )
    born = _date(text[6:14])
    if born is None or born.year < 1900:
        return Words(
            "身份证号码第 7 至 14 位应为 1900 年以后的真实出生日期。",
            "Expected characters 7 to 14 of the ID number to be a date of birth from 1900 on, "
            "but there is no such day.",
        )
    if text[17] != _mod_11_2(text[:17]):
        return _check_character("身份证号码", "ID number")
    return None


def credit_code_fault(text: str) -> Words | None:
    """Say what is wrong with a unified social credit code (GB 32100-2015), None if nothing is.

    Checked are length, characters, the digits of the area and the check character modulo 31.
    """
    if len(text) != 18:
        return _length("统一社会信用代码", "credit code")
    if not _only(text, CREDIT_ALPHABET) or not _only(text[2:8], DIGITS):
        return Words(
            "统一社会信用代码只含数字和大写字母（不用 I、O、S、V、Z），第 3 至 8 位应为数字。",
            "Expected a credit code of digits and capitals without I, O, S, V and Z, its "
            "characters 3 to 8 digits; check the characters.",
        )
    if text[17] != _mod_31(text[:17]):
        return _check_character("统一社会信用代码", "credit code")
    return None


def case_number(county_code: str, day: date, serial: int) -> str:
    """Return the number of a county's `serial`-th case of `day`: 410900-20261122-0001-0.

    `county_code` is the six digits of GB/T 2260, `serial` 1 to MAX_SERIAL. The check character is
    that of GB 32100 over the digits: it catches every wrong digit and every swapped pair, and has
    no letter that is mistaken for a digit on the telephone. Raises Invalid for other arguments.
    """
    if not re.fullmatch(r"[1-9][0-9]{5}", county_code):
        raise Invalid(
            "区划代码应为 6 位数字，例如 410900。",
            "Expected a county code of six digits such as 410900.",
        )
    if not 1 <= serial <= MAX_SERIAL:
        raise Invalid(
            f"办件流水号应在 1 至 {MAX_SERIAL} 之间。",
            f"Expected a case's serial number between 1 and {MAX_SERIAL}.",
        )
    body = f"{county_code}-{day:%Y%m%d}-{serial:04d}"
    return f"{body}-{_mod_31(body.replace('-', ''))}"


def case_number_fault(text: str) -> Words | None:
    """Say what is wrong with a case number as `case_number` writes it, None if nothing is."""
    parts = _CASE.fullmatch(text)
    if parts is None or parts[3] == "0000" or _date(parts[2]) is None:
        return Words(
            "办件编号格式应为“区划代码-日期-流水号-校验码”，例如 410900-20261122-0001-0。",
            "Expected a case number of county, date, serial number and check character, such as "
            "410900-20261122-0001-0.",
        )
    if parts[4] != _mod_31(parts[1] + parts[2] + parts[3]):
        return _check_character("办件编号", "case number")
    return None


def mask_name(name: str) -> str:
    """Hide the middle of a name: 张*丰, 欧**娜; of two characters the second (张*)."""
    if len(name) <= 2:
        return name[:-1] + "*" if name else ""
    return name[0] + "*" * (len(name) - 2) + name[-1]


def mask_id(number: str) -> str:
    """Hide an ID number but for its first three and last two characters."""
    return _mask(number, 3, 2)


def mask_phone(number: str) -> str:
    """Hide a telephone number but for its first three and last four characters."""
    return _mask(number, 3, 4)


def _mask(text: str, head: int, tail: int) -> str:
    # Too short to be what it should be: what is left open would be most of it.
    if len(text) < head + tail + 4:
        return "*" * len(text)
    return text[:head] + "*" * (len(text) - head - tail) + text[-tail:]


def _only(text: str, alphabet: str) -> bool:
    return all(character in alphabet for character in text)


def _date(digits: str) -> date | None:
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return None


def _mod_11_2(digits: str) -> str:
    """Return the ISO 7064 MOD 11-2 check character, where X stands for 10."""
    remainder = 0
    for digit in digits:
        remainder = (remainder + int(digit)) * 2 % 11
    return (DIGITS + "X")[(12 - remainder) % 11]


def _mod_31(text: str) -> str:
    """Return the check character of GB 32100: weights are the powers of 3 modulo 31."""
    total = sum(CREDIT_ALPHABET.index(sign) * pow(3, i, 31) for i, sign in enumerate(text))
    return CREDIT_ALPHABET[-total % 31]


def _length(zh: str, en: str) -> Words:
    return Words(f"{zh}应为 18 位。", f"Expected 18 characters of the {en}; count them.")


def _check_character(zh: str, en: str) -> Words:
    return Words(
        f"{zh}的校验码不符，请核对是否有错字或颠倒。",
        f"The check character of the {en} does not fit; look for a wrong or swapped character.",
    )
