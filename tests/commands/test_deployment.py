"""Deploying: immutable versions known by their content, all of it or nothing (must-show 3)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from engine.bpmn.versions import content_hash
from engine.commands.deployment import Deployment, deploy
from engine.config import CHECKOUT
from engine.domain.actor import Actor
from engine.errors import Conflict, DeploymentRefused, Forbidden
from engine.procedure_files import read_beside, read_paths
from engine.store import definitions
from engine.store.tables import Content, JournalEntry, ProcedureFile, ProcedureVersion
from engine.transaction import reading, writing
from tests.bpmn.diagrams import chain, diagram, end, node, ours, process, start, user
from tests.cases import City, single_item
from tests.commands.test_concurrency import together


def put(
    city: City,
    files: dict[str, bytes],
    beside: dict[str, bytes] | None = None,
    actor: Actor | None = None,
) -> Deployment:
    actor = actor or city.administrator()
    with writing() as session:
        return deploy(
            session,
            city.resources,
            actor=actor,
            files=files,
            now=city.now,
            beside=beside,
        )


def told(done: Deployment) -> dict[str, tuple[int, bool, tuple[str, ...]]]:
    return {each.key: (each.number, each.changed, each.caller_of) for each in done.versions}


def stored() -> tuple[int, ...]:
    """How many rows there are of everything that a deployment stores."""
    tables = (ProcedureVersion, ProcedureFile, Content, JournalEntry)
    with reading() as session:
        return tuple(session.scalar(sa.select(sa.func.count()).select_from(t)) for t in tables)


def files_of(key: str) -> dict[str, bytes]:
    with reading() as session:
        return definitions.files_of(session, definitions.find(session, key).id)


def step(key: str) -> str:
    return user(key, ours('<l:post code="handler"/>'))


def caller(key: str, *called: str) -> bytes:
    calls = [node("callActivity", f"call_{each}", calledElement=each) for each in called]
    names = [f"call_{each}" for each in called] or ["own"]
    steps = calls or [step("own")]
    return diagram(process(start(), *steps, end(), chain("start", *names, "end"), key=key))


# ---------------------------------------------------------------- versions


def test_the_first_deployment_stores_what_the_procedure_stands_on(new_city: City) -> None:
    folder = [CHECKOUT / "processes" / "single-item"]
    done = put(new_city, read_paths(folder), read_beside(folder, CHECKOUT))
    assert told(done) == {
        "single-item": (1, True, ()),
        "single-item-handling": (1, True, ()),
    }
    held = files_of("single-item")
    assert held == single_item()
    assert content_hash(held) == done.versions[0].hash
    assert {path.split("/")[0] for path in held} == {"processes", "forms", "rules"}
    assert "forms/single-item/review.yaml" in held and "forms/notices/refusal.typ" in held


def test_the_same_again_stores_nothing(new_city: City) -> None:
    put(new_city, single_item())
    before = stored()
    done = put(new_city, single_item())
    assert [(v.number, v.changed) for v in done.versions] == [(1, False)] * 2
    assert stored() == before


def test_names_and_folders_of_the_files_do_not_matter(new_city: City) -> None:
    put(new_city, single_item())
    renamed = {
        "x/y/flow.bpmn" if path.endswith(".bpmn") else f"other/{path}": data
        for path, data in single_item().items()
    }
    assert not any(version.changed for version in put(new_city, renamed).versions)


@pytest.mark.parametrize(
    ("path", "old", "new"),
    [
        ("forms/single-item/review.yaml", "拟办意见", "审查意见"),
        ("forms/notices/refusal.typ", "//", "// changed\n//"),
        ("rules/light-thresholds.dmn", "(1..5]", "[2..5]"),
    ],
    ids=["a form", "a notice", "a table"],
)
def test_a_changed_file_alone_makes_a_new_version(
    new_city: City, path: str, old: str, new: str
) -> None:
    """It is deployed alone: what it belongs to is known."""
    put(new_city, single_item())
    text = single_item()[path].decode()
    assert old in text
    done = put(new_city, {path: text.replace(old, new, 1).encode()})
    assert [(v.number, v.changed) for v in done.versions] == [(2, True)] * 2
    assert files_of("single-item")[path] != single_item()[path]
    others = {p: d for p, d in files_of("single-item").items() if p != path}
    assert others == {p: d for p, d in single_item().items() if p != path}


def test_a_changed_called_procedure_renews_its_callers_and_says_so(new_city: City) -> None:
    put(new_city, {"a.bpmn": caller("A", "C"), "b.bpmn": caller("B"), "c.bpmn": caller("C")})
    changed = diagram(
        process(start(), step("own"), step("more"), end(), chain("start", "own", "more", "end"),
                key="C")
    )  # fmt: skip
    assert told(put(new_city, {"c.bpmn": changed})) == {
        "A": (2, True, ("C",)),
        "C": (2, True, ()),
    }
    assert files_of("A")["processes/C.bpmn"] == changed


def test_a_caller_is_renewed_through_what_it_calls(new_city: City) -> None:
    put(new_city, {n: caller(*keys) for n, keys in (("a.bpmn", "AB"), ("b.bpmn", "BC"), ("c.bpmn", "C"))})  # noqa: E501  # fmt: skip
    changed = caller("C").replace(b'id="own" name="own"', b'id="own" name="new"')
    assert set(told(put(new_city, {"c.bpmn": changed}))) == {"A", "B", "C"}


def test_a_renewed_caller_keeps_its_own_files(new_city: City) -> None:
    """What the analyst has on his disk of another procedure is not deployed behind his back."""
    put(new_city, {"a.bpmn": caller("A", "C"), "c.bpmn": caller("C")})
    unfinished = caller("A", "C").replace(b'name="end"', b'name="unfinished"')
    changed = caller("C").replace(b'id="own" name="own"', b'id="own" name="new"')
    put(new_city, {"c.bpmn": changed}, beside={"a.bpmn": unfinished})
    assert files_of("A") == {"processes/A.bpmn": caller("A", "C"), "processes/C.bpmn": changed}


def test_two_procedures_may_lie_in_files_of_the_same_name(new_city: City) -> None:
    put(new_city, {"a/main.bpmn": caller("A"), "b/main.bpmn": caller("B")})
    changed = caller("B").replace(b'name="own"', b'name="new"')
    assert told(put(new_city, {"b/main.bpmn": changed})) == {"B": (2, True, ())}


def test_an_old_copy_beside_the_files_does_no_harm(new_city: City) -> None:
    old = caller("A").replace(b'name="own"', b'name="old"')
    done = put(
        new_city,
        {"a.bpmn": caller("A")},
        beside={"a.bpmn": caller("A"), "copy/a.bpmn": old},
    )
    assert told(done) == {"A": (1, True, ())}
    assert files_of("A") == {"processes/A.bpmn": caller("A")}


def test_forms_are_found_beside_the_folder(new_city: City, tmp_path: Path) -> None:
    """`lianban deploy processes/x` in a checkout: the forms lie in its folder `forms`."""
    procedure = tmp_path / "processes" / "x"
    forms = tmp_path / "forms"
    for folder in (procedure, forms):
        folder.mkdir(parents=True)
    form = single_item()["forms/single-item/discrepancy.yaml"]
    (forms / "any-name.yaml").write_bytes(form)
    task = user("own", ours('<l:post code="handler"/>', '<l:form key="single-item/discrepancy"/>'))
    text = diagram(process(start(), task, end(), chain("start", "own", "end"), key="X"))
    (procedure / "x.bpmn").write_bytes(text)
    put(new_city, read_paths([procedure]), read_beside([procedure], CHECKOUT))
    assert files_of("X") == {"processes/X.bpmn": text, "forms/single-item/discrepancy.yaml": form}


# ---------------------------------------------------------------- refusals


def nothing_stored(city: City, attempt: Callable[[], object], refusal: type) -> Exception:
    city.administrator()
    before = stored()
    with pytest.raises(refusal) as refused:
        attempt()
    assert stored() == before
    return refused.value


FAULTY = {
    "no XML": {"bad.bpmn": b"<definitions"},
    "an unknown operation": {
        "bad.bpmn": caller("B").replace(b'<l:post code="handler"/>', b'<l:post code="nobody"/>')
    },
    "a form that is missing": {
        "bad.bpmn": caller("B").replace(
            b'<l:post code="handler"/>', b'<l:post code="handler"/><l:form key="none"/>'
        )
    },
    "a form that can't be read": {"forms/x.yaml": b"$id: x\ntype: [unclosed"},
    "a process that calls nobody": {"bad.bpmn": caller("B", "Nobody")},
}


@pytest.mark.parametrize("faulty", FAULTY, ids=str)
def test_a_faulty_file_refuses_all_of_it(new_city: City, faulty: str) -> None:
    files = {"good.bpmn": caller("A"), **FAULTY[faulty]}
    refused = nothing_stored(new_city, lambda: put(new_city, files), DeploymentRefused)
    errors = [f for f in refused.facts["findings"] if f.level == "error"]
    (name,) = FAULTY[faulty]
    assert name in {f.file for f in errors}, "the file is named as it was uploaded"
    assert all(f.line >= 1 and f.message.zh and f.remedy.zh for f in errors)


def test_a_caller_that_no_longer_fits_refuses_the_called_one(new_city: City) -> None:
    put(new_city, {"a.bpmn": caller("A", "C"), "c.bpmn": caller("C")})
    broken = caller("C").replace(b'<l:post code="handler"/>', b'<l:post code="nobody"/>')
    nothing_stored(new_city, lambda: put(new_city, {"c.bpmn": broken}), DeploymentRefused)


def test_only_an_administrator_deploys(new_city: City) -> None:
    for actor in (
        new_city.applicant(),
        new_city.staff("department_leader"),
        new_city.staff("analyst", "*", "*"),
    ):
        attempt = lambda actor=actor: put(new_city, {"a.bpmn": caller("A")}, actor=actor)  # noqa: E731
        nothing_stored(new_city, attempt, Forbidden)


def test_files_that_belong_to_nothing_are_refused(new_city: City) -> None:
    form = single_item()["forms/single-item/review.yaml"]
    nothing_stored(new_city, lambda: put(new_city, {"review.yaml": form}), Conflict)


def test_two_files_of_the_same_process_are_refused(new_city: City) -> None:
    files = {"a.bpmn": caller("A"), "b.bpmn": caller("A").replace(b'name="own"', b'name="x"')}
    refused = nothing_stored(new_city, lambda: put(new_city, files), DeploymentRefused)
    assert [(f.file, f.rule) for f in refused.facts["findings"] if f.level == "error"] == [
        ("b.bpmn", "file-twice")
    ]


def test_two_administrators_at_once_deploy_one_after_the_other(app: Flask, new_city: City) -> None:
    new_city.administrator()
    changed = caller("A").replace(b'name="own"', b'name="new"')
    deeds = [lambda f=f: put(new_city, {"a.bpmn": f}) for f in (caller("A"), changed)]
    assert together(app, *deeds) == [None, None]
    with reading() as session:
        numbers = session.scalars(sa.select(ProcedureVersion.number)).all()
    assert sorted(numbers) == [1, 2]


# ---------------------------------------------------------------- must-show 3

SECOND_OPINION = """
$schema: https://json-schema.org/draft/2020-12/schema
$id: single-item/second-opinion
title: 复核意见
x-title-en: Second opinion
type: object
required: [agreed]
properties:
  agreed: {type: boolean, title: 同意, x-title-en: Agreed}
"""


def with_second_opinion(text: str) -> str:
    """The analyst's change: one more step with a form after the review, and an earlier light."""
    flow = '<bpmn:sequenceFlow id="review_to_decide" sourceRef="review" targetRef="decide"/>'
    task = (
        '<bpmn:userTask id="second_opinion" name="复核"><bpmn:extensionElements>'
        '<lianban:post code="handler"/><lianban:form key="single-item/second-opinion"/>'
        '<lianban:limit days="2"/><lianban:basis ref="L38"/></bpmn:extensionElements>'
        "</bpmn:userTask>"
        '<bpmn:sequenceFlow id="review_to_second" sourceRef="review" targetRef="second_opinion"/>'
        '<bpmn:sequenceFlow id="second_to_decide" sourceRef="second_opinion" targetRef="decide"/>'
    )
    assert flow in text
    changed = text.replace(flow, task)
    for gone in ("incoming", "outgoing"):
        changed = changed.replace(f"<bpmn:{gone}>review_to_decide</bpmn:{gone}>", "")
    threshold = "committed_days(yellow_days(committed_limit))"
    assert threshold in changed
    return changed.replace(threshold, "committed_days(committed_limit - 5)")


def test_new_cases_take_a_change_and_running_ones_keep_theirs(new_city: City) -> None:
    put(new_city, single_item())
    running = new_city.file().accepted()
    path = "processes/single-item.bpmn"
    revised = with_second_opinion(single_item()[path].decode()).encode()
    files = {path: revised, "second-opinion.yaml": SECOND_OPINION.encode()}
    assert told(put(new_city, files))["single-item"][:2] == (2, True)

    fresh = new_city.file().accepted()
    assert fresh.deadlines()["handle_yellow"] < running.deadlines()["handle_yellow"]
    for walk, then in ((running, "decide"), (fresh, "second_opinion")):
        walk.go("review")
        assert walk.at() == [then]
    fresh.complete("second_opinion", agreed=True)
    for walk in (running, fresh):
        walk.go("decide", "deliver")
        assert walk.status == "delivered"
    assert fresh.case().procedure_version_id != running.case().procedure_version_id


@pytest.mark.parametrize(
    "text",
    [
        b"$id: x\nvalid_from: 2024-13-45\n",
        b"$id: x\nfrom: 2024-01-01T99:00:00Z\n",
        b"a: !!float xx\n",
        b"[" * 1_000,
        b"\xff\xfe",
    ],
    ids=["no such day", "no such hour", "a tag", "too deep", "not UTF-8"],
)
def test_a_form_that_cannot_be_read_is_a_finding(city: City, text: bytes) -> None:
    with pytest.raises(DeploymentRefused) as refused:
        put(city, {"mine.yaml": text})
    assert "mine.yaml" in {finding.file for finding in refused.value.facts["findings"]}


@pytest.mark.parametrize(
    "files",
    [
        {"a.bpmn": caller("p" * 200)},
        {"a.bpmn": caller("A"), "x" * 300 + ".dmn": b"<a/>"},
        {"a.bpmn": caller("A"), "f.yaml": b"$id: " + b"x" * 300},
        {"a.bpmn": caller("A"), f"notices/{'n' * 300}.typ": b"//"},
    ],
    ids=["process", "table", "form", "notice"],
)
def test_a_name_too_long_to_be_kept_is_a_finding(city: City, files: dict[str, bytes]) -> None:
    before = stored()
    with pytest.raises(DeploymentRefused) as refused:
        put(city, files)
    assert "too-long" in {finding.rule for finding in refused.value.facts["findings"]}
    assert stored() == before


def test_a_notice_says_its_title_and_mark_in_few_words(city: City) -> None:
    path = "forms/notices/acceptance.typ"
    head = single_item()[path].replace(b"// number: ", b"// number: " + b"x" * 60)
    with pytest.raises(DeploymentRefused) as refused:
        put(city, {path: head})
    assert "notice" in {finding.rule for finding in refused.value.facts["findings"]}
