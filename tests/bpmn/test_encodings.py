"""Character encodings: what a file declares holds; what it declares wrongly is told in words."""

import pytest

from engine.bpmn.xml import BPMN, XmlFault, parse_xml
from tests.bpmn.diagrams import findings

NAME = "审批受理窗口"


def written(declares: str | None, name: str = NAME) -> str:
    prolog = "" if declares is None else f'<?xml version="1.0" encoding="{declares}"?>\n'
    return f'{prolog}<definitions xmlns="{BPMN}" name="{name}"/>'


@pytest.mark.parametrize(
    ("declares", "bytes_are"),
    [
        ("GBK", "gbk"), ("gb2312", "gbk"), ("GB18030", "gb18030"), ("x-gbk", "gbk"),
        ("cp936", "gbk"), ("GB_2312-80", "gb2312"), ("UTF-8", "utf-8"), ("utf-8", "utf-8-sig"),
        ("UTF-16", "utf-16"), ("UTF-16", "utf-16-le"), ("UTF-16BE", "utf-16-be"),
        (None, "utf-8"), (None, "utf-16"), ("utf-8", "utf-16"),
    ],
)  # fmt: skip
def test_a_name_comes_out_as_it_was_written(declares, bytes_are):
    assert parse_xml(written(declares).encode(bytes_are), "f.bpmn").get("name") == NAME


def test_characters_that_gb2312_does_not_have_are_read_all_the_same():
    name = "朱镕基𠮷"
    data = written("gb2312", name).encode("gb18030")
    assert parse_xml(data, "f.bpmn").get("name") == name


@pytest.mark.parametrize(
    ("declares", "bytes_are", "name"),
    [
        ("Big5", "big5", "審批受理"),
        ("ISO-8859-1", "latin-1", "Prüfung"),
        ("EUC-JP", "euc-jp", "審査"),
    ],
)
def test_other_encodings_are_read_as_declared(declares, bytes_are, name):
    assert parse_xml(written(declares, name).encode(bytes_are), "f.bpmn").get("name") == name


@pytest.mark.parametrize(
    ("declares", "bytes_are", "name", "looks"),
    [
        ("UTF-8", "gbk", NAME, "GBK"),
        (None, "gbk", NAME, "GBK"),
        ("UTF-8", "big5", "審批辦理窗口", "Big5"),
        ("UTF-8", "latin-1", "Prüfung", "ISO-8859-1"),
        (None, "utf-16-le", NAME, "UTF-16"),
        ("ANSI", "gbk", NAME, "GBK"),
        ("GBK", "utf-8", NAME, "UTF-8"),
        ("ISO-8859-1", "utf-8", NAME, "UTF-8"),
        ("utf-16", "utf-8", NAME, "UTF-8"),
        ("utf-16", "gbk", NAME, "GBK"),
    ],
)
def test_a_wrong_declaration_is_told_with_what_the_bytes_look_like(
    declares, bytes_are, name, looks
):
    with pytest.raises(XmlFault) as refused:
        parse_xml(written(declares, name).encode(bytes_are), "f.bpmn")
    finding = refused.value.finding
    assert finding.rule in ("xml-encoding", "xml-malformed")
    assert looks in finding.remedy.en and looks in finding.remedy.zh


def test_findings_name_an_element_of_a_gbk_file_as_its_author_does():
    text = (
        f'<?xml version="1.0" encoding="GBK"?><definitions xmlns="{BPMN}" targetNamespace="t">'
        '<process id="p"><startEvent id="s"/><userTask id="窗口" name="窗口受理"/></process>'
        "</definitions>"
    )
    there = findings({"f.bpmn": text.encode("gbk")})
    assert "窗口" in {f.element for f in there}
    assert any("窗口受理" in f.message.zh for f in there)


def test_what_stands_before_the_prolog_is_told():
    with pytest.raises(XmlFault) as refused:
        parse_xml(b"\n" + written("UTF-8").encode(), "f.bpmn")
    assert "<?xml" in refused.value.finding.message.zh
