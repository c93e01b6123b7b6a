"""Regular expressions of forms, matched in time that grows with the text alone (RE2).

Analysts write them, strangers write the texts: with the standard library's matcher `(a+)+$` takes
years over thirty letters, and no limit of time stops it.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

import re2

_UNICODE = re.compile(
    r"((?<!\\)(?:\\\\)*)\\u([0-9A-Fa-f]{4})"
)  # as JSON Schema writes a code point
MOST_MEMORY = 1 << 20  # bytes that a compiled expression may take


def readable(pattern: Any) -> bool:
    """Tell whether a form may use this expression."""
    try:
        _compiled(pattern)
    except (re2.error, TypeError, ValueError):
        return False
    return True


def found(pattern: str, text: str) -> bool:
    """Tell whether the expression matches anywhere in `text`, as `pattern` of JSON Schema does."""
    return _compiled(pattern).search(text) is not None


@lru_cache(maxsize=1024)
def _compiled(pattern: str) -> Any:
    options = re2.Options()
    options.max_mem = MOST_MEMORY
    options.log_errors = False
    return re2.compile(_UNICODE.sub(r"\1\\x{\2}", pattern), options)
