"""Files that are no BPMN 2.0 are told what they are, and what to hand in instead."""

import pytest

from tests.bpmn.diagrams import diagram, findings, process
from tests.bpmn.lint_cases import LINE


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"PK\x03\x04\x14\x00", "zip"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "Visio"),
        (b"%PDF-1.7", "PDF"),
        (b"\x89PNG\r\n", "PNG"),
        (b'{"resourceId": "1", "stencil": {"id": "BPMNDiagram"}}', "Flowable"),
        (b'\xef\xbb\xbf [{"nodes": []}]', "JSON"),
        (b"<!DOCTYPE html><html><body><p>", "HTML"),
        (b"name: leave\nsteps: 3\n", "text"),
        (b'<mxfile host="app.diagrams.net"><diagram/></mxfile>', "draw.io"),
        (b'<Package xmlns="http://www.wfmc.org/2009/XPDL2.2"/>', "XPDL"),
        (b'<process name="leave" xmlns="http://jbpm.org/4.4/jpdl"/>', "jPDL"),
        (b'<process name="leave"><start/><task/></process>', "SnakerFlow"),
        (b'<definitions xmlns="http://schema.omg.org/spec/BPMN/2.0"/>', "draft"),
        (b'<bpmn:BpmnDiagram xmlns:bpmn="http://stp.eclipse.org/bpmn"/>', "BPMN 1.x"),
        (b'<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/"/>', "DMN"),
        (b'<definitions xmlns="http://www.omg.org/spec/CMMN/20151109/MODEL"/>', "CMMN"),
        (b'<svg xmlns="http://www.w3.org/2000/svg"/>', "SVG"),
        (b'<xmi:XMI xmlns:xmi="http://schema.omg.org/spec/XMI/2.1"/>', "UML"),
        (b'<x:Visio xmlns:x="u"><VisioDocument/></x:Visio>', None),
    ],
)
def test_a_foreign_file_is_called_by_its_name(data, what):
    there = findings({"f.bpmn": data})
    rules = [f.rule for f in there if f.level == "error"]
    assert rules[:1] == ["not-bpmn" if what else "no-process"]
    assert what is None or what in there[0].message.en
    assert all(f.remedy.zh and f.line >= 1 for f in there)


@pytest.mark.parametrize("prefix", ["", "bpmn:", "bpmn2:", "semantic:", "model:"])
def test_the_prefix_of_the_standards_namespace_does_not_matter(prefix):
    text = diagram(process(*LINE)).decode()
    name = "xmlns" + (f":{prefix[:-1]}" if prefix else "")
    text = text.replace("xmlns:b=", f"{name}=").replace("<b:", f"<{prefix}")
    text = text.replace("</b:", f"</{prefix}")
    assert not [f for f in findings({"f.bpmn": text.encode()}) if f.level == "error"]
