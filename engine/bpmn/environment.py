"""Where the library would evaluate Python, our whitelisted expressions stand."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NoReturn

from SpiffWorkflow.bpmn.script_engine import BasePythonScriptEngineEnvironment

from engine.bpmn.closures import Functions
from engine.bpmn.expressions import Expression, read_expression
from engine.bpmn.scripts import read_script
from engine.bpmn.situation import Situation
from engine.domain.calendar import SHANGHAI
from engine.errors import ExpressionError


class Environment(BasePythonScriptEngineEnvironment):
    """Evaluates conditions, scripts, limits and thresholds of one instance.

    The facts of the situation stand before the process data: no data can shadow them.
    """

    def __init__(self, functions: Functions, situation: Situation) -> None:
        super().__init__()
        self.situation = situation
        self.functions = {**functions, "today": self._today, "now": self._now}

    def evaluate(self, expression: str, context: Any, external_context: Any = None) -> Any:
        names = {**external_context, **context} if external_context else context
        return self.value(read_expression(_text(expression)), names)

    def value(self, expression: Expression, names: Mapping[str, Any]) -> Any:
        """Return the value for these names and the facts."""
        return expression.evaluate(names, self.functions, self.situation.facts)

    def execute(self, script: str, context: Any, external_context: Any = None) -> bool:
        names = {**(external_context or {}), **context}
        assignments = read_script(_text(script))
        context.update(assignments.run(names, self.functions, self.situation.facts))
        return True

    def call_service(self, context: Any, **call: Any) -> NoReturn:
        """Refuse: service tasks name operations; the library's own services are out of reach."""
        raise ExpressionError(
            "服务任务只能使用本系统的操作。", "A service task can only name an operation of ours."
        )

    def _today(self) -> str:
        return self.situation.now.astimezone(SHANGHAI).date().isoformat()

    def _now(self) -> str:
        moment = self.situation.now.astimezone(SHANGHAI)
        return moment.replace(tzinfo=None).isoformat(timespec="seconds")


def _text(written: Any) -> str:
    """The text of an expression; the library also hands on what it made up itself."""
    if not isinstance(written, str):
        raise ExpressionError("此处需要表达式。", "Expected an expression here.")
    return written
