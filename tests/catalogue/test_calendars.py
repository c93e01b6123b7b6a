"""The calendar files: what ours say, and what an administrator is told about a wrong one.

Rows: L82
"""

from datetime import date, timedelta
from pathlib import Path

import chinese_calendar
import pytest

from engine.catalogue.calendars import load_calendar
from engine.errors import CatalogueError

OURS = Path(__file__).parents[2] / "processes" / "calendar"

GOOD = """\
year: 2026
status: official
source: 国办发明电〔2025〕7号
holidays:
  - {date: 2026-01-01, name: 元旦}
  - {date: 2026-01-02, name: 元旦}
working_days:
  - {date: 2026-01-04, name: 元旦调休上班}
"""


@pytest.fixture
def folder(tmp_path):
    made = tmp_path / "calendar"
    made.mkdir()
    return made


def refused(folder: Path, text: str, name: str = "2026.yaml") -> CatalogueError:
    (folder / name).write_text(text, "utf-8")
    with pytest.raises(CatalogueError) as caught:
        load_calendar(folder)
    return caught.value


def days(year: int) -> list[date]:
    return [
        date(year, 1, 1) + timedelta(n) for n in range((date(year, 12, 31).timetuple()).tm_yday)
    ]


@pytest.mark.parametrize("year", [2024, 2025, 2026])
def test_official_years_agree_day_by_day_with_an_independent_source(year):
    calendar = load_calendar(OURS)
    found = {day: calendar.is_working(day) for day in days(year)}
    assert found == {day: chinese_calendar.is_workday(day) for day in days(year)}
    assert not calendar.provisional_between(date(year, 1, 1), date(year, 12, 31))


@pytest.mark.parametrize("year", [2024, 2025, 2026])
def test_official_years_list_the_days_of_the_notice_and_no_others(year):
    calendar = load_calendar(OURS)
    kinds = {day: calendar.day(day).kind for day in days(year)}
    holidays = {day for day in chinese_calendar.holidays if day.year == year}
    make_up = {day for day in chinese_calendar.workdays if day.year == year}
    assert {day for day, kind in kinds.items() if kind == "holiday"} == holidays
    assert {day for day, kind in kinds.items() if kind == "make_up"} == make_up


def test_2027_holds_the_statutory_holidays_and_says_that_it_is_provisional():
    calendar = load_calendar(OURS)
    held = {}
    for day in days(2027):
        found = calendar.day(day)
        assert found.provisional
        if found.name:
            held.setdefault(found.name, []).append((day.month, day.day))
    # 全国年节及纪念日放假办法 art. 2: thirteen days, by the lunar calendar of that year.
    assert held == {
        "元旦": [(1, 1)],
        "除夕": [(2, 5)],
        "春节": [(2, 6), (2, 7), (2, 8)],
        "清明节": [(4, 5)],
        "劳动节": [(5, 1), (5, 2)],
        "端午节": [(6, 9)],
        "中秋节": [(9, 15)],
        "国庆节": [(10, 1), (10, 2), (10, 3)],
    }


def test_a_year_names_the_notice_it_stands_on():
    sources = {year.year: year.source for year in load_calendar(OURS).years}
    assert sources == {
        2024: "国办发明电〔2023〕7号",
        2025: "国办发明电〔2024〕12号",
        2026: "国办发明电〔2025〕7号",
        2027: "全国年节及纪念日放假办法（国务院令第795号修订）",
    }


def test_a_good_file_is_read(folder):
    (folder / "2026.yaml").write_text(GOOD, "utf-8")
    calendar = load_calendar(folder)
    assert calendar.day(date(2026, 1, 2)).name == "元旦"
    assert calendar.day(date(2026, 1, 3)).kind == "weekend"
    assert calendar.day(date(2026, 1, 4)).name == "元旦调休上班"


@pytest.mark.parametrize(
    ("was", "becomes", "line", "word"),
    [
        ("year: 2026", "year: [2026", 2, "not valid YAML"),
        ("year: 2026", "year: 2025", 1, "called by"),
        ("year: 2026", "year: '2026'", 1, "four-digit"),
        ("official", "final", 2, "provisional"),
        ("official", "[official]", 2, "provisional"),
        ("source: 国办发明电〔2025〕7号", "source: ' '", 3, "notice"),
        ("source: 国办发明电〔2025〕7号\n", "", 1, '"source" is missing'),
        ("source:", "sources:", 3, 'unknown key "sources"'),
        ("holidays:", "status: official\nholidays:", 4, "repeated"),
        ("2026-01-02", "2026-01-01", 6, "listed twice"),
        ("2026-01-02", "2025-12-31", 6, "move it to 2025.yaml"),
        ("2026-01-02", "2026-02-30", 6, "exists"),
        ("2026-01-02", "20260102", 6, "exists"),
        ("2026-01-02", "2026-W01-5", 6, "exists"),
        ("2026-01-02, name: 元旦", "2026-01-02, name: ", 6, "name"),
        ("2026-01-02, name: 元旦", "2026-01-02", 6, '"name" is missing'),
        ("{date: 2026-01-02, name: 元旦}", "2026-01-02", 6, "mapping"),
        ("2026-01-04", "2026-01-05", 8, "not a weekend day"),
        ("2026-01-02", "2026-01-04", 8, "at once"),
        ("\n  - {date: 2026-01-04, name: 元旦调休上班}", "", 7, "[] for none"),
    ],
)
def test_a_wrong_file_is_refused_with_line_and_remedy(folder, was, becomes, line, word):
    error = refused(folder, GOOD.replace(was, becomes, 1))
    assert error.facts == {"file": "calendar/2026.yaml", "line": line}
    assert word in error.message.en
    assert f"calendar/2026.yaml 第 {line} 行" in error.message.zh


def test_a_year_without_a_holiday_is_refused(folder):
    start, end = GOOD.index("holidays:"), GOOD.index("working_days:")
    error = refused(folder, GOOD[:start] + "holidays: []\n" + GOOD[end:])
    assert error.facts["line"] == 4
    assert "statutory holidays" in error.message.en


def test_what_is_no_mapping_is_refused(folder):
    assert "mapping" in refused(folder, "- 2026").message.en
    assert "mapping" in refused(folder, "").message.en


def test_a_second_file_for_a_year_is_refused(folder):
    (folder / "2026.yaml").write_text(GOOD, "utf-8")
    assert "two calendars for 2026" in refused(folder, GOOD, "2026.yml").message.en


def test_a_folder_without_files_is_refused(folder):
    with pytest.raises(CatalogueError, match="there are none"):
        load_calendar(folder)
