"""Branches of one process come together again: what each of them changed is kept."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

Data = Mapping[str, Any]


def changed(before: Any, after: Any) -> bool:
    """Tell whether two JSON values differ, where 1, 1.0 and true do differ."""
    if before is after:
        return False
    if type(before) is not type(after):
        return True
    if isinstance(before, dict):
        return before.keys() != after.keys() or any(
            changed(value, after[name]) for name, value in before.items()
        )
    if isinstance(before, list):
        return len(before) != len(after) or any(map(changed, before, after))
    return before != after


def merged(base: Data, branches: Iterable[Data]) -> dict[str, Any]:
    """Return the data after a join: those of the moment when the branches parted (`base`), with
    what each branch changed since, in the order in which the branches arrived.

    A name that a branch left alone never undoes what another one did to it. Where two changed the
    same name the later one holds; objects are merged name by name, lists are not. A name that a
    branch took away is gone unless another one changed it.
    """
    result = dict(base)
    touched: set[str] = set()
    for branch in branches:
        for name, value in branch.items():
            if name in base and not changed(base[name], value):
                continue
            before, so_far = base.get(name, {}), result.get(name)
            if isinstance(value, dict) and isinstance(before, dict) and isinstance(so_far, dict):
                result[name] = merged(before, [so_far, value])
            else:
                result[name] = value
            touched.add(name)
        for name in base:
            if name not in branch and name not in touched:
                result.pop(name, None)
    return result
