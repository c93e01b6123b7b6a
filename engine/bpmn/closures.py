"""From a checked syntax tree to closures that evaluate it over data and functions.

Each closure takes the data and the functions, which stay apart: data never shadow a function.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Mapping

from engine.bpmn.syntax import CONSTANTS
from engine.bpmn.values import (
    Trouble,
    Value,
    at_most,
    kind,
    known,
    less,
    member,
    number,
    pick,
    plus,
    same,
    sized,
)

Names = Mapping[str, Value]
Functions = Mapping[str, Callable[..., Value]]
Step = Callable[[Names, Functions], Value]


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
    return lambda names, functions: value


def _name(node: ast.Name) -> Step:
    name = node.id
    if name in CONSTANTS:
        value = CONSTANTS[name]
        return lambda names, functions: value

    def look_up(names: Names, functions: Functions) -> Value:
        if name not in names:
            there = known(names)
            raise Trouble(f"没有名为 {name} 的数据；{there.zh}", f"there is no {name}; {there.en}")
        value = names[name]
        kind(value)
        return value

    return look_up


def _bool_op(node: ast.BoolOp) -> Step:
    parts = [build(value) for value in node.values]
    stops_at = isinstance(node.op, ast.Or)

    def run(names: Names, functions: Functions) -> Value:
        value = None
        for part in parts:
            value = part(names, functions)
            if bool(value) is stops_at:
                break
        return value

    return run


def _unary_op(node: ast.UnaryOp) -> Step:
    inner = build(node.operand)
    if isinstance(node.op, ast.Not):
        return lambda names, functions: not inner(names, functions)
    sign = -1 if isinstance(node.op, ast.USub) else 1
    return lambda names, functions: sign * number(inner(names, functions))


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
        return lambda names, functions: plus(left(names, functions), right(names, functions))
    calculate = _ARITHMETIC[type(node.op)]

    def run(names: Names, functions: Functions) -> Value:
        a, b = number(left(names, functions)), number(right(names, functions))
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

    def run(names: Names, functions: Functions) -> bool:
        left = first(names, functions)
        for holds, step in rest:
            right = step(names, functions)
            if not holds(left, right):
                return False
            left = right
        return True

    return run


def _if_exp(node: ast.IfExp) -> Step:
    test, body, other = build(node.test), build(node.body), build(node.orelse)
    return lambda names, functions: (body if test(names, functions) else other)(names, functions)


def _list(node: ast.List) -> Step:
    parts = [build(element) for element in node.elts]
    return lambda names, functions: [part(names, functions) for part in parts]


def _dict(node: ast.Dict) -> Step:
    pairs = [(key.value, build(value)) for key, value in zip(node.keys, node.values, strict=True)]
    return lambda names, functions: {key: value(names, functions) for key, value in pairs}


def _subscript(node: ast.Subscript) -> Step:
    holder, key = build(node.value), build(node.slice)
    written = isinstance(node.slice, ast.Constant)
    return lambda names, functions: pick(
        holder(names, functions), key(names, functions), named=written
    )


def _attribute(node: ast.Attribute) -> Step:
    """`item.kind` is `item["kind"]`; Python's own attributes are never reached."""
    holder, key = build(node.value), node.attr
    return lambda names, functions: pick(holder(names, functions), key)


# What a function may stumble over in its arguments; anything else is a fault of ours and shows.
_REFUSALS = (TypeError, ValueError, ArithmeticError, LookupError, AttributeError)


def _call(node: ast.Call) -> Step:
    name = node.func.id
    parts = [build(argument) for argument in node.args]

    def run(names: Names, functions: Functions) -> Value:
        function = function_named(name, functions)
        values = [part(names, functions) for part in parts]
        try:
            result = function(*values)
        except _REFUSALS:
            raise Trouble(
                f"函数 {name} 不接受这样的参数", f"{name} refused its arguments"
            ) from None
        kind(result)
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
