"""Reading XML that strangers wrote: no entities, no DTD, no network, bounded size.

Source: BPMN 2.0.2 (ISO/IEC 19510) for the namespaces; the limits are ours.
"""

from __future__ import annotations

import re
from functools import lru_cache

from lxml import etree

from engine.bpmn import encodings, file_kinds
from engine.bpmn.findings import Finding
from engine.errors import Invalid, Words

BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"
BPMNDI = "http://www.omg.org/spec/BPMN/20100524/DI"
LIANBAN = "urn:lianban:bpmn:1"
XSI = "http://www.w3.org/2001/XMLSchema-instance"

MAX_BYTES = 2_000_000

# libxml2's names for the faults that people really make, in our words.
_FAULTS = {
    "ERR_TAG_NAME_MISMATCH": Words(
        "开始标签与结束标签不一致", "a start and an end tag do not match"
    ),
    "ERR_TAG_NOT_FINISHED": Words("有标签没有结束", "a tag is not closed"),
    "ERR_ATTRIBUTE_REDEFINED": Words("同一属性写了两次", "an attribute is given twice"),
    "NS_ERR_UNDEFINED_NAMESPACE": Words(
        "使用了没有声明的命名空间前缀", "a namespace prefix is used but not declared"
    ),
    "ERR_INVALID_ENCODING": Words(
        "内容与声明的字符编码（encoding）不符", "the bytes are not in the declared encoding"
    ),
    "ERR_UNSUPPORTED_ENCODING": Words(
        "声明了无法识别的字符编码（encoding）", "the declared encoding is unknown"
    ),
    "ERR_RESERVED_XML_NAME": Words(
        "“<?xml”之前还有内容，或写了两次", "something stands before <?xml, or it is there twice"
    ),
    "ERR_INVALID_CHAR": Words("含有 XML 不允许的字符", "a character is not allowed in XML"),
    "ERR_DOCUMENT_EMPTY": Words("文件是空的，或不是 XML", "the file is empty or not XML"),
    "ERR_UNDECLARED_ENTITY": Words("使用了未定义的实体", "an entity is used but not defined"),
    "ERR_RESOURCE_LIMIT": Words("元素嵌套过深或内容过大", "it is nested too deeply or too large"),
}
# Faults whose own detail names the tag, prefix or attribute, and so helps the reader.
_DETAILED = {
    "ERR_TAG_NAME_MISMATCH",
    "ERR_ATTRIBUTE_REDEFINED",
    "NS_ERR_UNDEFINED_NAMESPACE",
    "ERR_UNDECLARED_ENTITY",
    "ERR_UNSUPPORTED_ENCODING",
}


# Faults behind which there is a wrong encoding, where the bytes themselves say so.
_OF_ENCODING = {"ERR_INVALID_ENCODING", "ERR_UNSUPPORTED_ENCODING", "ERR_INVALID_CHAR"}


class XmlFault(Invalid):
    """A file that cannot be read as XML; `finding` says where and why."""

    code = "xml"

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.text("zh"), finding.text("en"))
        self.finding = finding


def local(element: etree._Element) -> str:
    """The tag without its namespace; an empty string for comments and the like."""
    return _parts(element.tag)[1] if isinstance(element.tag, str) else ""


def namespace(element: etree._Element) -> str:
    """The namespace of the tag; an empty string where it has none."""
    return _parts(element.tag)[0] if isinstance(element.tag, str) else ""


@lru_cache(maxsize=1024)
def _parts(tag: str) -> tuple[str, str]:
    """Namespace and local name; remembered, since a large file asks a million times."""
    space, _, name = tag.rpartition("}")
    return space[1:], name


def bpmn(name: str) -> str:
    """The full tag of a BPMN element: `bpmn("task")`."""
    return f"{{{BPMN}}}{name}"


def lianban(name: str) -> str:
    """The full tag of an extension element of ours: `lianban("form")`."""
    return f"{{{LIANBAN}}}{name}"


def parse_xml(data: bytes, name: str) -> etree._Element:
    """Parse `data`, the bytes of the file `name`, so that the encoding in its prolog holds.

    Comments and processing instructions are left out. Raises `XmlFault` for a file over 2 MB,
    a DOCTYPE (entities are how XML attacks its readers), everything that is not well formed, and
    an encoding in the prolog that is plainly not that of the bytes.
    """
    if len(data) > MAX_BYTES:
        raise _fault(
            name,
            1,
            "xml-too-large",
            Words(
                f"文件有 {len(data)} 字节，超过上限 {MAX_BYTES} 字节。",
                f"The file has {len(data)} bytes, more than the limit of {MAX_BYTES}.",
            ),
            Words(
                "请拆分流程，或去掉嵌入的图片。", "Split the procedure or remove embedded images."
            ),
        )
    parser = _parser(encodings.to_read(data))
    if wrong := encodings.mislabelled(data):
        raise _mislabelled(name, data, *wrong)
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError:
        if any(entry.type_name == "ERR_NO_MEMORY" for entry in parser.error_log):
            raise MemoryError from None  # not the file's fault: whoever bounded the memory says so
        # A DOCTYPE whose entities blow up never becomes a tree; say what is really wrong.
        if b"<!DOCTYPE" in data and file_kinds.of_bytes(data) is None:
            raise _doctype(name, data) from None
        kind = file_kinds.of_bytes(data)
        raise (_stranger(name, kind) if kind else _malformed(name, data, parser)) from None
    if root.getroottree().docinfo.doctype:
        raise _doctype(name, data)
    return root


def _parser(encoding: str | None) -> etree.XMLParser:
    return etree.XMLParser(
        encoding=encoding,
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )


def _malformed(name: str, data: bytes, parser: etree.XMLParser) -> XmlFault:
    # The parser's own log: the exception's is shared by all parsers and names older faults.
    entry = parser.error_log[0] if len(parser.error_log) else None
    line = max(1, entry.line if entry else 1)
    kind = entry.type_name if entry else "ERR_DOCUMENT_EMPTY"
    known = _FAULTS.get(kind) or Words("不是格式良好的 XML", "the XML is not well formed")
    detail = re.sub(r"\s+", " ", entry.message).strip()[:200] if entry and kind in _DETAILED else ""
    remedy = Words(
        "请在建模工具中重新导出，或按所示行改正。",
        "Export the file again from the modeller, or mend the line shown.",
    )
    if kind in _OF_ENCODING and (kind != "ERR_INVALID_CHAR" or encodings.guess(data) != "UTF-8"):
        remedy = encodings.advice(data)
    return _fault(
        name,
        line,
        "xml-malformed",
        Words(
            f"XML 无法读取（第 {line} 行）：{known.zh}。" + (f"（{detail}）" if detail else ""),
            f"The XML cannot be read (line {line}): {known.en}."
            + (f" ({detail})" if detail else ""),
        ),
        remedy,
    )


def _mislabelled(name: str, data: bytes, said: str, looks: str) -> XmlFault:
    return _fault(
        name,
        1,
        "xml-encoding",
        Words(
            f"首行声明的字符编码（encoding）是 {said}，内容却是 {looks}，中文会成为乱码。",
            f"The first line declares the encoding {said}, but the content is {looks}.",
        ),
        encodings.advice(data),
    )


def _stranger(name: str, kind: file_kinds.Kind) -> XmlFault:
    return _fault(name, 1, "not-bpmn", kind.what, kind.remedy)


def _fault(name: str, line: int, rule: str, message: Words, remedy: Words) -> XmlFault:
    return XmlFault(Finding(name, line, "xml", "error", rule, message, remedy))


def _doctype(name: str, data: bytes) -> XmlFault:
    at = max(data.find(b"<!DOCTYPE"), 0)
    return _fault(
        name,
        data.count(b"\n", 0, at) + 1,
        "xml-doctype",
        Words("文件含有 DOCTYPE 声明。", "The file has a DOCTYPE."),
        Words("请删除 DOCTYPE 声明后重新保存。", "Delete the DOCTYPE and save the file again."),
    )
