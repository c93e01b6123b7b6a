"""The one evaluator: conditions, limits, timers, assignments and the cells of decision tables.

The language is a small part of Python's expressions over JSON values: literals, names, `and`,
`or`, `not` (`and` and `or` give one of their operands), comparisons, `+ - * / // %`, `a if b else
c`, `item.kind` and `item["kind"]`, lists, objects with quoted keys, and the functions of
`functions.py`. Text becomes closures over a checked syntax tree; nothing is executed as Python.
"""

from __future__ import annotations

import ast
import inspect
import keyword
import re
import unicodedata
from dataclasses import dataclass, field, replace
from functools import lru_cache

from engine.bpmn.closures import Functions, Names, Step, build, function_named
from engine.bpmn.functions import FUNCTIONS
from engine.bpmn.syntax import CONSTANTS, parse
from engine.bpmn.values import Trouble, Value, copied, kind
from engine.errors import ExpressionError

MAX_LINES = 50


@dataclass(frozen=True)
class Expression:
    """A checked expression.

    `names` are the data it reads, `calls` the functions it calls, with the number of arguments of
    each call in `arities`.
    """

    text: str
    names: frozenset[str]
    calls: frozenset[str]
    arities: frozenset[tuple[str, int]] = field(repr=False)
    step: Step = field(repr=False, compare=False)
    functions: Functions = field(repr=False, compare=False)

    def evaluate(self, names: Names, functions: Functions | None = None) -> Value:
        """The value for these data; `functions` replace those it was compiled with.

        Raises `ExpressionError` for a missing name, a value of the wrong kind, a division by
        zero, a result that is too large. Functions and data have separate names.
        """
        try:
            value = self.step(names, self.functions if functions is None else functions)
            kind(value)
            return value
        except Trouble as trouble:
            raise _error(self.text, trouble) from None


@dataclass(frozen=True)
class Assignments:
    """A script: `lines` of (name, expression). `names` are the data it reads from outside."""

    text: str
    lines: tuple[tuple[str, Expression], ...]
    names: frozenset[str]

    def run(self, data: Names, functions: Functions | None = None) -> dict[str, Value]:
        """The new values by name, in order; `data` stays as it is and shares nothing with them.

        A line sees what the lines above assigned. Raises `ExpressionError`.
        """
        new: dict[str, Value] = {}
        for name, expression in self.lines:
            value = expression.evaluate({**data, **new}, functions)
            try:
                new[name] = copied(value)
            except Trouble as trouble:
                raise _error(expression.text, trouble) from None
        return new


def compile_expression(text: str, functions: Functions = FUNCTIONS) -> Expression:
    """Check `text` and make it ready to evaluate; the work is done once a text.

    Raises `ExpressionError` for everything outside the language (see `syntax.py` for the limits),
    for a function that `functions` does not have and for a wrong number of arguments.
    """
    try:
        expression = _compile(text)
        for name, arguments in sorted(expression.arities):
            _check_arity(name, arguments, functions)
    except Trouble as trouble:
        raise _error(text, trouble) from None
    return expression if functions is FUNCTIONS else replace(expression, functions=functions)


def compile_assignments(script: str, functions: Functions = FUNCTIONS) -> Assignments:
    """Read a script of lines `name = expression`; blank lines do not matter.

    Raises `ExpressionError` naming the line (from 1) that is anything else.
    """
    rows = [(n, row) for n, row in enumerate(script.split("\n"), 1) if row.strip()]
    lines: list[tuple[str, Expression]] = []
    outside: set[str] = set()
    if not rows or len(rows) > MAX_LINES:
        trouble = Trouble(f"脚本应有 1 至 {MAX_LINES} 行", f"a script has 1 to {MAX_LINES} lines")
        raise _error(script, trouble)
    for n, row in rows:
        target, expression = _assignment(n, row, functions)
        outside |= expression.names - {name for name, _ in lines}
        lines.append((target, expression))
    return Assignments(script, tuple(lines), frozenset(outside))


_LINE = re.compile(r"\s*([^\W\d]\w*)\s*=(?!=)(.*)", re.DOTALL)


def _assignment(n: int, row: str, functions: Functions) -> tuple[str, Expression]:
    match = _LINE.fullmatch(row)
    if match is None:
        raise _error(
            row.strip(),
            Trouble(f"第 {n} 行应写成“名称 = 表达式”", f"line {n} must read `name = expression`"),
        )
    target = unicodedata.normalize("NFKC", match[1])  # as the names inside expressions are
    reserved = target in CONSTANTS or target in functions or target == "typename"
    if reserved or target.startswith("_") or keyword.iskeyword(target):
        raise _error(
            row.strip(),
            Trouble(f"第 {n} 行：不能给 {target} 赋值", f"line {n}: {target} cannot be assigned"),
        )
    return target, compile_expression(match[2].strip(), functions)


def _error(text: str, trouble: Trouble) -> ExpressionError:
    shown = " ".join(text.split())
    shown = shown if len(shown) <= 80 else shown[:79] + "…"
    words = trouble.words
    return ExpressionError(
        f"表达式“{shown}”：{words.zh}。",
        f"Expression `{shown}`: {words.en}.",
        expression=text[:500],
    )


def _check_arity(name: str, arguments: int, functions: Functions) -> None:
    function = function_named(name, functions)
    try:
        inspect.signature(function).bind(*[None] * arguments)
    except TypeError:
        raise Trouble(
            f"函数 {name} 的参数个数不对（给了 {arguments} 个）",
            f"the function {name} does not take {arguments} arguments",
        ) from None


@lru_cache(maxsize=4096)
def _compile(text: str) -> Expression:
    tree = parse(text)
    called = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    places = {id(node.func) for node in called}
    names = {
        node.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Name) and id(node) not in places and node.id not in CONSTANTS
    }
    arities = frozenset((node.func.id, len(node.args)) for node in called)
    calls = frozenset(name for name, _ in arities)
    return Expression(text, frozenset(names), calls, arities, build(tree), FUNCTIONS)
