"""What a single text must be: free of unseen characters, and of the form that `x-format` names."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from datetime import date, datetime

from engine.domain.identifiers import credit_code_fault, id_number_fault
from engine.errors import Words

# Controls, format marks (bidi overrides, zero-width characters), surrogates, line and paragraph
# separators make one text look like another; what is for private use no other reader can show.
_UNSEEN = {"Cc", "Cf", "Cs", "Zl", "Zp", "Co"}
# The same characters as the inside of a class of a regular expression, for the API document, but
# tab and line ends, which depend on the field, and surrogates, which are in no UTF-8 text.
UNSEEN_CLASS = (
    "\\u0000-\\u0008\\u000b\\u000c\\u000e-\\u001f\\u007f-\\u009f\\u00ad\\u0600-\\u0605\\u061c\\u06dd\\u070f"
    "\\u0890\\u0891\\u08e2\\u180e\\u200b-\\u200f\\u2028-\\u202e\\u2060-\\u2064\\u2066-\\u206f\\ue000-\\uf8ff"
    "\\ufeff\\ufff9-\\ufffb\\ufffe\\uffff\U000110bd\U000110cd\U00013430-\U00013438"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    + "".join(f"{chr((n << 16) + 0xFFFE)}{chr((n << 16) + 0xFFFF)}" for n in range(1, 14))
    + "\U000e0001\U000e0020-\U000e007f\U000efffe-\U0010ffff"
)
MOST_MARKS = 8  # combining marks on one letter; no script needs more, and a flood hides the lines
_FLOOD = 1 + MOST_MARKS


def text_fault(text: str, *, lines: bool) -> Words | None:
    """Say what stands in `text` that nobody could read; line breaks and tabs only with `lines`."""
    if lines:
        text = text.replace("\r", "").replace("\n", "").replace("\t", "")
    elif "\n" in text or "\t" in text:
        return Words("不能换行或者使用制表符", "expected one line without tabs")
    if any(is_unseen(char) for char in text):
        return Words("含有看不见或者无法显示的字符，请删除", "holds unseen characters; remove them")
    if _is_flooded(text):
        return Words("一个字上叠加的符号过多，请删除", "holds too many marks on one letter")
    return None


def _is_flooded(text: str) -> bool:
    """Tell whether more than MOST_MARKS combining marks stand in a row."""
    if text.isascii():
        return False
    marks = "".join("m" if unicodedata.category(char) in ("Mn", "Me") else "." for char in text)
    return "m" * _FLOOD in marks


def is_unseen(char: str) -> bool:
    """Tell whether a reader cannot see `char`, or may not be able to (also the noncharacters)."""
    return unicodedata.category(char) in _UNSEEN or ord(char) & 0xFFFE == 0xFFFE


def _mobile_fault(text: str) -> Words | None:
    if re.fullmatch("1[3-9][0-9]{9}", text):
        return None
    return Words("格式不对，应为 11 位手机号", "expected a mobile number of 11 digits")


def _date_fault(text: str) -> Words | None:
    try:
        if re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
            date.fromisoformat(text)
            return None
    except ValueError:
        pass
    return Words("日期不对，应为 2026-01-31 这样的形式", "expected a date such as 2026-01-31")


def _datetime_fault(text: str) -> Words | None:
    try:
        pattern = (
            r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2})?(Z|[+-][0-9]{2}:[0-9]{2})"
        )
        if re.fullmatch(pattern, text):
            datetime.fromisoformat(text)
            return None
    except ValueError:
        pass
    return Words(
        "时间不对，应为 2026-01-31T09:30:00+08:00 这样的形式",
        "expected a time such as 2026-01-31T09:30:00+08:00",
    )


FORMATS: dict[str, Callable[[str], Words | None]] = {
    "id-number": id_number_fault,
    "credit-code": credit_code_fault,
    "mobile": _mobile_fault,
    "date": _date_fault,
    "datetime": _datetime_fault,
}
