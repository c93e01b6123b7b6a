"""Who may know whom, read off the syntax trees of engine/, api/ and web/; nothing is imported.

A room is a package or a module; the longest name that fits counts. Imports for types alone (under
`if TYPE_CHECKING`) are not counted: they are gone when the program runs.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

TOPS = ("engine", "api", "web")


@dataclass(frozen=True)
class Room:
    """What a room may import: rooms of ours, and libraries besides the standard one."""

    rooms: frozenset[str]
    libraries: frozenset[str] | None  # None: any but SpiffWorkflow


def room(rooms: str = "", libraries: str | None = "") -> Room:
    ours = {name if name in TOPS else f"engine.{name}" for name in rooms.split()}
    return Room(frozenset(ours), None if libraries is None else frozenset(libraries.split()))


STORE_LIBRARIES = "sqlalchemy flask flask_sqlalchemy flask_migrate alembic argon2 cryptography"
EDGE = (
    "catalogue commands config delivery documents domain errors logs present procedure_files "
    "queries resources scheduler store transaction"
)

ROOMS = {
    "engine": room(),
    "engine.errors": room(),
    "engine.domain": room("errors"),
    "engine.config": room("errors", "sqlalchemy"),
    "engine.bpmn": room("domain errors", "SpiffWorkflow lxml orjson"),
    "engine.catalogue": room("domain errors", "yaml jsonschema re2"),
    "engine.store": room("config domain errors", STORE_LIBRARIES),
    "engine.documents": room("errors nursery", "typst"),
    "engine.resources": room("bpmn catalogue config domain errors store", "sqlalchemy"),
    "engine.queries": room("catalogue domain errors resources store", "sqlalchemy"),
    "engine.operations": room(
        "bpmn catalogue documents domain errors resources store", "sqlalchemy"
    ),
    "engine.commands": room(
        "bpmn catalogue documents domain errors nursery operations resources store", "sqlalchemy"
    ),
    "engine.transaction": room("store", "sqlalchemy"),
    "engine.delivery": room("domain errors resources store transaction", "sqlalchemy"),
    "engine.procedure_files": room("errors"),
    "engine.processes": room(),
    "engine.nursery": room("errors"),
    "engine.trial": room(
        "bpmn catalogue commands config domain errors nursery operations procedure_files", "click"
    ),
    "engine.logs": room("config"),
    "engine.present": room(EDGE, "sqlalchemy"),
    "engine.scheduler": room(EDGE, "sqlalchemy flask apscheduler"),
    "engine.demo": room(f"{EDGE} operations", None),  # its people see what an operation sees
    "engine.cli_ground": room("config errors store", "click flask sqlalchemy"),
    "engine.cli_cases": room(f"{EDGE} cli_ground", None),
    "engine.cli": room(f"{EDGE} cli_cases cli_ground demo processes api trial", None),
    "api": room(f"{EDGE} web", None),  # the app factory registers the pages
    "web": room(f"{EDGE} api", None),
}

# What commands share: not verbs that change a case by themselves.
SHARED_BY_COMMANDS = (
    "engine.commands.run",
    "engine.commands.forms",
    "engine.commands.bundle",
    "engine.commands.gate",
    "engine.commands.judging",
    "engine.commands.applicants",
    "engine.commands.corrections",
)
READS_THE_CLOCK = {
    "engine.present",
    "engine.cli",
    "engine.processes",
    "engine.trial.command",
}  # the latter to begin a demonstration
COMMITS = {"engine.transaction"}


def faults(root: Path) -> list[str]:
    """Return every breach under `root`, as "file:line: what"."""
    found = []
    for top in TOPS:
        for path in sorted((root / top).rglob("*.py")):
            relative = path.relative_to(root)
            module = ".".join(relative.with_suffix("").parts).removesuffix(".__init__")
            tree = ast.parse(path.read_text("utf-8"))
            for line, text in _module_faults(module, tree):
                found.append(f"{relative}:{line}: {text}")
    return found


def _module_faults(module: str, tree: ast.Module) -> Iterator[tuple[int, str]]:
    home = room_of(module)
    if home is None:
        yield 1, f"{module} is in no room: add one to ROOMS"
        return
    for line, target in _imports(tree):
        if text := _import_fault(module, home, target):
            yield line, text
    for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
        if text := _call_fault(module, home, *_called(call)):
            yield call.lineno, text


def room_of(module: str) -> str | None:
    """The room of `module`; "engine" itself is the room of its own __init__ alone."""
    parts = module.split(".")
    for length in range(len(parts), 0, -1):
        name = ".".join(parts[:length])
        if name in ROOMS and (name != "engine" or module == "engine"):
            return name
    return None


# ---------------------------------------------------------------- imports


def _imports(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Yield (line, dotted name) of everything imported, wherever in the file."""
    pending: list[ast.AST] = [tree]
    while pending:
        node = pending.pop()
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = "." * node.level + (node.module or "")
            yield from ((node.lineno, f"{base}.{alias.name}") for alias in node.names)
        elif not (isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"):
            pending.extend(ast.iter_child_nodes(node))
        else:
            pending.extend(node.orelse)


def _import_fault(module: str, home: str, target: str) -> str | None:
    top = target.split(".")[0]
    if target.startswith("."):
        return f"relative import {target}: write the whole name"
    if top in TOPS:
        return _own_import_fault(module, home, target)
    if top in sys.stdlib_module_names:
        return None
    allowed = ROOMS[home].libraries
    if top in allowed if allowed is not None else top != "SpiffWorkflow":
        return None
    return f"{home} may not import {top}"


def _own_import_fault(module: str, home: str, target: str) -> str | None:
    other = room_of(target)
    if home == "engine.commands" == other:
        stem = ".".join(target.split(".")[:3])
        shared = any(f"{target}.".startswith(f"{name}.") for name in SHARED_BY_COMMANDS)
        return None if stem == module or shared else f"a command calls a command: {target}"
    if other == home or other in ROOMS[home].rooms:
        return None
    return f"{home} may not know {other or target}"


# ---------------------------------------------------------------- calls


def _called(call: ast.Call) -> tuple[str, str]:
    """(receiver, name) of a call: ("sa", "update"), ("self.session", "add"), ("", "insert")."""
    if isinstance(call.func, ast.Attribute):
        return ast.unparse(call.func.value), call.func.attr
    return "", getattr(call.func, "id", "")


def _call_fault(module: str, home: str, receiver: str, name: str) -> str | None:
    full = f"{receiver}.{name}" if receiver else name
    if name in ("commit", "rollback") and receiver and module not in COMMITS:
        return f"{full}(): only engine/transaction.py commits"
    if _reads_clock(receiver, name) and module not in READS_THE_CLOCK:
        return f"{full}(): time is an argument"
    if home == "engine.queries" and _writes(receiver, name):
        return f"{full}(): a query never writes"
    return None


def _reads_clock(receiver: str, name: str) -> bool:
    if receiver.split(".")[-1] == "time":
        return name in ("time", "time_ns", "localtime", "gmtime")
    return bool(receiver) and name in ("now", "utcnow", "today")


def _writes(receiver: str, name: str) -> bool:
    if receiver in ("", "sa", "sqlalchemy"):
        return name in ("insert", "update", "delete")
    if name == "add":
        return "session" in receiver
    return name in ("add_all", "delete", "flush", "merge", "bulk_save_objects", "with_for_update")
