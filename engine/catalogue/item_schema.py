"""What an item file may hold: its fields, with their titles, as one closed schema.

`processes/catalogue/README.md` says what each field means and where its value comes from.
"""

from __future__ import annotations

from typing import Any

from engine.catalogue.organisation import closed, rows, text

_CODE = text("代码", "code", pattern="^[a-z][a-z0-9_]*$")
_BASIS = text("依据", "basis")
_NAMES = {"name": text("名称", "name"), "name_en": text("英文名称", "name_en")}


def _number(zh: str, en: str, least: int, most: int) -> dict[str, Any]:
    return {"type": "integer", "minimum": least, "maximum": most, "title": zh, "x-title-en": en}


def _flag(zh: str, en: str) -> dict[str, Any]:
    return {"type": "boolean", "title": zh, "x-title-en": en}


def _word(zh: str, en: str, *values: str) -> dict[str, Any]:
    return {"type": "string", "enum": list(values), "title": zh, "x-title-en": en}


_LIMITS = closed(
    "时限",
    "limits",
    {
        "statutory": _number("法定时限", "statutory", 1, 365),
        "statutory_basis": text("法定时限依据", "statutory_basis"),
        "committed": _number("承诺时限", "committed", 1, 365),
        "committed_basis": text("承诺时限依据", "committed_basis"),
        "extension": _number("可延长天数", "extension", 0, 60),
        "extension_basis": text("延长依据", "extension_basis"),
    },
)

_MATERIAL = closed(
    "材料",
    "material",
    {
        "code": _CODE,
        **_NAMES,
        "main": _flag("主审要件", "main"),
        "required": _flag("必要", "required"),
        "form": _word("形式", "form", "original", "copy", "electronic"),
        "copies": _number("份数", "copies", 1, 20),
        "basis": _BASIS,
        "note": text("填报须知", "note"),
        "accepts": rows(
            "文件格式",
            "accepts",
            _word("文件格式", "accepts", "pdf", "jpg", "png", "docx", "xlsx", "dwg"),
            least=1,
        ),
    },
    "note",
)

_FEE = closed(
    "收费项目", "fee", {"name": text("名称", "name"), "standard": text("标准", "standard")}
)
_FEES = closed(
    "收费",
    "fees",
    {
        "charged": _flag("是否收费", "charged"),
        "basis": text("收费依据", "basis"),
        "items": rows("收费项目", "items", _FEE),
    },
)

_LAW = closed(
    "设定依据",
    "legal_basis",
    {
        "law": text("法律法规", "law"),
        "article": text("条款", "article"),
        "summary": text("内容", "summary"),
    },
)

_RESULT = closed(
    "审批结果",
    "result",
    {
        **_NAMES,
        "certifies": text("证明事项", "certifies"),
        "number_pattern": {"type": ["string", "null"], "title": "编号", "x-title-en": "number"},
        "valid_years": {
            "type": ["integer", "null"],
            "minimum": 1,
            "maximum": 50,
            "title": "有效年限",
            "x-title-en": "valid_years",
        },
        "fields": rows("载明事项", "fields", text("字段", "field")),
    },
)

_REMEDIES = closed(
    "救济途径",
    "remedies",
    {
        "review_body": text("复议机关", "review_body"),
        "review_days": _number("复议期限（日）", "review_days", 60, 365),
        "court": text("管辖法院", "court"),
        "suit_months": _number("起诉期限（月）", "suit_months", 1, 12),
        "basis": _BASIS,
    },
)

_GUIDE = closed(
    "办事指南",
    "guide",
    {
        "steps": rows("办理流程", "steps", text("步骤", "step"), least=1),
        "place": text("办理地点", "place"),
        "phone": text("咨询电话", "phone"),
        "hours": text("办公时间", "hours"),
    },
)

ITEM = closed(
    "事项",
    "item",
    {
        # Credit code of the body and 13 digits of the item (after GB/T 39554.1-2020).
        "code": text("事项编码", "code", pattern="^[0-9A-Z]{18}[0-9]{13}$"),
        **_NAMES,
        "kind": _word("项目类型", "kind", "single"),
        "nature": _word("事项性质", "nature", "licence"),
        "procedure": text("办理流程", "procedure", pattern="^[a-z][a-z0-9-]*$"),
        "department": text("实施机关", "department"),
        "limits": _LIMITS,
        "acceptance_limit": _number("受理时限（L32）", "acceptance_limit", 1, 5),
        "delivery_limit": _number("送达时限（L44）", "delivery_limit", 1, 10),
        "site_check": closed(
            "现场核查",
            "site_check",
            {"required": _flag("是否核查", "required"), "basis": _BASIS},
        ),
        "excluded_procedures": rows(
            "不计入时限的程序",
            "excluded_procedures",
            closed("程序", "procedure", {**_NAMES, "basis": _BASIS}),
        ),
        "materials": rows("申请材料", "materials", _MATERIAL, least=1),
        "fees": _FEES,
        "legal_basis": rows("设定依据", "legal_basis", _LAW, least=1),
        "conditions": rows("许可条件", "conditions", text("条件", "condition"), least=1),
        "result": _RESULT,
        "remedies": _REMEDIES,
        "guide": _GUIDE,
        # Its inside is a form's business: see `form_rules.schema_faults`.
        "details": {"type": "object", "title": "申请内容", "x-title-en": "details"},
        "sources": rows(
            "来源",
            "sources",
            closed(
                "来源", "source", {"fact": text("事实", "fact"), "source": text("来源", "source")}
            ),
            least=1,
        ),
    },
)
