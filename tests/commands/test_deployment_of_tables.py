"""Decision tables of a deployment: they come with the diagrams that name them."""

from __future__ import annotations

import pytest

from engine.errors import DeploymentRefused
from tests.bpmn.decision_tables import column, file_of, output, rule
from tests.bpmn.diagrams import chain, diagram, end, node, ours, process, start
from tests.bpmn.instances import script
from tests.cases import City
from tests.commands.test_deployment import files_of, put


def fees(*, low: str = "10", ends: str = "> 100", key: str = "fees") -> bytes:
    return file_of(
        column("area", "number"), output("fee"), rule("<= 100", gives=low), rule(ends), key=key
    )


def asks(key: str = "P", task: str = "") -> bytes:
    word = ours('<l:decision table="fees" result="fee"/>')
    middle = task or node("businessRuleTask", "d", word)
    return diagram(process(start(), middle, end(), chain("start", "d", "end"), key=key))


def test_a_table_belongs_to_what_names_it(new_city: City) -> None:
    by_name = script("d", "x = decide(&quot;fees&quot;, {&quot;area&quot;: 1})")
    files = {"p.bpmn": asks(), "q.bpmn": asks("Q", by_name), "fees-2026.dmn": fees()}
    put(new_city, {**files, "other.dmn": fees(key="other")})
    for key in ("P", "Q"):
        assert set(files_of(key)) == {f"processes/{key}.bpmn", "rules/fees-2026.dmn"}


def test_a_table_is_found_beside_and_where_it_was(new_city: City) -> None:
    put(new_city, {"p.bpmn": asks()}, beside={"rules/fees.dmn": fees()})
    assert "rules/fees.dmn" in files_of("P")
    assert not put(new_city, {"p.bpmn": asks()}).versions[0].changed


def test_a_changed_table_alone_renews_what_stands_on_it(new_city: City) -> None:
    put(new_city, {"p.bpmn": asks(), "fees.dmn": fees()})
    (done,) = put(new_city, {"fees.dmn": fees(low="11")}).versions
    assert (done.key, done.number, done.changed) == ("P", 2, True)
    assert b"11" in files_of("P")["rules/fees.dmn"]


@pytest.mark.parametrize(
    ("files", "told"),
    [
        ({"p.bpmn": asks()}, "unknown-decision"),
        ({"p.bpmn": asks(), "fees.dmn": fees(ends=">= 100")}, "dmn-overlap"),
        ({"p.bpmn": asks(), "fees.dmn": fees(ends="much")}, "dmn-cell"),
        ({"p.bpmn": asks(), "a.dmn": fees(), "b.dmn": fees()}, "dmn-decision"),
    ],
)
def test_a_bad_table_stops_the_deployment(
    new_city: City, files: dict[str, bytes], told: str
) -> None:
    with pytest.raises(DeploymentRefused) as refused:
        put(new_city, files)
    assert told in [finding.rule for finding in refused.value.facts["findings"]]
