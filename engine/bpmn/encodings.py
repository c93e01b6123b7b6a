"""In which character encoding a file is written, and what to say where it does not say so rightly.

An encoding in the prolog holds (XML 1.0, 4.3.3). Chinese programs write GBK, or GB18030, and
declare GB2312: GB18030 holds both with the same bytes, so all of that family are read as it.
"""

from __future__ import annotations

import re

from engine.errors import Words

_DECLARED = re.compile(rb"""^(?:\xef\xbb\xbf)?\s*<\?xml[^>]*?encoding\s*=\s*["']([^"'>]{1,40})""")
_GB_FAMILY = frozenset("gb2312 gbk gb18030 cp936 ms936 windows936 gb231280 xgbk euccn".split())  # noqa: SIM905
_WIDE = ("utf16", "utf32", "ucs2", "ucs4", "iso10646", "unicode")
_CHINESE = re.compile("[\u4e00-\u9fff]")
_HIGH = re.compile(rb"[\x80-\xff]+")


def declared(data: bytes) -> str | None:
    """The encoding that the prolog of an XML file names, as written; None where it names none.

    A file in UTF-16 or UTF-32 says it by its first bytes instead, and counts as naming none.
    """
    match = _DECLARED.match(data[:400])
    return match[1].decode("ascii", "replace").strip() if match else None


def to_read(data: bytes) -> str | None:
    """The encoding to hand to the XML parser instead of what the prolog says; None: what it says"""
    name = declared(data)
    return "gb18030" if name and _plain(name) in _GB_FAMILY else None


def mislabelled(data: bytes) -> tuple[str, str] | None:
    """(what the prolog says, what the bytes are) where the names in the file would be garbled.

    Text in another encoding is hardly ever UTF-8 with Chinese characters in it by chance.
    """
    name = declared(data)
    if name is None or _plain(name) in ("utf8", "usascii", "ascii"):
        return None
    if _plain(name).startswith(_WIDE):  # the prolog could be read byte by byte: it is not that
        return name, guess(data) or "UTF-8"
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return None
    return (name, "UTF-8") if _CHINESE.search(text) else None


def guess(data: bytes) -> str | None:
    """The encoding that the bytes of a text look like; None where nothing speaks for any."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")) or data[:200].count(b"\0") > 40:
        return "UTF-16"
    runs = _HIGH.findall(data)
    if not runs or _decodes(data, "utf-8"):
        return "UTF-8"
    if sum(map(len, runs)) < 1.5 * len(runs):  # a letter here and there, as in Prüfung
        return "ISO-8859-1"
    pairs = sum(1 for run in runs if len(run) % 2 == 0)
    if pairs >= 0.8 * len(runs) and _decodes(data, "gb18030"):
        return "GBK"
    # A character of Big5 may end in an ASCII byte, one of GB2312 never.
    return "Big5" if _decodes(data, "big5") else None


def advice(data: bytes) -> Words:
    """What to do about a file whose bytes are not in the encoding that it declares."""
    said, looks = declared(data), guess(data)
    if looks is None:
        return Words(
            "请在建模工具中以 UTF-8 重新导出。", "Export the file again from the modeller as UTF-8."
        )
    if looks == "UTF-8" and said:
        return Words(
            f'内容是 UTF-8：请把首行改为 encoding="UTF-8"（现为 {said}）。',
            f'The content is UTF-8: write encoding="UTF-8" in the first line (it says {said}).',
        )
    return Words(
        f'内容看来是 {looks}：请把首行写为 <?xml version="1.0" encoding="{looks}"?>，'
        "或用文本编辑器另存为 UTF-8。",
        f'The content looks like {looks}: begin it with <?xml version="1.0" encoding="{looks}"?>, '
        "or save it as UTF-8 with a text editor.",
    )


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())


def _decodes(data: bytes, encoding: str) -> bool:
    try:
        data.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True
