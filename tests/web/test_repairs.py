"""Cases in trouble through pages: what clerk and applicant read, how an administrator repairs."""

from __future__ import annotations

import pytest

from tests.api.city import FOOD, City
from tests.api.test_repairs import damage, state_of, tick
from tests.web.reader import Reader


@pytest.fixture
def number(city: City) -> str:
    return Reader(city, "applicant").apply(FOOD)


def test_pages_of_a_case_with_a_damaged_state_say_what_is_the_matter(
    city: City, number: str
) -> None:
    damage(city, number, b"1 damaged")
    tick(city, days=9)
    clerk = Reader(city, "clerk").open(f"/cases/{number}")
    assert clerk.status == 200
    assert "已搁置，等管理员修复" in clerk.main and "无法读取" in clerk.main
    assert not [a for a in clerk.page.iter("a") if a.text_content() == "修复"]
    assert Reader(city, "clerk").task(number).status == 200
    assert "无法读取" in Reader(city, "supervisor").open("/stuck").main
    applicant = Reader(city, "applicant").open(f"/cases/{number}")
    assert applicant.status == 200 and "管理员正在处理" in applicant.main
    assert "无法读取" not in applicant.main
    for address in ("/stuck", f"/cases/{number}/repair"):
        assert Reader(city, "applicant").open(address).status == 403
    assert Reader(city, "clerk").open(f"/cases/{number}/repair").status == 403


def test_an_administrator_repairs_it_on_a_page(city: City, number: str) -> None:
    kept = state_of(city, number)
    damage(city, number, b"?")
    tick(city, days=9)
    reader = Reader(city, "administrator").open("/").follow("故障").follow("修复")
    assert "没有流程数据" in reader.main
    reader.send("reason", reason="再试一次")
    assert (
        reader.status == 409
        and "无法读取" in reader.main
        and "再试一次" in reader.page.text_content()
    )
    damage(city, number, kept)
    reader.send("reason", reason="已从备份恢复", name="note", value='{"a": 1}')
    assert reader.path == f"/cases/{number}" and "办件已恢复运行" in reader.main
    assert "已搁置" not in reader.main
    reader.open(f"/cases/{number}/repair")
    assert '{"a": 1}' in reader.main and "更正流程数据" in reader.main


def test_what_is_typed_is_data_and_never_markup(city: City, number: str) -> None:
    reader = Reader(city, "administrator").open(f"/cases/{number}/repair")
    evil = "<script>alert(1)</script>{{ 7*7 }}"
    reader.send("reason", reason=evil, name="note", value=evil)
    reader.open(f"/cases/{number}/repair")
    assert evil in reader.main and not reader.page.xpath("//script[contains(text(), 'alert')]")


def test_the_pages_stand_in_english(city: City, number: str) -> None:
    damage(city, number, b"?")
    tick(city, days=9)
    reader = Reader(city, "administrator").open("/language/en?next=/stuck")
    assert "set aside" in reader.main and "damaged" in reader.main
    reader.follow("Repair")
    assert "Let it go on" in reader.main


@pytest.mark.parametrize("value", ["[" * 3_000, '{"a":' * 700, "NaN", "9" * 3_000])
def test_no_value_breaks_the_page(city: City, number: str, value: str) -> None:
    reader = Reader(city, "administrator").open(f"/cases/{number}/repair")
    reader.send("reason", reason="试", name="note", value=value)
    assert reader.status in (200, 422)
    assert reader.open(f"/cases/{number}/repair").status == 200
