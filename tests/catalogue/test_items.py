"""Items of the city as data, and the refusals of a file that is wrong.

Rows: P9, C2
"""

from __future__ import annotations

import dataclasses
import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from engine.catalogue.items import Catalogue, load_catalogue, load_items
from engine.catalogue.organisation import load_organisation
from engine.domain.identifiers import credit_code_fault
from engine.errors import CatalogueError

FOLDER = Path(__file__).parents[2] / "processes" / "catalogue"
FILE = "food-business.yaml"


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return load_catalogue(FOLDER)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in (FILE, "departments.yaml", "posts.yaml"):
        shutil.copy(FOLDER / name, tmp_path)
    return tmp_path


def edit(folder: Path, old: str, new: str, name: str = FILE) -> int:
    """Replace the first `old` in the file; return the line where it stood."""
    text = (folder / name).read_text()
    assert old in text
    (folder / name).write_text(text.replace(old, new, 1))
    return text[: text.index(old)].count("\n") + 1


def refused(folder: Path) -> CatalogueError:
    with pytest.raises(CatalogueError) as error:
        load_items(folder)
    return error.value


@pytest.mark.parametrize(
    ("name", "statutory", "committed", "extension", "delivery", "years"),
    [
        # 总局令78号 21 to 23; 实施细则 24, 25; 城乡规划法 40; 人社部令19号 12 to 14.
        ("食品经营许可", 10, 6, 5, 5, 5),
        ("公共场所卫生许可", 20, 5, 10, 10, 4),
        ("建设工程规划许可证核发", 20, 8, 10, 10, None),
        ("劳务派遣经营许可", 20, 10, 10, 5, 3),
    ],
)
def test_limits_of_the_law(
    catalogue: Catalogue,
    name: str,
    statutory: int,
    committed: int,
    extension: int,
    delivery: int,
    years: int | None,
) -> None:
    """Rows: L32, L42, L44"""
    (item,) = (item for item in catalogue.items.values() if item.name == name)
    limits = item.limits
    assert (limits.statutory, limits.committed, limits.extension) == (
        statutory,
        committed,
        extension,
    )
    assert (item.acceptance_limit, item.delivery_limit) == (5, delivery)
    assert item.result.valid_years == years
    assert (item.remedies.review_days, item.remedies.suit_months) == (60, 6)


def test_codes_are_built_on_valid_credit_codes(catalogue: Catalogue) -> None:
    for code, item in catalogue.items.items():
        assert code == item.code
        assert credit_code_fault(code[:18]) is None
        assert code.startswith(item.department.credit_code)


def test_facts_name_their_source(catalogue: Catalogue) -> None:
    needed = {"limits.statutory", "limits.committed", "materials", "site_check", "code"}
    for item in catalogue.items.values():
        assert needed <= {source.fact for source in item.sources}, item.name


def test_items_survive_freezing_into_a_case(catalogue: Catalogue) -> None:
    for item in catalogue.items.values():
        frozen = json.loads(json.dumps(dataclasses.asdict(item)))
        assert frozen["materials"][0]["code"] == item.materials[0].code
        Draft202012Validator.check_schema(frozen["details"])


def test_number_patterns_are_patterns(catalogue: Catalogue) -> None:
    patterns = {i.name: i.result.number_pattern for i in catalogue.items.values()}
    assert re.fullmatch(patterns["食品经营许可"] or "", "JY24199000012765")
    assert not re.fullmatch(patterns["食品经营许可"] or "", "JY2419900001276")


def test_material_by_code(catalogue: Catalogue) -> None:
    item = next(i for i in catalogue.items.values() if i.name == "建设工程规划许可证核发")
    board = item.material("notice_board")
    assert board is not None
    assert not board.paper
    assert item.material("land") is item.materials[1]
    assert item.material("nothing") is None


def test_values_cannot_be_changed(catalogue: Catalogue) -> None:
    item = next(iter(catalogue.items.values()))
    with pytest.raises(dataclasses.FrozenInstanceError):
        item.name = "x"  # type: ignore[misc]


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("name_en: Food", "nam_en: Food", "nam_en"),
        ("kind: single", "kind: parallel", "single"),
        ("committed: 6", "committed: 11", "承诺时限 11 日长于法定时限 10 日"),
        ("statutory: 10", "statutory: ten", "应为整数"),
        ("department: scjgj", "department: nobody", "没有这个部门"),
        ("department: scjgj", "department: wjw", "统一社会信用代码开头"),
        ("    required: true\n", "    required: false\n", "主审要件必须是必要材料"),
        ("charged: false", "charged: true", "列明项目和标准"),
        ("basis: 《行政许可法》第五十八条, ", "", "收费依据：必须填写"),
        ("code: subject", "code: application", "“application”重复"),
        ("acceptance_limit: 5", "acceptance_limit: 6", "不得大于 5"),
        ("fields: [business_form,", "fields: [business_frm,", "没有字段“business_frm”"),
        ("minLength: 5", "minLength: five", "不符合 JSON Schema"),
        ("exclusiveMinimum: 0", "$ref: elsewhere", "不支持“$ref”"),
        ("title: 经营面积（平方米）", "x-basis: 无", "缺少 title"),
        ("accepts: [pdf, jpg, png]", "accepts: [exe]", "应为pdf"),
    ],
)
def test_wrong_entries_are_refused_with_file_line_and_words(
    folder: Path, old: str, new: str, told: str
) -> None:
    line = edit(folder, old, new)
    error = refused(folder)
    assert told in error.message.zh
    assert all(text.startswith(f"{FILE} 第 ") for text in error.message.zh.splitlines())
    # A fault of a field is told at the field or, where a key is missing, at what lacks it.
    assert any(line - 8 <= told_line <= line + 8 for told_line in error.facts["lines"])
    assert error.message.en.startswith(f"{FILE}:")


def test_exact_line_of_a_wrong_value(folder: Path) -> None:
    line = edit(folder, "committed: 6", "committed: 60")
    assert refused(folder).facts["line"] == line


def test_all_faults_are_told_at_once(folder: Path) -> None:
    edit(folder, "committed: 6", "committed: 0")
    edit(folder, "copies: 1", "copies: many")
    edit(folder, "guide:", "guidance:")
    assert len(refused(folder).facts["lines"]) == 4


def test_two_files_with_one_code_are_refused(folder: Path) -> None:
    shutil.copy(folder / FILE, folder / "zz-copy.yaml")
    assert "zz-copy.yaml" in refused(folder).message.zh


def test_not_a_mapping(folder: Path) -> None:
    (folder / FILE).write_text("- 1\n")
    assert FILE in refused(folder).message.zh


def test_organisation_of_the_city() -> None:
    city = load_organisation(FOLDER)
    assert city.counties["419900"].name == "澜川市"
    assert city.departments["scjgj"].name == "澜川市市场监督管理局"
    assert all(credit_code_fault(d.credit_code) is None for d in city.departments.values())
    named = {"applicant", "window_clerk", "handler", "department_leader", "centre", "supervisor"}
    named |= {"inspector", "legal_affairs", "analyst", "administrator", "parallel_clerk"}
    assert named <= set(city.posts)
    shorts = [d.short for d in city.departments.values()]
    assert len(shorts) == len(set(shorts))


@pytest.mark.parametrize(
    ("name", "old", "new", "told"),
    [
        ("posts.yaml", "scope: public", "scope: galaxy", "应为public"),
        ("posts.yaml", "code: window_clerk", "code: applicant", "重复"),
        ("departments.yaml", 'code: "419902"', 'code: "41"', "格式不对"),
        ("departments.yaml", "code: jyj", "code: fgw", "重复"),
    ],
)
def test_wrong_organisation(folder: Path, name: str, old: str, new: str, told: str) -> None:
    line = edit(folder, old, new, name)
    error = refused(folder)
    assert (error.facts["file"], error.facts["line"]) == (name, line)
    assert told in error.message.zh


def check_credit(change: Callable[[str], str], folder: Path) -> str:
    file = folder / "departments.yaml"
    file.write_text(change(file.read_text()))
    return refused(folder).message.zh


def test_credit_codes_are_checked(folder: Path) -> None:
    told = check_credit(
        lambda text: text.replace("11419900004177049W", "114199000041770490"), folder
    )
    assert "departments.yaml" in told
