"""What a form needs to know of its case: the sources that `x-source` and `x-prefill` name."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any


def form_context(
    item: Mapping[str, Any],
    *,
    submitted: Collection[str] = (),
    unmet: Iterable[str] = (),
    prefill: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Return the context of `forms.resolve` and `forms.prefill`.

    `item` is the catalogue entry as plain values, as frozen into a case; `submitted` the codes of
    the materials in the dossier; `unmet` those that the last one-time notice named.
    """
    titles = {m["code"]: m for m in item["materials"]}
    named = dict.fromkeys(unmet)  # several defects of one material are one choice
    return {
        "item.details": item["details"],
        "materials": [_choice(m) for m in titles.values()],
        "materials.submitted": [
            _choice(m)
            for m in titles.values()
            if m["code"] in submitted and m["form"] != "electronic"
        ],
        "supplement.unmet": [_choice(titles[code]) for code in named if code in titles],
        "prefill": dict(prefill or {}),
    }


def _choice(material: Mapping[str, Any]) -> dict[str, str]:
    return {
        "code": material["code"],
        "title": material["name"],
        "title_en": material["name_en"],
    }
