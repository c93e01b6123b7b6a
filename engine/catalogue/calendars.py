"""The calendar files, one a year: `processes/calendar/2026.yaml`.

year: 2026
status: official          # or provisional: the statutory holidays alone, before the notice
source: 国办发明电〔2025〕7号
holidays:
  - {date: 2026-01-01, name: 元旦}
working_days:             # make-up days (调休上班日), weekend days all; may be []
  - {date: 2026-01-04, name: 元旦调休上班}
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from engine.catalogue.yaml_lines import LineOf, Place, fault, load_yaml
from engine.domain.calendar import Calendar, YearCalendar
from engine.errors import CatalogueError

STATUSES = ("official", "provisional")
KEYS = ("year", "status", "source", "holidays", "working_days")
ENTRY_KEYS = ("date", "name")

Named = dict[date, str]


def load_calendar(folder: Path) -> Calendar:
    """Read every calendar file (*.yaml, *.yml) of `folder`.

    Raises CatalogueError, with file, line and remedy, for the first thing that is wrong: no file,
    bad YAML, an unknown or missing key, a file not called by its year, an unknown status, no
    source, no holiday, a date that is none, outside its year or repeated, a make-up day that is
    not a weekend day or is a holiday too.
    """
    files = sorted(folder.glob("*.y*ml"))
    if not files:
        raise CatalogueError(
            f"{folder.name} 中没有日历文件，请添加，例如 2026.yaml。",
            f"Expected calendar files in {folder.name}, but there are none; add one, such as "
            "2026.yaml.",
        )
    years: dict[int, YearCalendar] = {}
    for path in files:
        year = _read(path, f"{folder.name}/{path.name}")
        if year.year in years:
            raise fault(
                f"{folder.name}/{path.name}",
                1,
                f"{year.year} 年有两份日历，请删去其一。",
                f"there are two calendars for {year.year}; remove one of them.",
            )
        years[year.year] = year
    return Calendar(years.values())


@dataclass(frozen=True)
class _File:
    name: str
    line_of: LineOf

    def fault(self, place: Place, zh: str, en: str) -> CatalogueError:
        return fault(self.name, self.line_of(place), zh, en)


def _read(path: Path, name: str) -> YearCalendar:
    value, line_of = load_yaml(path, name)
    file = _File(name, line_of)
    _check_keys(file, (), value, KEYS)
    year = value["year"]
    if type(year) is not int or not 1000 <= year <= 9999 or path.stem != str(year):
        raise file.fault(
            ("year",),
            "year 应为四位数年份，并与文件名一致，例如 2026.yaml 中写 year: 2026。",
            "year must be the four-digit year that the file is called by, such as year: 2026 in "
            "2026.yaml.",
        )
    _check_head(file, value)
    holidays = _entries(file, "holidays", value)
    working_days = _entries(file, "working_days", value)
    if not holidays:
        raise file.fault(
            ("holidays",),
            "holidays 为空，请至少列出法定节假日。",
            "holidays is empty; list the statutory holidays at least.",
        )
    for index, day in enumerate(working_days):
        _check_make_up(file, ("working_days", index, "date"), day, holidays)
    return YearCalendar(year, value["status"], value["source"], holidays, working_days)


def _check_keys(file: _File, place: Place, value: Any, keys: tuple[str, ...]) -> None:
    """Refuse what is not a mapping of exactly `keys`."""
    listed = ", ".join(keys)
    if not isinstance(value, dict):
        raise file.fault(
            place, f"此处应为映射，包含：{listed}。", f"expected a mapping of {listed}."
        )
    for key in value:
        if key not in keys:
            raise file.fault(
                (*place, key),
                f"未知的键“{key}”，请改为其一或删去：{listed}。",
                f'unknown key "{key}"; use one of {listed}, or remove it.',
            )
    for key in keys:
        if key not in value:
            raise file.fault(place, f"缺少“{key}”，请补上。", f'"{key}" is missing; add it.')


def _check_head(file: _File, value: dict[str, Any]) -> None:
    if value["status"] not in STATUSES:
        raise file.fault(
            ("status",),
            "status 应为 official（国务院办公厅已发通知）或 provisional（通知发布之前）。",
            "status must be official (the State Council's notice is out) or provisional (before).",
        )
    if not _is_text(value["source"]):
        raise file.fault(
            ("source",),
            "source 应写明依据，例如 国办发明电〔2025〕7号。",
            "source must name the notice or statute, such as 国办发明电〔2025〕7号.",
        )


def _entries(file: _File, key: str, value: dict[str, Any]) -> Named:
    """Read the list under `key`, in its order."""
    if not isinstance(value[key], list):
        raise file.fault(
            (key,),
            f"{key} 应为列表，每项包含 date 和 name；没有时写 []。",
            f"{key} must be a list of entries with date and name; write [] for none.",
        )
    days: Named = {}
    for index, entry in enumerate(value[key]):
        place = (key, index)
        _check_keys(file, place, entry, ENTRY_KEYS)
        day = _day(file, (*place, "date"), entry["date"], value["year"])
        if day in days:
            raise file.fault(
                (*place, "date"),
                f"{day} 重复，请删去其一。",
                f"{day} is listed twice; remove one of them.",
            )
        if not _is_text(entry["name"]):
            raise file.fault(
                (*place, "name"),
                "name 应写明节日名称，例如 春节。",
                "name must be the holiday's name, such as 春节.",
            )
        days[day] = entry["name"]
    return days


def _day(file: _File, place: Place, text: Any, year: int) -> date:
    try:
        if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", str(text)):
            raise ValueError
        day = date.fromisoformat(text)
    except ValueError:
        raise file.fault(
            place,
            "日期应为真实存在的日期，写作 2026-01-01。",
            "the date must be a day that exists, written like 2026-01-01.",
        ) from None
    if day.year != year:
        raise file.fault(
            place,
            f"{day} 不在 {year} 年，请移到 {day.year}.yaml 或改正。",
            f"{day} is not in {year}; move it to {day.year}.yaml or mend it.",
        )
    return day


def _check_make_up(file: _File, place: Place, day: date, holidays: Named) -> None:
    if day in holidays:
        raise file.fault(
            place,
            f"{day} 同时列为放假日和上班日，请删去其一。",
            f"{day} is a holiday and a working day at once; remove one of them.",
        )
    if day.weekday() < 5:
        raise file.fault(
            place,
            f"{day} 不是周末，本来就是工作日，请改正或删去。",
            f"{day} is not a weekend day and works anyway; mend it or remove it.",
        )


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())
