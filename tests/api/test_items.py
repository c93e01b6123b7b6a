"""The catalogue is open to everybody and enough to apply with."""

from __future__ import annotations

from jsonschema import Draft202012Validator

from tests.api.city import FOOD, City, application, ok, refused


def test_items_are_found_by_name_in_both_languages_and_by_department(town: City) -> None:
    nobody = town.as_(None)
    everything = ok(nobody.get("/items"))["rows"]
    assert len(everything) >= 3
    assert [row["code"] for row in ok(nobody.get("/items?q=食品经营"))["rows"]] == [FOOD]
    assert [row["code"] for row in ok(nobody.get("/items?q=FOOD business"))["rows"]] == [FOOD]
    own = ok(nobody.get("/items?department=scjgj"))["rows"]
    assert FOOD in [row["code"] for row in own] and len(own) < len(everything)
    assert ok(nobody.get("/items?q=没有这样的事项"))["rows"] == []


def test_an_item_tells_what_an_applicant_asks(town: City) -> None:
    item = ok(town.as_(None).get(f"/items/{FOOD}"))
    assert item["limits"]["committed"] <= item["limits"]["statutory"] == item["statutory_days"]
    assert item["department"]["label"] == "澜川市市场监督管理局"
    assert {"main", "required", "accepts", "basis"} <= item["materials"][0].keys()
    assert item["fees"]["charged"] is False and item["remedies"]["review_days"] == 60
    assert item["legal_basis"] and item["sources"] and item["guide"]["phone"]


def test_the_application_form_is_a_plain_json_schema(town: City) -> None:
    form = ok(town.as_(None).get(f"/items/{FOOD}"))["application_form"]
    Draft202012Validator.check_schema(form["schema"])
    validator = Draft202012Validator(form["schema"])
    assert list(validator.iter_errors(application())) == []
    assert not validator.is_valid(application(subject=""))
    assert "floor_area" in form["schema"]["properties"]["details"]["properties"]
    assert form["ui"]["/details/floor_area"]["title_en"] == "Floor area (square metres)"


def test_unknown_items_are_not_found(town: City) -> None:
    refused(town.as_(None).get("/items/no-such-item"), 404, "not-found")
