"""Deployed versions, parsed once a process and shared by all their instances."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from engine.bpmn.decision import Decide, Decision
from engine.bpmn.dmn import load_decisions, yellow_days
from engine.bpmn.functions import FUNCTIONS
from engine.bpmn.parser import parse
from engine.bpmn.vocabulary import Extensions

LIGHT_THRESHOLDS = "light-thresholds"


@dataclass(frozen=True)
class Version:
    """A procedure as it was deployed: its files by canonical path and what was parsed from them.

    `functions` are what its expressions may call.
    """

    key: str
    hash: str
    files: Mapping[str, bytes]
    spec: Any
    subprocesses: Mapping[str, Any]
    functions: Mapping[str, Callable[..., Any]]

    def start_form(self) -> str | None:
        """Return the key of the form on the start event: the application."""
        extensions: Extensions | None = self.spec.start.outputs[0].extensions
        return extensions.form if extensions else None


def content_hash(files: Mapping[str, bytes]) -> str:
    """Return the SHA-256 over all files of a version, in the order of their paths.

    Each path and each content enters as its own SHA-256, so that no two sets of files can be
    written as the same bytes.
    """
    digest = hashlib.sha256()
    for path, data in sorted(files.items()):
        digest.update(hashlib.sha256(path.encode()).digest())
        digest.update(hashlib.sha256(data).digest())
    return digest.hexdigest()


def build(key: str, files: Mapping[str, bytes]) -> Version:
    """Parse the checked files of one version; `key` is the id of its process."""
    decisions: dict[str, Decision] = {}
    for path, data in files.items():
        if path.endswith(".dmn"):
            decisions |= load_decisions(data, path)
    functions = functions_with(decisions)
    diagrams = {path: data for path, data in files.items() if path.endswith(".bpmn")}
    forms = {p.removeprefix("forms/").removesuffix(".yaml") for p in files if p.endswith(".yaml")}
    spec, subprocesses = parse(diagrams, key, functions, forms)
    for each in (spec, *subprocesses.values()):
        _reconnect(each)
    return Version(key, content_hash(files), files, spec, subprocesses, functions)


def functions_with(decisions: Mapping[str, Decision]) -> dict[str, Callable[..., Any]]:
    """Return what expressions may call where these decisions are at hand."""
    functions = {**FUNCTIONS, "decide": Decide(decisions)}
    if thresholds := decisions.get(LIGHT_THRESHOLDS):
        functions["yellow_days"] = lambda limit: yellow_days(limit, thresholds)
    return functions


def _reconnect(spec: Any) -> None:
    """Connect the merging of multi-instance children on a freshly parsed specification.

    The library connects it when an instance creates the children; an instance that was created in
    another process would otherwise wait for ever after its last child.
    """
    for task_spec in list(spec.task_specs.values()):
        merge = getattr(task_spec, "merge_child", None)
        if merge is None:
            continue
        child = spec.task_specs[task_spec.task_spec]
        if not child.completed_event.is_connected(merge):
            child.completed_event.connect(merge)


class Versions:
    """The cache of parsed versions by id; `load` gives key and files of a version.

    A version is immutable, so it never leaves the cache. Parsing is done under a lock: a cold
    specification is not safe to warm from two threads.
    """

    def __init__(self) -> None:
        self._known: dict[int, Version] = {}
        self._lock = threading.Lock()

    def get(
        self, version_id: int, load: Callable[[int], tuple[str, Mapping[str, bytes]]]
    ) -> Version:
        known = self._known.get(version_id)
        if known is not None:
            return known
        with self._lock:
            if version_id not in self._known:
                self._known[version_id] = build(*load(version_id))
            return self._known[version_id]
