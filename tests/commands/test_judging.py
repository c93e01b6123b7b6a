"""The gate's judgement is made where it can be ended; the linter and a deployment share it."""

from __future__ import annotations

import os

import pytest

from engine.bpmn.findings import Finding
from engine.catalogue.organisation import Organisation, load_organisation
from engine.commands import judging
from engine.commands.judging import Judgement, judge
from engine.config import CHECKOUT
from engine.nursery import Limits
from tests.bpmn.diagrams import chain, diagram, end, node, process, start, user

SOUND = diagram(process(start(), user("t"), end(), chain("start", "t", "end")))
FLOWS_OUT_OF_NOTHING = diagram(process("<b:sequenceFlow/>" * 60_000), drawn=False)


@pytest.fixture(scope="module")
def organisation() -> Organisation:
    return load_organisation(CHECKOUT / "processes" / "catalogue")


def judged(organisation: Organisation, files: dict[str, bytes]) -> Judgement:
    return judge(organisation, files, {}, {})


def rules(findings: tuple[Finding, ...]) -> set[str]:
    return {finding.rule for finding in findings}


def test_it_says_what_would_be_deployed(organisation: Organisation) -> None:
    there = judged(organisation, {"p.bpmn": SOUND})
    assert not there.refused
    assert [(each.key, dict(each.files)) for each in there.candidates] == [
        ("P", {"processes/P.bpmn": SOUND})
    ]


@pytest.mark.parametrize(
    ("limits", "told"),
    [(Limits(0.5), "0.5 seconds"), (Limits(60, 1 << 20), "memory")],
    ids=["time", "memory"],
)
def test_a_file_that_costs_too_much_is_refused_in_words_and_the_next_is_judged(
    organisation: Organisation, monkeypatch: pytest.MonkeyPatch, limits: Limits, told: str
) -> None:
    judged(organisation, {"p.bpmn": SOUND})  # warmed up
    monkeypatch.setattr(judging, "LIMITS", limits)
    small = {"small.dmn": b"<a/>"}
    there = judged(organisation, {"p.bpmn": FLOWS_OUT_OF_NOTHING, **small})
    (finding,) = there.findings
    assert (finding.file, finding.line, finding.rule) == ("p.bpmn", 1, "too-costly")
    assert told in finding.message.en and finding.message.zh and finding.remedy.zh
    assert there.refused and not there.candidates
    monkeypatch.undo()
    assert not judged(organisation, {"p.bpmn": SOUND}).refused


def test_nothing_of_a_file_is_read_in_this_process(
    organisation: Organisation, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever the parser would do to this process, it does not do it here."""
    judged(organisation, {"p.bpmn": SOUND})
    monkeypatch.setattr("lxml.etree.fromstring", lambda *_: os.abort())
    assert not judged(organisation, {"p.bpmn": SOUND}).refused


def test_a_file_that_is_none_of_a_procedure_is_named(organisation: Organisation) -> None:
    there = judged(organisation, {"notes.txt": b"hello"})
    assert [(f.file, f.rule) for f in there.findings] == [("notes.txt", "no-diagram")]
    beside = judged(organisation, {"notes.txt": b"hello", "p.bpmn": SOUND})
    assert "no-diagram" not in rules(beside.findings)


def test_two_files_of_one_process_are_not_guessed_at(organisation: Organisation) -> None:
    other = SOUND.replace(b'name="t"', b'name="u"')
    there = judged(organisation, {"a.bpmn": SOUND, "b.bpmn": other})
    (finding,) = [f for f in there.findings if f.level == "error"]
    assert (finding.file, finding.rule) == (
        "b.bpmn",
        "file-twice",
    ) and "a.bpmn" in finding.message.zh


def test_very_many_processes_are_refused_and_checked_all_the_same(
    organisation: Organisation,
) -> None:
    body = (start(), node("complexGateway", "g"), end(), chain("start", "g", "end"))
    data = diagram(*(process(*body, key=f"P{n}") for n in range(101)), drawn=False)
    there = judged(organisation, {"p.bpmn": data})
    assert {"too-many-processes", "unsupported-element"} <= rules(there.findings)


@pytest.mark.parametrize(
    ("name", "data", "what"),
    [
        ("leave.bpmn2", SOUND, "does not end in .bpmn"),
        ("leave.drawio", b"<mxfile/>", "draw.io"),
        ("leave.json", b'{"resourceId": "1"}', "JSON model"),
        ("leave.xpdl", b'<Package xmlns="http://www.wfmc.org/2009/XPDL2.2"/>', "XPDL"),
        ("leave.txt", b"\x00\x01", "no file of a procedure"),
    ],
)
def test_a_file_of_another_kind_is_told_what_it_is(
    organisation: Organisation, name: str, data: bytes, what: str
) -> None:
    there = judged(organisation, {name: data})
    assert [f.rule for f in there.findings] == ["no-diagram"]
    assert what in there.findings[0].message.en
