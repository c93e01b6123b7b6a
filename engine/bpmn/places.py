"""Where in a diagram an expression was refused: said by name, as people know the element."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from engine.errors import ExpressionError


@contextmanager
def placed(spec: Any) -> Iterator[None]:
    """Name the element of `spec`, a specification of the library's, in a refused expression."""
    try:
        yield
    except ExpressionError as error:
        known = (getattr(spec, name, None) for name in ("bpmn_id", "stands_for", "name"))
        element = next(filter(None, known), "?")
        name = getattr(spec, "bpmn_name", None) or element
        words, facts = error.message, {**error.facts, "element": element}
        raise ExpressionError(
            f"“{name}”（{element}）：{words.zh}", f"{name} ({element}): {words.en}", **facts
        ) from error
