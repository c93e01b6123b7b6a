"""A case that cannot go on is set aside; an administrator corrects it, and it goes on."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from functools import cache

import pytest
import sqlalchemy as sa

from engine.bpmn.versions import content_hash
from engine.commands.process_data import process_data
from engine.commands.repair import Correction, Skip, repair
from engine.domain.actor import OPERATOR, Actor
from engine.errors import Conflict, Forbidden, Invalid, LianbanError, ProcedureFault
from engine.operations import table
from engine.store import definitions
from engine.store.tables import Case, JournalEntry
from engine.transaction import reading, writing
from tests.cases import City, Walk, single_item


@cache
def faulty() -> dict[str, bytes]:
    files = dict(single_item())
    (path,) = [name for name in files if b'id="light_window"' in files[name]]
    pattern = (
        rb'<bpmn:serviceTask (id="light_window").*?</bpmn:extensionElements>(.*?)</bpmn:se\w+>'
    )
    wanted = rb"<bpmn:scriptTask \1>\2<bpmn:script>seen = watch + 1</bpmn:script></bpmn:scriptTask>"
    files[path], many = re.subn(pattern, wanted, files[path], flags=re.DOTALL)
    assert many == 1
    return files


@pytest.fixture
def city(new_city: City) -> City:
    """A city whose procedure fails where a light of the whole case goes on: its path asks for a
    value that nobody has given."""
    with writing() as session:
        files, now = faulty(), new_city.now
        definitions.add_version(
            session, "single-item", "单体", files, content_hash(files), now, "t"
        )
    return new_city


@pytest.fixture
def stuck(city: City) -> Walk:
    """An accepted case whose committed limit has been over for days."""
    walk = city.file().accepted()
    city.wait_working_days(12)
    city.tick()
    assert walk.case().set_aside_at == city.now
    return walk


def mend(walk: Walk, actor: Actor = OPERATOR, reason: str = "已核对", **options: object) -> None:
    with writing() as session:
        repair(
            session,
            walk.city.resources,
            actor=actor,
            number=walk.number,
            reason=reason,
            now=walk.city.now,
            **options,
        )


def facts(walk: Walk, event: str) -> list[dict]:
    rows = walk.rows(JournalEntry, JournalEntry.event == event)
    return [json.loads(row.payload) for row in rows]


def test_it_is_set_aside_with_its_element_in_words(stuck: Walk) -> None:
    case = stuck.case()
    assert case.fault_element == "light_window"
    assert "watch" in case.fault and "light_window" in case.fault_en
    assert facts(stuck, "set_aside") == [
        {"error": case.fault, "element": "light_window", "attempt": 1}
    ]
    assert stuck.at() == ["review"] and stuck.deadlines(), "its work and deadlines stay to be seen"


def test_a_corrected_value_lets_it_go_on_with_the_computed_times(stuck: Walk) -> None:
    due = [at for name, at in stuck.deadlines().items() if at <= stuck.city.now]
    stuck.city.wait(hours=3)
    mend(stuck, corrections=[Correction("watch", 1)])
    case = stuck.case()
    assert (case.fault, case.set_aside_at, case.fault_attempts) == (None, None, 0)
    fired = stuck.rows(JournalEntry, JournalEntry.event == "timer_fired")
    assert sorted(due) == [row.at for row in fired if row.at in due]
    assert [row.seq for row in fired] == sorted(row.seq for row in fired)
    assert {row.actor for row in fired} == {"system:scheduler"}
    assert not [at for at in stuck.deadlines().values() if at <= stuck.city.now]
    assert stuck.go("review").at() == ["decide"]


def test_the_correction_is_journalled_with_actor_and_reason(stuck: Walk) -> None:
    administrator = stuck.city.administrator()
    mend(stuck, administrator, "表单漏填，已电话核实", corrections=[Correction("watch", 1)])
    assert facts(stuck, "repaired") == [
        {
            "name": "watch",
            "old": None,
            "new": 1,
            "reason": "表单漏填，已电话核实",
            "element": None,
        }
    ]
    assert facts(stuck, "resumed")[0]["reason"] == "表单漏填，已电话核实"
    by = {row.actor for row in stuck.rows(JournalEntry, JournalEntry.event == "repaired")}
    assert by == {administrator.name}


def test_where_it_fails_still_nothing_is_kept(stuck: Walk) -> None:
    before = stuck.snapshot()
    with pytest.raises(ProcedureFault, match="light_window"):
        mend(stuck)
    with pytest.raises(ProcedureFault):
        mend(stuck, corrections=[Correction("other", 1)])
    assert stuck.snapshot() == before


def test_an_operation_can_be_left_out_once(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    """A service task that can't work (a message that can't be written) is passed over."""

    def failing(*_: object) -> None:
        raise ProcedureFault("短信模板有误。", "The template is wrong.")

    walk = city.file()
    broken = replace(table.OPERATIONS["notify"], perform=failing)
    monkeypatch.setitem(table.OPERATIONS, "notify", broken)
    city.wait_working_days(6)
    city.tick()
    case = walk.case()
    assert case.set_aside_at and walk.status == "received"
    assert (case.fault, case.fault_element) == ("短信模板有误。", "notify_acceptance")
    mend(walk, skips=[Skip("notify_acceptance", {})])
    assert walk.status == "accepted"
    left_out = {"element": "notify_acceptance", "operation": "notify"}
    assert facts(walk, "operation_skipped") == [left_out]
    assert facts(walk, "resumed")[0]["skipped"] == ["notify_acceptance"]


@pytest.mark.parametrize("who", ["leader", "clerk", "applicant"])
def test_only_an_administrator_may(stuck: Walk, who: str) -> None:
    city = stuck.city
    actor = {
        "leader": city.staff("department_leader"),
        "clerk": city.staff("window_clerk"),
        "applicant": city.applicant(),
    }[who]
    before = stuck.snapshot()
    with pytest.raises(Forbidden):
        mend(stuck, actor, corrections=[Correction("watch", 1)])
    assert stuck.snapshot() == before


def test_a_sound_case_has_nothing_to_resume(city: City) -> None:
    with pytest.raises(Conflict):
        mend(city.file())


def test_a_value_is_checked_as_the_forms_would(stuck: Walk) -> None:
    refused = [
        Correction("outcome", "whatever"),  # no form offers it
        Correction("item", 1),  # a fact of the system
        Correction("a b", 1),
        Correction("watch", "a\u202eb"),
        Correction("watch", 10**30),
        Correction("watch", float("nan")),
        Correction("watch", {"a": {"b": {"c": ["x" * 30_000]}}}),
    ]
    before = stuck.snapshot()
    for correction in refused:
        with pytest.raises(Invalid) as caught:
            mend(stuck, corrections=[correction])
        assert caught.value.message.zh and caught.value.fields
    assert stuck.snapshot() == before


@pytest.mark.parametrize("reason", ["", "  ", "x" * 501, "a\u202eb"])
def test_a_reason_is_asked_for(stuck: Walk, reason: str) -> None:
    with pytest.raises(Invalid):
        mend(stuck, reason=reason, corrections=[Correction("watch", 1)])


def test_the_process_data_are_told_where_the_case_waits(stuck: Walk) -> None:
    with reading() as session:
        found = process_data(session, stuck.city.resources, stuck.number, stuck.city.now)
    assert {datum.name: datum.value for datum in found}["outcome"] == "complete"


def test_others_are_not_held_up_by_it(stuck: Walk) -> None:
    city = stuck.city
    other = city.file()
    city.wait_working_days(6)
    assert city.tick() == 1 and other.status == "accepted"


@pytest.mark.parametrize(
    "state", [b"", b"?", b"1", b"1garbage", b"\xff" * 50], ids=["none", "1", "2", "3", "4"]
)
def test_a_state_that_cannot_be_read_is_said_in_words_to_whoever_touches_it(
    city: City, state: bytes
) -> None:
    walk = city.file()
    kept = walk.case().state
    _set_state(walk, state)
    with pytest.raises(ProcedureFault) as caught:
        walk.complete("check")
    assert caught.value.code == "state-unreadable"
    with reading() as session:
        assert process_data(session, city.resources, walk.number, city.now) == []
    city.wait_working_days(6)
    city.tick()
    assert walk.case().set_aside_at is not None
    _set_state(walk, kept)  # restored from a backup
    mend(walk)
    assert walk.case().fault is None and walk.status == "accepted", "by silence, meanwhile"


def test_a_version_whose_files_are_gone_is_said_in_words(city: City) -> None:
    walk = city.file()
    with writing() as session:
        session.execute(sa.text("DELETE FROM procedure_file"))
    city.resources.versions.__init__()  # another process has not parsed it yet
    with pytest.raises(LianbanError) as caught:
        walk.complete("check")
    assert caught.value.code == "version-unreadable"
    city.wait_working_days(6)
    city.tick()
    assert "版本" in walk.case().fault


def _set_state(walk: Walk, state: bytes) -> None:
    with writing() as session:
        session.execute(sa.update(Case).where(Case.number == walk.number).values(state=state))
