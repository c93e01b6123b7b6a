"""The one evaluator: conditions, limits, timers, assignments and the cells of decision tables.

The language is a small part of Python's expressions over JSON values: literals, names, `and`,
`or`, `not` (`and` and `or` give one of their operands), comparisons, `+ - * / // %`, `a if b else
c`, `item.kind` and `item["kind"]`, lists, objects with quoted keys, and the functions of
`functions.py`. Text becomes closures over a checked syntax tree; nothing is executed as Python.
"""

from __future__ import annotations

import ast
import inspect
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import lru_cache

from engine.bpmn.closures import NOTHING, Functions, Names, Scope, Step, build, function_named
from engine.bpmn.functions import FUNCTIONS
from engine.bpmn.syntax import CONSTANTS, parse
from engine.bpmn.values import Trouble, Value, kind, known
from engine.errors import ExpressionError, Words


@dataclass(frozen=True)
class Expression:
    """A checked expression.

    `names` are the data it reads, `calls` the functions it calls, with the number of arguments of
    each call in `arities`; `decisions` are the first arguments of `decide`, None where one is not
    a plain text.
    """

    text: str
    names: frozenset[str]
    calls: frozenset[str]
    arities: frozenset[tuple[str, int]] = field(repr=False)
    decisions: frozenset[str | None] = field(repr=False)
    step: Step = field(repr=False, compare=False)
    functions: Functions = field(repr=False, compare=False)

    def evaluate(
        self, names: Names, functions: Functions | None = None, first: Names = NOTHING
    ) -> Value:
        """The value for these data; `functions` replace those it was compiled with.

        Raises `ExpressionError` for a missing name, a value of the wrong kind, a division by
        zero, a result that is too large, too much work. Functions and data have separate names;
        the names of `first` stand before those of the data.
        """
        scope = Scope(names, self.functions if functions is None else functions, first)
        try:
            value = self.step(scope)
            kind(value)
            return value
        except Trouble as trouble:
            raise error_of(self.text, trouble) from None


def compile_expression(text: str, functions: Functions = FUNCTIONS) -> Expression:
    """Check `text` and make it ready to evaluate; the work is done once a text.

    Raises `ExpressionError` for everything outside the language (see `syntax.py` for the limits),
    for a function that `functions` does not have and for a wrong number of arguments.
    """
    return with_functions(read_expression(text), functions)


def read_expression(text: str, line: int | None = None) -> Expression:
    """The same without asking which functions there are: those are looked for when it runs.

    What runs was checked by `compile_expression` at its deployment. `line` is that of a script.
    """
    try:
        return _read(text)
    except Trouble as trouble:
        raise error_of(text, trouble, line) from None


def with_functions(expression: Expression, functions: Functions) -> Expression:
    """The expression with these functions. Raises `ExpressionError` where it calls another one."""
    try:
        for name, arguments in sorted(expression.arities):
            _check_arity(name, arguments, functions)
        if expression.decisions:
            _check_decisions(expression.decisions, functions)
    except Trouble as trouble:
        raise error_of(expression.text, trouble) from None
    return expression if functions is FUNCTIONS else replace(expression, functions=functions)


def error_of(text: str, trouble: Trouble, line: int | None = None) -> ExpressionError:
    """The refusal that tells which expression, in which line of a script, has this trouble."""
    printable = "".join(sign if sign.isprintable() else " " for sign in text[:500])
    shown = " ".join(printable.split())
    shown = shown if len(shown) <= 80 else shown[:79] + "…"
    words = trouble.words
    zh, en = (f"第 {line} 行：", f"line {line}: ") if line else ("", "")
    return ExpressionError(
        f"表达式“{shown}”：{zh}{words.zh}。",
        f"Expression `{shown}`: {en}{words.en}.",
        expression=printable,
    )


def _check_arity(name: str, arguments: int, functions: Functions) -> None:
    if not _takes(function_named(name, functions), arguments):
        raise Trouble(
            f"函数 {name} 的参数个数不对（给了 {arguments} 个）",
            f"the function {name} does not take {arguments} arguments",
        )


@lru_cache(maxsize=1024)
def _takes(function: Callable[..., Value], arguments: int) -> bool:
    try:
        inspect.signature(function).bind(*[None] * arguments)
    except TypeError:
        return False
    return True


def _check_decisions(named: frozenset[str | None], functions: Functions) -> None:
    """Which decision is asked for stands in the expression, so that it is known beforehand."""
    there = getattr(functions.get("decide"), "keys", ())
    for key in named:
        if key is None:
            raise Trouble(
                'decide 的第一个参数应是加引号的决策表名，如 decide("fees", {"area": area})',
                'the first argument of decide is a quoted key: decide("fees", {"area": area})',
            )
        if key not in there:
            listed = known(there) if there else Words("版本中没有决策表", "the version has none")
            raise Trouble(f"没有决策表 {key}；{listed.zh}", f"no decision {key}; {listed.en}")


@lru_cache(maxsize=4096)
def _read(text: str) -> Expression:
    tree = parse(text)
    called = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    places = {id(node.func) for node in called}
    names = {
        node.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Name) and id(node) not in places and node.id not in CONSTANTS
    }
    return Expression(
        text,
        frozenset(names),
        frozenset(node.func.id for node in called),
        frozenset((node.func.id, len(node.args)) for node in called),
        frozenset(_decision(node) for node in called if node.func.id == "decide"),
        build(tree),
        FUNCTIONS,
    )


def _decision(call: ast.Call) -> str | None:
    first = call.args[0] if call.args else None
    literal = isinstance(first, ast.Constant) and isinstance(first.value, str)
    return first.value if literal else None
