"""Diagrams and tables that strangers made to break something, by what they try; made in code."""

from __future__ import annotations

from xml.sax.saxutils import escape, quoteattr

from tests.bpmn import decision_tables as tables
from tests.bpmn.diagrams import (
    boundary,
    chain,
    diagram,
    end,
    flow,
    node,
    ours,
    process,
    start,
    user,
)
from tests.bpmn.diagrams import timer as timed
from tests.bpmn.instances import script
from tests.bpmn.scenarios.parts import both, call, catch, gate, many, throw

STEPS = [{"op": "advance", "seconds": 60}]


def line(node_: str, *more: str, extra: str = "") -> bytes:
    """One node `t` between start and end."""
    parts = (start(), node_, end(), chain("start", "t", "end"), *more)
    return diagram(process(*parts), extra=extra, drawn=False)


def parts(*given: str, extra: str = "") -> bytes:
    return diagram(process(start(), *given), extra=extra, drawn=False)


SOUND = line(user("t"))
_BODY = SOUND.decode().split("?>", 1)[1]


def named(name: str) -> str:
    return _BODY.replace('name="t"', f'name="{name}"')


def xml(secret: str, net: str) -> dict[str, bytes]:
    """What attacks readers of XML; `secret` and `net` are addresses that nobody may ask for."""
    bomb = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 12))
    written = {
        "entity of a file": f'<!DOCTYPE d [<!ENTITY x SYSTEM "{secret}">]>{named("&x;")}',
        "entity of the network": f'<!DOCTYPE d [<!ENTITY % p SYSTEM "{net}"> %p;]>{_BODY}',
        "DTD of the network": f'<!DOCTYPE d SYSTEM "{net}">{_BODY}',
        "entities that grow": f'<!DOCTYPE d [<!ENTITY e0 "ha">{bomb}]>{named("&e11;")}',
        "entities in a circle": '<!DOCTYPE d [<!ENTITY x "&y;"><!ENTITY y "&x;">]>' + named("&x;"),
        "deep": "<a>" * 300_000,
        "deep inside": _BODY.replace("</b:definitions>", "<a>" * 999 + "</a>" * 999),
        "unclosed": _BODY[:-40],
        "two roots": _BODY * 2,
        "only a <": "<" * 100_000,
        "quotes": "<a b=" + '"' * 100_000,
        "a character of none": named("&#x110000;"),
        "control characters": named("\x01\x1b"),
        "an encoding of Python": '<?xml version="1.0" encoding="rot13"?>' + _BODY,
        "an encoding that is a path": '<?xml version="1.0" encoding="../../x"?>' + _BODY,
        "a stylesheet": '<xsl:stylesheet xmlns:xsl="http://www.w3.org/1999/XSL/Transform"/>',
    }
    return {
        **{name: text.encode() for name, text in written.items()},
        "nothing": b"",
        "a mark alone": b"\xef\xbb\xbf",
        "zeros": SOUND + b"\0" * 1_000,
        "half in UTF-16": SOUND[:200] + SOUND[200:].decode().encode("utf-16-le"),
        "bytes of no text": _BODY.encode().replace(b'name="t"', b'name="\xff\xc0\x80"'),
        "entity in UTF-16": written["entity of a file"].encode("utf-16"),
    }


def structures() -> dict[str, bytes]:
    """What is no BPMN, or can't be run."""
    deep = "".join(f'<b:subProcess id="s{n}"><b:startEvent id="b{n}"/>' for n in range(400))
    two = (boundary("b", "c", timed("PT1S")), boundary("c", "b", timed("PT1S")))
    ways = (flow("b", "end"), flow("c", "end"))
    return {
        "flow to nowhere": line(user("t"), flow("t", "nix")),
        "boundary events on each other": line(user("t"), *two, *ways),
        "boundary event on a gateway": line(
            gate("t"), boundary("b", "t", timed("PT1S")), ways[0]
        ),
        "ids twice": line(user("t") + user("t")),
        "flow across scopes": line(
            node("subProcess", "t", start("s"), user("u"), chain("s", "u")), flow("u", "end")
        ),
        "calls itself": line(call("t", "P")),
        "calls a path": line(call("t", "../../etc/passwd")),
        "deep sub-processes": parts(deep + "</b:subProcess>" * 400, flow("start", "s0")),
        "a link without a target": line(throw("t", '<b:linkEventDefinition name="A"/>')),
        "a data object of none": line(
            '<b:dataObjectReference id="r" dataObjectRef="r"/>',
            node("userTask", "t", "<b:dataInputAssociation><b:sourceRef>r</b:sourceRef>"
                 "</b:dataInputAssociation>"),
        ),
        "an id of 100,000 characters": _BODY.replace('"t"', f'"{"a" * 100_000}"').encode(),
    }  # fmt: skip


CODE = (
    "__import__('os').system('touch {}')",
    "(lambda: open('{}', 'w'))()",
    "[x for x in ().__class__.__base__.__subclasses__()]",
    "ｅｘｅｃ('1')",
    "import os; os.system('touch {}')",
    "(" * 3_000 + "1" + ")" * 3_000,
)


def code(canary: str) -> dict[str, bytes]:
    """Code in every place where a diagram or a table holds an expression."""
    found = {}
    for number, text in enumerate(each.format(canary) for each in CODE):
        inner, quoted = escape(text), quoteattr(text)
        loop = f"<b:loopCondition>{inner}</b:loopCondition>"
        done = f"<b:completionCondition>{inner}</b:completionCondition>"
        param = f'<l:operation name="raise_light"><l:param name="x" expression={quoted}/>'
        places = {
            "condition": parts(
                gate("g", default="f_g_t"), user("t"), end(), chain("start", "g", "t", "end"),
                flow("g", "end", inner),
            ),
            "script": line(script("t", inner)),
            "assignment": line(script("t", f"x = {inner}")),
            "timer": line(catch("t", timed(inner))),
            "loop": line(node("userTask", "t", "<b:standardLoopCharacteristics>" + loop
                              + "</b:standardLoopCharacteristics>")),
            "cardinality": line(
                node("userTask", "t", many(f"<b:loopCardinality>{inner}</b:loopCardinality>"))
            ),
            "completion": line(
                node("userTask", "t", many("<b:loopCardinality>2</b:loopCardinality>" + done))
            ),
            "limit": line(user("t", ours(f"<l:limit days={quoted}/>"))),
            "parameter": line(node("serviceTask", "t", ours(param + "</l:operation>"))),
        }  # fmt: skip
        found |= {f"{place} {number}": data for place, data in places.items()}
    return found


def cells(canary: str) -> dict[str, bytes]:
    """Code and bombs in decision tables."""
    given = [each.format(canary) for each in CODE] + ["not(" * 500, "-" * 50_000]
    column, output = tables.column("x", "number"), tables.output("y")
    return {
        **{
            f"cell {n}": tables.file_of(column, output, tables.rule(c)) for n, c in enumerate(given)
        },
        **{
            f"result {n}": tables.file_of(column, output, tables.rule("1", gives=c))
            for n, c in enumerate(given)
        },
        "asks itself": tables.definitions(
            tables.decision(tables.requires("t"), tables.table(column, output, tables.rule("1")))
        ),
    }


def runs() -> dict[str, bytes]:
    """What is BPMN, and would run for ever or grow without end."""
    again = gate("again", default="f_again_t")
    back = (flow("again", "a", "1 == 1"), flow("a", "again"))
    rest = (user("t"), end(), chain("start", "i", "again", "t", "end"))
    doubling = {
        "text": ("'aaaa'", "x + x"),
        "a list": ("['a']", "[x, x]"),
        "an object": ("{'a': 1}", "{'a': x, 'b': x}"),
    }
    grown = {
        f"{what} that doubles": parts(
            script("i", f"x = {first}"), again, script("a", f"x = {then}"), *back, *rest
        )
        for what, (first, then) in doubling.items()
    }
    mark = "<b:standardLoopCharacteristics/>"
    return {
        **grown,
        "tokens that double": parts(
            gate("m"), both("f"), script("a", "x = 1"), script("c", "x = 1"),
            chain("start", "m", "f", "a", "m"), chain("f", "c", "m"),
        ),
        "a flow to itself": line(user("t"), flow("t", "t")),
        "a circle": parts(script("a", "x = 1"), script("b", "x = 2"),
                          chain("start", "a", "b", "a")),
        "a timer every second for ever": line(
            user("t"), boundary("b", "t", timed("R/PT1S", "timeCycle")), flow("b", "end")
        ),
        "a thousand million instances": line(
            node("userTask", "t", many("<b:loopCardinality>1000000000</b:loopCardinality>"))
        ),
        "a loop without an end": line(node("scriptTask", "t", mark, "<b:script>x = 1</b:script>")),
    }  # fmt: skip
