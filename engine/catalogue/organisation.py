"""Counties, departments and posts: the people a seat, a lane or a notice may name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine.catalogue.form_rules import Fault, refuse
from engine.catalogue.validation import check
from engine.catalogue.yaml_lines import LineOf, Place, load_yaml
from engine.errors import Words


@dataclass(frozen=True)
class County:
    code: str
    name: str
    name_en: str


@dataclass(frozen=True)
class Department:
    """`short` marks the department in the number of a notice; `credit_code` after GB 32100."""

    code: str
    name: str
    name_en: str
    short: str
    credit_code: str


@dataclass(frozen=True)
class Post:
    """`scope`: public, department, centre or city; who may hold a seat of this post."""

    code: str
    name: str
    name_en: str
    scope: str
    source: str


@dataclass(frozen=True)
class Organisation:
    """Everything by its code, in the order of the files."""

    counties: Mapping[str, County]
    departments: Mapping[str, Department]
    posts: Mapping[str, Post]


def load_organisation(folder: Path) -> Organisation:
    """Read `departments.yaml` and `posts.yaml` in `folder` (`processes/catalogue`).

    Raises CatalogueError with file and line: an unknown or missing key, a wrong value, a code
    that stands twice.
    """
    bodies = _read(folder / "departments.yaml", _DEPARTMENTS, ("counties", "departments"))
    posts = _read(folder / "posts.yaml", _POSTS, ("posts",))
    return Organisation(
        _by_code(County(**row) for row in bodies["counties"]),
        _by_code(Department(**row) for row in bodies["departments"]),
        _by_code(Post(**row) for row in posts["posts"]),
    )


def _by_code(rows: Iterable[Any]) -> dict[str, Any]:
    return {row.code: row for row in rows}


def _read(file: Path, schema: dict[str, Any], lists: tuple[str, ...]) -> dict[str, Any]:
    value, line_of = load_yaml(file, file.name)
    refuse_unless_valid(schema, value, file.name, line_of)
    faults = [fault for name in lists for fault in repeated(value[name], (name,))]
    if faults:
        raise refuse(file.name, line_of, faults)
    return value


def refuse_unless_valid(schema: Mapping[str, Any], value: Any, name: str, line_of: LineOf) -> None:
    """Raise CatalogueError that tells every breach of `schema` in file `name`, with its line."""
    faults = [(_place(fault.path), fault.message) for fault in check(schema, value)]
    if faults:
        raise refuse(name, line_of, faults)


def _place(pointer: str) -> Place:
    parts = [part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/")[1:]]
    return tuple(int(part) if part.isdigit() else part for part in parts)


def repeated(rows: list[dict[str, Any]], place: Place) -> list[Fault]:
    """Return a fault for each row of the list at `place` whose `code` stood there before."""
    seen: set[str] = set()
    faults: list[Fault] = []
    for i, row in enumerate(rows):
        if row["code"] in seen:
            words = Words(
                f"代码“{row['code']}”重复，请改用另一个代码。",
                f'The code "{row["code"]}" is used twice; choose another.',
            )
            faults.append(((*place, i, "code"), words))
        seen.add(row["code"])
    return faults


def text(zh: str, en: str, **more: Any) -> dict[str, Any]:
    """Return the schema of a text that may not be empty, titled in both languages."""
    return {"type": "string", "minLength": 1, "title": zh, "x-title-en": en, **more}


def closed(zh: str, en: str, fields: dict[str, Any], *optional: str) -> dict[str, Any]:
    """Return the schema of an object with exactly these fields, all but `optional` required."""
    return {
        "type": "object",
        "title": zh,
        "x-title-en": en,
        "properties": fields,
        "required": [name for name in fields if name not in optional],
        "additionalProperties": False,
    }


def rows(zh: str, en: str, item: dict[str, Any], *, least: int = 0) -> dict[str, Any]:
    """Return the schema of a list of `item`."""
    return {"type": "array", "title": zh, "x-title-en": en, "items": item, "minItems": least}


_NAMES = {"name": text("名称", "name"), "name_en": text("英文名称", "name_en")}
_CODE = text("代码", "code", pattern="^[a-z][a-z0-9_]*$")
_COUNTY_CODE = text("区划代码", "code", pattern="^[0-9]{6}$")
_CREDIT_CODE = text("统一社会信用代码", "credit_code", **{"x-format": "credit-code"})

_DEPARTMENTS = closed(
    "机构",
    "departments",
    {
        "counties": rows(
            "区县", "counties", closed("区县", "county", {"code": _COUNTY_CODE, **_NAMES}), least=1
        ),
        "departments": rows(
            "部门",
            "departments",
            closed(
                "部门",
                "department",
                {
                    "code": _CODE,
                    **_NAMES,
                    "short": text("简称", "short", maxLength=4),
                    "credit_code": _CREDIT_CODE,
                },
            ),
            least=1,
        ),
    },
)

_SCOPE = text("范围", "scope", enum=["public", "department", "centre", "city"])

_POSTS = closed(
    "岗位",
    "posts",
    {
        "posts": rows(
            "岗位",
            "posts",
            closed(
                "岗位",
                "post",
                {"code": _CODE, **_NAMES, "scope": _SCOPE, "source": text("来源", "source")},
            ),
            least=1,
        )
    },
)
