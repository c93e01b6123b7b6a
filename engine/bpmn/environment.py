"""Where the library would evaluate Python, our whitelisted expressions stand."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from SpiffWorkflow.bpmn.script_engine import BasePythonScriptEngineEnvironment

from engine.bpmn.closures import Functions
from engine.bpmn.expressions import Expression, compile_assignments, compile_expression
from engine.bpmn.situation import Situation


class Environment(BasePythonScriptEngineEnvironment):
    """Evaluates conditions, scripts, limits and thresholds of one instance.

    The facts of the situation stand before the process data: no data can shadow them.
    """

    def __init__(self, functions: Functions, situation: Situation) -> None:
        super().__init__()
        self.functions, self.situation = functions, situation

    def evaluate(self, expression: str, context: Any, external_context: Any = None) -> Any:
        compiled = compile_expression(expression, self.functions)
        return self.value(compiled, {**(external_context or {}), **context})

    def value(self, expression: Expression, names: Mapping[str, Any]) -> Any:
        """Return the value for these names and the facts."""
        return expression.evaluate({**names, **self.situation.facts}, self.functions)

    def execute(self, script: str, context: Any, external_context: Any = None) -> bool:
        names = {**(external_context or {}), **context, **self.situation.facts}
        compiled = compile_assignments(script, self.functions)
        context.update(compiled.run(names, self.functions))
        return True
