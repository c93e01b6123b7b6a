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


def text_fault(text: str, *, lines: bool) -> Words | None:
    """Say what stands in `text` that nobody could read; line breaks and tabs only with `lines`."""
    if lines:
        text = text.replace("\r\n", "").replace("\n", "").replace("\t", "")
    elif "\n" in text or "\t" in text:
        return Words("不能换行或者使用制表符", "expected one line without tabs")
    if any(is_unseen(char) for char in text):
        return Words("含有看不见或者无法显示的字符，请删除", "holds unseen characters; remove them")
    return None


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
