"""Approval items: the guide, and the form to apply with."""

from __future__ import annotations

from apiflask import Schema, fields

from api.fields import Label, flag, given, many, number, one, record, text, texts, words


class FormView(Schema):
    """A form, ready to be filled in."""

    key = text("Key of the form.", "single-item/application")
    title = words("Its title.", "申请")
    schema = record(
        "JSON Schema 2020-12, concrete for this case: a value that it accepts is accepted, but for "
        "check characters (`x-format: id-number`, `credit-code`) and the order of dates "
        "(`x-order`). Titles are in `title` (Chinese) and `x-title-en`.",
        {"type": "object", "required": ["subject"], "properties": {"subject": {"type": "string"}}},
    )
    prefill = record("What is known already; start from it.", {"signed_on": "2026-11-22"})
    ui = record(
        "By JSON pointer of a field (`*` for each row of a list): title, title_en, widget, help.",
        {"/subject": {"title": "申请事由", "title_en": "Subject"}},
    )


class ItemRow(Schema):
    code = text("Code of the item.", "11419900004177049W4410131002000")
    name = text("Name in Chinese.", "食品经营许可")
    name_en = text("Name in English.", "Food business licence")
    kind = text("single (单体) or parallel (并联).", "single")
    nature = text("What it is in law.", "licence")
    procedure = text("Key of the procedure that handles it.", "single-item")
    department = one(Label, "The department that decides.")
    statutory_days = number("Statutory limit in working days from the acceptance.", 10)
    committed_days = number("Committed limit in working days from the acceptance.", 6)


class Items(Schema):
    rows = many(ItemRow, "The items that fit.")


class ItemMaterial(Schema):
    code = text("Code of the material: give it when you upload.", "layout")
    name = text("Name in Chinese.", "经营布局、操作流程文件")
    name_en = text("Name in English.", "Layout of the premises")
    main = flag("Whether it is a main material (主审要件).", True)
    required = flag("Whether a case can't be accepted without it.", True)
    form = text("original, copy or electronic.", "copy")
    copies = number("How many copies on paper.", 1)
    basis = text("The rule that asks for it.", "《食品经营许可和备案管理办法》第十三条")
    accepts = texts("Endings of the files that are taken.", ["pdf", "jpg"])
    note = text("What to look out for.", "注明面积。")


class Limits(Schema):
    statutory = number("Working days.", 10)
    statutory_basis = text("The law.", "第二十一条")
    committed = number("Working days.", 6)
    committed_basis = text("The promise.", "服务承诺")
    extension = number("Working days that may be added once.", 5)
    extension_basis = text("The law.", "第二十一条")


class ItemPage(ItemRow):
    limits = one(Limits, "The limits from the acceptance, with their bases.")
    acceptance_limit = number("Working days from receipt to acceptance (L32).", 5)
    delivery_limit = number("Working days from decision to delivery (L44).", 5)
    materials = many(ItemMaterial, "What is to be handed in.")
    fees = record("charged, basis, items: [{name, standard}].", {"charged": False, "items": []})
    legal_basis = fields.List(
        fields.Dict(), metadata={"description": "The laws: law, article, summary."}
    )
    conditions = texts("What must be fulfilled.", ["已取得营业执照等合法主体资格。"])
    result = record("The document that is issued.", {"name": "食品经营许可证", "valid_years": 5})
    remedies = record("Review and suit: body, court, days, months.", {"review_days": 60})
    guide = record("steps, place, phone, hours.", {"phone": "0999-8812315"})
    site_check = record("Whether the premises are inspected, and why.", {"required": True})
    excluded_procedures = fields.List(
        fields.Dict(),
        metadata={"description": "Procedures whose time does not count (L45): name, basis."},
    )
    sources = fields.List(
        fields.Dict(), metadata={"description": "Where each fact comes from: fact, source."}
    )
    application_form = one(
        FormView,
        "The form to apply with, by the newest version of the procedure: fill it in and send it "
        "as `application` of `POST /cases`. Null while the procedure is not deployed.",
        allow_none=True,
    )


class ItemQuery(Schema):
    q = given("Part of the name, in either language.", "食品")
    department = given("Code of the department.", "scjgj")
