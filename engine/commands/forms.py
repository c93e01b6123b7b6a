"""Checking what was filled into a form, on the server, by the version of the case."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from engine.catalogue.forms import Form, check, resolve
from engine.errors import Invalid


def checked(form: Form, context: Callable[[], Mapping[str, Any]], data: Any) -> dict[str, Any]:
    """Return `data` if it fits the form in this context. Raises `Invalid` with every fault.

    The context is only gathered for a form that draws on it: most do not.
    """
    faults = check(form.fixed or resolve(form, context()), data)
    if faults:
        raise Invalid(
            f"表单“{form.title.zh}”有 {len(faults)} 处需要修改。",
            f"{len(faults)} field(s) of the form {form.title.en!r} must be mended.",
            code="form",
            fields=faults,
        )
    return data
