"""A decision: a table or one expression, over the data and over the decisions it requires."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from engine.bpmn.decision_table import Table
from engine.bpmn.expressions import Expression
from engine.bpmn.unary import PURE
from engine.bpmn.values import Trouble, Value, known
from engine.errors import ExpressionError


@dataclass(frozen=True)
class Required:
    """A decision that another one reads, under these names."""

    names: tuple[str, ...]
    decision: Decision


@dataclass(frozen=True)
class Decision:
    """A decision of a DMN file; `key` is its id, `body` what it is worked out by."""

    file: str
    key: str
    name: str
    line: int
    body: Table | Expression
    requires: tuple[Required, ...] = ()

    @property
    def gives_list(self) -> bool:
        return isinstance(self.body, Table) and self.body.gives_list

    @property
    def output_names(self) -> tuple[str, ...]:
        """The names under which the outputs may go into the process data; none for a list."""
        if isinstance(self.body, Expression) or self.body.gives_list or self.body.aggregation:
            return ()
        return tuple(output.name for output in self.body.outputs)

    def outcome(self, data: Mapping[str, Value]) -> Value:
        """What is decided for these data (see `Table.outcome`). Raises `ExpressionError`."""
        return self._outcome(data, {})

    def _outcome(self, data: Mapping[str, Value], done: dict[str, Value]) -> Value:
        """Each decision is worked out once, however many others require it."""
        if self.key not in done:
            names = dict(data)
            for each in self.requires:
                value, outputs = each.decision._outcome(data, done), each.decision.output_names
                # Camunda gives the outputs of a required table their own names as well.
                names.update(value if len(outputs) > 1 else dict.fromkeys(outputs, value))
                names.update(dict.fromkeys(each.names, value))
            if isinstance(self.body, Expression):
                done[self.key] = self.body.evaluate(names, PURE)
            else:
                done[self.key] = self.body.outcome(names)
        return done[self.key]


class Decide:
    """The function `decide("key", {…})` of expressions, over the decisions of a version."""

    def __init__(self, decisions: Mapping[str, Decision]) -> None:
        self.decisions = decisions

    @property
    def keys(self) -> frozenset[str]:
        return frozenset(self.decisions)

    def __call__(self, key: Value, data: Value) -> Value:
        if not isinstance(key, str) or key not in self.decisions:
            there = known(self.decisions)
            raise Trouble(f"没有所指的决策表；{there.zh}", f"no such decision; {there.en}")
        if not isinstance(data, dict):
            raise Trouble(
                "decide 的第二个参数应是对象", "the second argument of decide is an object"
            )
        try:
            return self.decisions[key].outcome(data)
        except ExpressionError as error:
            raise Trouble(error.message.zh.rstrip("。"), error.message.en.rstrip(".")) from None
