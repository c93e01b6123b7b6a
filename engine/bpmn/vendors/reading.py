"""The syntax of the two expression languages of other engines, read into one small tree.

A node is a tuple whose first entry is its kind: ("or"|"and", parts…), ("not", x), ("compare", op,
left, right), ("calculate", op, left, right), ("minus", x), ("path", text), ("value", text),
("call", name, arguments…), ("method", path, name, arguments…), ("empty", x). Operators are ours.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Literal

Dialect = Literal["uel", "feel"]
Node = tuple[Any, ...]
MOST_DEPTH = 15
MOST_TOKENS = 120
COMPARING = ("==", "!=", "<", ">", "<=", ">=")

_TOKEN = re.compile(
    r"""\s*(?:(?P<number>\d+(?:\.\d+)?)|(?P<text>'[^'\\]*'|"[^"\\]*")|(?P<name>[^\W\d]\w*)"""
    r"""|(?P<mark>&&|\|\||[=!<>]=|[-+*/%<>=!().,\[\]]))"""
)
_UEL = {"&&": "and", "||": "or", "!": "not", "eq": "==", "ne": "!=", "lt": "<", "gt": ">",
        "le": "<=", "ge": ">=", "div": "/", "mod": "%"}  # fmt: skip
_FEEL = {"=": "=="}
_OPERATORS = ("and", "or", "not", *COMPARING, "/", "%")
_RESERVED = frozenset(
    ("instanceof", "if", "then", "else", "for", "some", "every", "return", "between", "satisfies")
)


class Unlike(Exception):
    """The text says something that our language has no equal for, or is broken."""


def read(text: str, dialect: Dialect) -> Node:
    """The tree of an expression, without its `${ }` or `=`. Raises `Unlike`."""
    return _Reader(_tokens(text, dialect), dialect).whole()


def _tokens(text: str, dialect: Dialect) -> list[tuple[str, str]]:
    words = _UEL if dialect == "uel" else _FEEL
    tokens: list[tuple[str, str]] = []
    at, end = 0, len(text.rstrip())
    while at < end:
        match = _TOKEN.match(text, at)
        if match is None or match.lastgroup is None:
            raise Unlike
        kind, word = match.lastgroup, match[match.lastgroup]
        if kind in ("name", "mark"):
            word = words.get(word, word)
            kind = "mark" if word in _OPERATORS else kind
        tokens.append((kind, word))
        at = match.end()
    if len(tokens) > MOST_TOKENS:
        raise Unlike
    return tokens


class _Reader:
    """Descends from `or` to names; it never goes back, so the work grows with the text alone."""

    def __init__(self, tokens: list[tuple[str, str]], dialect: Dialect) -> None:
        self.tokens, self.dialect, self.at, self.depth = tokens, dialect, 0, 0

    def whole(self) -> Node:
        tree = self._either()
        if self.at != len(self.tokens):
            raise Unlike
        return tree

    def _next(self) -> tuple[str, str]:
        return self.tokens[self.at] if self.at < len(self.tokens) else ("end", "")

    def _take(self, *marks: str) -> str | None:
        kind, word = self._next()
        if kind != "mark" or word not in marks:
            return None
        self.at += 1
        return word

    def _need(self, *kinds: str) -> str:
        kind, word = self._next()
        if kind not in kinds and not (kind == "mark" and word in kinds):
            raise Unlike
        self.at += 1
        return word

    def _either(self) -> Node:
        self.depth += 1
        if self.depth > MOST_DEPTH:
            raise Unlike
        tree = self._joined("or", lambda: self._joined("and", self._compared))
        self.depth -= 1
        return tree

    def _joined(self, word: str, inner: Callable[[], Node]) -> Node:
        parts = [inner()]
        while self._take(word):
            parts.append(inner())
        return (word, *parts) if len(parts) > 1 else parts[0]

    def _compared(self) -> Node:
        left = self._chain(("+", "-"), lambda: self._chain(("*", "/", "%"), self._single))
        operator = self._take(*COMPARING)
        if operator is None:
            return left
        right = self._chain(("+", "-"), lambda: self._chain(("*", "/", "%"), self._single))
        return ("compare", operator, left, right)

    def _chain(self, operators: tuple[str, ...], inner: Callable[[], Node]) -> Node:
        left = inner()
        while operator := self._take(*operators):
            left = ("calculate", operator, left, inner())
        return left

    def _single(self) -> Node:
        signs = []
        while sign := self._take("not", "-"):
            signs.append("not" if sign == "not" else "minus")
            if len(signs) > MOST_DEPTH:
                raise Unlike
        if self.dialect == "uel" and self._next() == ("name", "empty"):
            self.at += 1
            signs.append("empty")
        tree = self._operand()
        for sign in reversed(signs):
            tree = (sign, tree)
        return tree

    def _operand(self) -> Node:
        if self._take("("):
            inner = self._either()
            self._need(")")
            return inner
        word = self._need("number", "text", "name")
        if word[0] in "'\"" or word[0].isdigit() or word in ("true", "false", "null"):
            return ("value", word)
        if word in _RESERVED:
            raise Unlike
        if self._take("("):
            return ("call", word, *self._arguments())
        return self._path(word)

    def _path(self, path: str) -> Node:
        while mark := self._take(".", "["):
            if mark == "[":
                path = f"{path}[{self._need('number', 'text')}]"
                self._need("]")
                continue
            key = self._need("name")
            if self._take("("):
                return ("method", path, key, *self._arguments())
            path = f"{path}.{key}"
        return ("path", path)

    def _arguments(self) -> list[Node]:
        found: list[Node] = []
        while not self._take(")"):
            if found:
                self._need(",")
            found.append(self._either())
        return found
