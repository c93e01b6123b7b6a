"""The business rule task: it asks a decision of its version and keeps the outcome."""

from __future__ import annotations

from typing import Any

from SpiffWorkflow.bpmn.exceptions import WorkflowTaskException
from SpiffWorkflow.bpmn.specs.defaults import ServiceTask

from engine.bpmn.decision import Decide
from engine.bpmn.decision_calls import DecisionCall
from engine.bpmn.values import Trouble, copied
from engine.errors import ExpressionError


class DecisionTask(ServiceTask):
    """Decides by a table of the version; `call` says which, and under which name it keeps what."""

    call: DecisionCall

    def _execute(self, my_task: Any) -> bool:
        environment = my_task.workflow.script_engine.environment
        try:
            my_task.data.update(_results(self.call, environment, my_task.data))
        except ExpressionError as refused:
            raise WorkflowTaskException(refused.message.en, my_task, refused) from refused
        return True


def _results(call: DecisionCall, environment: Any, data: dict[str, Any]) -> dict[str, Any]:
    facts = environment.situation.facts
    decide: Decide = environment.functions["decide"]
    try:
        value = copied(decide(call.key, {**data, **facts}))
        if call.result:
            results = {call.result: value}
        else:
            names = decide.decisions[call.key].output_names
            results = value if len(names) > 1 else {name: value for name in names}
        for name in results:
            if name in facts:
                raise Trouble(f"不能给 {name} 赋值", f"{name} cannot be assigned")
    except Trouble as trouble:
        raise ExpressionError(f"{trouble.words.zh}。", f"{trouble.words.en}.") from None
    return results
