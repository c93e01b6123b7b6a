"""Random diagrams, block in block, of what cases are made of.

Each name in the data is written by one task with one value, so that the order in which branches
are merged does not show: there the library and ours differ on purpose (see `engine.bpmn.joins`).
For the same reason a `plain` diagram has nothing that forks in a loop (the library counts tokens of
the round before, and a branch that left a name alone undoes what another one wrote), no loop in a
branch of an inclusive gateway (it fires without that branch), and no boundary event on a
sub-process (its path does not see what that had done).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random

from tests.bpmn.diagrams import boundary, diagram, end, flow, node, process, start, timer, user
from tests.bpmn.instances import interrupting, message, messages, script

SIGNAL = '<b:signalEventDefinition signalRef="s_go"/>'
EXTRA = messages("come", "gone") + '<b:signal id="s_go" name="go"/>'


@dataclass
class Walkable:
    """A generated diagram, as a file, and the names that steps may set to true or false."""

    data: bytes
    choices: list[str]


@dataclass
class _Maker:
    random: Random
    plain: bool
    parts: list[str] = field(default_factory=list)
    choices: list[str] = field(default_factory=list)
    called: list[str] = field(default_factory=list)
    numbers: int = 0

    def key(self, kind: str) -> str:
        self.numbers += 1
        return f"{kind}{self.numbers}"

    def add(self, *parts: str) -> None:
        self.parts.extend(parts)

    # Each block adds its parts and returns the ids of its first and its last node.

    def block(self, depth: int, looped: bool) -> tuple[str, str]:
        kinds = [self.task, self.task, self.automatic, self.waits]
        if depth > 0:
            kinds += [self.chain, self.chain, self.choice, self.embedded, self.call]
            kinds += [self.loop, self.many]
            if not (self.plain and looped):
                kinds += [self.fork, self.fork, self.some, self.timed]
        return self.random.choice(kinds)(depth - 1, looped)

    def task(self, depth: int, looped: bool) -> tuple[str, str]:
        key = self.key("t")
        self.add(user(key))
        return key, key

    def automatic(self, depth: int, looped: bool) -> tuple[str, str]:
        key = self.key("a")
        self.add(script(key, f"v_{key} = [1, {{'n': {self.numbers}}}]"))
        return key, key

    def waits(self, depth: int, looped: bool) -> tuple[str, str]:
        key = self.key("w")
        inner = self.random.choice([timer("PT2H"), timer("P3D"), message("come"), SIGNAL])
        self.add(node("intermediateCatchEvent", key, inner))
        return key, key

    def chain(self, depth: int, looped: bool) -> tuple[str, str]:
        blocks = [self.block(depth, looped) for _ in range(self.random.randint(2, 4))]
        for before, after in zip(blocks, blocks[1:], strict=False):
            self.add(flow(before[1], after[0]))
        return blocks[0][0], blocks[-1][1]

    def fork(self, depth: int, looped: bool) -> tuple[str, str]:
        split, join = self.key("f"), self.key("j")
        self.add(node("parallelGateway", split), node("parallelGateway", join))
        for _ in range(self.random.randint(2, 3)):
            self._between(split, join, depth, looped)
        return split, join

    def some(self, depth: int, looped: bool) -> tuple[str, str]:
        split, join = self.key("i"), self.key("k")
        depth = 0 if self.plain else depth
        self.add(node("inclusiveGateway", join))
        for _ in range(2):
            self._between(split, join, depth, looped, condition=self._choice())
        default = self._between(split, join, depth, looped)
        self.add(node("inclusiveGateway", split, default=default))
        return split, join

    def choice(self, depth: int, looped: bool) -> tuple[str, str]:
        split, join = self.key("x"), self.key("y")
        self.add(node("exclusiveGateway", join))
        self._between(split, join, depth, looped, condition=self._choice())
        default = self._between(split, join, depth, looped)
        self.add(node("exclusiveGateway", split, default=default))
        return split, join

    def _between(
        self, split: str, join: str, depth: int, looped: bool, condition: str | None = None
    ) -> str:
        first, last = self.block(depth, looped)
        self.add(flow(split, first, condition), flow(last, join))
        return f"f_{split}_{first}"

    def _choice(self) -> str:
        name = f"c{self.random.randint(1, 6)}"
        if name not in self.choices:
            self.choices.append(name)
        return name

    def loop(self, depth: int, looped: bool) -> tuple[str, str]:
        """The body, twice."""
        setup, again, count = self.key("z"), self.key("g"), self.key("n")
        back, out = self.key("b"), self.key("o")
        first, last = self.block(depth, True)
        self.add(
            script(setup, f"seen_{count} = false"),
            node("exclusiveGateway", again),
            script(count, f"done_{count} = seen_{count}\nseen_{count} = true"),
            node("exclusiveGateway", back, default=f"f_{back}_{again}"),
            node("exclusiveGateway", out),
            flow(setup, again),
            flow(again, first),
            flow(last, count),
            flow(count, back),
            flow(back, again),
            flow(back, out, f"done_{count}"),
        )
        return setup, out

    def many(self, depth: int, looped: bool) -> tuple[str, str]:
        key = self.key("m")
        how = ' isSequential="true"' if self.random.random() < 0.4 else ""
        count = self.random.randint(0, 3)
        mark = f"multiInstanceLoopCharacteristics{how}"
        inner = f"<b:{mark}><b:loopCardinality>{count}</b:loopCardinality>"
        inner += "</b:multiInstanceLoopCharacteristics>"
        if self.random.random() < 0.5:
            self.add(user(key, inner))
        else:
            self._embedded(key, depth, looped, inner)
        return key, key

    def embedded(self, depth: int, looped: bool) -> tuple[str, str]:
        key = self.key("s")
        self._embedded(key, depth, looped)
        return key, key

    def _embedded(self, key: str, depth: int, looped: bool, *inner: str) -> None:
        outside, self.parts = self.parts, []
        body = self._body(depth, looped)
        self.parts = outside
        self.add(node("subProcess", key, *inner, body))

    def call(self, depth: int, looped: bool) -> tuple[str, str]:
        key = self.key("l")
        outside, self.parts = self.parts, []
        self.called.append(process(self._body(depth, looped), key=f"P_{key}"))
        self.parts = outside
        self.add(node("callActivity", key, calledElement=f"P_{key}"))
        return key, key

    def timed(self, depth: int, looped: bool) -> tuple[str, str]:
        """An activity with boundary events, their paths leading to ends or past it."""
        key, after = self.key("t"), self.key("y")
        if self.plain or self.random.random() < 0.5:
            self.add(user(key))
        else:
            self._embedded(key, depth, looped)
        self.add(node("exclusiveGateway", after), flow(key, after))
        light, over = self.key("e"), self.key("q")
        first, last = self.random.choice([self.task, self.automatic])(0, looped)
        self.add(boundary(light, key, timer("PT5H")), end(over), flow(light, first))
        self.add(flow(last, over))
        if self.random.random() < 0.6:
            cut = self.key("e")
            inner = self.random.choice([timer("P2D"), message("gone")])
            self.add(interrupting(cut, key, inner))
            first, last = self.task(0, looped)
            self.add(flow(cut, first), flow(last, after))
        return key, after

    def _body(self, depth: int, looped: bool) -> str:
        begin, finish = self.key("start"), self.key("end")
        first, last = (self.chain if depth > 2 else self.block)(max(depth, 0), looped)
        self.add(start(begin), end(finish), flow(begin, first), flow(last, finish))
        return "\n".join(self.parts)


def generate(seed: int, plain: bool) -> Walkable:
    """The diagram of a seed; `plain` keeps to what the library itself does as the standard says."""
    maker = _Maker(Random(seed), plain)
    main = process(maker._body(4, False), key="P")
    return Walkable(diagram(main, *maker.called, extra=EXTRA, drawn=False), sorted(maker.choices))
