"""What pages read off a form's concrete JSON Schema."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.errors import Words

Schema = Mapping[str, Any]


def is_rows(schema: Schema) -> bool:
    """Tell whether this is a list of rows; a list of choices is a set of boxes instead."""
    return schema.get("type") == "array" and not choices(schema["items"])


def choices(schema: Schema) -> list[tuple[Any, Words]]:
    if "oneOf" in schema:
        return [(o["const"], Words(o["title"], o["x-title-en"])) for o in schema["oneOf"]]
    return [(each, Words(str(each), str(each))) for each in schema.get("enum", ())]


def demands(schema: Schema) -> dict[str, list[tuple[str, Any]]]:
    """Return by optional field the (field, value) that make it necessary (`if` and `then`)."""
    found: dict[str, list[tuple[str, Any]]] = {}
    for rule in (schema, *schema.get("allOf", ())):
        given = rule.get("if", {}).get("properties", {})
        for other, limit in given.items():
            for key in rule.get("then", {}).get("required", ()) if "const" in limit else ():
                found.setdefault(key, []).append((other, limit["const"]))
    return found


def text_of(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def joined(name: str, key: str) -> str:
    return f"{name}.{key}" if name else key
