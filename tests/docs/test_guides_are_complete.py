"""The analysts' guide names everything that the files may say, in both languages."""

from __future__ import annotations

import pytest

from engine.bpmn.functions import FUNCTIONS
from engine.bpmn.rules.elements import SUPPORTED
from engine.bpmn.timer_text import CLOCKS
from engine.bpmn.vocabulary import VOCABULARY
from engine.catalogue import form_rules
from engine.catalogue.item_schema import ITEM
from engine.domain.case import CHANNELS
from engine.operations.messages import PLACEHOLDERS
from engine.operations.table import SIGNATURES
from tests.docs.guides import DOCS, terms

WORDS = {
    "vocabulary": {w for word, meaning in VOCABULARY.items() for w in (word, *meaning.attributes)},
    "places": {on for meaning in VOCABULARY.values() for on in meaning.on} - {"*"},
    "functions": {*FUNCTIONS, "yellow_days", "decide"},
    "clocks": set(CLOCKS),
    "elements": set(SUPPORTED),
    "operations": {w for name, s in SIGNATURES.items() for w in (name, *s.required, *s.optional)},
    "placeholders": {f"{{{name}}}" for name in PLACEHOLDERS},
    "forms": (form_rules._STANDARD | form_rules._OURS) - {"additionalProperties"},
    "form values": {
        *form_rules.CHOICE_SOURCES,
        *form_rules.SCHEMA_SOURCES,
        *form_rules.PREFILLS,
        *form_rules.WIDGETS,
        *form_rules.FORMATS,
    },
    "catalogue": set(ITEM["properties"]),
    "channels": set(CHANNELS),
    "levels": {"error", "filing", "hint"},
}


@pytest.mark.parametrize("page", ["analyst.md", "analyst.zh.md"])
@pytest.mark.parametrize("kind", WORDS)
def test_the_guide_names_every_word(page: str, kind: str) -> None:
    assert WORDS[kind] - terms(DOCS / page) == set()
