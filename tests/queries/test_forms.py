"""What a form starts from, how it is described, what of it is hidden."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from engine.catalogue.forms import form_in
from engine.config import CHECKOUT
from engine.queries.forms import form_view, known_values, masked

FILES = {
    f"forms/{path.parent.name}/{path.name}": path.read_bytes()
    for path in (CHECKOUT / "forms" / "single-item").glob("*.yaml")
}
PERSON = {"type": "person", "name": "张三丰", "id_number": "110101199003070038"}
COMPANY = {"type": "organisation", "name": "好味公司", "legal_representative": "王五"}


def known(application: dict[str, Any], years: int | None = 5, today: str = "2026-11-23") -> Any:
    item = {"result": {"valid_years": years}}
    return known_values(application, item, date.fromisoformat(today))


def test_the_recipient_is_the_agent_the_person_or_who_represents() -> None:
    agent = {"name": "李四", "id_number": "110101199003070054", "phone": "13812345678"}
    assert known({"applicant": PERSON, "agent": agent})["recipient"] == {
        "name": "李四",
        "capacity": "agent",
        "id_number": "110101199003070054",
    }
    assert known({"applicant": PERSON})["recipient"]["id_number"] == PERSON["id_number"]
    assert known({"applicant": COMPANY})["recipient"] == {"name": "王五", "capacity": "applicant"}


@pytest.mark.parametrize(
    ("today", "years", "until"),
    [
        ("2026-11-23", 5, "2031-11-22"),
        ("2026-01-01", 3, "2028-12-31"),
        ("2028-02-29", 5, "2033-02-28"),
        ("2028-02-29", 4, "2032-02-28"),
    ],
)
def test_a_licence_ends_the_day_before_the_corresponding_day(
    today: str, years: int, until: str
) -> None:
    licence = known({"applicant": PERSON}, years, today)["licence"]
    assert licence == {"valid_from": today, "valid_until": until}


def test_a_licence_without_an_end_has_none() -> None:
    assert known({"applicant": PERSON}, None)["licence"] == {"valid_from": "2026-11-23"}


def test_a_form_is_described_field_by_field() -> None:
    context = {"supplement.unmet": [{"code": "rules", "title": "制度", "title_en": "Rules"}]}
    view = form_view(form_in(FILES, "single-item/recheck"), context)
    assert view["ui"]["/defects"]["widget"] == "table"
    assert view["ui"]["/defects/*/material"] == {"title": "材料", "title_en": "Material"}
    choices = view["schema"]["properties"]["defects"]["items"]["properties"]["material"]["oneOf"]
    assert [choice["const"] for choice in choices] == ["rules"]


def test_only_what_is_personal_is_hidden() -> None:
    schema = form_in(FILES, "single-item/application").schema
    data = {
        "applicant": {"name": "张三丰", "id_number": "110101199003070038", "phone": "13812345678"},
        "agent": {"name": "李四"},
        "subject": "新开餐馆",
        "declaration": True,
    }
    assert masked(schema, data) == {
        "applicant": {
            "name": "张*丰",
            "id_number": "110*************38",
            "phone": "138****5678",
        },
        "agent": {"name": "李*"},
        "subject": "新开餐馆",
        "declaration": True,
    }
    assert masked({"items": {"x-personal": True}}, ["王五", 7]) == ["王*", 7]
