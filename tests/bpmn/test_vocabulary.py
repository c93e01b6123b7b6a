"""Our namespace: what is read, what is reported, and whose lane a node lies in."""

import pytest

from engine.bpmn.vocabulary import (
    VOCABULARY,
    Basis,
    Limit,
    Operation,
    Param,
    lanes,
    read_extensions,
)
from engine.bpmn.xml import BPMN, LIANBAN, XmlFault, parse_xml


def element(inner: str, attributes: str = ""):
    text = f'<b:x xmlns:b="{BPMN}" xmlns:l="{LIANBAN}" id="x" {attributes}>{inner}</b:x>'
    return parse_xml(text.encode(), "x.bpmn")


def extended(inner: str):
    return read_extensions(element(f"<b:extensionElements>{inner}</b:extensionElements>"))


def test_a_user_task_is_read_in_full():
    found = extended(
        '<l:form key="single-item/review"/><l:post code="handler"/><l:department code="D1"/>'
        '<l:limit days="item.limit - 2" basis="L42"/>'
        '<l:basis ref="P10b" text="受理通知单"/><l:basis ref="L32"/>'
    )
    assert found.form == "single-item/review"
    assert (found.post, found.department) == ("handler", "D1")
    assert found.limit == Limit("item.limit - 2", "L42")
    assert found.bases == (Basis("P10b", "受理通知单"), Basis("L32", ""))
    assert found.unknown == ()


def test_an_operation_keeps_its_parameters_in_order():
    found = extended(
        '<l:operation name="accept"><l:param name="as_of" value=" receipt "/>'
        '<l:param name="x" expression="outcome"/></l:operation><l:notice template="n/acceptance"/>'
    )
    params = (Param("as_of", value=" receipt "), Param("x", expression="outcome"))
    assert found.operation == Operation("accept", params)
    assert found.notice == "n/acceptance"


def test_what_is_missing_or_blank_is_none():
    found = extended('<l:form key="  "/><l:limit basis="L42"/><l:light severity="statutory"/>')
    assert (found.form, found.limit, found.light) == (None, None, None)


@pytest.mark.parametrize(
    ("inner", "expected"),
    [
        ("<l:forms/>", "forms"),
        ('<l:form key="a" kee="b"/>', "form@kee"),
        ('<l:param name="a"/>', "param"),
        ('<l:operation name="a"><l:prm/></l:operation>', "operation/prm"),
        ('<l:operation name="a"><l:param name="a" type="b"/></l:operation>', "param@type"),
    ],
)
def test_what_the_vocabulary_does_not_know_is_reported(inner, expected):
    assert extended(inner).unknown == ((expected, 1),)


def test_an_attribute_of_ours_on_a_bpmn_element_is_reported():
    assert read_extensions(element("", 'l:form="a"')).unknown == (("@form", 1),)


def test_foreign_extensions_are_none_of_our_business():
    assert extended('<c:form xmlns:c="urn:c" key="k"/>').form is None


def process(inner: str):
    return element(inner)


def test_nested_lanes_and_white_space():
    found = lanes(
        process(
            """<b:laneSet><b:lane id="hall" name="大厅">
            <b:extensionElements><l:post code="window_clerk"/></b:extensionElements>
            <b:flowNodeRef>
                a
            </b:flowNodeRef><b:flowNodeRef>b</b:flowNodeRef>
            <b:childLaneSet><b:lane id="desk" name="综窗">
            <b:flowNodeRef>b</b:flowNodeRef></b:lane></b:childLaneSet></b:lane></b:laneSet>"""
        )
    )
    assert (found["a"].id, found["a"].name, found["a"].post) == ("hall", "大厅", "window_clerk")
    assert (found["b"].id, found["b"].post) == ("desk", "window_clerk")


def test_nodes_of_a_sub_process_lie_in_its_lane():
    found = lanes(
        process(
            """<b:laneSet><b:lane id="out"><b:flowNodeRef>s</b:flowNodeRef></b:lane></b:laneSet>
            <b:subProcess id="s"><b:laneSet><b:lane id="in"><b:flowNodeRef>own</b:flowNodeRef>
            </b:lane></b:laneSet><b:userTask id="own"/><b:subProcess id="t"><b:task id="deep"/>
            </b:subProcess></b:subProcess><b:task id="free"/>"""
        )
    )
    assert {node: lane.id for node, lane in found.items()} == {
        "s": "out",
        "own": "in",
        "t": "out",
        "deep": "out",
    }


def test_the_table_explains_every_word_in_both_languages():
    for word in VOCABULARY.values():
        texts = [word.meaning, *(a.meaning for a in word.attributes.values())]
        assert all(text.zh and text.en for text in texts)
        assert word.inside is None or word.inside in VOCABULARY


ENTITIES = '<!DOCTYPE a [<!ENTITY a0 "ha">' + "".join(
    f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12)
)


@pytest.mark.parametrize(
    ("data", "rule", "line"),
    [
        (b"\n<!DOCTYPE a>\n<a/>", "xml-doctype", 2),
        ((ENTITIES + ']><a b="&a11;">&a11;</a>').encode(), "xml-doctype", 1),
        (
            '<?xml version="1.0" encoding="utf-16"?><!DOCTYPE a><a/>'.encode("utf-16"),
            "xml-doctype",
            1,
        ),
        (b"<a>\n<b>\n</a>", "xml-malformed", 3),
        (b"", "xml-malformed", 1),
        (b"<a>" * 5000, "xml-malformed", 1),
        (b'<a b="\xff"/>', "xml-malformed", 1),
        (b" " * 2_000_001, "xml-too-large", 1),
    ],
)
def test_hostile_or_broken_xml_is_refused_with_its_line(data, rule, line):
    with pytest.raises(XmlFault) as refused:
        parse_xml(data, "f.bpmn")
    finding = refused.value.finding
    assert (finding.file, finding.rule, finding.line) == ("f.bpmn", rule, line)
    assert finding.level == "error"


def test_the_encoding_of_the_prolog_holds():
    data = '<?xml version="1.0" encoding="GB18030"?><a n="受理"/>'.encode("gb18030")
    assert parse_xml(data, "f.bpmn").get("n") == "受理"
