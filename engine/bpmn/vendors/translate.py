"""Expressions of other engines in the language of ours, where they say the same in both.

Two dialects: UEL, which Camunda 7, Activiti and Flowable write as `${…}` or `#{…}`, and FEEL, which
Zeebe writes with `=` before it. What is not plainly the same in ours is not translated. UEL takes
the texts 'true' and '1' for yes and 1; the translation of a comparison with one keeps that.
Sources: JSR 341 (EL 3.0), chapter 1; DMN 1.5, chapter 10.3.
"""

from __future__ import annotations

import re

from engine.bpmn.syntax import MAX_TEXT, parse
from engine.bpmn.values import Trouble
from engine.bpmn.vendors.reading import Dialect, Node, Unlike, read

_UEL = re.compile(r"[$#]\{([^{}]*)\}")
_LOOSE = re.compile(r"(['\"])(true|false|\d+(?:\.\d+)?)\1")
_VARIABLE = re.compile(r"['\"]([^\W\d]\w*)['\"]")


def translated(text: str, *, condition: bool) -> str | None:
    """The expression in our language; None where it is not one of another engine's, or has no equal

    `condition`: whether it stands where yes or no is asked for.
    """
    inner, dialect = _unwrapped(text)
    if inner is None or len(inner) > MAX_TEXT:
        return None
    try:
        made = _Writer(dialect).write(read(inner, dialect), asked=condition)
        parse(made)
    except (Unlike, Trouble):
        return None
    return made


_RETURNED = re.compile(r"return\s+([^;{}]+);?\s*")
_DATA_OBJECT = re.compile(r"(?:\w+:)?getDataObject\(\s*['\"]([^\W\d]\w*)['\"]\s*\)")


def suggested(text: str) -> str | None:
    """What a condition of XPath over data objects, or of Java (`return x == 1;`), probably means in
    our language. A suggestion alone: XPath asks whether a node is there, and not what it says."""
    if len(text) > MAX_TEXT:
        return None
    if match := _RETURNED.fullmatch(text.strip()):
        return translated(f"${{{match[1]}}}", condition=True)
    plain = _DATA_OBJECT.sub(r"\1", text)
    return None if plain == text else translated(f"={plain}", condition=True)


_ASSIGNED = re.compile(
    r"(?:(?:execution|delegateTask|task)\.setVariable(?:Local)?\(\s*['\"](?P<set>[^\W\d]\w*)['\"]\s*,"
    r"\s*(?P<given>.+)\)|(?:(?:var|let|const|def|int|long|double|boolean|String)\s+)?"
    r"(?P<name>[^\W\d]\w*)\s*=(?!=)\s*(?P<value>.+))"
)


def as_script(text: str) -> str | None:
    """Lines `name = expression` that say the same as a script of another engine, or None.

    Only what sets variables to plain expressions can be said so: Java's, Groovy's or JavaScript's
    `x = 1;` and `execution.setVariable("x", 1)`.
    """
    if len(text) > MAX_TEXT:
        return None
    match = _UEL.fullmatch(text.strip())
    lines = [line.strip() for line in re.split(r"[;\n]", match[1] if match else text)]
    made = [_assigned(line) for line in lines if line and not line.startswith("//")]
    return None if not made or None in made else "\n".join(map(str, made))


def _assigned(line: str) -> str | None:
    match = _ASSIGNED.fullmatch(line)
    if match is None:
        return None
    value = translated(f"${{{match['given'] or match['value']}}}", condition=False)
    return None if value is None else f"{match['set'] or match['name']} = {value}"


def is_foreign(text: str) -> bool:
    """Whether a text is written as other engines write expressions."""
    text = text.strip()
    return bool(re.search(r"[$#]\{", text)) or (text[:1] == "=" and text[:2] != "==")


def _unwrapped(text: str) -> tuple[str | None, Dialect]:
    text = text.strip()
    if match := _UEL.fullmatch(text):
        return match[1], "uel"
    return (text[1:], "feel") if text[:1] == "=" and text[:2] != "==" else (None, "uel")


class _Writer:
    """Writes a tree in our language; operands that are more than a name stand in brackets."""

    def __init__(self, dialect: Dialect) -> None:
        self.dialect = dialect

    def write(self, node: Node, asked: bool = False) -> str:
        """`asked`: yes or no is asked for here, so that a bare name must say it."""
        kind, rest = node[0], node[1:]
        if kind in ("and", "or"):
            inner = (self._part(part, kind) for part in rest)
            return f" {kind} ".join(inner)
        if kind == "not":
            return f"not {self._part(rest[0], 'not')}"
        if kind == "path":
            return self._yes(rest[0]) if asked else rest[0]
        if kind == "value":
            return rest[0]
        if kind == "method":
            return self._method(*rest, asked=asked)
        return getattr(self, f"_{kind}")(*rest)

    def _part(self, node: Node, around: str) -> str:
        text = self.write(node, asked=True)
        if around == "not" or (node[0] == "or" and around == "and"):
            return f"({text})"
        return text

    def _operand(self, node: Node) -> str:
        text = self.write(node)
        plain = node[0] in ("path", "value", "call") or re.fullmatch(r"len\([^()]*\)", text)
        return text if plain else f"({text})"

    def _yes(self, path: str) -> str:
        return f"{path} in [true, 'true']" if self.dialect == "uel" else f"{path} == true"

    def _compare(self, operator: str, left: Node, right: Node) -> str:
        if self.dialect == "uel" and operator in ("==", "!=") and left[0] == "value":
            left, right = right, left
        a, b = self._operand(left), self._operand(right)
        loose = _LOOSE.fullmatch(b) if self.dialect == "uel" and left[0] != "value" else None
        if loose and operator in ("==", "!="):
            return f"{a} {'in' if operator == '==' else 'not in'} [{loose[2]}, {b}]"
        return f"{a} {operator} {b}"

    def _calculate(self, operator: str, left: Node, right: Node) -> str:
        return f"{self._operand(left)} {operator} {self._operand(right)}"

    def _minus(self, node: Node) -> str:
        return f"-{self._operand(node)}"

    def _empty(self, node: Node) -> str:
        return f"{self._operand(node)} in [null, '', [], {{}}]"

    def _call(self, name: str, *arguments: Node) -> str:
        if self.dialect == "feel" and len(arguments) == 1:
            if name == "count":
                return f"len({self.write(arguments[0])})"
            if name == "duration" and arguments[0][0] == "value":
                return arguments[0][1]
        raise Unlike

    def _method(self, path: str, name: str, *arguments: Node, asked: bool) -> str:
        """The methods of Java that conditions in UEL commonly call."""
        given = [self.write(argument) for argument in arguments]
        if self.dialect == "uel" and not given:
            if name in ("size", "length"):
                return f"len({path})"
            if name == "isEmpty":
                return f"{path} in ['', [], {{}}]"
        if self.dialect == "uel" and len(given) == 1:
            if name == "equals":
                return f"{path} == {self._operand(arguments[0])}"
            if name == "contains":
                return f"contains({path}, {given[0]})"
            variable = _VARIABLE.fullmatch(given[0])
            if path == "execution" and name == "getVariable" and variable:
                return self._yes(variable[1]) if asked else variable[1]
        raise Unlike
