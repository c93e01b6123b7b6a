"""A file of another engine rewritten as standard BPMN, as far as it says the same.

Both the gate and the parser read files through `adopt`, so that what was checked is what runs. The
stored file stays as it was handed in. Every change is a `Reading`, and the gate shows each.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree

from engine.bpmn.vendors.names import JAVA, PREFIXES, ZEEBE
from engine.bpmn.vendors.translate import translated
from engine.bpmn.xml import bpmn, local

# Where an expression may stand, and whether yes or no is asked for there.
_TEXTS = {
    "conditionExpression": True,
    "completionCondition": True,
    "loopCondition": True,
    "condition": True,
    "loopCardinality": False,
    "timeDuration": False,
    "timeDate": False,
    "timeCycle": False,
}
_AFTER_ITEMS = ("complexBehaviorDefinition", "completionCondition")  # in the schema's order


@dataclass(frozen=True)
class Reading:
    """`source` (a BPMN tag or a vendor's word) of `element` said `before`, and is read as `after`.

    `after` is an expression, or the standard's own element with its content.
    """

    element: etree._Element
    line: int
    source: str
    before: str
    after: str


def adopt(root: etree._Element) -> list[Reading]:
    """Rewrite the tree of a BPMN file in place; return what was read as what."""
    found: list[Reading] = []
    for element in list(root.iter(*(bpmn(tag) for tag in _TEXTS))):
        found += _text(element)
    for mark in list(root.iter(bpmn("multiInstanceLoopCharacteristics"))):
        found += _collection(mark)
        _item_ids(mark)
    for call in root.iter(bpmn("callActivity")):
        found += _called(call)
    return found


def _text(element: etree._Element) -> Iterator[Reading]:
    before = (element.text or "").strip()
    tag = local(element)
    after = translated(before, condition=_TEXTS[tag])
    # A duration must stand there: a name that would give one is refused with the author's own words
    if after is None or (tag in ("timeDuration", "timeCycle") and after[:1] not in "'\""):
        return
    element.text = after
    yield Reading(_owner(element), element.sourceline or 1, tag, before, after)


def _owner(element: etree._Element) -> etree._Element:
    """The nearest element around that has an id of its own worth showing: a node or a flow."""
    for around in element.iterancestors(bpmn("*")):
        name = local(around)
        if around.get("id") and not name.endswith(("Definition", "LoopCharacteristics")):
            return around
    return element


@dataclass(frozen=True)
class _Loop:
    """A vendor's collection: the names of the data it goes over, of one item, of the results."""

    source: str
    before: str
    collection: str | None
    item: str | None
    results: str | None = None
    result: str | None = None


def _collection(mark: etree._Element) -> Iterator[Reading]:
    loop = _java_loop(mark) or _zeebe_loop(mark)
    standard = (mark.find(bpmn("loopCardinality")), mark.find(bpmn("loopDataInputRef")))
    if loop is None or loop.collection is None or any(each is not None for each in standard):
        return
    made = [_made(mark, "loopDataInputRef", loop.collection)]
    if loop.results and loop.result:
        made.append(_made(mark, "loopDataOutputRef", loop.results))
    if loop.item:
        made.append(_made(mark, "inputDataItem", None, loop.item))
    if loop.results and loop.result:
        made.append(_made(mark, "outputDataItem", None, loop.result))
    at = next((n for n, child in enumerate(mark) if local(child) in _AFTER_ITEMS), len(mark))
    mark[at:at] = made
    written = "".join(_written(each) for each in made)
    yield Reading(_owner(mark), mark.sourceline or 1, loop.source, loop.before, written)


def _java_loop(mark: etree._Element) -> _Loop | None:
    for namespace in JAVA:
        if text := (mark.get(f"{{{namespace}}}collection") or "").strip():
            item = (mark.get(f"{{{namespace}}}elementVariable") or "").strip()
            return _Loop(f"{PREFIXES[namespace]}:collection", text, _name(text), item or None)
    return None


def _zeebe_loop(mark: etree._Element) -> _Loop | None:
    for loop in mark.iterfind(f"{bpmn('extensionElements')}/{{{ZEEBE}}}loopCharacteristics"):
        given = {key: loop.get(key, "").strip() for key in loop.attrib}
        text = given.get("inputCollection", "")
        results, result = given.get("outputCollection"), given.get("outputElement")
        if results and not (result and _name(result)):
            return None
        return _Loop(
            "zeebe:inputCollection",
            text,
            _name(text),
            given.get("inputElement") or None,
            results or None,
            _name(result) if result else None,
        )
    return None


def _name(text: str) -> str | None:
    """The name of data that a text says, plainly or as an expression; None for anything else."""
    plain = translated(text, condition=False) or text
    return plain if plain.isidentifier() else None


def _made(
    mark: etree._Element, tag: str, text: str | None, key: str | None = None
) -> etree._Element:
    made = mark.makeelement(bpmn(tag), {} if key is None else {"id": key}, mark.nsmap)
    made.text = text
    made.sourceline = mark.sourceline
    return made


def _written(element: etree._Element) -> str:
    name, key = local(element), element.get("id")
    return f'<{name} id="{key}"/>' if key else f"<{name}>{element.text}</{name}>"


def _item_ids(mark: etree._Element) -> None:
    """Activiti's authors name an item and give it no id; the name is what is meant."""
    for item in mark.iterchildren(bpmn("inputDataItem"), bpmn("outputDataItem")):
        if not item.get("id") and (item.get("name") or "").isidentifier():
            item.set("id", item.get("name"))


def _called(call: etree._Element) -> Iterator[Reading]:
    if call.get("calledElement"):
        return
    for called in call.iterfind(f"{bpmn('extensionElements')}/{{{ZEEBE}}}calledElement"):
        key = (called.get("processId") or "").strip()
        if key and not key.startswith("="):
            call.set("calledElement", key)
            line = called.sourceline or call.sourceline or 1
            yield Reading(call, line, "zeebe:processId", key, f'calledElement="{key}"')
