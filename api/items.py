"""The catalogue: open to everybody."""

from __future__ import annotations

from typing import Any

from apiflask import APIBlueprint

from api.context import resources
from api.schemas.items import ItemPage, ItemQuery, Items
from engine.queries.items import item_list, item_page
from engine.transaction import reading

blueprint = APIBlueprint("items", __name__, tag="Items")


@blueprint.get("/items")
@blueprint.input(ItemQuery, location="query")
@blueprint.output(Items)
@blueprint.doc(summary="List the items", description="Every approval that can be applied for.")
def items(query_data: dict[str, Any]) -> dict[str, Any]:
    return {"rows": item_list(resources(), query_data.get("q"), query_data.get("department"))}


@blueprint.get("/items/<code>")
@blueprint.output(ItemPage)
@blueprint.doc(
    summary="Read an item",
    description="Guide, materials, limits, fees, legal basis, remedies, sources, and the form "
    "to apply with.",
)
def item(code: str) -> dict[str, Any]:
    with reading() as session:
        return item_page(session, resources(), code)
