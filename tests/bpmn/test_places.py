"""An expression that fails while a case runs: the words name the element and the expression."""

import pytest

from engine.errors import LianbanError
from tests.bpmn.diagrams import chain, end, flow, node, ours, start, timer, user
from tests.bpmn.instances import World, complete, script, version


def through(middle: str, *more: str):
    return version(start(), middle, end(), chain("start", "t", "end"), *more)


def many(inner: str) -> str:
    return user("t", node("multiInstanceLoopCharacteristics", None, inner, name=None))


PLACES = {
    "limit": through(user("t", ours('<l:limit days="missing + 1"/>'))),
    "duration": through(node("intermediateCatchEvent", "t", timer("working_days(missing)"))),
    "date": through(node("intermediateCatchEvent", "t", timer("missing", "timeDate"))),
    "script": through(script("t", "x = missing")),
    "parameter": through(
        node("serviceTask", "t", ours(
            '<l:operation name="accept"><l:param name="as_of" expression="missing"/></l:operation>'
        ))
    ),
    "cardinality": through(many("<b:loopCardinality>missing</b:loopCardinality>")),
    "completion": through(
        many(
            "<b:loopCardinality>2</b:loopCardinality>"
            "<b:completionCondition>missing</b:completionCondition>"
        )
    ),
    "loop": through(
        user("t", node("standardLoopCharacteristics", None,
                       "<b:loopCondition>missing</b:loopCondition>", name=None))
    ),
    "gateway": version(
        start(), node("exclusiveGateway", "t", default="f_t_end"), user("u"), end(),
        chain("start", "t"), flow("t", "u", "missing"), flow("t", "end"), chain("u", "end"),
    ),
}  # fmt: skip


@pytest.mark.parametrize("place", PLACES)
def test_the_element_and_the_expression_are_named(place, calendar):
    with pytest.raises(LianbanError) as refused:
        instance = World(calendar).start(PLACES[place])
        instance.waiting_timers()
        for task in instance.open_tasks():
            complete(instance, task.element)
    words = refused.value.message
    assert refused.value.facts["element"] == "t"
    for text in (words.zh, words.en):
        assert "missing" in text
        assert "t" in text.split("missing")[0]
    assert "there is no missing" in words.en
