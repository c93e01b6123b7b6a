"""Checking what was filled into a form, on the server, by the version of the case."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from engine.bpmn.versions import Version
from engine.catalogue.forms import Form, check, load_form, resolve
from engine.errors import Invalid

FORM_PATH = "forms/{}.yaml"


def form_of(version: Version, key: str) -> Form:
    """Return a form of a deployed version; the gate made sure that it is there."""
    path = FORM_PATH.format(key)
    return _loaded(version.files[path], path)


@lru_cache(maxsize=1024)
def _loaded(data: bytes, path: str) -> Form:
    """A deployed form never changes, and reading one costs more than completing a task."""
    return load_form(data, path)


def checked(form: Form, context: Mapping[str, Any], data: Any) -> dict[str, Any]:
    """Return `data` if it fits the form in this context. Raises `Invalid` with every fault."""
    faults = check(resolve(form, context), data)
    if faults:
        raise Invalid(
            f"表单“{form.title.zh}”有 {len(faults)} 处需要修改。",
            f"{len(faults)} field(s) of the form {form.title.en!r} must be mended.",
            code="form",
            fields=faults,
        )
    return data
