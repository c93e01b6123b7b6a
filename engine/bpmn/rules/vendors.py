"""What other engines put into a file and is read as ours: each finding shows what as what."""

from __future__ import annotations

from collections.abc import Iterable

from lxml import etree

from engine.bpmn.diagram import Scope, nodes_of
from engine.bpmn.findings import Finding
from engine.bpmn.rules.gate import Findings, Gate, ScopeRule, found, title
from engine.bpmn.vendors.adopt import Reading
from engine.bpmn.vendors.aliases import Claim
from engine.bpmn.vendors.names import prefixed
from engine.bpmn.vocabulary import Extensions, read_extensions
from engine.bpmn.xml import bpmn, local
from engine.errors import Words

_MOST_SHOWN = 80  # characters of what a file says


def read_as(file: str, readings: Iterable[Reading], checked: Iterable[etree._Element]) -> Findings:
    """What was rewritten on reading the file, in the processes that are judged."""
    within = {element for process in checked for element in process.iter(bpmn("*"))}
    for reading in readings:
        if reading.element not in within:
            continue
        before, after = _short(reading.before), _short(reading.after, 200)
        yield Finding(
            file,
            reading.line,
            reading.element.get("id") or local(reading.element),
            "hint",
            "vendor-read",
            Words(
                f"{reading.source} 的“{before}”按“{after}”读取。",
                f"{reading.source} `{before}` is read as `{after}`.",
            ),
            Words("请核对；最好在文件中就这样写。", "Check it; best write it so in the file."),
        )


_WORDS = {"post": Words("岗位", "post"), "form": Words("表单", "form")}


def aliases(scope: Scope, gate: Gate) -> Findings:
    """Posts and forms in other engines' words: what each is read as, or why it is not."""
    for node in nodes_of(scope):
        read = read_extensions(node)
        lane = scope.lanes.get(node.get("id", ""))
        for claim in read.claims:
            ours = read.post or (lane and lane.post) if claim.word == "post" else read.form
            reason = _unread(claim, read, ours or None)
            message = reason or _read(claim, gate)
            rule = "vendor-unread" if reason else "vendor-read"
            yield found(scope, node, rule, message, _remedy(claim, gate), level="hint")


def _unread(claim: Claim, read: Extensions, ours: str | None) -> Words | None:
    """Why a claim does not count; None where it does."""
    zh, en = f"{claim.source}“{_short(claim.text)}”", f"{claim.source} `{_short(claim.text)}`"
    word = _WORDS[claim.word]
    if ours is not None:
        return Words(
            f"{zh}不起作用：以 lianban 写的{word.zh} {ours} 为准。",
            f"{en} has no effect: the {word.en} {ours} of lianban counts.",
        )
    if claim.why:
        return Words(f"{zh}不读取：{claim.why.zh}。", f"{en} is not read: {claim.why.en}.")
    taken = read.claimed(claim.word)
    if claim.value != taken:
        return Words(
            f"{zh}不读取：{word.zh}已由 {taken} 给出。",
            f"{en} is not read: the {word.en} is {taken}, as given beside it.",
        )
    return None


def _read(claim: Claim, gate: Gate) -> Words:
    """As what a claim is read, and what follows where there is no such post or form here."""
    zh, en = f"{claim.source}“{_short(claim.text)}”", f"{claim.source} `{_short(claim.text)}`"
    word = _WORDS[claim.word]
    if claim.value in (gate.posts if claim.word == "post" else gate.forms):
        return Words(
            f"{zh}读作{word.zh} {claim.value}。", f"{en} is read as the {word.en} {claim.value}."
        )
    if claim.word == "form":
        return Words(
            f"{zh}：没有表单 {claim.value}，用通用表单。",
            f"{en}: there is no form {claim.value}; the step gets the generic form.",
        )
    return Words(
        f"{zh}读作岗位 {claim.value}；现在没有这个岗位，无人能办理。",
        f"{en} is read as the post {claim.value}; there is no such post now, so nobody holds it.",
    )


def _remedy(claim: Claim, gate: Gate) -> Words:
    if claim.word == "form":
        return Words(
            "如需表单，请在 forms/ 建立并写 lianban:form key=…。",
            "If it needs a form, add it under forms/ and write lianban:form key=….",
        )
    listed = sorted(gate.posts)[:8]
    return Words(
        f"请写 lianban:post code=…，现有：{'、'.join(listed) or '—'}。",
        f"Write lianban:post code=…; there are: {', '.join(listed) or '—'}.",
    )


def collections(scope: Scope, gate: Gate) -> Findings:
    """A vendor's collection that is not read: with a number beside it, or not a plain name."""
    for node in nodes_of(scope):
        for mark in node.iterchildren(bpmn("multiInstanceLoopCharacteristics")):
            there = [n for a in mark.attrib if (n := prefixed(a)) and n.endswith(":collection")]
            if not there or mark.find(bpmn("loopDataInputRef")) is not None:
                continue
            if mark.find(bpmn("loopCardinality")) is not None:
                message = Words(
                    f"“{title(node)}”的多实例同时写了 loopCardinality 和 {there[0]}。",
                    f"{title(node)} has both loopCardinality and {there[0]}.",
                )
                remedy = Words(
                    "请只留一个：要按名单逐份办理，删除 loopCardinality。",
                    "Keep one: to go over the list, delete loopCardinality.",
                )
            else:
                message = Words(
                    f"“{title(node)}”的 {there[0]} 不是数据名，由原引擎的代码给出名单。",
                    f"{there[0]} of {title(node)} is no name of data: code of that engine lists.",
                )
                remedy = Words(
                    "请在之前的环节把名单存为数据，这里只写它的名称。",
                    "Let an earlier step store the list, and write its name alone here.",
                )
            yield found(scope, node, "vendor-collection", message, remedy)


def _short(text: str, most: int = _MOST_SHOWN) -> str:
    text = " ".join(text.split())
    return text if len(text) <= most else text[: most - 1] + "…"


RULES: tuple[ScopeRule, ...] = (aliases, collections)
