"""Make a PDF of a notice: a typst template, the common style and the facts, nothing else.

The facts reach the template as one JSON string in `sys.inputs`; they are data and are never part
of the source, so that no value can bring markup or code with it. A template sees no file of the
machine but its own style, and no package. It is set in a process that can be ended, since typst is
a programming language: a template, or very much text, may take as long as it likes.
"""

from __future__ import annotations

import json
import os
import re
import tempfile
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from typing import Any

import typst

from engine.documents.facts import missing_facts, sample_facts
from engine.errors import Invalid, LianbanError, Words
from engine.nursery import Limits, Nursery, Overrun

LIMITS = Limits(seconds=10, memory=512 << 20)
FAMILIES = ("Noto Serif CJK SC", "Noto Sans CJK SC")
# Archived for good: PDF/A-2b embeds its fonts and refuses characters without a glyph.
STANDARD = "a-2b"


class FontMissing(LianbanError):
    """The machine lacks the fonts of the notices; without them typst prints blank boxes."""

    status = 503
    code = "font-missing"


class TemplateFault(LianbanError):
    """A notice template cannot be compiled; the message has the compiler's words for analysts."""

    status = 409
    code = "notice-template"


class _NoGlyph(Exception):
    """No font has these characters."""

    def __init__(self, shown: str) -> None:
        super().__init__(shown)
        self.shown = shown


def render(
    template: bytes, style: Mapping[str, bytes], facts: Mapping[str, Any], *, now: datetime
) -> bytes:
    """Return the PDF (PDF/A-2b) of `template` filled with `facts`; equal input, equal bytes.

    `style` maps the names that the template may import (`_official.typ`) to their text; `facts`
    is what the template's head says it needs, dates as "2026-11-22", times as Shanghai time
    "2026-11-22T09:30"; `now` (aware) becomes the time of creation in the file. A character that
    no font has is printed as 〓 with its code point, 〓（U+31350）: a document may lack a glyph,
    but never shows another name. Takes at most LIMITS; belongs outside of a transaction.
    Raises FontMissing, Invalid (facts missing), TemplateFault.
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
    require_fonts()
    _as_json(facts)
    files, stamp = {"main.typ": template, **style}, int(now.timestamp())
    try:
        return _NURSERY.run(f"{__name__}:draw", files, facts, stamp, limits=LIMITS)
    except Overrun as overrun:
        raise _overrun(overrun) from None


def try_out(template: bytes, style: Mapping[str, bytes]) -> None:
    """Set a template with invented facts, here and now: call it where it can be ended.

    Raises CatalogueError for its head, TemplateFault where it cannot be compiled.
    """
    _refuse_packages(template, *style.values())
    day = datetime(2026, 11, 22, tzinfo=UTC)
    draw({"main.typ": template, **style}, sample_facts(template), int(day.timestamp()))


def draw(files: Mapping[str, bytes], facts: Mapping[str, Any], stamp: int) -> bytes:
    """Return the PDF of main.typ, created at `stamp` (seconds since 1970). Raises TemplateFault.

    typst names one character that has no glyph, then the next. After MOST_ROUNDS of them all that
    is not common Chinese or Latin is replaced at once.
    """
    os.environ["RAYON_NUM_THREADS"] = "1"  # each thread more would reserve memory of its own
    missing: set[str] = set()
    for _ in range(MOST_ROUNDS):
        try:
            return _compile(files, _as_json(_shown(facts, missing)), stamp)
        except _NoGlyph as fault:
            missing |= {char for char in fault.shown if not char.isascii()} or set(fault.shown)
    try:
        return _compile(files, _as_json(_shown(facts, None)), stamp)
    except _NoGlyph as fault:
        code = _code_points(fault.shown)
        raise TemplateFault(
            f"通知模板含有字体中没有的字（{code}），请安装含有该字的字体，或者改用规范写法。",
            f"The notice template holds {code}, which no font has; install one, or write it "
            "otherwise.",
        ) from None


MOST_ROUNDS = 8
_NURSERY = Nursery(__name__)
# What every Chinese font has: ASCII, Latin letters, punctuation, the characters of GB 2312 and GBK.
_COMMON = re.compile("[^\n -~\u00a0-\u00ff\u2010-\u2027\u3000-\u3017\u4e00-\u9fa5\uff01-\uff5e]")


def _shown(value: Any, missing: set[str] | None) -> Any:
    """Return facts with the characters that no font has made visible; None: all uncommon ones."""
    if isinstance(value, str):
        if missing is None:
            return _COMMON.sub(lambda found: _geta(found[0]), value)
        return "".join(_geta(char) if char in missing else char for char in value)
    if isinstance(value, Mapping):
        return {key: _shown(each, missing) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_shown(each, missing) for each in value]
    return value


def _geta(char: str) -> str:
    """The printers' sign for a character that is not in the case."""
    return f"〓（U+{ord(char):04X}）"


_WHY = {
    "time": Words("排版耗时过长，已停止", "setting it takes too long and was ended"),
    "memory": Words("排版需要的内存过多，已停止", "setting it takes too much memory and was ended"),
    "crash": Words("排版中断，可能需要的内存过多", "setting it broke off, perhaps for memory"),
    "busy": Words("其他文书正在排版，请稍后重试", "others are being set; try again in a moment"),
}


def _overrun(overrun: Overrun) -> TemplateFault:
    words = _WHY[overrun.why]
    return TemplateFault(f"文书未能生成：{words.zh}。", f"The notice was not drawn: {words.en}.")


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


def _compile(files: Mapping[str, bytes], facts: str, stamp: int) -> bytes:
    with tempfile.TemporaryDirectory() as empty:
        try:
            return typst.compile(
                dict(files),
                root=empty,
                font_paths=_fonts(),
                format="pdf",
                sys_inputs={"facts": facts},
                pdf_standards=[STANDARD],
                timestamp=stamp,
            )
        except typst.TypstError as error:
            raise _refusal(error) from None


def _refusal(error: typst.TypstError) -> Exception:
    shown = re.search(r'the text `"(.+?)"` could not be displayed', error.message, re.DOTALL)
    if shown:
        return _NoGlyph(_plain(shown[1]))
    return TemplateFault(
        f"通知模板有误：{error.message}",
        f"The notice template cannot be compiled: {error.message}",
        hints=list(error.hints),
    )


def _plain(shown: str) -> str:
    """Return the characters of typst's quoted text; unprintable ones stand in it as \\u{e000}."""
    return re.sub(r"\\u\{([0-9a-f]+)\}", lambda found: chr(int(found[1], 16)), shown)


def _code_points(text: str) -> str:
    return " ".join(f"U+{ord(char):04X}" for char in text)
