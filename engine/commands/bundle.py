"""Which files make a version of a procedure: its diagrams, and the forms, notices and tables named.

Paths are canonical, so that the same files have the same hash wherever they came from:
`processes/<first process>.bpmn`, `forms/<key>.yaml`, `forms/notices/<file>`, `rules/<file>.dmn`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import PurePosixPath

from engine.bpmn.dmn import decision_keys
from engine.bpmn.references import References, references
from engine.bpmn.versions import LIGHT_THRESHOLDS
from engine.bpmn.xml import XmlFault
from engine.catalogue.yaml_lines import load_yaml
from engine.errors import CatalogueError

DIAGRAMS = (".bpmn", ".xml")
NOTICES = "forms/notices"
THRESHOLDS = f"rules/{LIGHT_THRESHOLDS}.dmn"


def canonical(name: str, data: bytes) -> str | None:
    """Return the canonical path of an uploaded file, or None for what no procedure stands on.

    A diagram is named by its first executable process (two procedures may both lie in a file
    main.bpmn), a form by its `$id`, a notice template by its file name; folders do not matter.
    """
    path = PurePosixPath(name.replace("\\", "/"))
    ending = path.suffix.lower()
    if ending in DIAGRAMS:
        stem = path.name.removesuffix(".bpmn20.xml").removesuffix(path.suffix)
        return f"processes/{next(iter(stands_on(data).processes), stem)}.bpmn"
    if ending == ".dmn":
        return f"rules/{path.stem}.dmn"
    if ending == ".typ":
        return f"{NOTICES}/{path.stem}.typ"
    if ending in (".yaml", ".yml"):
        return _yaml_path(path, data)
    return None


def canonical_files(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """Files by canonical path, the first of each; what no procedure stands on is left out."""
    found: dict[str, bytes] = {}
    for name, data in files.items():
        if (path := canonical(name, data)) is not None:
            found.setdefault(path, data)
    return found


def _yaml_path(path: PurePosixPath, data: bytes) -> str | None:
    if path.parent.name == "notices":
        return f"{NOTICES}/{path.name}"
    try:
        value, _ = load_yaml(data, path.name)
    except CatalogueError:
        # A form that can't be read is still a form: the gate says what is wrong with it.
        return str(PurePosixPath("forms") / path.parent.name / path.name)
    key = value.get("$id") if isinstance(value, dict) else None
    return f"forms/{key}.yaml" if isinstance(key, str) else None


@dataclass(frozen=True)
class Sources:
    """Where files are looked for, in this order: what is deployed now, what lies beside it, what
    the procedure stands on today, what any other procedure stands on."""

    places: tuple[Mapping[str, bytes], ...]

    def get(self, path: str) -> bytes | None:
        return next((files[path] for files in self.places if path in files), None)

    def all_paths(self) -> set[str]:
        return {path for files in self.places for path in files}

    def diagram_of(self, process: str) -> str | None:
        """Return the path of the diagram that holds an executable process."""
        return self._homes.get(process)

    @cached_property
    def _homes(self) -> dict[str, str]:
        homes: dict[str, str] = {}
        for files in self.places:
            for path, data in files.items():
                if path.endswith(".bpmn"):
                    for process in stands_on(data).processes:
                        homes.setdefault(process, path)
        return homes

    def table_of(self, decision: str) -> str | None:
        """Return the path of the DMN file that holds a decision."""
        for files in self.places:
            for path, data in files.items():
                if path.endswith(".dmn") and decision in decision_keys(data, path):
                    return path
        return None


def assemble(key: str, sources: Sources) -> dict[str, bytes]:
    """Return the files of a procedure: its diagram, those it calls, and what all of them name.

    What is named but nowhere to be found is left out; the linter reports it with its place.
    """
    files: dict[str, bytes] = {}
    waiting = [key]
    while waiting:
        path = sources.diagram_of(waiting.pop())
        if path is None or path in files:
            continue
        files[path] = sources.get(path)
        found = stands_on(files[path])
        waiting += sorted(found.calls)
        for named in _named_by(found, sources):
            if (data := sources.get(named)) is not None:
                files[named] = data
    return files


def _named_by(found: References, sources: Sources) -> list[str]:
    paths = [f"forms/{form}.yaml" for form in found.forms]
    if found.uses("yellow_days"):
        paths.append(THRESHOLDS)
    paths += filter(None, map(sources.table_of, sorted(found.decisions)))
    if found.notices:
        paths += [path for path in sources.all_paths() if _shared_notice(path)]
        paths += [f"{NOTICES}/{notice}.typ" for notice in found.notices]
    return paths


def _shared_notice(path: str) -> bool:
    """Tell whether a file is shared by all notices: a style sheet, whose name begins with `_`."""
    return path.startswith(f"{NOTICES}/_")


@lru_cache(maxsize=256)
def stands_on(data: bytes) -> References:
    """What a diagram stands on; nothing, where it can't be read. Asked again for each process."""
    try:
        return references(data, "")
    except XmlFault:
        return References({}, frozenset(), frozenset(), frozenset(), frozenset(), "")
