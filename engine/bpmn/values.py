"""The values of expressions and what may be done with them.

A value is what JSON knows: null, true or false, a number, text, a list, an object. True and false
are not numbers here: `true == 1` is false and `true + 1` is refused.
"""

from __future__ import annotations

import math
from typing import Any

from engine.errors import Words

Value = Any  # None | bool | int | float | str | list[Value] | dict[str, Value]

MAX_INTEGER = 10**15  # below 2**53: every reader of JSON still has it exactly
MAX_LENGTH = 100_000
MAX_TOTAL = 200_000
TOO_LARGE = Words("数字过大（上限 10 的 15 次方）", "the number is too large (limit 10**15)")


class Trouble(Exception):
    """An operation that its values do not allow. The expression adds its text and re-raises."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.words = Words(zh, en)


_KINDS = (
    (type(None), Words("空值", "null")),
    (bool, Words("真假值", "a truth value")),
    ((int, float), Words("数字", "a number")),
    (str, Words("文字", "text")),
    (list, Words("列表", "a list")),
    (dict, Words("对象", "an object")),
)


def kind(value: Value) -> Words:
    """What sort of value this is, in words; raises `Trouble` for what JSON does not know."""
    for types, words in _KINDS:
        if isinstance(value, types):
            return words
    raise Trouble("数据不是表达式可用的值", "the data holds something that is not a plain value")


def is_number(value: Value) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def number(value: Value) -> Value:
    """`value`, if it is a number within the limits (integers up to 10**15, finite floats)."""
    if not is_number(value):
        raise Trouble(
            f"此处需要数字，却是{kind(value).zh}", f"expected a number, not {kind(value).en}"
        )
    if isinstance(value, float) and not math.isfinite(value):
        raise Trouble("结果不是有限的数", "the result is not a finite number")
    if isinstance(value, int) and abs(value) > MAX_INTEGER:
        raise Trouble(TOO_LARGE.zh, TOO_LARGE.en)
    return value


def sized(value: Value) -> Value:
    """`value`, if the text or list is not too long."""
    if len(value) > MAX_LENGTH:
        raise Trouble(f"文字或列表长于 {MAX_LENGTH}", f"a text or list is longer than {MAX_LENGTH}")
    return value


def weight(value: Value, most: int) -> int:
    """How many values there are in `value`, as long text counts for some; stops above `most`."""
    total, pending = 0, [value]
    while pending and total <= most:
        each = pending.pop()
        total += 1
        if isinstance(each, list):
            pending.extend(each)
        elif isinstance(each, dict):
            pending.extend(each.values())
        elif isinstance(each, str):
            total += len(each) // 32  # text is compared and searched that much faster
    return total


def same(left: Value, right: Value) -> bool:
    """Whether two values are equal, deeply; numbers by value, true and false never as numbers."""
    pairs = [(left, right)]
    while pairs:
        a, b = pairs.pop()
        if isinstance(a, dict) and isinstance(b, dict):
            if a.keys() != b.keys():
                return False
            pairs.extend((a[key], b[key]) for key in a)
        elif isinstance(a, list) and isinstance(b, list):
            if len(a) != len(b):
                return False
            pairs.extend(zip(a, b, strict=True))
        elif is_number(a) and is_number(b):
            if a != b:
                return False
        elif type(a) is not type(b) or a != b:
            return False
    return True


def less(left: Value, right: Value) -> bool:
    """Whether `left` comes before `right`: two numbers, or two texts (ISO dates sort as text)."""
    _comparable(left, right)
    return left < right


def at_most(left: Value, right: Value) -> bool:
    """Whether `left` is not after `right`: two numbers, or two texts."""
    _comparable(left, right)
    return left <= right


def member(item: Value, holder: Value) -> bool:
    """Whether `holder` has `item`: an element of a list, a key of an object, a part of a text."""
    if isinstance(holder, list):
        return any(same(item, element) for element in holder)
    if isinstance(holder, dict):
        return isinstance(item, str) and item in holder
    if isinstance(holder, str) and isinstance(item, str):
        return item in holder
    raise Trouble(
        f"不能在{kind(holder).zh}中查找{kind(item).zh}",
        f"cannot look for {kind(item).en} in {kind(holder).en}",
    )


def plus(left: Value, right: Value) -> Value:
    """Add two numbers, or join two texts or two lists."""
    for joined in (str, list):
        if isinstance(left, joined) and isinstance(right, joined):
            if len(left) + len(right) > MAX_LENGTH:
                raise Trouble(f"结果长于 {MAX_LENGTH}", f"the result is longer than {MAX_LENGTH}")
            return left + right
    if is_number(left) and is_number(right):
        return number(number(left) + number(right))
    raise Trouble(
        f"不能把{kind(left).zh}与{kind(right).zh}相加",
        f"cannot add {kind(left).en} and {kind(right).en}",
    )


def pick(holder: Value, key: Value, named: bool = True) -> Value:
    """The entry of an object by key, or of a list or text by position (from 0, from the end -1).

    `named`: the key stands in the expression; a computed one may be personal and is not told.
    """
    if isinstance(holder, dict) and isinstance(key, str):
        if key in holder:
            return holder[key]
        if not named:
            raise Trouble("对象中没有所指的一项", "the object has no such entry")
        there = known(holder)
        raise Trouble(f"没有“{key}”这一项；{there.zh}", f"there is no entry {key}; {there.en}")
    if isinstance(holder, (list, str)) and isinstance(key, int) and not isinstance(key, bool):
        if -len(holder) <= key < len(holder):
            return holder[key]
        raise Trouble(
            f"只有 {len(holder)} 项，取不到所指的一项", f"there are only {len(holder)} entries"
        )
    raise Trouble(
        f"不能用{kind(key).zh}从{kind(holder).zh}中取值",
        f"cannot take an entry of {kind(holder).en} by {kind(key).en}",
    )


def known(names: Any) -> Words:
    """The names there are, for a message: at most twenty, in order."""
    listed = sorted(str(name)[:40] for name in names)[:20]
    if not listed:
        return Words("目前没有任何数据", "there is no data")
    return Words("现有：" + "、".join(listed), "there are: " + ", ".join(listed))


def copied(value: Value) -> Value:
    """A copy that shares nothing with the data, if the value is not too large.

    Assignments use it: the engine merges objects in place, and `[x, x]` over and over doubles.
    """
    return _Copier().copy(value, 0)


class _Copier:
    def __init__(self) -> None:
        self.left = MAX_TOTAL

    def copy(self, value: Value, depth: int) -> Value:
        kind(value)
        self.left -= len(value) + 1 if isinstance(value, (str, list, dict)) else 1
        if self.left < 0 or depth > 50:
            raise Trouble("数据过大或嵌套过深", "the value is too large or nested too deeply")
        if isinstance(value, list):
            return [self.copy(item, depth + 1) for item in value]
        if isinstance(value, dict):
            return {key: self.copy(item, depth + 1) for key, item in value.items()}
        return value


def _comparable(left: Value, right: Value) -> None:
    if is_number(left) and is_number(right):
        if left != left or right != right:  # not a number (NaN): it has no place in any order
            raise Trouble("数据中有无效的数字", "the data hold a number that is not a number")
    elif not (isinstance(left, str) and isinstance(right, str)):
        raise Trouble(
            f"不能比较{kind(left).zh}与{kind(right).zh}的大小",
            f"cannot order {kind(left).en} and {kind(right).en}",
        )
