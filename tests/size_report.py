"""Print the ten largest functions and files of the product: `python -m tests.size_report`."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PARTS = ("engine", "api", "web", "tests", "bench")
SHOWN = 10


def sources(root: Path) -> Iterator[Path]:
    for part in PARTS:
        yield from sorted((root / part).rglob("*.py"))


def file_sizes(root: Path) -> list[tuple[int, str]]:
    """(lines, path) of every file, largest first."""
    sizes = [
        (len(path.read_text("utf-8").splitlines()), str(path.relative_to(root)))
        for path in sources(root)
    ]
    return sorted(sizes, reverse=True)


def function_sizes(root: Path) -> list[tuple[int, str]]:
    """(lines, path:line name) of every function, docstring included, largest first."""
    sizes = [
        (node.end_lineno - node.lineno + 1, f"{path.relative_to(root)}:{node.lineno} {node.name}")
        for path in sources(root)
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]
    return sorted(sizes, reverse=True)


def main() -> None:
    for title, sizes in (("Functions", function_sizes(ROOT)), ("Files", file_sizes(ROOT))):
        print(f"{title}, in lines")
        for lines, name in sizes[:SHOWN]:
            print(f"{lines:6}  {name}")


if __name__ == "__main__":
    main()
