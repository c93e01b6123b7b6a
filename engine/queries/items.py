"""The catalogue as applicants read it: guides, materials, limits, and the form to apply with."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from sqlalchemy.orm import Session

from engine.catalogue.context import form_context
from engine.catalogue.items import Item
from engine.errors import NotFound, Words
from engine.queries.forms import form_of_version, form_view
from engine.resources import Resources
from engine.store import definitions


def item_list(resources: Resources, q: str | None, department: str | None) -> list[dict[str, Any]]:
    """Return the items whose name holds `q` (in either language), of one department or of all."""
    wanted = (q or "").strip().casefold()
    return [
        _row(item)
        for item in resources.items.values()
        if wanted in f"{item.name}\n{item.name_en}".casefold()
        and department in (None, item.department.code)
    ]


def item_page(session: Session, resources: Resources, code: str) -> dict[str, Any]:
    """Return everything about an item, with `application_form` as `forms.form_view` gives it.

    The form is that of the procedure's newest version, resolved for the item; None while the
    procedure is not deployed. Raises `NotFound`.
    """
    item = resources.items.get(code)
    if item is None:
        raise NotFound("没有这个事项，请核对事项编码。", "There is no such item; check its code.")
    plain = asdict(item)
    wanted = (
        "materials", "fees", "legal_basis", "conditions", "result", "remedies", "guide", "sources",
        "excluded_procedures", "site_check", "acceptance_limit", "delivery_limit",
    )  # fmt: skip
    form = _application_form(session, resources, item, plain)
    return (
        _row(item)
        | {name: plain[name] for name in wanted}
        | {"limits": plain["limits"], "application_form": form}
    )


def _row(item: Item) -> dict[str, Any]:
    return {
        "code": item.code,
        "name": item.name,
        "name_en": item.name_en,
        "kind": item.kind,
        "nature": item.nature,
        "procedure": item.procedure,
        "department": {
            "code": item.department.code,
            "label": Words(item.department.name, item.department.name_en),
        },
        "statutory_days": item.limits.statutory,
        "committed_days": item.limits.committed,
    }


def _application_form(
    session: Session, resources: Resources, item: Item, plain: dict[str, Any]
) -> dict[str, Any] | None:
    row = definitions.latest(session, item.procedure)
    if row is None:
        return None
    key = resources.version(session, row.id).start_form()
    if key is None:
        return None
    form = form_of_version(session, resources, row.id, key)
    return form_view(form, form_context(plain))
