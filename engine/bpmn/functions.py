"""The functions that expressions may call, with what each means. Positional arguments only."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from engine.bpmn.functions_of_dates import DATES
from engine.bpmn.functions_of_lists import LISTS
from engine.bpmn.functions_of_numbers import NUMBERS
from engine.bpmn.functions_of_text import TEXTS
from engine.bpmn.values import Value
from engine.errors import Words

_ALL = {**NUMBERS, **LISTS, **TEXTS, **DATES}

FUNCTIONS: Mapping[str, Callable[..., Value]] = MappingProxyType(
    {name: function for name, (function, _) in _ALL.items()}
)
MEANINGS: Mapping[str, Words] = MappingProxyType({name: words for name, (_, words) in _ALL.items()})
