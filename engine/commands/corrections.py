"""What an administrator may write into the process data: what a form would have let through."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from engine.catalogue.context import form_context
from engine.catalogue.forms import check, form_in, resolve
from engine.errors import CatalogueError, FieldError, Invalid, Words
from engine.operations.case_run import CaseRun
from engine.store.dossier import form_sources

FORMS, NOTICES, ENDING = "forms/", "forms/notices/", ".yaml"
MAX_NAME = 100


def checked_value(run: CaseRun, name: str, value: Any) -> Any:
    """Return `value` if a form of the version that decides `name` would take it; for a name that no
    form decides, if it is plain data of a sane size. Raises `Invalid` with the faults."""
    _check_name(run, name)
    fields = list(_fields(run, name))
    refusals = []
    for field in fields or [{}]:
        schema = {"type": "object", "properties": {name: field}, "additionalProperties": False}
        faults = check(schema, {name: value})
        if not faults:
            return value
        refusals.append(faults)
    raise Invalid(
        f"“{name}”的值不符合要求。", f"The value for {name!r} is not allowed.", fields=refusals[0]
    )


def _check_name(run: CaseRun, name: str) -> None:
    words = None
    if not name.isidentifier() or len(name) > MAX_NAME:
        words = Words(f"“{name[:50]}”不能作变量名", f"{name[:50]!r} can't be the name of a value")
    elif name in run.situation.facts:
        words = Words(
            f"“{name}”由系统给出，不能更正",
            f"{name!r} is given by the system, not corrected",
        )
    if words is not None:
        raise Invalid(f"{words.zh}。", f"{words.en}.", fields=[FieldError("/name", words)])


def _fields(run: CaseRun, name: str) -> Iterator[dict[str, Any]]:
    """Yield the schema of this field in each form of the version that decides by it."""
    context = form_context(run.case.item, **form_sources(run.session, run.case))
    for path in run.version.files:
        if not path.startswith(FORMS) or path.startswith(NOTICES) or not path.endswith(ENDING):
            continue
        form = form_in(run.version.files, path.removeprefix(FORMS).removesuffix(ENDING))
        if name in form.derived:
            yield {"type": "boolean"}
        elif name in form.decides:
            try:
                yield resolve(form, context)["properties"][name]
            except CatalogueError:  # this form asks for what the case has not got now
                continue
