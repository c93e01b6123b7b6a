"""Random diagrams of nearly all that is supported, block in block."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from tests.bpmn.diagrams import diagram, process
from tests.bpmn.scenarios.parts import (
    DEFINED,
    TERMINATE,
    call,
    catch,
    end,
    error,
    escalation,
    flow,
    gate,
    handler,
    many,
    message,
    node,
    signal,
    start,
    sub,
    throw,
    timer,
    user,
)

Ends = tuple[str, str]  # the first and the last node of a block
DECISIONS = ("v &gt; 5", "true", "v == 3")
LOOPS = ("2", "1", "0")


class Maker:
    """Makes the parts of a diagram; the task data `v` and `rows` decide and count."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.count = 0
        self.others: list[str] = []

    def key(self, kind: str) -> str:
        self.count += 1
        return f"{kind}{self.count}"

    def one_of(self, *given: str) -> str:
        return self.random.choice(given)

    def block(self, out: list[str], depth: int) -> Ends:
        nested: tuple[Callable[[list[str], int], Ends], ...] = (
            self.chain, self.decision, self.fork, self.scope, self.scope, self.link, self.events,
            self.called,
        )  # fmt: skip
        flat = (self.task, self.task, self.tasks)
        kinds = (*flat, *nested) if depth > 0 else flat
        return self.random.choice(kinds)(out, depth - 1)

    def task(self, out: list[str], depth: int) -> Ends:
        key = self.key("t")
        out.append(user(key))
        return key, key

    def tasks(self, out: list[str], depth: int) -> Ends:
        """A multi-instance task, perhaps with a message on it."""
        key = self.key("t")
        out.append(user(key, self.repeated()))
        if self.random.random() < 0.4:
            event, over = self.key("b"), self.key("e")
            attached = {"attachedToRef": key, "cancelActivity": self.one_of("true", "false")}
            out += [node("boundaryEvent", event, message(), **attached), end(over)]
            out.append(flow(event, over))
        return key, key

    def chain(self, out: list[str], depth: int) -> Ends:
        first, second = self.block(out, depth), self.block(out, depth)
        out.append(flow(first[1], second[0]))
        return first[0], second[1]

    def decision(self, out: list[str], depth: int) -> Ends:
        tag = self.one_of("exclusiveGateway", "inclusiveGateway")
        split, join = self.key("g"), self.key("g")
        usual, other = self.block(out, depth), self.block(out, depth)
        out += [gate(split, tag, default=f"f_{split}_{usual[0]}"), gate(join, tag)]
        out += [flow(split, usual[0]), flow(split, other[0], self.one_of(*DECISIONS))]
        out += [flow(usual[1], join), flow(other[1], join)]
        return split, join

    def fork(self, out: list[str], depth: int) -> Ends:
        """Two branches, from a gateway or straight from a task."""
        split, join = self.key("g"), self.key("g")
        out.append(self.one_of(user(split), gate(split, "parallelGateway")))
        out.append(gate(join, "parallelGateway"))
        for _ in range(2):
            branch = self.block(out, depth)
            out += [flow(split, branch[0]), flow(branch[1], join)]
        return split, join

    def scope(self, out: list[str], depth: int) -> Ends:
        """A sub-process: repeated, with boundary events or event sub-processes, or plain."""
        key, begin, finish = self.key("S"), self.key("s"), self.key("e")
        inner: list[str] = [self.one_of("", self.repeated(), self.repeated())]
        body = self.block(inner, depth)
        last = self.one_of("", "", TERMINATE, error("bad"), escalation("late"), signal("stop"))
        inner += [start(begin), flow(begin, body[0]), end(finish, last), flow(body[1], finish)]
        for _ in range(self.random.choice((0, 0, 1, 2))):
            self.handler(inner, depth)
        out.append(sub(key, *inner))
        for _ in range(self.random.choice((0, 1, 2))):
            self.boundary(out, key, depth)
        return key, key

    def handler(self, out: list[str], depth: int) -> None:
        key, finish = self.key("H"), self.key("e")
        definition = self.definition()
        inner: list[str] = []
        body = self.block(inner, depth)
        inner += [end(finish), flow(f"{key}_s", body[0]), flow(body[1], finish)]
        interrupts = "error" in definition or self.random.random() < 0.5
        out.append(handler(key, definition, *inner, interrupts=interrupts))

    def boundary(self, out: list[str], key: str, depth: int) -> None:
        event, over = self.key("b"), self.key("e")
        definition = self.definition()
        interrupts = "error" in definition or self.random.random() < 0.5
        path = self.block(out, depth)
        attached = {"attachedToRef": key, "cancelActivity": str(interrupts).lower()}
        out += [node("boundaryEvent", event, definition, **attached), end(over)]
        out += [flow(event, path[0]), flow(path[1], over)]

    def definition(self) -> str:
        return self.one_of(
            timer("PT2H"), timer("R2/PT1H", "timeCycle"), message(), signal(), error(),
            error("bad"), escalation("late"),
        )  # fmt: skip

    def repeated(self) -> str:
        if self.random.random() < 0.2:
            return '<b:standardLoopCharacteristics loopMaximum="2"/>'
        item = f'<b:inputDataItem id="{self.key("i")}" name="item"/>'
        each = (
            f"<b:loopDataInputRef>rows</b:loopDataInputRef>{item}",
            f"<b:loopCardinality>{self.one_of(*LOOPS)}</b:loopCardinality>",
        )
        return many(self.one_of(*each), isSequential=self.one_of("true", "false"))

    def link(self, out: list[str], depth: int) -> Ends:
        body = self.block(out, depth)
        name, here, there = self.key("L"), self.key("l"), self.key("l")
        definition = f'<b:linkEventDefinition name="{name}"/>'
        out += [throw(here, definition), catch(there, definition), flow(body[1], here)]
        return body[0], there

    def events(self, out: list[str], depth: int) -> Ends:
        split, join = self.key("g"), self.key("g")
        out += [gate(split, "eventBasedGateway"), gate(join)]
        definitions = (timer("PT1H"), timer("PT3H"), message(), signal())
        for definition in self.random.sample(definitions, 2):
            key = self.key("c")
            out += [catch(key, definition), flow(split, key), flow(key, join)]
        return split, join

    def called(self, out: list[str], depth: int) -> Ends:
        key, begin, finish = self.key("Q"), self.key("s"), self.key("e")
        inner: list[str] = []
        body = self.block(inner, depth)
        inner += [start(begin), end(finish), flow(begin, body[0]), flow(body[1], finish)]
        self.others.append(process(*inner, key=key))
        activity = self.key("C")
        out.append(call(activity, key))
        return activity, activity


def generate(seed: int, depth: int) -> dict[str, bytes]:
    """The files of the diagram of a seed; its process is P."""
    maker, parts = Maker(seed), []
    body = maker.block(parts, depth)
    parts += [start(), end(), flow("start", body[0]), flow(body[1], "end")]
    all_of_it = [process(*parts), *maker.others]
    return {
        f"p{number}.bpmn": diagram(each, extra=DEFINED, drawn=False)
        for number, each in enumerate(all_of_it)
    }
