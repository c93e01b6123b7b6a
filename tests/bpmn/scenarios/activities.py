"""Sub-processes, calls, loops, multi-instance, data objects. BPMN 2.0.2, 10.4, 13.3; the like of
the tests of SpiffWorkflow, Camunda 7, Flowable and Zeebe."""

from __future__ import annotations

from tests.bpmn.diagrams import process
from tests.bpmn.scenarios.parts import (
    TERMINATE,
    beside,
    both,
    call,
    chain,
    end,
    flow,
    gate,
    interrupting,
    into,
    many,
    message,
    node,
    over,
    script,
    simple,
    start,
    sub,
    timer,
    user,
)
from tests.bpmn.scenarios.play import Scenario, done, passed, sent

COLLECTS, COLLECTED = into("answers", "answer")
EACH = many(
    "<b:loopDataInputRef>rows</b:loopDataInputRef>" + COLLECTS
    + '<b:inputDataItem id="item"/>' + COLLECTED
)  # fmt: skip


def around(*parts: str, through: str = "A") -> tuple[str, ...]:
    return (start(), *parts, user("z"), end(), chain("start", through, "z", "end"))


def asked(loop: str) -> tuple[str, ...]:
    return around(user("A", loop))


OBJECT = (
    '<b:dataObject id="thing"/>'
    '<b:dataObjectReference id="thing_1" name="Thing" dataObjectRef="thing"/>'
)
WRITES = "<b:dataOutputAssociation><b:targetRef>thing_1</b:targetRef></b:dataOutputAssociation>"
READS = (
    '<b:property id="hole" name="__targetRef_placeholder"/><b:dataInputAssociation>'
    "<b:sourceRef>thing_1</b:sourceRef><b:targetRef>hole</b:targetRef></b:dataInputAssociation>"
)
CALLED = process(
    start("qs"), user("x"), script("y", "left = taken + 1"), end("qe"), chain("qs", "x", "y", "qe"),
    key="Q",
)  # fmt: skip
DECLARED = (
    '<b:ioSpecification><b:dataInput id="taken"/><b:dataOutput id="left"/>'
    "<b:inputSet><b:dataInputRefs>taken</b:dataInputRefs></b:inputSet>"
    "<b:outputSet><b:dataOutputRefs>left</b:dataOutputRefs></b:outputSet></b:ioSpecification>"
)

CONVERSATION = (
    '<b:message id="m_ask" name="ask"/><b:message id="m_answer" name="answer"/>'
    '<b:correlationProperty id="who"><b:correlationPropertyRetrievalExpression messageRef="m_ask">'
    "<b:messagePath>department</b:messagePath></b:correlationPropertyRetrievalExpression>"
    '<b:correlationPropertyRetrievalExpression messageRef="m_answer"><b:formalExpression>sender'
    "</b:formalExpression></b:correlationPropertyRetrievalExpression></b:correlationProperty>"
    '<b:collaboration id="co"><b:participant id="we" processRef="P"/><b:correlationKey id="k">'
    "<b:correlationPropertyRef>\n who </b:correlationPropertyRef></b:correlationKey>"
    "</b:collaboration>"
)

SCENARIOS = [
    Scenario(
        "a sub-process in a sub-process",
        around(sub("A", start("s1"), simple("B", "b"), end("e1"), chain("s1", "B", "e1"))),
        ["b"],
        [(done("b", x=1), ["z"]), (done("z"), [])],
        data={"x": 1},
    ),
    Scenario(
        "a sub-process without start and end events",
        around(sub("A", user("a"), user("b"))),
        ["a", "b"],
        [(done("b"), ["a"]), (done("a"), ["z"]), (done("z"), [])],
    ),
    Scenario(
        "terminate ends the sub-process alone",
        around(sub("A", start("s1"), both("f"), user("a"), user("b"), end("e1", TERMINATE),
                   end("e2"), chain("s1", "f", "a", "e1"), chain("f", "b", "e2"))),
        ["a", "b"],
        [(done("a", x=1), ["z"]), (done("z"), [])],
        data={"x": 1},
    ),
    Scenario(
        "a call in a call, twice the same process",
        (start(), both("f"), call("one", "Q"), call("two", "Q"), both("j"), user("z"), end(),
         chain("start", "f", "one", "j", "z", "end"), chain("f", "two", "j")),
        ["x", "x"],
        [(done("x"), ["x"]), (done("x"), ["z"]), (done("z"), [])],
        others=(process(start("qs"), call("in", "R"), end("qe"), chain("qs", "in", "qe"), key="Q"),
                process(start("rs"), user("x"), end("re"), chain("rs", "x", "re"), key="R")),
    ),
    Scenario(
        "two files use the same id for their sub-processes",
        around(sub("A", start("s1"), call("B", "Q"), end("e1"), chain("s1", "B", "e1"))),
        ["x"],
        [(done("x"), ["z"]), (done("z"), [])],
        ran={"A": 2, "x": 1},
        others=(process(start("qs"), simple("A", "x"), end("qe"), chain("qs", "A", "qe"), key="Q"),
                ),
    ),
    Scenario(
        "a called process that says what it takes and gives",
        around(call("A", "Q")),
        ["x"],
        [(done("x", other=1), ["z"]), (done("z"), [])],
        start={"taken": 1, "kept": 2},
        data={"taken": 1, "kept": 2, "left": 2},
        others=(CALLED.replace("<b:startEvent", DECLARED + "<b:startEvent", 1),),
    ),
    Scenario(
        "instances at once, as many as are said",
        asked(many("<b:loopCardinality>n + 1</b:loopCardinality>")),
        ["A", "A", "A"],
        [(done("A"), ["A", "A"]), (done("A"), ["A"]), (done("A"), ["z"]), (done("z"), [])],
        start={"n": 2},
    ),
    Scenario(
        "instances one after another",
        asked(many("<b:loopCardinality>2</b:loopCardinality>", isSequential="1")),
        ["A"],
        [(done("A", x=1), ["A"]), (done("A", y=2), ["z"]), (done("z"), [])],
        data={"x": 1, "y": 2},
    ),
    Scenario(
        "outputs come in the order of the inputs",
        asked(EACH),
        ["A", "A", "A"],
        [(done("A", 2, answer="c"), ["A", "A"]), (done("A", 0, answer="a"), ["A"]),
         (done("A", 0, answer="b"), ["z"]), (done("z"), [])],
        start={"rows": [1, 2, 3]},
        data={"answers": ["a", "b", "c"], "rows": [1, 2, 3]},
    ),
    Scenario(
        "outputs of the instances over an object keep its keys",
        asked(EACH),
        ["A", "A"],
        [(done("A", 1, answer="b"), ["A"]), (done("A", answer="a"), ["z"]), (done("z"), [])],
        start={"rows": {"x": 1, "y": 2}},
        data={"answers": {"x": "a", "y": "b"}},
    ),
    Scenario(
        "an empty list that stands ready takes the outputs of an object",
        asked(EACH),
        ["A", "A"],
        [(done("A", 1, answer="b"), ["A"]), (done("A", answer="a"), ["z"]), (done("z"), [])],
        start={"rows": {"x": 1, "y": 2}, "answers": []},
        data={"answers": ["a", "b"]},
    ),
    Scenario(
        "an empty object that stands ready takes the outputs of a list",
        asked(EACH),
        ["A", "A"],
        [(done("A", 1, answer="b"), ["A"]), (done("A", answer="a"), ["z"]), (done("z"), [])],
        start={"rows": [1, 2], "answers": {}},
        data={"answers": {"0": "a", "1": "b"}},
    ),
    Scenario(
        "an empty collection has no instances",
        asked(EACH),
        ["z"],
        [(done("z"), [])],
        start={"rows": [], "item": "kept"},
        data={"answers": [], "item": "kept"},
        ran={"A": 0},
    ),
    Scenario(
        "a second round collects anew, and the item of the first is gone",
        (start(), script("A", "answer = item * 10", ).replace("<b:script>", EACH + "<b:script>"),
         user("z"), gate("g", default="f_g_A"), end(),
         chain("start", "A", "z", "g"), flow("g", "end", "ok"), flow("g", "A")),
        ["z"],
        [(done("z", ok=False, rows=[3]), ["z"]), (done("z", ok=True), [])],
        start={"rows": [1, 2]},
        data={"answers": [30]},
    ),
    Scenario(
        "a completion condition ends the rest",
        asked(many("<b:loopCardinality>4</b:loopCardinality><b:completionCondition>"
                   "numberOfCompletedInstances &gt;= 2</b:completionCondition>")),
        ["A"] * 4,
        [(done("A"), ["A"] * 3), (done("A"), ["z"]), (done("z"), [])],
    ),
    Scenario(
        "a completion condition of a sequence, by what an instance says",
        asked(many("<b:loopCardinality>4</b:loopCardinality><b:completionCondition>"
                   "enough</b:completionCondition>", isSequential="true")),
        ["A"],
        [(done("A", enough=False), ["A"]), (done("A", enough=True), ["z"]), (done("z"), [])],
    ),
    Scenario(
        "each instance of a sub-process has its item and its branches",
        around(sub("A", many(over("rows")), start("s1"), user("a"), user("b"), end("e1"),
                   chain("s1", "a", "b", "e1"))),
        ["a", "a"],
        [(done("a", 1), ["a", "b"]), (done("b"), ["a"]), (done("a"), ["b"]), (done("b"), ["z"]),
         (done("z"), [])],
        start={"rows": ["p", "q"]},
    ),
    Scenario(
        "many in many",
        around(sub("A", many(over("rows")), start("s1"),
                   user("a", many(over("item", "inner"))), end("e1"), chain("s1", "a", "e1"))),
        ["a"] * 3,
        [(done("a"), ["a"] * 2), (done("a"), ["a"]), (done("a"), ["z"]), (done("z"), [])],
        start={"rows": [[1, 2], [3]]},
    ),
    Scenario(
        "a call for each row",
        around(call("A", "Q", many(over("rows", "taken")))),
        ["x", "x"],
        [(done("x", 1), ["x"]), (done("x"), ["z"]), (done("z"), [])],
        start={"rows": [1, 2]},
        data={"left": 2},
        others=(CALLED,),
    ),
    Scenario(
        "terminate in one instance leaves the others",
        around(sub("A", many(over("rows")), start("s1"), both("f"), user("a"), user("b"),
                   end("e1", TERMINATE), end("e2"),
                   chain("s1", "f", "a", "e1"), chain("f", "b", "e2"))),
        ["a", "a", "b", "b"],
        [(done("a"), ["a", "b"]), (done("a"), ["z"]), (done("z"), [])],
        start={"rows": [1, 2]},
    ),
    Scenario(
        "a timer on a group of instances ends them all",
        (*around(sub("A", many(over("rows")), start("s1"), user("a"), end("e1"),
                     chain("s1", "a", "e1"))),
         interrupting("T", "A", timer("PT1H")), user("late"), end("e9"),
         chain("T", "late", "e9")),
        ["a", "a"],
        [(done("a"), ["a"]), (passed(hours=2), ["late"]), (done("late"), [])],
        start={"rows": [1, 2]},
    ),
    Scenario(
        "inputs that the activity declares",
        around(OBJECT.replace("thing", "list"), user(
            "A",
            '<b:ioSpecification><b:dataInput id="in_1" name="all"/><b:inputSet>'
            "<b:dataInputRefs>in_1</b:dataInputRefs></b:inputSet><b:outputSet/>"
            "</b:ioSpecification>"
            "<b:dataInputAssociation><b:sourceRef>list_1</b:sourceRef>"
            "<b:targetRef>in_1</b:targetRef></b:dataInputAssociation>"
            + many('<b:loopDataInputRef>in_1</b:loopDataInputRef><b:inputDataItem id="i"/>')),
            user("B", WRITES.replace("thing", "list")), through="B",
        )[:-1] + (chain("start", "B", "A", "z", "end"),),
        ["B"],
        [(done("B", list=[1, 2], kept=1), ["A", "A"]), (done("A"), ["A"]), (done("A"), ["z"]),
         (done("z"), [])],
        data={"kept": 1},
    ),
    Scenario(
        "a loop with a maximum",
        asked('<b:standardLoopCharacteristics loopMaximum="2"/>'),
        ["A"],
        [(done("A"), ["A"]), (done("A"), ["z"]), (done("z"), [])],
    ),
    Scenario(
        "a loop goes on as long as its condition holds",
        asked("<b:standardLoopCharacteristics><b:loopCondition>again</b:loopCondition>"
              "</b:standardLoopCharacteristics>"),
        ["A"],
        [(done("A", again=True, rows=[1, 2]), ["A"]), (done("A", again=False, rows=[3]), ["z"]),
         (done("z"), [])],
        start={"again": False},
        data={"rows": [3]},
    ),
    Scenario(
        "a loop that is tested before may never run",
        asked('<b:standardLoopCharacteristics testBefore="1"><b:loopCondition>again'
              "</b:loopCondition></b:standardLoopCharacteristics>"),
        ["z"],
        [(done("z"), [])],
        start={"again": False},
        ran={"A": 0},
    ),
    Scenario(
        "a loop of a sub-process",
        around(sub("A", '<b:standardLoopCharacteristics loopMaximum="2"/>', start("s1"), user("a"),
                   end("e1"), chain("s1", "a", "e1"))),
        ["a"],
        [(done("a", n=1), ["a"]), (done("a", n=2), ["z"]), (done("z"), [])],
        data={"n": 2},
    ),
    Scenario(
        "a data object is read two sub-processes down",
        around(OBJECT, user("w", WRITES), sub("A", start("s1"), sub(
            "B", start("s2"), script("b", "seen = thing").replace("<b:script>", READS
                                                                  + "<b:script>"),
            user("c"), end("e2"), chain("s2", "b", "c", "e2")),
            end("e1"), chain("s1", "B", "e1")), through="w")[:-1]
        + (chain("start", "w", "A", "z", "end"),),
        ["w"],
        [(done("w", thing=7), ["c"]), (done("c"), ["z"]), (done("z"), [])],
        data={"seen": 7, "data_objects": {"thing": 7}},
    ),
    Scenario(
        "a branch reads what another branch wrote into a data object, a gateway as well",
        (OBJECT, start(), both("f"), user("w", WRITES), user("r"), gate("g", default="f_g_no"),
         user("yes"), user("no"), end(),
         chain("start", "f", "w", "end"), chain("f", "r", "g"),
         flow("g", "yes", "thing == 7"), chain("g", "no", "end"), chain("yes", "end")),
        ["r", "w"],
        [(done("w", thing=7), ["r"]), (done("r"), ["yes"]), (done("yes"), [])],
    ),
    Scenario(
        "a data object of a sub-process, and an output with another name",
        around(sub("A", OBJECT, start("s1"), user(
            "a", '<b:ioSpecification><b:dataOutput id="o_1" name="found"/><b:inputSet/>'
            "<b:outputSet><b:dataOutputRefs>o_1</b:dataOutputRefs></b:outputSet>"
            "</b:ioSpecification><b:dataOutputAssociation><b:sourceRef>o_1</b:sourceRef>"
            "<b:targetRef>thing_1</b:targetRef></b:dataOutputAssociation>"),
            script("b", "seen = thing").replace("<b:script>", READS + "<b:script>"),
            end("e1"), chain("s1", "a", "b", "e1"))),
        ["a"],
        [(done("a", found=3), ["z"]), (done("z"), [])],
        data={"seen": 3},
    ),
    Scenario(
        "a receive task waits, a send task sends",
        (start(), both("f"), node("receiveTask", "r", messageRef="m_come"), user("a"),
         node("sendTask", "s", messageRef="m_come"), end(),
         chain("start", "f", "r", "end"), chain("f", "a", "s", "end")),
        ["a"],
        [(done("a", x=1), [])],
        extra='<b:message id="m_come" name="come"/>',
        data={"x": 1},
    ),
    Scenario(
        "an answer goes to the instance that asked for it",
        around(sub("A", many(over("rows", "department")), start("s1"),
                   node("sendTask", "ask", messageRef="m_ask"),
                   node("receiveTask", "hear", messageRef="m_answer"), user("a"), end("e1"),
                   chain("s1", "ask", "hear", "a", "e1"))),
        [],
        [(sent("answer", sender="q"), ["a"]), (done("a"), []), (sent("answer", sender="p"), ["a"]),
         (done("a"), ["z"]), (done("z"), [])],
        start={"rows": ["p", "q"]},
        ran={"hear": 2},
        extra=CONVERSATION,
    ),
    Scenario(
        "a first answer begins the conversation, the second belongs to it",
        (start(), both("f"), node("receiveTask", "one", messageRef="m_answer"),
         node("receiveTask", "two", messageRef="m_ask"), user("a"), both("j"), end(),
         chain("start", "f", "one", "j", "end"), chain("f", "two", "a", "j")),
        [],
        [(sent("answer", sender="p"), []), (sent("ask", department="p"), ["a"]), (done("a"), [])],
        extra=CONVERSATION,
    ),
    Scenario(
        "a boundary event on a receive task",
        (start(), node("receiveTask", "r", messageRef="m_come"), user("z"), end(),
         beside("T", "r", timer("PT1H")), user("nudge"), chain("start", "r", "z", "end"),
         chain("T", "nudge")),
        [],
        [(passed(hours=2), ["nudge"]), (sent("come", x=2), ["nudge", "z"]), (done("nudge"), ["z"]),
         (done("z"), [])],
        extra='<b:message id="m_come" name="come"/>',
        data={"x": 2},
    ),
    Scenario(
        "a message event with the message's prefix",
        (start(), node("intermediateCatchEvent", "c", message().replace('"m_', '"tns:m_')),
         user("z"), end(), chain("start", "c", "z", "end")),
        [],
        [(sent("come"), ["z"]), (done("z"), [])],
        extra='<b:message id="m_come" name="come"/>',
    ),
]  # fmt: skip
