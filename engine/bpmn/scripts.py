"""Scripts: lines that assign, as script tasks have them.

A line is `name = expression`, `name += expression` (also `-= *= /= //= %=`), or the same with an
entry of an object or list for the name: `case.fee = 3`, `rows[0]["done"] = true`. Lines end at a
line break outside brackets or at `;`; `#` begins a comment. Nothing is executed as Python. A
script of comments alone does nothing.
"""

from __future__ import annotations

import ast
import keyword
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from engine.bpmn.closures import NOTHING, Functions, Names, Scope
from engine.bpmn.expressions import Expression, error_of, read_expression, with_functions
from engine.bpmn.functions import FUNCTIONS
from engine.bpmn.syntax import CONSTANTS, parse
from engine.bpmn.values import Trouble, Value, copied, kind

MAX_LINES = 50
MAX_SCRIPT = 20_000  # characters

_NAME = re.compile(r"[^\W\d]\w*")
_SIGN = re.compile(r"(//|[-+*/%])?=(?!=)")  # of an assignment
_NO_NOTE = re.compile(r"^\s*#[{!]", re.M)  # other engines' expressions and names of scripts
_OPENING, _CLOSING = "([{", ")]}"


@dataclass(frozen=True)
class Line:
    """An assignment: to `name`, or to the entry that `path` leads to in the value of `name`."""

    number: int
    name: str
    path: tuple[Expression, ...]
    value: Expression


@dataclass(frozen=True)
class Assignments:
    """A script. `names` are the data it reads from outside."""

    text: str
    lines: tuple[Line, ...]
    names: frozenset[str]

    def run(
        self, data: Names, functions: Functions = FUNCTIONS, first: Names = NOTHING
    ) -> dict[str, Value]:
        """The new values by name, in order; `data` stays as it is and shares nothing with them.

        A line sees what the lines above assigned. `first` (the facts of a case) cannot be assigned.
        Raises `ExpressionError`.
        """
        scope = Scope(dict(data), functions, first)
        new: dict[str, Value] = {}
        for line in self.lines:
            try:
                if line.name in first:
                    raise _unassignable(line.name)
                scope.names[line.name] = new[line.name] = _assigned(line, scope)
            except Trouble as trouble:
                raise error_of(line.value.text, trouble, line.number) from None
        return new


def compile_assignments(script: str, functions: Functions = FUNCTIONS) -> Assignments:
    """Read a script; blank lines and comments do not matter.

    Raises `ExpressionError` naming the line (from 1) that is anything but an assignment, and for a
    function that `functions` does not have.
    """
    read = read_script(script)
    for line in read.lines:
        for expression in (line.value, *line.path):
            with_functions(expression, functions)
        if line.name in functions:
            raise error_of(script, _unassignable(line.name), line.number)
    return read


@lru_cache(maxsize=512)
def read_script(script: str) -> Assignments:
    """Read a script without asking which functions there are. Raises `ExpressionError`."""
    try:
        rows = list(_rows(script))
        nothing = not rows and ("#" not in script or _NO_NOTE.search(script))
        if nothing or len(rows) > MAX_LINES:
            raise Trouble(f"脚本应有 1 至 {MAX_LINES} 行", f"a script has 1 to {MAX_LINES} lines")
    except Trouble as trouble:
        raise error_of(script, trouble) from None
    lines: list[Line] = []
    outside: set[str] = set()
    for number, row in rows:
        line = _line(number, row)
        read = line.value.names.union(*(step.names for step in line.path))
        read |= {line.name} if line.path else frozenset()
        outside |= read - {earlier.name for earlier in lines}
        lines.append(line)
    return Assignments(script, tuple(lines), frozenset(outside))


def _rows(script: str) -> Iterator[tuple[int, str]]:
    """The lines with their numbers, without comments, joined where a bracket is open."""
    if len(script) > MAX_SCRIPT:
        raise Trouble(f"脚本长于 {MAX_SCRIPT} 个字符", f"it is longer than {MAX_SCRIPT} characters")
    number = began = 1
    row, quote, depth, comment = "", "", 0, False
    for sign in script + "\n":
        if sign == "\n":
            number += 1
            quote, comment = "", False
        elif comment:
            continue
        elif quote or sign in "\"'":
            quote = "" if sign == quote else quote or sign
        elif sign == "#":
            comment = True
            continue
        else:
            depth = max(0, depth + (sign in _OPENING) - (sign in _CLOSING))
        ended = sign == "\n" and not depth or sign == ";" and not quote
        if not ended:
            row, began = row + sign, began if row.strip() else number
            continue
        if row.strip():
            yield began, row.strip()
        row = ""
    if row.strip():
        yield began, row.strip()


def _line(number: int, row: str) -> Line:
    try:
        target, sign, value = _split(row)
        name, path = _target(target)
    except Trouble as trouble:
        raise error_of(row, trouble, number) from None
    expression = read_expression(value, number)
    if sign:  # `a += b` is `a = a + (b)`; the brackets keep the value together
        expression = read_expression(f"{target} {sign} ({value})", number)
    return Line(number, name, path, expression)


def _split(row: str) -> tuple[str, str, str]:
    """A line as target, sign of the operation (or "") and value: at its first lone `=`."""
    row, quote, depth = re.sub(r"\s", " ", row), "", 0
    for at, sign in enumerate(row):
        if quote or sign in "\"'":
            quote = "" if sign == quote else quote or sign
        elif sign in _OPENING or sign in _CLOSING:
            depth += 1 if sign in _OPENING else -1
        elif not depth and (match := _SIGN.match(row, at)):
            return row[:at].strip(), match[1] or "", row[match.end() :].strip()
        elif not depth and sign in "=!<>":
            break
    raise Trouble("每行应写成“名称 = 表达式”", "a line must read `name = expression`")


def _target(text: str) -> tuple[str, tuple[Expression, ...]]:
    """The name that a line assigns to, and the keys of the entry in it, outermost first."""
    if _NAME.fullmatch(text) and keyword.iskeyword(text):
        raise _unassignable(text)
    node, path = parse(text), []
    while isinstance(node, (ast.Attribute, ast.Subscript)):
        if isinstance(node, ast.Attribute):
            key = f'"{node.attr}"'
        else:
            key = ast.get_source_segment(text, node.slice) or ""
        path.insert(0, read_expression(key))
        node = node.value
    if not isinstance(node, ast.Name):
        raise Trouble("只能给名称或其中的一项赋值", "only a name or an entry of it can be assigned")
    if node.id in CONSTANTS:
        raise _unassignable(node.id)
    return node.id, tuple(path)


def _assigned(line: Line, scope: Scope) -> Value:
    """The new value of the line's name, sharing nothing with what there was."""
    value = line.value.step(scope)
    scope.charge(value)
    value = copied(value)
    if not line.path:
        return value
    whole = scope.find(line.name)
    scope.charge(whole)
    whole = copied(whole)
    *steps, last = [key.step(scope) for key in line.path]
    holder = whole
    for key in steps:
        _check_entry(holder, key, there=True)
        holder = holder[key]
    _check_entry(holder, last, there=False)
    holder[last] = value
    return whole


def _check_entry(holder: Value, key: Value, there: bool) -> None:
    """Refuse a key that `holder` cannot have, or, if it must be `there`, does not have."""
    if isinstance(holder, dict):
        good = isinstance(key, str) and (key in holder or not there)
    elif isinstance(holder, list) and isinstance(key, int) and not isinstance(key, bool):
        good = -len(holder) <= key < len(holder)
    else:
        good = False
    if not good:
        raise Trouble(
            f"{kind(holder).zh}中没有可以赋值的这一项",
            f"there is no such entry in {kind(holder).en} to assign to",
        )


def _unassignable(name: str) -> Trouble:
    return Trouble(f"不能给 {name} 赋值", f"{name} cannot be assigned")
