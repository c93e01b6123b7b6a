"""The functions of expressions that work on lists and objects."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from engine.bpmn.values import Trouble, Value, is_number, kind, less, member, number, same
from engine.errors import Words


def _len(value: Value) -> int:
    if not isinstance(value, (str, list, dict)):
        raise Trouble(f"{kind(value).zh}没有长度", f"{kind(value).en} has no length")
    return len(value)


def _get(holder: Value, key: Value, default: Value = None) -> Value:
    if holder is not None and not isinstance(holder, dict):
        raise Trouble(
            f"不能从{kind(holder).zh}中按名取值", f"{kind(holder).en} has no named entries"
        )
    return holder.get(key, default) if holder and isinstance(key, str) else default


def _keys(holder: Value) -> list[Value]:
    return list(_object(holder))


def _merge(first: Value, second: Value) -> Value:
    return {**_object(first), **_object(second)}


def _contains(holder: Value, item: Value) -> bool:
    return member(item, holder)


def _values(rows: Value, key: Value) -> list[Value]:
    """The entry `key` of each row that has one: rows need not all be filled in."""
    return [row[_key(key)] for row in _rows(rows) if isinstance(row, dict) and key in row]


def _where(rows: Value, key: Value, value: Value) -> list[Value]:
    return [row for row in _rows(rows) if _is(row, key, value)]


def _count(rows: Value, key: Value, value: Value) -> int:
    return sum(1 for row in _rows(rows) if _is(row, key, value))


def _any_is(rows: Value, key: Value, value: Value) -> bool:
    return any(_is(row, key, value) for row in _rows(rows))


def _all_are(rows: Value, key: Value, value: Value) -> bool:
    return all(_is(row, key, value) for row in _rows(rows))


def _any(values: Value) -> bool:
    return any(_truth(value) for value in _rows(values))


def _all(values: Value) -> bool:
    return all(_truth(value) for value in _rows(values))


def _sorted(values: Value) -> list[Value]:
    return sorted(_several(values, ())) if _rows(values) else []


def _sum(rows: Value, key: Value = None) -> Value:
    total: Value = 0
    for value in _rows(rows) if key is None else _values(rows, key):
        total += number(value)
    return number(total)


def _min(first: Value, *others: Value) -> Value:
    least, *rest = _several(first, others)
    for value in rest:
        least = value if less(value, least) else least
    return least


def _max(first: Value, *others: Value) -> Value:
    most, *rest = _several(first, others)
    for value in rest:
        most = value if less(most, value) else most
    return most


def _several(first: Value, others: tuple[Value, ...]) -> list[Value]:
    values = list(first) if isinstance(first, list) and not others else [first, *others]
    if not values:
        raise Trouble("列表是空的", "the list is empty")
    if any(value != value for value in values):  # not a number (NaN): it has no place in any order
        raise Trouble("数据中有无效的数字", "the data hold a number that is not a number")
    if not all(is_number(value) for value in values) and not all(
        isinstance(value, str) for value in values
    ):
        raise Trouble("只能比较一组数字或一组文字", "only numbers, or only texts, can be compared")
    return values


def _rows(rows: Value) -> list[Value]:
    """A list of objects, or the objects of an object: multi-instance over keys gives the latter."""
    if isinstance(rows, dict):
        return list(rows.values())
    if isinstance(rows, list):
        return rows
    raise Trouble(f"此处需要列表，却是{kind(rows).zh}", f"expected a list, not {kind(rows).en}")


def _is(row: Value, key: Value, value: Value) -> bool:
    return isinstance(row, dict) and isinstance(key, str) and key in row and same(row[key], value)


def _key(key: Value) -> str:
    if not isinstance(key, str):
        raise Trouble(f"名应为文字，却是{kind(key).zh}", f"a name is text, not {kind(key).en}")
    return key


def _object(value: Value) -> dict[str, Value]:
    if not isinstance(value, dict):
        raise Trouble(
            f"此处需要对象，却是{kind(value).zh}", f"expected an object, not {kind(value).en}"
        )
    return value


def _truth(value: Value) -> bool:
    if not isinstance(value, bool):
        raise Trouble(
            f"列表中应为真假值，却有{kind(value).zh}",
            f"expected a list of truth values, found {kind(value).en}",
        )
    return value


LISTS: Mapping[str, tuple[Callable[..., Value], Words]] = MappingProxyType(
    {
        "min": (
            _min,
            Words("min(a, b, …) 或 min(列表)：最小值", "min(a, b, …) or min(list): the least"),
        ),
        "max": (
            _max,
            Words("max(a, b, …) 或 max(列表)：最大值", "max(a, b, …) or max(list): the most"),
        ),
        "sum": (
            _sum,
            Words(
                "sum(列表) 或 sum(行, 名)：合计",
                "sum(list) or sum(rows, key): the total",
            ),
        ),
        "len": (
            _len,
            Words("len(x)：文字、列表或对象的长度", "len(x): length of a text, list or object"),
        ),
        "get": (_get, Words("get(对象, 名, 缺省值)：取值", "get(object, key, default): an entry")),
        "keys": (_keys, Words("keys(对象)：各项的名", "keys(object): the names of its entries")),
        "merge": (
            _merge,
            Words("merge(a, b)：合并两个对象，b 优先", "merge(a, b): one object of two, b's first"),
        ),
        "contains": (_contains, Words("contains(a, x)：a 中有 x", "contains(a, x): a has x")),
        "values": (
            _values,
            Words(
                "values(行, 名)：各行该项组成的列表", "values(rows, key): that entry of each row"
            ),
        ),
        "where": (
            _where,
            Words("where(行, 名, 值)：符合的行", "where(rows, key, value): the rows that match"),
        ),
        "count": (
            _count,
            Words("count(行, 名, 值)：符合的行数", "count(rows, key, value): how many rows match"),
        ),
        "any_is": (
            _any_is,
            Words("any_is(行, 名, 值)：有一行符合", "any_is(rows, key, value): one matches"),
        ),
        "all_are": (
            _all_are,
            Words(
                "all_are(行, 名, 值)：各行都符合；没有行时为真",
                "all_are(rows, key, value): all match; true where there are no rows",
            ),
        ),
        "any": (_any, Words("any(列表)：有一个为真", "any(list): one is true")),
        "all": (_all, Words("all(列表)：全部为真", "all(list): all are true")),
        "sorted": (
            _sorted,
            Words("sorted(列表)：从小到大", "sorted(list): from the least to the most"),
        ),
    }
)
