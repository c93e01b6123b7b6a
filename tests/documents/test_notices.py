"""The notices as a reader gets them: the PDF's own text, for every template in forms/notices."""

from __future__ import annotations

import io
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

from engine.documents import render as rendering
from engine.documents.render import FontMissing, TemplateFault, render, require_fonts, try_out
from engine.errors import Invalid
from engine.nursery import Limits
from tests.documents.sample_facts import OWN, sample, stressed

FOLDER = Path(__file__).parents[2] / "forms" / "notices"
STYLE = {"_official.typ": (FOLDER / "_official.typ").read_bytes()}
NOW = datetime(2026, 11, 22, 1, 30, tzinfo=UTC)
TEMPLATES = sorted(path.stem for path in FOLDER.glob("[!_]*.typ"))


def template(name: str) -> bytes:
    return (FOLDER / f"{name}.typ").read_bytes()


def pdf(name: str, facts: dict[str, Any]) -> bytes:
    return render(template(name), STYLE, facts, now=NOW)


def text_of(data: bytes) -> str:
    """All text of the PDF without spaces and line breaks, which are a matter of layout."""
    pages = PdfReader(io.BytesIO(data)).pages
    return re.sub(r"[\s\u200b]+", "", "".join(page.extract_text() for page in pages))


def leaves(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return [leaf for part in value.values() for leaf in leaves(part)]
    if isinstance(value, list):
        return [leaf for part in value for leaf in leaves(part)]
    return [value]


def test_every_template_has_its_sample() -> None:
    assert set(OWN) == set(TEMPLATES)


@pytest.mark.parametrize("name", TEMPLATES)
def test_own_facts_are_all_printed(name: str) -> None:
    facts = sample(name)
    printed = text_of(pdf(name, facts))
    silent = {"not_competent"}
    for fact in leaves(OWN[name]):
        if isinstance(fact, str) and fact not in silent and not re.match(r"\d{4}-\d{2}-", fact):
            assert re.sub(r"\s+", "", fact) in printed
    assert facts["organ"] in printed
    assert facts["case"]["number"] in printed
    assert "（印章）" in printed


def test_dates_are_written_as_official_documents_do() -> None:
    printed = text_of(pdf("delivery-receipt", sample("delivery-receipt")))
    assert "2026年12月1日15时05分" in printed
    assert "2026年11月20日" in printed


def test_acceptance_shows_both_limits_and_which_is_provisional() -> None:
    """Rows: P10b, P10c"""
    printed = text_of(pdf("acceptance", sample("acceptance")))
    assert "30个工作日，至2027年1月4日（暂定" in printed
    assert "6个工作日，至2026年11月30日" in printed
    assert printed.count("暂定") == 1
    assert "听证" in printed


def test_acceptance_by_silence_does_not_claim_a_complete_dossier() -> None:
    """Row: L32"""
    facts = sample("acceptance")
    assert "材料齐全，符合法定形式" in text_of(pdf("acceptance", facts))
    printed = text_of(pdf("acceptance", facts | {"deemed": True}))
    assert "齐全" not in printed and "决定予以受理" not in printed
    assert "2026年11月20日收到材料，未在法定期限内" in printed
    assert "自收到材料之日起即为受理" in printed


def test_refusal_names_both_remedies() -> None:
    """Rows: L38, P19"""
    printed = text_of(pdf("refusal", sample("refusal")))
    assert "60日内向澜川市人民政府申请行政复议" in printed
    assert "6个月内依法向澜川市澜东区人民法院提起行政诉讼" in printed


def test_repeated_notice_does_not_claim_to_be_the_first() -> None:
    """Rows: L32, P10d"""
    facts = sample("supplement") | {"repeated": True, "first_number": "澜市监补〔2026〕30号"}
    printed = text_of(pdf("supplement", facts))
    assert "澜市监补〔2026〕30号所列" in printed
    assert "一次性告知如下" not in printed


def test_no_licence_required_is_told_as_such() -> None:
    """Rows: L32"""
    facts = sample("non-acceptance") | {"kind": "not_required", "competent_authority": None}
    printed = text_of(pdf("non-acceptance", facts))
    assert "不需要取得行政许可告知书" in printed
    assert "不属于本机关职权范围" not in printed


def test_left_delivery_names_witness_and_reason() -> None:
    """Rows: P21b"""
    facts = sample("delivery-receipt")
    facts |= {"method": "留置送达", "witness": "李想", "left_reason": "拒绝签收"}
    printed = text_of(pdf("delivery-receipt", facts))
    assert "见证人李想" in printed
    assert "拒绝签收" in printed


@pytest.mark.parametrize("name", TEMPLATES)
def test_hostile_facts_stay_text(name: str) -> None:
    hostile = '#read("/etc/passwd") $x^2$ *bold* _it_ <script>alert(1)</script> \\u{41} @ref // c'
    facts = sample(name)
    facts["applicant"]["name"] = hostile
    facts["case"]["item"] = "#panic()"
    printed = text_of(pdf(name, facts))
    assert re.sub(r"\s+", "", hostile) in printed
    assert "#panic()" in printed


@pytest.mark.parametrize("name", TEMPLATES)
def test_equal_facts_give_equal_bytes(name: str) -> None:
    assert pdf(name, sample(name)) == pdf(name, sample(name))
    other = sample(name) | {"number": "澜市监〔2026〕1号"}
    assert pdf(name, other) != pdf(name, sample(name))


@pytest.mark.parametrize("name", TEMPLATES)
def test_long_facts_stay_on_the_page(name: str) -> None:
    data = pdf(name, stressed(name))
    reader = PdfReader(io.BytesIO(data))
    pages = len(reader.pages)
    assert f"第{pages}页共{pages}页" in text_of(data)
    width = float(reader.pages[0].mediabox.width)
    for page in reader.pages:
        reached: list[float] = []
        page.extract_text(
            visitor_text=lambda text, cm, tm, font, size, reached=reached: (
                reached.append(tm[4] * cm[0] + cm[4]) if text.strip() else None
            )
        )
        assert reached
        assert max(reached) < width - 50


def test_head_of_a_long_list_is_repeated() -> None:
    facts = stressed("acceptance")
    reader = PdfReader(io.BytesIO(pdf("acceptance", facts)))
    with_head = [p for p in reader.pages if "材料名称" in p.extract_text()]
    assert len(reader.pages) > 1
    assert len(with_head) == len(reader.pages)


def test_file_is_archival_and_dated_by_the_argument() -> None:
    data = pdf("receipt", sample("receipt"))
    reader = PdfReader(io.BytesIO(data))
    xmp = reader.trailer["/Root"]["/Metadata"].get_object().get_data().decode()
    assert re.search(r"pdfaid:part>2<", xmp)
    assert reader.metadata is not None
    assert reader.metadata.title == "收件凭证"
    assert reader.metadata.creation_date == NOW


def test_missing_facts_are_named_before_anything_is_set() -> None:
    facts = sample("acceptance")
    del facts["case"]["query_code"]
    facts["limits"]["statutory"]["due"] = "soon"
    with pytest.raises(Invalid) as refused:
        pdf("acceptance", facts)
    assert refused.value.facts["missing"] == ["case.query_code", "limits.statutory.due"]


def test_missing_font_names_the_package() -> None:
    with pytest.raises(FontMissing) as refused:
        require_fonts(["DejaVu Sans", "Noto Sans CJK SC"])
    assert "Noto Serif CJK SC" in refused.value.message.zh
    assert "Noto Sans CJK SC" not in refused.value.message.zh
    assert "apt-get install fonts-noto-cjk" in refused.value.message.zh
    require_fonts(list(rendering.FAMILIES))


def test_rendering_without_the_font_refuses(monkeypatch: pytest.MonkeyPatch) -> None:
    class Latin:
        def families(self) -> list[str]:
            return ["DejaVu Sans"]

    monkeypatch.setattr(rendering, "_fonts", Latin)
    with pytest.raises(FontMissing):
        pdf("receipt", sample("receipt"))


def test_a_character_without_a_glyph_is_named_and_no_other_name_is_printed() -> None:
    facts = sample("receipt")
    facts["applicant"]["name"] = "王\U00031350丰\U000323af"
    printed = text_of(pdf("receipt", facts))
    assert "王〓（U+31350）丰〓（U+323AF）" in printed


def test_a_flood_of_characters_without_a_glyph_is_named_at_once() -> None:
    facts = sample("receipt")
    facts["applicant"]["name"] = "王" + "".join(chr(0x31350 + n) for n in range(60))
    assert "王〓（U+31350）〓（U+31351）" in text_of(pdf("receipt", facts))


def test_a_template_with_a_character_that_no_font_has_is_refused() -> None:
    with pytest.raises(TemplateFault) as refused:
        render(HEAD + SERIF + "\U00031350".encode(), STYLE, {"organ": "X"}, now=NOW)
    assert "U+31350" in refused.value.message.zh


SERIF = b'#set text(font: "Noto Serif CJK SC")\n'
ENDLESS = (
    b"#let f(n, k) = if n == 0 { k } else { f(n - 1, 2 * k) + f(n - 1, 2 * k + 1) }\n#f(50, 1)",
    b"#for i in range(100000) { for j in range(100000) { calc.rem(i, 7) } }",
    b"#let a = range(300000000)\n#a.len()",
    b'#("x" * 2000000000)',
)


@pytest.mark.parametrize("source", ENDLESS)
def test_a_template_without_end_is_ended(source: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rendering, "LIMITS", Limits(seconds=2, memory=512 << 20))
    with pytest.raises(TemplateFault):
        render(HEAD + source, STYLE, {"organ": "X"}, now=NOW)
    assert pdf("receipt", sample("receipt"))


@pytest.mark.parametrize("name", TEMPLATES)
def test_every_template_can_be_tried_out_without_a_case(name: str) -> None:
    try_out(template(name), STYLE)


def test_lone_surrogate_is_refused() -> None:
    facts = sample("receipt")
    facts["applicant"]["name"] = "王\ud800"
    with pytest.raises(Invalid):
        pdf("receipt", facts)


HEAD = b"// title: X\n// title-en: X\n// number: X\n// basis: X\n// signs: X\n// needs: organ\n"


@pytest.mark.parametrize(
    "source",
    [
        b'#import "@preview/cetz:0.3.0": *',
        b'#import (str.from-unicode(64) + "preview/cetz:0.3.0"): *',
        b'#let name = "\\u{40}preview/cetz:0.3.0"\n#import name: *',
        b'#import "\\u{40}preview/cetz:0.3.0": *',
        b'#eval("im" + "port \\"x\\"", mode: "code")',
        b'#read("setup.cfg")',
        b'#read("/etc/passwd")',
        b"#(",
    ],
)
def test_template_reaches_nothing_outside(source: bytes) -> None:
    with pytest.raises(TemplateFault):
        render(HEAD + source, STYLE, {"organ": "X"}, now=NOW)
