"""Messages, and the conversations to which they belong.

Which of several that wait for a message of one name it is for, the message itself decides, where
the diagram says how (BPMN 2.0.2, 8.4.2, key-based correlation): the values of a key in the first
message of a conversation, sent or received, are those of all its later ones. A conversation is
kept in the scope where it began and is known to the scopes inside, so that each instance of a
multi-instance sub-process has its own. The library looks in the one scope alone, and finds no
values in what comes from outside.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from SpiffWorkflow.bpmn.specs.event_definitions.base import EventDefinition
from SpiffWorkflow.bpmn.specs.event_definitions.message import (
    CorrelationProperty,
    MessageEventDefinition,
)

from engine.bpmn.expressions import read_expression
from engine.errors import ExpressionError

Values = dict[str, dict[str, Any]]  # of each key, the values of its properties


class Message(MessageEventDefinition):
    """The message of an event or a task, with the properties that tell its conversation."""

    def __init__(self, name: str, properties: list[CorrelationProperty]) -> None:
        named = [
            CorrelationProperty(p.name, p.retrieval_expression, [k or "" for k in keys])
            for p in properties
            if (keys := p.correlation_keys)
        ]
        super().__init__(name, named)

    def catches(self, my_task: Any, event: Any) -> bool:
        """Whether the event is this message, and (where it has data) of this conversation."""
        if self != event.event_definition or event.payload is None:
            return self == event.event_definition
        keys = {key for each in self.correlation_properties for key in each.correlation_keys}
        begun = {key: there for key in keys if (there := _begun(my_task.workflow, key))}
        found = self._found(my_task, event.payload) if begun else {}
        return not begun or any(found.get(key) == there for key, there in begun.items())

    def catch(self, my_task: Any, event: Any = None) -> None:
        self.update_internal_data(my_task, event)
        for key, values in self._found(my_task, event.payload or {}).items():
            if not _begun(my_task.workflow, key):
                my_task.workflow.correlations[key] = values
        EventDefinition.catch(self, my_task, event)

    def __eq__(self, other: Any) -> bool:
        return isinstance(other, MessageEventDefinition) and self.name == other.name

    __hash__ = None

    def _found(self, my_task: Any, payload: Mapping[str, Any]) -> Values:
        """The values in a message that was received; what it does not have is left out."""
        environment = my_task.workflow.script_engine.environment
        found: Values = {}
        for each in self.correlation_properties:
            expression = read_expression(each.retrieval_expression)
            try:
                value = environment.value(expression, payload)
            except ExpressionError:
                continue
            for key in each.correlation_keys:
                found.setdefault(key, {})[each.name] = value
        return found


def _begun(workflow: Any, key: str) -> dict[str, Any] | None:
    """The values of a key in the conversation that a scope, or the nearest one around, is in."""
    while workflow is not None and key not in workflow.correlations:
        workflow = workflow.parent_workflow
    return None if workflow is None else workflow.correlations[key]
