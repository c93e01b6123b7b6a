"""No way round the evaluator: every place where the library could execute text, and each closed.

The list holds the pinned library's sources; an upgrade that adds a place fails here first.
"""

import re
from importlib.metadata import version as installed
from pathlib import Path

import pytest
import SpiffWorkflow
from SpiffWorkflow.bpmn.parser.ValidationException import ValidationException
from SpiffWorkflow.bpmn.script_engine import PythonScriptEngine, TaskDataEnvironment

from engine.bpmn.environment import Environment
from engine.errors import ExpressionError, LianbanError
from tests.bpmn.diagrams import (
    chain,
    diagram,
    end,
    findings,
    flow,
    node,
    ours,
    process,
    start,
    timer,
    user,
)
from tests.bpmn.instances import MONDAY, World, build, complete, fire

LIBRARY = Path(SpiffWorkflow.__file__).parent

# Executing text, loading objects, importing or finding things by a name, other programs.
EXECUTES = re.compile(
    r"(?<![\w.])(?:eval|exec|compile|__import__|import_module)\(|pickle\.|subprocess\.Popen"
    r"|os\.system|getattr\(sys"
)
OLD_SERIALIZER = "the serializers of 1.x; `state.py` uses SpiffWorkflow.bpmn.serializer alone"
OUT_OF_REACH = {
    "bpmn/script_engine/python_environment.py": "`Environment` overrides evaluate and execute",
    "bpmn/serializer/migration/version_1_2.py": "migrates foreign saved states; ours have a format "
    "byte of their own and never enter `migrate`",
    "serializer/dict.py": OLD_SERIALIZER,
    "specs/Execute.py": "no BPMN element makes one: only the old serializers do",
    "specs/Transform.py": "no BPMN element makes one: only the old serializers do",
}

# Calls of the script engine or its environment: all end in `Environment`.
ASKS = re.compile(r"script_engine(?:\.environment)?\.(evaluate|execute|call_service)\(")
NOT_OURS = "not loaded: our parser builds on bpmn.parser.BpmnParser"
ASKED_BY = {
    "bpmn/specs/bpmn_process_spec.py": "ad hoc completion",
    "bpmn/specs/bpmn_task_spec.py": "conditions of flows",
    "bpmn/specs/event_definitions/conditional.py": "conditional events",
    "bpmn/specs/event_definitions/message.py": "correlation",
    "bpmn/specs/event_definitions/timer.py": "the library's timers; ours are ClockTimer",
    "bpmn/specs/mixins/multiinstance_task.py": "loops and multi-instance",
    "bpmn/specs/mixins/script_task.py": "scripts",
    "camunda/specs/event_definitions.py": NOT_OURS,
    "camunda/specs/multiinstance_task.py": NOT_OURS,
    "dmn/engine/DMNEngine.py": "not loaded: tables are ours",
    "dmn/specs/model.py": "not loaded: tables are ours",
    "spiff/specs/event_definitions.py": NOT_OURS,
    "spiff/specs/mixins/service_task.py": NOT_OURS,
    "spiff/specs/spiff_task.py": NOT_OURS,
}


def sources(pattern: re.Pattern[str]) -> set[str]:
    """The files of the library, but for its tests, where the pattern stands in a line of code."""
    found = set()
    for path in LIBRARY.rglob("*.py"):
        code = (line.split("#")[0] for line in path.read_text("utf-8").splitlines())
        if any(pattern.search(re.sub(r"re\.compile", "", line)) for line in code):
            found.add(path.relative_to(LIBRARY).as_posix())
    return {name for name in found if "test" not in name.lower()}


def test_the_library_is_the_one_that_was_read():
    assert installed("SpiffWorkflow") == "3.2.0"


def test_every_place_that_executes_text_is_known():
    mentioned = {"bpmn/script_engine/python_engine.py"}  # in a docstring
    assert sources(EXECUTES) - mentioned == OUT_OF_REACH.keys()


def test_every_place_that_asks_the_engine_is_known():
    assert sources(ASKS) == ASKED_BY.keys()


def test_what_is_not_loaded_is_not_loaded():
    """Whoever imports our engine has none of the library's other dialects in memory."""
    import subprocess
    import sys

    code = "import engine.bpmn.runtime, engine.bpmn.lint, sys; print(*sorted(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = done.stdout.split()
    for dialect in ("camunda", "spiff", "dmn", "serializer.dict", "serializer.json"):
        stem = f"SpiffWorkflow.{dialect}"
        assert not [name for name in loaded if name == stem or name.startswith(f"{stem}.")]


def test_the_environment_leaves_nothing_of_the_librarys_own():
    for name in ("evaluate", "execute", "call_service"):
        assert getattr(Environment, name).__module__ == "engine.bpmn.environment"
    assert not issubclass(Environment, TaskDataEnvironment)


CANARY = "__import__('pathlib').Path('%s').write_text('out')"
PLAIN = ours('<l:basis ref="P1"/>')


def _loop(kind, inner, **attributes):
    return user("t", node(f"{kind}LoopCharacteristics", None, inner, name=None, **attributes))


def _through(middle, extra=""):
    return diagram(process(start(), middle, end(), chain("start", "t", "end")), extra=extra)


def _gateway(kind, bad):
    return diagram(
        process(
            start(), node(kind, "g", default="f_g_b"), user("a"), user("b"), end(),
            chain("start", "g"), flow("g", "a", bad), flow("g", "b"), chain("a", "end"),
            chain("b", "end"),
        )
    )  # fmt: skip


def _correlated(bad):
    extra = (
        '<b:message id="m" name="m"/><b:collaboration id="c"><b:correlationKey id="k" name="k">'
        "<b:correlationPropertyRef>p</b:correlationPropertyRef></b:correlationKey></b:collaboration>"
        '<b:correlationProperty id="p" name="p">'
        '<b:correlationPropertyRetrievalExpression messageRef="m"><b:messagePath>'
        f"{bad}</b:messagePath></b:correlationPropertyRetrievalExpression></b:correlationProperty>"
    )
    catch = node("intermediateCatchEvent", "t", '<b:messageEventDefinition messageRef="m"/>')
    return _through(catch, extra)


def _throws(bad):
    return _correlated(bad).replace(b"intermediateCatchEvent", b"intermediateThrowEvent")


PLACES = {
    "exclusive": lambda bad: _gateway("exclusiveGateway", bad),
    "inclusive": lambda bad: _gateway("inclusiveGateway", bad),
    "script": lambda bad: _through(node("scriptTask", "t", f"<b:script>x = {bad}</b:script>")),
    "bare script": lambda bad: _through(node("scriptTask", "t", f"<b:script>{bad}</b:script>")),
    "duration": lambda bad: _through(node("intermediateCatchEvent", "t", timer(bad))),
    "threshold": lambda bad: _through(
        node("intermediateCatchEvent", "t", timer(f"working_days({bad})"))
    ),
    "date": lambda bad: _through(node("intermediateCatchEvent", "t", timer(bad, "timeDate"))),
    "cycle": lambda bad: _through(node("intermediateCatchEvent", "t", timer(bad, "timeCycle"))),
    "limit": lambda bad: _through(user("t", ours(f'<l:limit days="{bad}"/>'))),
    "parameter": lambda bad: _through(
        node("serviceTask", "t", ours(
            f'<l:operation name="accept"><l:param name="as_of" expression="{bad}"/></l:operation>'
        ))
    ),  # fmt: skip
    "cardinality": lambda bad: _through(
        _loop("multiInstance", f"<b:loopCardinality>{bad}</b:loopCardinality>")
    ),
    "sequential cardinality": lambda bad: _through(
        _loop("multiInstance", f"<b:loopCardinality>{bad}</b:loopCardinality>", isSequential="true")
    ),
    "completion": lambda bad: _through(
        _loop(
            "multiInstance",
            "<b:loopCardinality>2</b:loopCardinality>"
            f"<b:completionCondition>{bad}</b:completionCondition>",
        )
    ),
    "loop": lambda bad: _through(
        _loop("standard", f"<b:loopCondition>{bad}</b:loopCondition>", loopMaximum="2")
    ),
    "condition event": lambda bad: _through(
        node(
            "intermediateCatchEvent", "t",
            f"<b:conditionalEventDefinition><b:condition>{bad}</b:condition>"
            "</b:conditionalEventDefinition>",
        )
    ),  # fmt: skip
    "retrieval": _correlated,
    "retrieval of what is sent": _throws,
    "ad hoc": lambda bad: _through(
        node(
            "adHocSubProcess", "t", user("u"),
            f"<b:completionCondition>{bad}</b:completionCondition>",
        )
    ),  # fmt: skip
}  # fmt: skip


def _run(data: bytes, calendar) -> None:
    """Go everywhere in the diagram that can be reached, as if there were no gate."""
    world = World(calendar)
    instance = world.start(build("P", {"processes/main.bpmn": data}))
    if instance.awaits("m"):
        instance.send("m", {"x": 1})
    for _ in range(5):
        for task in instance.open_tasks()[:1]:
            complete(instance, task.element)
    instance.save()
    fire(instance, MONDAY)


@pytest.mark.parametrize("place", PLACES)
def test_code_in_a_diagram_never_runs(place, tmp_path, calendar):
    """The gate refuses it; where there is none, reading or running it does."""
    canary = tmp_path / "canary"
    data = PLACES[place](CANARY % canary)
    refused = findings({"p.bpmn": data})
    assert [each for each in refused if each.level == "error"]
    with pytest.raises((LianbanError, ValidationException)):
        _run(data, calendar)
    assert not canary.exists()


@pytest.mark.parametrize("place", PLACES)
def test_the_canary_would_sing(place, tmp_path, calendar, monkeypatch):
    """With the library's own environment most of these places do run Python."""
    canary = tmp_path / "canary"
    plain = TaskDataEnvironment()
    monkeypatch.setattr(Environment, "evaluate", lambda self, *given: plain.evaluate(*given))
    monkeypatch.setattr(Environment, "execute", lambda self, *given: plain.execute(*given))
    try:
        _run(PLACES[place](CANARY % canary), calendar)
    except Exception as refused:
        assert refused
    ours_alone = {"duration", "threshold", "date", "cycle", "ad hoc", "retrieval"}
    assert canary.exists() is (place not in ours_alone)


def test_services_of_the_library_are_closed(calendar):
    environment = Environment({}, World(calendar).situation)
    with pytest.raises(ExpressionError):
        PythonScriptEngine(environment).environment.call_service({}, operation_name="x")
    for text in (None, 3, ["a"], b"a"):
        with pytest.raises(ExpressionError):
            environment.evaluate(text, {})
        with pytest.raises(ExpressionError):
            environment.execute(text, {})
