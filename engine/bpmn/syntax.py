"""From text to a checked syntax tree: what is not on the list here is not in the language.

The text is only ever parsed, never compiled or executed as Python.
"""

from __future__ import annotations

import ast
import keyword
import math
import re

from engine.bpmn.values import MAX_INTEGER, TOO_LARGE, Trouble
from engine.errors import Words

MAX_TEXT = 2_000
MAX_NODES = 400
MAX_DEPTH = 40

CONSTANTS = {"true": True, "false": False, "null": None}

_ALLOWED = (
    ast.Expression,
    ast.BoolOp,
    ast.UnaryOp,
    ast.BinOp,
    ast.Compare,
    ast.IfExp,
    ast.Name,
    ast.Constant,
    ast.List,
    ast.Dict,
    ast.Subscript,
    ast.Attribute,
    ast.Call,
)
# Operators and contexts: leaves without a meaning of their own, checked where they are used.
_MARKS = (ast.boolop, ast.unaryop, ast.operator, ast.cmpop, ast.expr_context)
_REFUSED_OPERATORS = (
    ast.Pow,
    ast.MatMult,
    ast.LShift,
    ast.RShift,
    ast.BitOr,
    ast.BitAnd,
    ast.BitXor,
    ast.Invert,
)
_QUOTED = re.compile(r"\"[^\"]*\"|'[^']*'")
# Marks that turn the direction of writing: a reader would see another text than is evaluated.
_TURNING = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
# Signs and brackets in a row: the depth of the tree is known before a parser has to climb it.
_CLIMBING = re.compile(rf"(?:(?:[-+~(\[{{]|\bnot\b)\s*){{{MAX_DEPTH + 1},}}")
_TWO_NAMES = re.compile(
    r"\b(?!(?:and|or|not|in|is|if|else)\b)[^\W\d]\w*\s+(?!(?:and|or|not|in|is|if|else)\b)[^\W\d]\w*"
)
_OUR_WORDS = {"and", "or", "not", "in", "is", "if", "else", "True", "False", "None"}
# What people write who come from another engine or a Chinese keyboard, and what to write instead.
_HINTS = (
    (re.compile(r"[$#]\{"), Words("请去掉 ${ }", "write it without ${ }")),
    (re.compile(r"&&|\|\||!(?!=)"), Words("请用 and、or、not", "write and, or, not")),
    (
        re.compile(r"[（）［］｛｝“”‘’，、；：＝＞＜＋－×÷０-９]"),
        Words("标点和数字请用半角", "write punctuation and digits in half width"),
    ),
    (re.compile(r"(?<![=!<>])=(?!=)"), Words("比较相等请写 ==", "write == to compare")),
    (re.compile(r"#"), Words("表达式中不能有注释", "an expression has no comments")),
    (
        re.compile(r"\bif\b.*\bthen\b"),
        Words("请写成 a if 条件 else b", "write a if condition else b"),
    ),
)


def parse(text: str) -> ast.expr:
    """The checked syntax tree of an expression.

    Raises `Trouble` for anything outside the whitelist: unknown syntax, names that begin with an
    underscore, text over 2,000 characters, more than 400 nodes, more than 40 levels.
    """
    tree = _parse(text)
    nodes = 0
    level = [tree]
    for depth in range(MAX_DEPTH + 2):
        for node in level:
            _check(node)
        nodes += len(level)
        if nodes > MAX_NODES or depth > MAX_DEPTH:
            raise _too_complex()
        level = [c for n in level for c in ast.iter_child_nodes(n) if not isinstance(c, _MARKS)]
        if not level:
            break
    return tree


def _parse(text: str) -> ast.expr:
    if len(text) > MAX_TEXT:
        raise Trouble(f"表达式长于 {MAX_TEXT} 个字符", f"it is longer than {MAX_TEXT} characters")
    if not text.strip():
        raise Trouble("表达式是空的", "the expression is empty")
    if "\\" in text:
        raise Trouble("表达式中不能有反斜杠", "a backslash is not allowed")
    if _TURNING.search(text):
        raise Trouble("含有改变书写方向的不可见字符", "it holds marks that turn the writing")
    bare = _QUOTED.sub('""', text)
    if _CLIMBING.search(bare):
        raise _too_complex()
    if "#" in bare:
        raise _syntax_trouble(bare)
    try:
        # A diagram wraps long conditions; a line break means no more than a space.
        return ast.parse(re.sub(r"\s", " ", text).strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise _syntax_trouble(bare) from None


def _too_complex() -> Trouble:
    return Trouble("表达式过于复杂，请拆开", "the expression is too complex; split it")


def _syntax_trouble(bare: str) -> Trouble:
    for pattern, words in _HINTS:
        if pattern.search(bare):
            return Trouble(f"语法不对，{words.zh}", f"the syntax is wrong; {words.en}")
    for word in re.findall(r"[^\W\d]\w*", bare):
        if keyword.iskeyword(word) and word not in _OUR_WORDS:
            return Trouble(f"语法不对，{word} 是保留字", f"the syntax is wrong; {word} is reserved")
    if pair := _TWO_NAMES.search(bare):
        two = " ".join(pair[0].split())
        return Trouble(
            f"语法不对，“{two}”不能连写；名称中没有空格",
            f"the syntax is wrong at “{two}”; a name has no spaces",
        )
    return Trouble("语法不对", "the syntax is wrong")


def _check(node: ast.AST) -> None:
    if not isinstance(node, _ALLOWED):
        raise Trouble("用了表达式不支持的写法", "it uses syntax that expressions do not have")
    operators = [getattr(node, "op", None), *getattr(node, "ops", ())]
    if isinstance(node, (ast.BinOp, ast.UnaryOp)) and isinstance(operators[0], _REFUSED_OPERATORS):
        raise Trouble("不支持这种运算符", "this operator is not supported")
    if isinstance(node, ast.Name):
        _check_name(node.id)
    elif isinstance(node, ast.Attribute):
        _check_name(node.attr)
    elif isinstance(node, ast.Constant):
        _check_constant(node.value)
    elif isinstance(node, ast.Call):
        _check_call(node)
    elif isinstance(node, ast.Dict):
        _check_dict(node)
    elif isinstance(node, ast.Compare):
        _check_identity(node)


def _check_name(name: str) -> None:
    if name.startswith("_"):
        raise Trouble(f"名称 {name} 不能以下划线开头", f"the name {name} begins with an underscore")


def _check_constant(value: object) -> None:
    if value is not None and not isinstance(value, (bool, int, float, str)):
        raise Trouble("不支持这种常量", "this kind of literal is not supported")
    too_large = isinstance(value, int) and value > MAX_INTEGER
    if too_large or (isinstance(value, float) and not math.isfinite(value)):
        raise Trouble(TOO_LARGE.zh, TOO_LARGE.en)


def _check_call(node: ast.Call) -> None:
    if not isinstance(node.func, ast.Name) or node.func.id in CONSTANTS:
        raise Trouble(
            "只能按名称调用函数，如 get(item, 'kind')",
            "functions are called by plain name, such as get(item, 'kind')",
        )
    if node.keywords:
        raise Trouble("函数参数不能带名称", "functions take arguments by position only")


def _check_dict(node: ast.Dict) -> None:
    for key in node.keys:
        if not isinstance(key, ast.Constant) or not isinstance(key.value, str):
            raise Trouble("对象的键必须是带引号的文字", "the keys of an object must be quoted text")


def _check_identity(node: ast.Compare) -> None:
    for operator, right in zip(node.ops, node.comparators, strict=True):
        if isinstance(operator, (ast.Is, ast.IsNot)) and not _is_null(right):
            raise Trouble("is 只能用于 None，其他请用 ==", "is goes with None only; write ==")


def _is_null(node: ast.expr) -> bool:
    if isinstance(node, ast.Name):
        return node.id == "null"
    return isinstance(node, ast.Constant) and node.value is None
