"""The files of a trial: judged by the gate, and the process found that shall run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.bpmn.findings import Finding
from engine.bpmn.lint import DIAGRAM_ENDINGS, lint
from engine.bpmn.references import references
from engine.commands.judging import LIMITS, too_costly
from engine.domain.calendar import Calendar
from engine.errors import Invalid
from engine.nursery import Nursery, Overrun
from engine.operations.table import SIGNATURES
from engine.trial.run import Diagram


class _Anything(frozenset):
    """Forms, notices and posts of an item that a trial does not have: any name will do."""

    def __contains__(self, name: Any) -> bool:
        return True


def judge_apart(files: Mapping[str, bytes]) -> list[Finding]:
    """Judge files of strangers in a process that can be ended, as `lianban lint` does."""
    nursery = Nursery(__name__)
    try:
        return nursery.run(f"{__name__}:judge", files, limits=LIMITS)
    except Overrun as overrun:
        return [too_costly(files, overrun)]
    finally:
        nursery.close()


def judge(files: Mapping[str, bytes]) -> list[Finding]:
    """Return what the gate says of the files of a trial; forms, notices and posts may be any."""
    return lint(
        files, forms=_Anything(), notices=_Anything(), operations=SIGNATURES, posts=_Anything()
    )


def diagram_of(files: Mapping[str, bytes], key: str | None, calendar: Calendar) -> Diagram:
    """Return what is to be tried of files that the gate let pass.

    Without `key` it is the one executable process that no other calls. Raises `Invalid` where
    there is none such, or several.
    """
    processes, called = _processes(files)
    if key is None:
        free = sorted(processes - called)
        if len(free) != 1:
            raise _which(free or sorted(processes))
        (key,) = free
    elif key not in processes:
        raise _which(sorted(processes))
    named = {_as_bpmn(name): data for name, data in files.items()}
    return Diagram(tuple(sorted(named.items())), key, calendar)


def _processes(files: Mapping[str, bytes]) -> tuple[set[str], set[str]]:
    processes: set[str] = set()
    called: set[str] = set()
    for name, data in files.items():
        if name.endswith(DIAGRAM_ENDINGS):
            found = references(data, name)
            processes |= found.processes.keys()
            called |= found.calls
    return processes, called


def _as_bpmn(name: str) -> str:
    """A diagram may end in .xml when it is handed in, and ends in .bpmn inside a version."""
    return f"{name}.bpmn" if name.endswith(".xml") else name


def _which(keys: list[str]) -> Invalid:
    return Invalid(
        f"请用 --process 指明要试运行的流程：{'、'.join(keys)}。",
        f"Name the process to try with --process: {', '.join(keys)}.",
    )
