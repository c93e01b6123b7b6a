"""The process data of a waiting instance: read, and corrected by hand where a case is stuck."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from SpiffWorkflow.util.task import TaskState

from engine.bpmn.runtime import Instance
from engine.bpmn.values import same
from engine.errors import Invalid

_ALIVE = TaskState.READY | TaskState.WAITING | TaskState.STARTED
_MISSING = object()


@dataclass(frozen=True)
class Datum:
    """A value of the process data, and the elements that wait with it."""

    name: str
    value: Any
    elements: tuple[str, ...]


def data_of(instance: Instance) -> list[Datum]:
    """Return what the waiting elements hold, by name; a name several times where values differ."""
    found: list[tuple[str, Any, set[str]]] = []
    for task in _alive(instance):
        for name, value in task.data.items():
            known = next((f for f in found if f[0] == name and same(f[1], value)), None)
            if known is None:
                found.append(known := (name, value, set()))
            known[2].add(_element(task))
    return sorted(
        (Datum(name, value, tuple(sorted(elements))) for name, value, elements in found),
        key=lambda datum: (datum.name, datum.elements),
    )


def correct(instance: Instance, name: str, value: Any, element: str | None = None) -> Any:
    """Replace a value where the instance waits (at `element` alone, if given); return the old one,
    None where there was none.

    The value is replaced in what led there as well, as far back as it was the same: a waiting
    event takes its data from before it again when it fires. Raises `Invalid` where nothing waits
    at `element`, or where elements hold different values and none was named.
    """
    alive = _alive(instance)
    # All data are unfolded before any is changed: each takes from what led there what it lacks.
    tasks = [t for t in alive if t.data is not None and element in (None, _element(t))]
    if not tasks:
        raise Invalid(
            f"流程没有停在“{element}”，请核对元素编号。",
            f"Expected an element at which the process waits but it does not at {element!r}.",
        )
    olds = [task.data.get(name, _MISSING) for task in tasks]
    kept = [old for old in olds if old is not _MISSING]
    if any(not same(kept[0], old) for old in kept):
        where = ", ".join(sorted({_element(task) for task in tasks}))
        raise Invalid(
            f"“{name}”在各环节的值不同，请指明元素（{where}）。",
            f"The elements hold different values of {name!r}; name one of {where}.",
        )
    for task in tasks:
        _replace(instance, task, name, value)
    return kept[0] if kept else None


def _replace(instance: Instance, task: Any, name: str, value: Any) -> None:
    old = task.data.get(name, _MISSING)
    _write(task, name, value)
    for before in _led_to(instance, task):
        if old is _MISSING or not same(before.data.get(name, _MISSING), old):
            return
        _write(before, name, value)


def _write(task: Any, name: str, value: Any) -> None:
    task.data[name] = value
    task.workflow.touched = True  # else its rows are saved as they were read


def _led_to(instance: Instance, task: Any) -> Iterator[Any]:
    """Yield the tasks before this one, out of the subprocesses that it is in."""
    while task is not None:
        outer = getattr(task.workflow, "parent_task_id", None)
        if task.parent is None and outer is not None:
            task = instance._workflow.get_task_from_id(outer)
        else:
            task = task.parent
        if task is not None:
            yield task


def _alive(instance: Instance) -> list[Any]:
    workflow = instance._workflow
    each = (workflow, *workflow.subprocesses.values())
    return [task for one in each for task in one.tasks.values() if task.has_state(_ALIVE)]


def _element(task: Any) -> str:
    return task.task_spec.bpmn_id or task.task_spec.name
