"""YAML as the files of `processes/` use it: a small, safe part of the language, with line numbers.

Analysts edit these files by hand, so nothing is guessed: text stays text (`2026-01-01`, `no`,
`0393` and `12:30` are strings, unlike in YAML 1.1), keys are always text and never repeated, and
what a reader cannot see at the place itself (tags, anchors, aliases) is refused.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml

from engine.errors import CatalogueError

Place = tuple[str | int, ...]
LineOf = Callable[[Place], int]

MAX_DEPTH = 40


def fault(name: str, line: int, zh: str, en: str) -> CatalogueError:
    """Build the refusal of file `name` at `line` (1-based); also in its facts `file` and `line`."""
    return CatalogueError(
        f"{name} 第 {line} 行：{zh}", f"{name}:{line}: {en}", file=name, line=line
    )


def load_yaml(source: Path | bytes, name: str) -> tuple[Any, LineOf]:
    """Read one YAML document and say on which line each value stands.

    `source` is a file or its bytes (UTF-8); `name` is what messages call it. Returns the value
    (dict with text keys, list, str, int, float, bool, None; dates stay ISO strings) and
    `line_of(place)`, where a place is a tuple of keys and indexes such as
    `("holidays", 3, "date")`; () is the document. The line is 1-based, of the key where there is
    one; a place that does not exist gives the line of what would hold it.
    Raises CatalogueError with file and line: not UTF-8, not YAML, several documents, a repeated
    key, a key that is not plain text, a tag, an anchor, an alias, nesting beyond MAX_DEPTH.
    """
    text = _text(source, name)
    loader = _new_loader(text, name)
    try:
        node = loader.get_single_node()
    except yaml.MarkedYAMLError as error:
        raise _not_yaml(name, error) from None
    finally:
        loader.dispose()
    lines: dict[Place, int] = {(): 1}
    value = None if node is None else _value(node, (), lines, name)

    def line_of(place: Place) -> int:
        while place not in lines:
            place = place[:-1]
        return lines[place]

    return value, line_of


def _text(source: Path | bytes, name: str) -> str:
    try:
        data = source if isinstance(source, bytes) else source.read_bytes()
    except OSError:
        raise CatalogueError(
            f"无法读取 {name}，请确认文件存在且可读。",
            f"Expected to read {name}, but it cannot be opened; check that it exists.",
            file=name,
        ) from None
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise fault(
            name, line, "不是 UTF-8 编码，请以 UTF-8 保存。", "not UTF-8; save the file as UTF-8."
        ) from None


def _new_loader(text: str, name: str) -> _Loader:
    try:
        loader = _Loader(text)
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise fault(
            name, line, "含有不可见的控制字符，请删除。", "holds a control character; remove it."
        ) from None
    loader.name = name
    return loader


def _not_yaml(name: str, error: yaml.MarkedYAMLError) -> CatalogueError:
    mark = error.problem_mark or error.context_mark
    return fault(
        name,
        mark.line + 1 if mark else 1,
        "不是有效的 YAML，请检查本行和上一行的缩进、冒号和引号。",
        f"not valid YAML ({error.problem or error.context}); check the indentation, colons and "
        "quotes of this line and the one before.",
    )


class _Loader(yaml.SafeLoader):
    """The safe loader without YAML 1.1's surprises; see the top of this file."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}
    _depth = 0

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        event = self.peek_event()
        line = event.start_mark.line + 1
        if event.anchor or event.tag:
            raise fault(
                self.name,
                line,
                "不支持标签、锚点和引用（! & *），请直接写出内容；以这些符号开头的文字请加引号。",
                "tags, anchors and aliases (! & *) are not supported; write the value out, and "
                "quote a text that begins with such a sign.",
            )
        if self._depth == MAX_DEPTH:
            raise fault(self.name, line, "嵌套过深，请简化。", "nested too deeply; simplify.")
        self._depth += 1
        node = super().compose_node(parent, index)
        self._depth -= 1
        return node


_SCALARS: dict[str, tuple[str, str, Callable[[str], Any]]] = {
    "tag:yaml.org,2002:null": (r"~|null|", "~n\0", lambda _: None),
    "tag:yaml.org,2002:bool": (r"true|false", "tf", lambda text: text == "true"),
    # Leading zeros make a code, not a number; 18 digits at most for the same reason.
    "tag:yaml.org,2002:int": (r"-?(?:0|[1-9][0-9]{0,17})", "-0123456789", int),
    "tag:yaml.org,2002:float": (r"-?(?:0|[1-9][0-9]{0,17})\.[0-9]{1,17}", "-0123456789", float),
}
for _tag, (_pattern, _first, _) in _SCALARS.items():
    _starts = ["" if start == "\0" else start for start in _first]
    _Loader.add_implicit_resolver(_tag, re.compile(rf"(?:{_pattern})\Z"), _starts)


def _value(node: yaml.Node, place: Place, lines: dict[Place, int], name: str) -> Any:
    lines.setdefault(place, node.start_mark.line + 1)
    if isinstance(node, yaml.MappingNode):
        return _mapping(node, place, lines, name)
    if isinstance(node, yaml.SequenceNode):
        return [_value(item, (*place, i), lines, name) for i, item in enumerate(node.value)]
    if node.tag in _SCALARS:
        return _SCALARS[node.tag][2](node.value)
    return node.value


def _mapping(
    node: yaml.MappingNode, place: Place, lines: dict[Place, int], name: str
) -> dict[str, Any]:
    result: dict[str, Any] = {}
    for key, value in node.value:
        line = key.start_mark.line + 1
        if not isinstance(key, yaml.ScalarNode):
            raise fault(name, line, "键必须是文字，请改正。", "a key must be plain text; mend it.")
        if key.value in result:
            first = lines[*place, key.value]
            raise fault(
                name,
                line,
                f"键“{key.value}”重复（已见于第 {first} 行），请删去其一。",
                f'the key "{key.value}" is repeated (first on line {first}); remove one of them.',
            )
        lines[*place, key.value] = line
        result[key.value] = _value(value, (*place, key.value), lines, name)
    return result
