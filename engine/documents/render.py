"""Make a PDF of a notice: a typst template, the common style and the facts, nothing else.

The facts reach the template as one JSON string in `sys.inputs`; they are data and are never part
of the source, so that no value can bring markup or code with it. A template sees no file of the
machine but its own style, and no package.
"""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from typing import Any

import typst

from engine.documents.facts import missing_facts
from engine.errors import Invalid, LianbanError

FAMILIES = ("Noto Serif CJK SC", "Noto Sans CJK SC")
# Archived for good: PDF/A-2b embeds its fonts and refuses characters without a glyph.
STANDARD = "a-2b"


class FontMissing(LianbanError):
    """The machine lacks the fonts of the notices; without them typst prints blank boxes."""

    status = 500
    code = "font-missing"


class TemplateFault(LianbanError):
    """A notice template cannot be compiled; the message has the compiler's words for analysts."""

    status = 500
    code = "notice-template"


def render(
    template: bytes, style: Mapping[str, bytes], facts: Mapping[str, Any], *, now: datetime
) -> bytes:
    """Return the PDF (PDF/A-2b) of `template` filled with `facts`; equal input, equal bytes.

    `style` maps the names that the template may import (`_official.typ`) to their text; `facts`
    is what the template's head says it needs, dates as "2026-11-22", times as Shanghai time
    "2026-11-22T09:30"; `now` (aware) becomes the time of creation in the file.
    Raises FontMissing, Invalid (facts missing, a text that no font can show), TemplateFault.
    """
    lacking = missing_facts(template, facts)
    if lacking:
        raise Invalid(
            f"通知单缺少以下内容：{'、'.join(lacking)}。",
            f"The notice lacks these facts: {', '.join(lacking)}.",
            code="facts-missing",
            missing=lacking,
        )
    _refuse_packages(template, *style.values())
    return _compile({"main.typ": template, **style}, _as_json(facts), now)


@cache
def _fonts() -> typst.Fonts:
    return typst.Fonts(include_system_fonts=True, include_embedded_fonts=False)


def require_fonts(families: list[str] | None = None) -> None:
    """Raise FontMissing unless the notices' fonts are installed; `families`: what there is."""
    there = _fonts().families() if families is None else families
    lacking = [family for family in FAMILIES if family not in there]
    if lacking:
        raise FontMissing(
            f"缺少中文字体 {'、'.join(lacking)}，请执行 apt-get install fonts-noto-cjk。",
            f"Expected the fonts {', '.join(lacking)}; run apt-get install fonts-noto-cjk.",
        )


def _as_json(facts: Mapping[str, Any]) -> str:
    text = json.dumps(facts, ensure_ascii=False, allow_nan=False)
    try:
        text.encode()
    except UnicodeEncodeError:
        raise Invalid(
            "通知单内容含有无法编码的字符。", "The facts hold a character that cannot be encoded."
        ) from None
    return text


# What may bring code from outside: a package, an import whose name is computed, text run as code.
_FOREIGN = re.compile(rb'"@|\b(?:import|include)\b(?!\s*"[\w.-]+")|\beval\b')


def _refuse_packages(*sources: bytes) -> None:
    """Packages would be fetched from another host while a case is waiting."""
    if any(_FOREIGN.search(source) for source in sources):
        raise TemplateFault(
            "通知模板只能按文件名引用公用样式，不得引用外部包（@…），不得使用 eval。",
            "A notice template may import the common style by its file name alone: no packages "
            "(@…), no computed names, no eval.",
        )


def _compile(files: Mapping[str, bytes], facts: str, now: datetime) -> bytes:
    require_fonts()
    with tempfile.TemporaryDirectory() as empty:
        try:
            return typst.compile(
                dict(files),
                root=empty,
                font_paths=_fonts(),
                format="pdf",
                sys_inputs={"facts": facts},
                pdf_standards=[STANDARD],
                timestamp=int(now.timestamp()),
            )
        except typst.TypstError as error:
            raise _refusal(error) from None


def _refusal(error: typst.TypstError) -> LianbanError:
    shown = re.search(r'the text `"(.+?)"` could not be displayed', error.message)
    if shown:
        code = _code_points(shown[1])
        return Invalid(
            f"字体中没有这个字（{code}），请安装含有该字的字体，或者改用规范写法。",
            f"No font has the character {code}; install one that has it, or write it otherwise.",
            code="glyph-missing",
            character=code,
        )
    return TemplateFault(
        f"通知模板有误：{error.message}",
        f"The notice template cannot be compiled: {error.message}",
        hints=list(error.hints),
    )


def _code_points(shown: str) -> str:
    """Name the characters of typst's quoted text, in which unprintable ones stand as \\u{e000}."""
    plain = re.sub(r"\\u\{([0-9a-f]+)\}", lambda found: chr(int(found[1], 16)), shown)
    return " ".join(f"U+{ord(char):04X}" for char in plain)
