"""The catalogue of approval items: one YAML file an item, checked, as frozen values.

Limits are working days (行政许可法 art. 82). A case copies what it needs at acceptance; the
catalogue may change afterwards.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine.catalogue.form_rules import Fault, refuse, schema_faults
from engine.catalogue.item_schema import ITEM
from engine.catalogue.organisation import (
    Department,
    Organisation,
    load_organisation,
    refuse_unless_valid,
    repeated,
)
from engine.catalogue.yaml_lines import LineOf, load_yaml
from engine.errors import Words

NOT_ITEMS = frozenset({"departments.yaml", "posts.yaml"})


@dataclass(frozen=True)
class Limits:
    """Working days from acceptance to decision; `extension` may be granted once (L42)."""

    statutory: int
    statutory_basis: str
    committed: int
    committed_basis: str
    extension: int
    extension_basis: str


@dataclass(frozen=True)
class Material:
    """`main`: 主审要件. `form`: original, copy or electronic. `accepts`: file name endings."""

    code: str
    name: str
    name_en: str
    main: bool
    required: bool
    form: str
    copies: int
    basis: str
    accepts: tuple[str, ...]
    note: str = ""

    @property
    def paper(self) -> bool:
        """Whether paper exists that is compared with the dossier at pickup (P21)."""
        return self.form != "electronic"


@dataclass(frozen=True)
class ExcludedProcedure:
    """A procedure that a law demands and whose time does not count (L45)."""

    name: str
    name_en: str
    basis: str


@dataclass(frozen=True)
class Fee:
    name: str
    standard: str


@dataclass(frozen=True)
class Fees:
    """No fee without a law (L58): `basis` is that law, or L58 where nothing is charged."""

    charged: bool
    basis: str
    items: tuple[Fee, ...]


@dataclass(frozen=True)
class Law:
    law: str
    article: str
    summary: str


@dataclass(frozen=True)
class Result:
    """`certifies`: the sentence of the approval document; `fields`: the details it lists."""

    name: str
    name_en: str
    certifies: str
    number_pattern: str | None
    valid_years: int | None
    fields: tuple[str, ...]


@dataclass(frozen=True)
class Remedies:
    """Review within `review_days` (calendar days), suit within `suit_months`, of being told."""

    review_body: str
    review_days: int
    court: str
    suit_months: int
    basis: str


@dataclass(frozen=True)
class Guide:
    steps: tuple[str, ...]
    place: str
    phone: str
    hours: str


@dataclass(frozen=True)
class SiteCheck:
    required: bool
    basis: str


@dataclass(frozen=True)
class Source:
    """Where the value of `fact` (a field of the file) comes from; 自拟: made up for the demo."""

    fact: str
    source: str


@dataclass(frozen=True)
class Item:
    """One approval item. `details` is a JSON Schema; treat it as read-only."""

    code: str
    name: str
    name_en: str
    kind: str
    nature: str
    procedure: str
    department: Department
    limits: Limits
    acceptance_limit: int
    delivery_limit: int
    site_check: SiteCheck
    excluded_procedures: tuple[ExcludedProcedure, ...]
    materials: tuple[Material, ...]
    fees: Fees
    legal_basis: tuple[Law, ...]
    conditions: tuple[str, ...]
    result: Result
    remedies: Remedies
    guide: Guide
    details: Mapping[str, Any]
    sources: tuple[Source, ...]

    def material(self, code: str) -> Material | None:
        """Return the material with this code, if the item has it."""
        return next((m for m in self.materials if m.code == code), None)


@dataclass(frozen=True)
class Catalogue:
    """Everything in `processes/catalogue`; items by their code."""

    items: Mapping[str, Item]
    organisation: Organisation


def load_catalogue(folder: Path) -> Catalogue:
    """Read the whole of `folder`; raises as `load_items` and `load_organisation` do."""
    organisation = load_organisation(folder)
    return Catalogue(_load(folder, organisation.departments), organisation)


def load_items(folder: Path) -> dict[str, Item]:
    """Return the items of `folder` (`processes/catalogue`) by code, in the order of file names.

    Raises CatalogueError naming file and line, with all faults of the file: unknown or missing
    keys, a committed limit above the statutory one, an unknown department, a main material that
    is not required, a fee without items, a code used twice, a bad schema of `details`.
    """
    return _load(folder, load_organisation(folder).departments)


def _load(folder: Path, departments: Mapping[str, Department]) -> dict[str, Item]:
    items: dict[str, Item] = {}
    for file in sorted(folder.glob("*.yaml")):
        if file.name in NOT_ITEMS:
            continue
        value, line_of = load_yaml(file, file.name)
        item = read_item(value, file.name, line_of, departments)
        if item.code in items:
            words = Words("事项编码已被另一文件使用。", "Another file has the same item code.")
            raise refuse(file.name, line_of, [(("code",), words)])
        items[item.code] = item
    return items


def read_item(
    value: Any, name: str, line_of: LineOf, departments: Mapping[str, Department]
) -> Item:
    """Build the item that file `name` describes; raises as `load_items` does."""
    refuse_unless_valid(ITEM, value, name, line_of)
    faults = [*_rule_faults(value, departments), *schema_faults(value["details"], ("details",))]
    faults += _field_faults(value)
    if faults:
        raise refuse(name, line_of, faults)
    return _item(value, departments[value["department"]])


def _rule_faults(value: dict[str, Any], departments: Mapping[str, Department]) -> list[Fault]:
    faults = repeated(value["materials"], ("materials",))
    limits, fees = value["limits"], value["fees"]
    if value["department"] not in departments:
        words = Words(
            "departments.yaml 中没有这个部门，请先登记。",
            "No such department in departments.yaml; add it there first.",
        )
        faults.append((("department",), words))
    elif not value["code"].startswith(departments[value["department"]].credit_code):
        words = Words(
            "事项编码应以实施机关的统一社会信用代码开头。",
            "The item code must begin with the department's unified social credit code.",
        )
        faults.append((("code",), words))
    if limits["committed"] > limits["statutory"]:
        words = Words(
            f"承诺时限 {limits['committed']} 日长于法定时限 {limits['statutory']} 日，请缩短。",
            f"The committed limit of {limits['committed']} working days exceeds the statutory "
            f"{limits['statutory']}; shorten it.",
        )
        faults.append((("limits", "committed"), words))
    if fees["charged"] != bool(fees["items"]):
        words = Words(
            "收费的应列明项目和标准，不收费的不得列项目（行政许可法第五十八条）。",
            "List the fees if any is charged, none otherwise (L58).",
        )
        faults.append((("fees", "items"), words))
    return faults


def _field_faults(value: dict[str, Any]) -> list[Fault]:
    faults: list[Fault] = []
    for i, material in enumerate(value["materials"]):
        if material["main"] and not material["required"]:
            words = Words(
                "主审要件必须是必要材料，请把 required 改为 true。",
                "A main material is always required; set `required: true`.",
            )
            faults.append((("materials", i, "required"), words))
    known = value["details"].get("properties", {})
    for i, field in enumerate(value["result"]["fields"]):
        if field not in known:
            words = Words(f"details 中没有字段“{field}”。", f'`details` has no field "{field}".')
            faults.append((("result", "fields", i), words))
    return faults


def _item(value: dict[str, Any], department: Department) -> Item:
    fees, result, guide = value["fees"], value["result"], value["guide"]
    built = {
        "department": department,
        "limits": Limits(**value["limits"]),
        "site_check": SiteCheck(**value["site_check"]),
        "excluded_procedures": tuple(ExcludedProcedure(**p) for p in value["excluded_procedures"]),
        "materials": tuple(
            Material(**{**m, "accepts": tuple(m["accepts"])}) for m in value["materials"]
        ),
        "fees": Fees(fees["charged"], fees["basis"], tuple(Fee(**f) for f in fees["items"])),
        "legal_basis": tuple(Law(**law) for law in value["legal_basis"]),
        "conditions": tuple(value["conditions"]),
        "result": Result(**{**result, "fields": tuple(result["fields"])}),
        "remedies": Remedies(**value["remedies"]),
        "guide": Guide(**{**guide, "steps": tuple(guide["steps"])}),
        "sources": tuple(Source(**s) for s in value["sources"]),
    }
    return Item(**{**value, **built})
