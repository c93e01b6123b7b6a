"""What a file is that is no BPMN 2.0, and what to export instead: people hand in what they have."""

from __future__ import annotations

from dataclasses import dataclass

from lxml import etree

from engine.errors import Words

_STANDARD = "http://www.omg.org/spec/BPMN/20100524/MODEL"


@dataclass(frozen=True)
class Kind:
    """A kind of file that is not BPMN 2.0: what it is, and what to do."""

    what: Words
    remedy: Words


_EXPORT = Words(
    "请在原工具中选择“导出 BPMN 2.0 XML”，再提交导出的文件。",
    "Choose “export as BPMN 2.0 XML” in the tool it comes from, and hand in that file.",
)
_REDRAW = Words(
    "它不含可执行的流程；请在 BPMN 2.0 建模工具中重画。",
    "It holds no executable process; draw it again in a BPMN 2.0 modeller.",
)


def _kind(zh: str, en: str, remedy: Words = _EXPORT) -> Kind:
    return Kind(Words(f"{zh}。", f"{en}."), remedy)


_UNPACK = Words(
    "请解压后提交其中的 .bpmn 文件，或把压缩包命名为 .zip 提交。",
    "Unpack it and hand in the .bpmn file inside, or hand it in as a .zip.",
)
# The first bytes of files that are not text.
_MAGIC: tuple[tuple[bytes, Kind], ...] = (
    (
        b"PK\x03\x04",
        _kind(
            "这是压缩包（zip、bar、vsdx、docx 等）", "This is a zip archive (bar, vsdx …)", _UNPACK
        ),
    ),
    (
        b"\xd0\xcf\x11\xe0",
        _kind("这是旧版 Office 或 Visio 文件", "This is an old Office or Visio file"),
    ),
    (b"%PDF", _kind("这是 PDF 文件", "This is a PDF file")),
    (b"\x89PNG", _kind("这是图片（PNG）", "This is a picture (PNG)")),
    (b"\xff\xd8\xff", _kind("这是图片（JPEG）", "This is a picture (JPEG)")),
    (b"GIF8", _kind("这是图片（GIF）", "This is a picture (GIF)")),
    (b"\x1f\x8b", _kind("这是压缩文件（gzip）", "This is a gzip archive", _UNPACK)),
)
_MODELER_JSON = _kind(
    "这是 Activiti、Flowable 设计器的 JSON 模型，不是 BPMN XML",
    "This is the JSON model of the Activiti or Flowable modeller, not BPMN XML",
)
_JSON = _kind("这是 JSON 文件，不是 BPMN XML", "This is a JSON file, not BPMN XML")
_TEXT = _kind("这是文本，不是 XML", "This is text, not XML")
_WEB = (b"<html", b"<!doctype html")
_HTML = _kind(
    "这是网页（HTML），可能是下载时的登录页或错误页",
    "This is a web page (HTML), perhaps the sign-in or error page of a download",
    Words("请重新下载 BPMN 文件本身。", "Download the BPMN file itself again."),
)


def of_bytes(data: bytes) -> Kind | None:
    """The kind of a file that cannot be read as XML; None where its bytes say nothing."""
    for magic, kind in _MAGIC:
        if data.startswith(magic):
            return kind
    begins = data[:4000].lstrip(b"\xef\xbb\xbf \t\r\n")
    if begins.lower().startswith(_WEB):
        return _HTML
    if begins.startswith((b"{", b"[")):
        modeler = b'"stencil"' in data or b'"resourceId"' in data
        return _MODELER_JSON if modeler else _JSON
    plain = begins and begins.isascii() and b"\0" not in begins
    return _TEXT if plain and b"<" not in data else None


_XPDL = _kind("这是 XPDL 流程文件，不是 BPMN 2.0", "This is an XPDL file, not BPMN 2.0")
_BPMN1 = _kind("这是 BPMN 1.x 文件，不是 BPMN 2.0", "This is a BPMN 1.x file, not BPMN 2.0")
_DRAFT = _kind(
    "这是 BPMN 2.0 草案的命名空间，不是正式标准的",
    "Its namespace is that of a draft of BPMN 2.0, not that of the standard",
    Words(
        f"请把命名空间改为 {_STANDARD}，或用新版工具重新导出。",
        f"Change the namespace to {_STANDARD}, or export it again with a newer tool.",
    ),
)
_JPDL = _kind(
    "这是 jBPM 的 jPDL 流程文件，不是 BPMN 2.0", "This is a jPDL file of jBPM, not BPMN 2.0"
)
_SNAKER = _kind(
    "这是 SnakerFlow 等国产引擎自有格式的流程文件，不是 BPMN 2.0",
    "This is a process in a format of its own (SnakerFlow or the like), not BPMN 2.0",
    _REDRAW,
)

# (part of the namespace, local name of the root; empty = any) and what that is.
_ROOTS: tuple[tuple[str, str, Kind], ...] = (
    ("", "mxfile", _kind("这是 draw.io 图形文件", "This is a draw.io drawing", _REDRAW)),
    ("", "mxGraphModel", _kind("这是 draw.io 图形文件", "This is a draw.io drawing", _REDRAW)),
    ("", "VisioDocument", _kind("这是 Visio 图形文件", "This is a Visio drawing")),
    ("wfmc.org", "", _XPDL),
    ("", "Package", _XPDL),
    ("jpdl", "", _JPDL),
    ("jbpm.org/4", "", _JPDL),
    ("jbpm.org/jpdl", "", _JPDL),
    ("", "process-definition", _JPDL),
    ("schema.omg.org/spec/BPMN/2.0", "", _DRAFT),
    ("omg.org/spec/BPMN/2.0", "", _DRAFT),
    ("omg.org/spec/BPMN/20100501", "", _DRAFT),
    ("omg.org/bpmn20", "", _DRAFT),
    ("bpmn.sourceforge", "", _BPMN1),
    ("stp.eclipse.org/bpmn", "", _BPMN1),
    ("", "BpmnDiagram", _BPMN1),
    (
        "/DMN/",
        "",
        _kind(
            "这是 DMN 决策表，不是 BPMN",
            "This is a DMN decision table, not BPMN",
            Words("请以 .dmn 结尾命名。", "Let its name end in .dmn."),
        ),
    ),
    ("/CMMN/", "", _kind("这是 CMMN 案例模型，不是 BPMN", "This is a CMMN model", _REDRAW)),
    ("w3.org/2000/svg", "", _kind("这是图片（SVG）", "This is a picture (SVG)")),
    ("w3.org/1999/xhtml", "", _HTML),
    ("", "html", _HTML),
    ("schema.omg.org/spec/XMI", "", _kind("这是 UML（XMI）模型", "This is a UML model (XMI)")),
    ("omg.org/XMI", "", _kind("这是 UML（XMI）模型", "This is a UML model (XMI)")),
    ("", "XMI", _kind("这是 UML（XMI）模型", "This is a UML model (XMI)")),
    ("", "AML", _kind("这是 ARIS 的 AML 文件", "This is an AML file of ARIS")),
    ("wsbpel", "", _kind("这是 BPEL 流程文件", "This is a BPEL process", _REDRAW)),
)


def of_root(root: etree._Element) -> Kind | None:
    """The kind of an XML file that is not BPMN 2.0; None where it is, or is unknown."""
    name = etree.QName(root)
    namespace = name.namespace or ""
    if namespace == _STANDARD:
        return None
    for part, local, kind in _ROOTS:
        if part and part.lower() in namespace.lower() and not local:
            return kind
        if not part and local == name.localname and not namespace.endswith("/MODEL"):
            return kind
    if name.localname == "process" and not namespace:
        return _SNAKER
    return None
