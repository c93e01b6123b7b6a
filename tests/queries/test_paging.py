"""Cursors come back as they were, and nothing else is taken for one."""

from __future__ import annotations

import base64

import pytest

from engine.errors import NotFound
from engine.queries.paging import cut, decode, encode


def test_a_cursor_comes_back_as_it_was() -> None:
    assert decode(encode("2026-11-23T01:30:00+00:00", 7), str, int) == [
        "2026-11-23T01:30:00+00:00",
        7,
    ]
    assert decode(encode(2**63 - 1), int) == [2**63 - 1]


@pytest.mark.parametrize(
    "text",
    ["", "!", "汉字", "e30", encode(1, 2), encode("1"), encode(-1), encode(2**63), encode(None)]
    + [base64.urlsafe_b64encode(raw).decode() for raw in (b"[1.5]", b"[true]", b"[" * 9_000)],
)
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(NotFound) as refusal:
        decode(text, int)
    assert refusal.value.fields[0].path == "/cursor"


def test_a_page_ends_where_more_follows() -> None:
    assert cut([1, 2, 3], 2) == ([1, 2], 2)
    assert cut([1, 2], 2) == ([1, 2], None)
    assert cut([], 2) == ([], None)
