"""For each rule of the gate a diagram that breaks it and one that does not."""

from __future__ import annotations

from tests.bpmn.diagrams import boundary, chain, end, flow, node, ours, service, start, timer, user

MESSAGE = '<b:message id="m" name="supplement"/><b:signal id="s" name="stop"/>'
LINE = (start(), user("A"), end(), chain("start", "A", "end"))


def around(*parts: str) -> tuple[str, ...]:
    """A start, the parts, an end; the flows are the parts' business."""
    return (start(), *parts, end())


def gateway(default: str | None = "f_g_A", first: str | None = None, tag="exclusiveGateway"):
    return around(
        node(tag, "g", default=default),
        user("A"),
        user("B"),
        chain("start", "g"),
        flow("g", "A", first),
        flow("g", "B", "x &gt; 1"),
        chain("A", "end"),
        chain("B", "end"),
    )


def multi(inner: str, **attributes: str) -> tuple[str, ...]:
    loop = "".join(f' {name}="{value}"' for name, value in attributes.items())
    mark = f"<b:multiInstanceLoopCharacteristics{loop}>{inner}</b:multiInstanceLoopCharacteristics>"
    return around(user("A", mark), chain("start", "A", "end"))


def timed(text: str, kind: str = "timeDuration") -> tuple[str, ...]:
    return (*LINE, boundary("T", "A", timer(text, kind)), end("e2"), chain("T", "e2"))


def light(*path: str, event: str = "", mark: str = '<l:light colour="red"/>') -> tuple[str, ...]:
    lamp = boundary("T", "A", ours(mark), event or timer("working_days(1)"))
    return (*LINE, lamp, service("raise"), *(path or (end("e2"), chain("T", "raise", "e2"))))


def task_with(*words: str) -> tuple[str, ...]:
    return around(user("A", ours(*words)), chain("start", "A", "end"))


def operation(inner: str) -> tuple[str, ...]:
    return around(service("A", inner), chain("start", "A", "end"))


def event_gateway(*targets: str, flows: str) -> tuple[str, ...]:
    return around(node("eventBasedGateway", "g"), *targets, chain("start", "g"), flows)


def catch(key: str, definition: str) -> str:
    return node("intermediateCatchEvent", key, definition)


def throw(key: str, definition: str) -> str:
    return node("intermediateThrowEvent", key, definition)


def supplement(within: str, month: str, interrupting: str | None = None) -> tuple[str, ...]:
    """A one-time notice, then the applicant's step with a timer on it."""
    ask = f'<l:operation name="request_supplement"><l:param name="within" value="{within}"/>'
    over = node("boundaryEvent", "T", timer(month), attachedToRef="A", cancelActivity=interrupting)
    return (
        *around(service("ask", f"{ask}</l:operation>"), user("A"), over, end("e2")),
        chain("start", "ask", "A", "end"),
        chain("T", "e2"),
    )


CONDITIONAL = (
    "<b:conditionalEventDefinition><b:condition>x</b:condition></b:conditionalEventDefinition>"
)
LINK = '<b:linkEventDefinition name="on"/>'
MESSAGE_EVENT = '<b:messageEventDefinition messageRef="m"/>'
PARAM = '<l:operation name="accept"><l:param name="as_of" value="receipt"/></l:operation>'
INNER = (start("s2"), user("B"), end("e2"), chain("s2", "B", "e2"))

# rule, element, a diagram that breaks it, one that does not
CASES = [
    ("flow-dangling", "f_A_gone", (*LINE, chain("A", "gone")), LINE),
    ("flow-crosses", "f_A_B",
     (*LINE, node("subProcess", "S", *INNER), chain("A", "B")),
     around(user("A"), node("subProcess", "S", *INNER), chain("start", "A", "S", "end"))),
    ("flow-forbidden", "f_A_start", (*LINE, chain("A", "start")), LINE),
    ("flow-forbidden", "f_end_A", (*LINE, chain("end", "A")), LINE),
    ("flow-twice", "again",
     (*LINE, '<b:sequenceFlow id="again" sourceRef="A" targetRef="end"/>'),
     (*gateway(first="y"), flow("g", "B", "x").replace('"f_', '"again'))),
    ("implicit-split", "A", (*LINE, user("B"), chain("A", "B", "end")), gateway()),
    ("implicit-split", "start", (*LINE, user("B"), chain("start", "B", "end")), gateway()),
    ("condition-ignored", "f_start_A",
     (*LINE[:3], chain("A", "end"), flow("start", "A", "x")),
     (*LINE[:3], chain("start", "A"), flow("A", "end", "x"))),
    ("no-default", "A", (*LINE[:3], chain("start", "A"), flow("A", "end", "x")),
     (*LINE, end("e2"), flow("A", "e2", "x"))),
    ("condition-ignored", "f_g_A", gateway(first="x"), gateway()),
    ("flow-without-condition", "f_g_A", gateway(default=None), gateway(default=None, first="y")),
    ("default-dangling", "g", gateway(default="f_A_end", first="y"), gateway()),
    ("no-default", "g", gateway(default=None, first="y"), gateway()),
    ("unreachable", "B", (*LINE, user("B"), chain("B", "end")), timed("P1D")),
    ("dead-end", "B", (*gateway()[:-2], end()), gateway()),
    ("no-end", "P", (start(), user("A"), user("B"), chain("start", "A", "B", "A")), LINE),
    ("boundary-dangling", "T", (*LINE, boundary("T", "gone", timer("P1D")), chain("T", "end")),
     timed("P1D")),
    ("boundary-dangling", "T",
     (*LINE, node("subProcess", "S", start("s2", MESSAGE_EVENT), *INNER[1:],
                  triggeredByEvent="true"), boundary("T", "S", timer("P1D")), chain("T", "end")),
     (*LINE, start("again", MESSAGE_EVENT.replace('"m"', '"gone"')), chain("again", "A"))),
    ("unsupported-element", "A",
     around(node("adHocSubProcess", "A"), chain("start", "A", "end")), LINE),
    ("unsupported-element", "g", gateway(tag="complexGateway"), gateway(tag="inclusiveGateway")),
    ("node-without-id", "userTask", (*LINE, user(None)), LINE),
    ("unsupported-attribute", "A",
     around(user("A", isForCompensation="true"), chain("start", "A", "end")), LINE),
    ("data-association", "A",
     around(user("A", "<b:dataOutputAssociation><b:targetRef>d</b:targetRef>"
                 "</b:dataOutputAssociation>"), chain("start", "A", "end")),
     around('<b:dataObject id="d"/>',
            user("A", "<b:dataOutputAssociation><b:targetRef>d</b:targetRef>"
                 "</b:dataOutputAssociation>"), chain("start", "A", "end"))),
    ("data-object-dangling", "r",
     (*LINE, '<b:dataObjectReference id="r" dataObjectRef="gone"/>'),
     (*LINE, '<b:dataObjectReference id="r" dataObjectRef="d"/>', '<b:dataObject id="d"/>')),
    ("data-store", "r", (*LINE, '<b:dataStoreReference id="r"/>'), LINE),
    ("loop", "A", multi(""), multi("<b:loopDataInputRef>rows</b:loopDataInputRef>")),
    ("loop", "A", multi("<b:loopDataInputRef>a b</b:loopDataInputRef>"), LINE),
    ("loop", "A",
     multi("<b:loopDataInputRef>rows</b:loopDataInputRef>", behavior="None"), LINE),
    ("loop", "A",
     around(user("A", "<b:standardLoopCharacteristics/>"), chain("start", "A", "end")),
     around(user("A", '<b:standardLoopCharacteristics loopMaximum="3"/>'),
            chain("start", "A", "end"))),
    ("unsupported-event", "end",
     (start(), user("A"), end("end", "<b:compensateEventDefinition/>"), chain("start", "A", "end")),
     (start(), user("A"), end("end", '<b:signalEventDefinition signalRef="s"/>'),
      chain("start", "A", "end"))),
    ("unsupported-event", "end",
     (start(), user("A"), end("end", "<b:cancelEventDefinition/>"), chain("start", "A", "end")),
     around(node("transaction", "S", *INNER[:2], end("e2", "<b:cancelEventDefinition/>"),
                 chain("s2", "B", "e2")), chain("start", "S", "end"))),
    ("unsupported-event", "start",
     (start("start", CONDITIONAL), user("A"), end(), chain("start", "A", "end")),
     (start("start", MESSAGE_EVENT), user("A"), end(), chain("start", "A", "end"))),
    ("unsupported-event", "s2",
     around(node("subProcess", "S", start("s2", MESSAGE_EVENT), *INNER[1:]),
            chain("start", "S", "end")),
     (*LINE, node("subProcess", "S", start("s2", MESSAGE_EVENT), *INNER[1:],
                  triggeredByEvent="true"))),
    ("must-interrupt", "T",
     (*LINE, boundary("T", "A", "<b:errorEventDefinition/>"), chain("T", "end")),
     (*LINE, node("boundaryEvent", "T", "<b:errorEventDefinition/>", attachedToRef="A"),
      chain("T", "end"))),
    ("unsupported-event", "T", (*LINE, boundary("T", "A"), chain("T", "end")), timed("P1D")),
    ("unsupported-event", "T",
     (*LINE, boundary("T", "A", timer("P1D"), MESSAGE_EVENT), chain("T", "end")), timed("P1D")),
    ("unsupported-event", "C",
     around(catch("C", CONDITIONAL), chain("start", "C", "end")),
     around(catch("C", MESSAGE_EVENT), chain("start", "C", "end"))),
    ("link", "L",
     (*LINE[:2], throw("L", LINK), end(), chain("start", "A", "L")),
     (*LINE[:2], throw("L", LINK), catch("C", LINK), end(), chain("start", "A", "L"),
      chain("C", "end"))),
    ("link", "D",
     (*LINE[:2], throw("L", LINK), catch("C", LINK), catch("D", LINK), end(),
      chain("start", "A", "L"), chain("C", "end"), chain("D", "end")), LINE),
    ("several-starts", "again", (*LINE, start("again"), chain("again", "A")),
     (*LINE, start("again", MESSAGE_EVENT), chain("again", "A"))),
    ("start-trigger", "again", (*LINE, start("again", MESSAGE_EVENT), chain("again", "A")), LINE),
    ("no-start", "S",
     around(node("subProcess", "S", *INNER[1:3], chain("B", "e2")), chain("start", "S", "end")),
     around(node("subProcess", "S", *INNER), chain("start", "S", "end"))),
    ("reference-dangling", "C",
     around(catch("C", MESSAGE_EVENT.replace('"m"', '"gone"')), chain("start", "C", "end")),
     around(catch("C", MESSAGE_EVENT), chain("start", "C", "end"))),
    ("reference-dangling", "C",
     around(catch("C", "<b:signalEventDefinition/>"), chain("start", "C", "end")), LINE),
    ("event-gateway-target", "A",
     event_gateway(catch("C", MESSAGE_EVENT), user("A"),
                   flows=chain("g", "C", "end") + chain("g", "A", "end")),
     event_gateway(catch("C", MESSAGE_EVENT), catch("D", timer("P1D")),
                   flows=chain("g", "C", "end") + chain("g", "D", "end"))),
    ("event-gateway-target", "C",
     event_gateway(catch("C", MESSAGE_EVENT), node("exclusiveGateway", "x"),
                   flows=chain("g", "C", "end") + chain("g", "x", "C")), LINE),
    ("event-gateway-target", "g",
     around(node("eventBasedGateway", "g"), chain("start", "g")), LINE),
    ("call-unknown", "A",
     around(node("callActivity", "A", calledElement="gone"), chain("start", "A", "end")), LINE),
    ("call-unknown", "A", around(node("callActivity", "A"), chain("start", "A", "end")), LINE),
    ("call-circle", "A",
     around(node("callActivity", "A", calledElement="P"), chain("start", "A", "end")), LINE),
    ("expression", "f_g_B", [p.replace("x &gt; 1", "${x.y()}") for p in gateway()], gateway()),
    ("expression", "A", multi("<b:loopCardinality>n n</b:loopCardinality>"),
     multi("<b:loopCardinality>n</b:loopCardinality>")),
    ("expression", "A", multi("<b:loopDataInputRef>r</b:loopDataInputRef>"
                              "<b:completionCondition>r.a()</b:completionCondition>"), LINE),
    ("expression", "A", task_with('<l:limit days="nope(1)"/>'), task_with('<l:limit days="5"/>')),
    ("expression", "A",
     operation('<l:operation name="accept"><l:param name="as_of" expression="a b"/></l:operation>'),
     operation(PARAM)),
    ("expression", "A",
     around(node("scriptTask", "A", "<b:script>import os</b:script>"), chain("start", "A", "end")),
     around(node("scriptTask", "A", "<b:script>a = 1</b:script>"), chain("start", "A", "end"))),
    ("script", "A", around(node("scriptTask", "A"), chain("start", "A", "end")), LINE),
    ("script-format", "A",
     around(node("scriptTask", "A", "<b:script>a = 1</b:script>", scriptFormat="groovy"),
            chain("start", "A", "end")), LINE),
    ("timer", "T", timed("soon"), timed("working_days(limit - 1)")),
    ("timer", "T", timed(""), timed('"P1M"')),
    ("timer", "T", timed("P1D", "timeDate"), timed("2026-12-31", "timeDate")),
    ("timer", "T", (*LINE, boundary("T", "A", "<b:timerEventDefinition/>"), chain("T", "end")),
     timed("P1D")),
    ("timer", "T", timed("R3", "timeCycle"), timed("R3/P1D", "timeCycle")),
    ("timer", "start", (start("start", timer("")), *LINE[1:]),
     (start("start", timer("P1D")), *LINE[1:])),
    ("unknown-word", "A", task_with("<l:frm/>"), task_with('<l:form key="review"/>')),
    ("unknown-word", "A", task_with('<l:form key="review" colour="red"/>'), LINE),
    ("word-place", "A", task_with('<l:operation name="accept"/>'), operation(PARAM)),
    ("word-place", "form", around(user("A", '<b:documentation><l:form key="review"/>'
                                       "</b:documentation>"), chain("start", "A", "end")), LINE),
    ("word-twice", "A", task_with('<l:post code="clerk"/><l:post code="clerk"/>'),
     task_with('<l:basis ref="P2a"/><l:basis ref="P3"/>')),
    ("word-attribute", "A", task_with("<l:form/>"), task_with('<l:form key="review"/>')),
    ("word-attribute", "T", light(mark='<l:light colour="blue"/>'), light()),
    ("unknown-form", "A", task_with('<l:form key="gone"/>'), task_with('<l:form key="review"/>')),
    ("unknown-post", "A", task_with('<l:post code="gone"/>'), task_with('<l:post code="clerk"/>')),
    ("unknown-notice", "A",
     operation('<l:operation name="issue_notice"/><l:notice template="gone"/>'),
     operation('<l:operation name="issue_notice"/><l:notice template="acceptance"/>')),
    ("no-operation", "A", around(node("serviceTask", "A"), chain("start", "A", "end")),
     operation(PARAM)),
    ("unknown-operation", "A", operation('<l:operation name="fly"/>'), operation(PARAM)),
    ("operation-parameters", "A", operation('<l:operation name="accept"/>'), operation(PARAM)),
    ("operation-parameters", "A", operation(PARAM.replace("as_of", "x")), operation(PARAM)),
    ("operation-parameters", "A", operation(PARAM.replace(" value", ' expression="1" value')),
     operation(PARAM)),
    ("operation-parameters", "A", operation('<l:operation name="issue_notice"/>'),
     operation('<l:operation name="issue_notice"/><l:notice template="acceptance"/>')),
    ("light-without-timer", "T", light(event=MESSAGE_EVENT), light()),
    ("light-interrupts", "T",
     [p.replace(' cancelActivity="false"', "") for p in light()], light()),
    ("light-waits", "T", light(user("B"), end("e2"), chain("T", "raise", "B", "e2")), light()),
    ("light-waits", "T", light(chain("T", "raise", "A")), light()),
    ("light-waits", "T", light(catch("C", timer("P1D")), chain("T", "raise", "C", "end")), light()),
    ("light-waits", "T",
     light(node("callActivity", "C", calledElement="P"), chain("T", "raise", "C", "end")), light()),
    ("light-waits", "T",
     light(node("subProcess", "C", *INNER), chain("T", "raise", "C", "end")), light()),
    ("step-without-form", "A", LINE, task_with('<l:form key="review"/>')),
    ("step-without-post", "A", LINE, task_with('<l:post code="clerk"/>')),
    ("step-without-post", "A",
     ('<b:laneSet><b:lane id="L"><b:flowNodeRef>A</b:flowNodeRef></b:lane></b:laneSet>', *LINE),
     ('<b:laneSet><b:lane id="L"><b:extensionElements><l:post code="clerk"/></b:extensionElements>'
      "<b:flowNodeRef> A\n</b:flowNodeRef></b:lane></b:laneSet>", *LINE)),
    ("step-without-limit", "A", LINE, task_with('<l:limit days="5"/>')),
    ("step-without-limit", "A", LINE, supplement("P1M", "P1M")),
    ("supplement-month", "ask", supplement("P1M", "P2M"), supplement("P1M", "'P1M'")),
    ("supplement-month", "ask", supplement("P1M", "P1M", "false"), supplement("P2M", "P2M")),
    ("step-without-basis", "A", LINE, task_with('<l:basis ref="P2a"/>')),
    ("limit-without-red", "A", task_with('<l:limit days="5"/>'),
     [user("A", ours('<l:limit days="5"/>')) if p == user("A") else p for p in light()]),
    ("limit-without-yellow", "A", task_with('<l:limit days="5"/>'), LINE),
    ("lane-without-post", "L", ('<b:laneSet><b:lane id="L"/></b:laneSet>', *LINE), LINE),
    ("process-without-basis", "P", LINE, (ours('<l:basis ref="P9"/>'), *LINE)),
    ("no-name", "A", around(user("A", name=None), chain("start", "A", "end")), LINE),
    ("vendor", "A", [p.replace('id="A"', 'id="A" camunda:dueDate="x"') for p in LINE], LINE),
    ("vendor-read", "A", [p.replace('id="A"', 'id="A" camunda:assignee="x"') for p in LINE], LINE),
    ("vendor-unread", "A",
     [p.replace('id="A"', 'id="A" camunda:candidateGroups="${x}"') for p in LINE], LINE),
    ("vendor-collection", "A", multi("", **{"camunda:collection": "${x.y()}"}),
     multi("", **{"camunda:collection": "${rows}"})),
    ("vendor-code", "A",
     around(user("A", ours('<camunda:taskListener class="com.x.Y" event="create"/>')),
            chain("start", "A", "end")), LINE),
]  # fmt: skip
