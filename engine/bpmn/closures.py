"""From a checked syntax tree to closures that evaluate it in a scope.

A scope keeps data and functions apart, so that data never shadow a function, and counts the work.
"""

from __future__ import annotations

import ast
import operator
import unicodedata
from collections.abc import Callable, Mapping
from types import MappingProxyType

from engine.bpmn.syntax import CONSTANTS
from engine.bpmn.values import (
    Trouble,
    Value,
    at_most,
    is_number,
    kind,
    known,
    less,
    member,
    number,
    pick,
    plus,
    same,
    sized,
    weight,
)

Names = Mapping[str, Value]
Functions = Mapping[str, Callable[..., Value]]
NOTHING: Names = MappingProxyType({})
MAX_WORK = 1_000_000  # values that one expression or script may look at: well under a second


class Scope:
    """What one evaluation reads, and how much work it has left.

    `first` stands before `names`: no data can shadow the facts of a case.
    """

    __slots__ = ("first", "functions", "left", "names")

    def __init__(self, names: Names, functions: Functions, first: Names = NOTHING) -> None:
        self.names, self.functions, self.first = names, functions, first
        self.left = MAX_WORK

    def find(self, name: str) -> Value:
        """The value of a name; raises `Trouble` naming those there are."""
        if name in self.first:
            return self.first[name]
        if name in self.names:
            return self.names[name]
        self.spend(len(self.names))
        for key in self.names:  # Python reads ﬁ as fi; a form's field may be written either way
            if isinstance(key, str) and unicodedata.normalize("NFKC", key) == name:
                return self.names[key]
        there = known({**self.names, **self.first})
        raise Trouble(f"没有名为 {name} 的数据；{there.zh}", f"there is no {name}; {there.en}")

    def charge(self, value: Value) -> None:
        """Count the values that are about to be looked at. Raises `Trouble` where it is too much.

        An expression has no loops, but its data may be long: this bounds its time.
        """
        if isinstance(value, (list, dict, str)):
            self.spend(weight(value, self.left))

    def spend(self, work: int) -> None:
        self.left -= work
        if self.left < 0:
            raise Trouble(
                f"数据过多，一个表达式最多处理 {MAX_WORK} 个值",
                f"too much data: an expression may look at {MAX_WORK} values",
            )


Step = Callable[[Scope], Value]


def function_named(name: str, functions: Functions) -> Callable[..., Value]:
    """The function of that name; raises `Trouble` naming those there are."""
    if name not in functions:
        there = known(functions)
        raise Trouble(f"没有函数 {name}；{there.zh}", f"there is no function {name}; {there.en}")
    return functions[name]


def build(node: ast.expr) -> Step:
    """The closure that evaluates a tree that `syntax.parse` has checked."""
    return _BUILDERS[type(node)](node)


def _constant(node: ast.Constant) -> Step:
    value = node.value
    return lambda scope: value


def _name(node: ast.Name) -> Step:
    name = node.id
    if name in CONSTANTS:
        value = CONSTANTS[name]
        return lambda scope: value

    def look_up(scope: Scope) -> Value:
        value = scope.find(name)
        kind(value)
        return value

    return look_up


def _bool_op(node: ast.BoolOp) -> Step:
    parts = [build(value) for value in node.values]
    stops_at = isinstance(node.op, ast.Or)

    def run(scope: Scope) -> Value:
        value = None
        for part in parts:
            value = part(scope)
            if bool(value) is stops_at:
                break
        return value

    return run


def _unary_op(node: ast.UnaryOp) -> Step:
    inner = build(node.operand)
    if isinstance(node.op, ast.Not):
        return lambda scope: not inner(scope)
    sign = -1 if isinstance(node.op, ast.USub) else 1
    return lambda scope: sign * number(inner(scope))


_ARITHMETIC = {
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
}


def _bin_op(node: ast.BinOp) -> Step:
    left, right = build(node.left), build(node.right)
    if isinstance(node.op, ast.Add):
        return lambda scope: plus(left(scope), right(scope))
    calculate = _ARITHMETIC[type(node.op)]

    def run(scope: Scope) -> Value:
        a, b = number(left(scope)), number(right(scope))
        try:
            return number(calculate(a, b))
        except ZeroDivisionError:
            raise Trouble("除数为零", "division by zero") from None
        except OverflowError:
            raise Trouble("结果过大", "the result is too large") from None

    return run


_COMPARISONS: dict[type[ast.cmpop], Callable[[Value, Value], bool]] = {
    ast.Eq: same,
    ast.NotEq: lambda a, b: not same(a, b),
    ast.Lt: less,
    ast.LtE: at_most,
    ast.Gt: lambda a, b: less(b, a),
    ast.GtE: lambda a, b: at_most(b, a),
    ast.In: member,
    ast.NotIn: lambda a, b: not member(a, b),
    ast.Is: lambda a, b: a is b,
    ast.IsNot: lambda a, b: a is not b,
}


def _compare(node: ast.Compare) -> Step:
    first = build(node.left)
    rest = [
        (_COMPARISONS[type(op)], build(right))
        for op, right in zip(node.ops, node.comparators, strict=True)
    ]

    def run(scope: Scope) -> bool:
        left = first(scope)
        for holds, step in rest:
            right = step(scope)
            scope.charge(right)
            if not holds(left, right):
                return False
            left = right
        return True

    return run


def _if_exp(node: ast.IfExp) -> Step:
    test, body, other = build(node.test), build(node.body), build(node.orelse)
    return lambda scope: (body if test(scope) else other)(scope)


def _list(node: ast.List) -> Step:
    parts = [build(element) for element in node.elts]
    return lambda scope: [part(scope) for part in parts]


def _dict(node: ast.Dict) -> Step:
    pairs = [(key.value, build(value)) for key, value in zip(node.keys, node.values, strict=True)]
    return lambda scope: {key: value(scope) for key, value in pairs}


def _subscript(node: ast.Subscript) -> Step:
    holder, key = build(node.value), build(node.slice)
    written = isinstance(node.slice, ast.Constant)
    return lambda scope: pick(holder(scope), key(scope), named=written)


def _attribute(node: ast.Attribute) -> Step:
    """`item.kind` is `item["kind"]`; Python's own attributes are never reached."""
    holder, key = build(node.value), node.attr
    return lambda scope: pick(holder(scope), key)


# What a function may stumble over in its arguments; anything else is a fault of ours and shows.
_REFUSALS = (TypeError, ValueError, ArithmeticError, LookupError, AttributeError)


def _call(node: ast.Call) -> Step:
    name = node.func.id
    parts = [build(argument) for argument in node.args]

    def run(scope: Scope) -> Value:
        function = function_named(name, scope.functions)
        values = [part(scope) for part in parts]
        for value in values:
            scope.charge(value)
        try:
            result = function(*values)
        except _REFUSALS:
            raise Trouble(
                f"函数 {name} 不接受这样的参数", f"{name} refused its arguments"
            ) from None
        kind(result)
        if is_number(result):
            return number(result)
        return sized(result) if isinstance(result, (str, list)) else result

    return run


_BUILDERS: dict[type[ast.expr], Callable[..., Step]] = {
    ast.Constant: _constant,
    ast.Name: _name,
    ast.BoolOp: _bool_op,
    ast.UnaryOp: _unary_op,
    ast.BinOp: _bin_op,
    ast.Compare: _compare,
    ast.IfExp: _if_exp,
    ast.List: _list,
    ast.Dict: _dict,
    ast.Subscript: _subscript,
    ast.Attribute: _attribute,
    ast.Call: _call,
}
