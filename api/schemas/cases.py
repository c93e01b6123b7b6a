"""Cases: filing, the case file, the list."""

from __future__ import annotations

from apiflask import Schema, fields

from api.fields import (
    CURSOR,
    Label,
    Light,
    PageQuery,
    choice,
    day,
    filling,
    flag,
    given,
    many,
    moment,
    number,
    one,
    record,
    text,
    texts,
    whole,
    words,
)
from api.schemas.clock import ClockRow
from api.schemas.items import FormView
from api.schemas.notices import NoticeRow
from engine.commands.withdrawal import MAX_REASON
from engine.domain.case import Status
from engine.domain.light import Colour

NUMBER = "419900-20261122-0001-8"
# Complete, so that it can be sent as it stands; the person is invented.
APPLICATION = {
    "applicant": {
        "type": "person",
        "name": "张三丰",
        "id_number": "110101199003070038",
        "phone": "13812345678",
        "address": "澜川市澜东区文汇路1号",
    },
    "subject": "新开餐馆",
    "details": {
        "business_form": "catering",
        "operations": ["hot_food"],
        "premises_address": "澜川市澜东区文汇路1号",
        "floor_area": 88.5,
        "safety_manager": "李四光",
    },
    "delivery": {"method": "window"},
    "declaration": True,
}


class NewCase(Schema):
    item = given("Code of the item.", "11419900004177049W4410131002000", required=True)
    county = given("Code of the county; the city's own if left out.", "419900")
    channel = choice(
        "online (网上申报), or counter (窗口申报) by the department's window clerk.",
        ("online", "counter"),
        load_default="online",
    )
    application = filling(
        "The filled-in form `application_form` of `GET /items/{code}`.", APPLICATION, required=True
    )


class Withdrawal(Schema):
    reason = given(
        "Why, 1 to 500 characters.",
        "经营计划有变",
        least=1,
        most=MAX_REASON,
        lines=True,
        required=True,
    )
    by = choice(
        "Who withdraws; an agent needs a mandate that names it.",
        ("applicant", "agent"),
        load_default="applicant",
    )


class Filled(Schema):
    version = whole("The `version` of the task that you saw.", 1, required=True)
    data = filling("The filled-in form of the task.", {"answers": []}, load_default=dict)


class CaseQuery(PageQuery):
    status = choice("Where the case stands.", tuple(Status))
    item = given("Code of the item.", "11419900004177049W4410131002000")
    department = given("Code of the department.", "scjgj")
    county = given("Code of the county.", "419900")
    colour = choice("The gravest light of the case and its open steps.", tuple(map(str, Colour)))
    q = given(
        "Beginning of a number, part of an organisation's name, a person's full name, a full ID "
        "number or credit code.",
        "419900-20261122",
        most=100,
    )


class ItemName(Schema):
    code = text("Code of the item.", "11419900004177049W4410131002000")
    name = text("Its name.", "食品经营许可")


class CaseRow(Schema):
    number = text("Number of the case.", NUMBER)
    item = one(ItemName, "What is applied for.")
    subject = text("What it is about.", "新开餐馆")
    applicant = text("Who applies; a person's name is masked.", "张*丰")
    department = one(Label, "The department that decides.")
    county = one(Label, "The county.")
    channel = one(Label, "online or counter.")
    status = one(Label, "Where the case stands.")
    light = one(
        Light, "The gravest light of the case and its open steps; for staff only.", allow_none=True
    )
    created_at = moment("When the draft was opened.", "2026-11-22T02:00:00Z")
    received_at = moment("When it was received.", "2026-11-22T03:00:00Z", allow_none=True)
    accepted_at = moment("When it was accepted.", "2026-11-23T02:00:00Z", allow_none=True)
    decided_at = moment("When it was decided.", "2026-11-26T02:00:00Z", allow_none=True)
    closed_at = moment("When it was closed.", "2026-11-27T02:00:00Z", allow_none=True)
    last_day = day("Last day of the committed limit.", "2026-12-01", allow_none=True)
    provisional = flag("Whether that day rests on a year without its holiday notice.", False)
    applicant_step = text("The step that waits for the applicant.", "补齐补正", allow_none=True)


class Cases(Schema):
    rows = many(CaseRow, "Newest first.")
    next = text(CURSOR, None, allow_none=True)


class MaterialFile(Schema):
    id = number("Number of the file.", 3)
    material = text("Code of the material.", "layout")
    file_name = text("Name of the file.", "平面图.pdf")
    media_type = text("Its media type.", "application/pdf")
    size = number("Bytes.", 183204)
    sha256 = text("SHA-256 of its content.", "9f86d081884c7d65…")
    uploaded_at = moment("When it was uploaded.", "2026-11-22T02:30:00Z")
    submitted = flag("Whether it belongs to the dossier.", False)


class UploadedFile(MaterialFile):
    """The file just uploaded (the document needs a name apart from the nested one)."""


class Material(Schema):
    code = text("Code of the material.", "layout")
    name = text("Name in Chinese.", "经营布局、操作流程文件")
    name_en = text("Name in English.", "Layout of the premises")
    main = flag("Whether it is a main material.", True)
    required = flag("Whether the case can't be accepted without it.", True)
    accepts = texts("Endings of the files that are taken.", ["pdf", "jpg"])
    files = many(MaterialFile, "What was uploaded for it.")


class Materials(Schema):
    rows = many(Material, "The materials of the item, each with its files.")


class MaterialUpload(Schema):
    material = given("Code of the material.", "layout", required=True)
    file = fields.File(required=True, metadata={"description": "The file, 20 MB at most."})


class CaseTask(Schema):
    id = number("Number of the task.", 31)
    version = number("Its version: send it along when you answer.", 1)
    name = text("Name of the step.", "补齐补正")
    post = one(Label, "The post that does it.")
    assignee = text("Who has claimed it; for staff only.", "李*", allow_none=True)
    light = one(Light, "Its light; for staff only.", allow_none=True)
    last_day = day("Last day of its limit.", "2026-11-27", allow_none=True)
    provisional = flag("Whether that day rests on a year without its holiday notice.", False)
    form = one(
        FormView,
        "For the applicant's own step: the form for `POST /cases/{number}/supplement`.",
        allow_none=True,
    )


class RaisedLight(Schema):
    light = one(Light, "The light.")
    severity = text("light, or statutory for a breach of the law's limit.", "light")
    scope = text("step or case.", "step")
    clock = text("step, committed, statutory or calendar.", "step")
    element = text("The element of the diagram.", "review")
    task = number("The task it belongs to.", 31, allow_none=True)
    due_at = moment("When it became due.", "2026-11-27T16:00:00Z")
    seen_at = moment("When it was noticed.", "2026-11-27T16:00:01Z")


class Supplement(Schema):
    round = number("1 for the one-time notice; later ones only repeat what is unmet.", 1)
    status = text("open, answered, expired or withdrawn.", "open")
    requested_at = moment("When it was asked for.", "2026-11-23T02:00:00Z")
    due_at = moment("When the month is over.", "2026-12-23T16:00:00Z", allow_none=True)
    last_day = day("The last day.", "2026-12-23", allow_none=True)
    provisional = flag("Whether that day rests on a year without its holiday notice.", False)
    answered_at = moment("When it was answered.", "2026-12-01T02:00:00Z", allow_none=True)
    defects = fields.List(
        fields.Dict(),
        metadata={
            "description": "Everything missing: material, name, kind, defect, requirement, basis."
        },
    )


class Procedure(Schema):
    key = text("Key of the procedure.", "single-item")
    number = number("Number of the version.", 1)
    name = text("Its name.", "单体事项审批")
    hash = text("Hash of all its files.", "2c26b46b68ffc68f…")


class Fault(Schema):
    message = words("What is the matter, and what to do.", "流程在“通知”（notify）处无法继续：…")
    element = text("The element of the diagram, where it is known.", "notify", allow_none=True)
    since = moment("Since when.", "2026-11-27T16:00:01Z")
    attempts = number("How often it was tried in vain.", 1)
    retry_at = moment("When it is tried again.", "2026-11-27T16:01:01Z", allow_none=True)
    set_aside_at = moment(
        "Since when it waits for an administrator.",
        "2026-11-27T16:00:01Z",
        allow_none=True,
    )


class CaseFile(CaseRow):
    query_code = text(
        "With the number it opens `GET /progress/{number}`; for the applicant and the department.",
        "7KQ2M9XW",
        allow_none=True,
    )
    next = words("What happens next and by when.", "请上传：营业执照，然后提交申请。")
    application = record("The application as filled in.", {"subject": "新开餐馆"})
    materials = many(Material, "The materials of the item, each with its files.")
    tasks = many(CaseTask, "The open steps: all for staff, his own for the applicant.")
    clocks = many(ClockRow, "The limits of the case, from the acceptance.")
    lights = many(RaisedLight, "The lights that were raised; for staff only.")
    supplements = many(Supplement, "The one-time notice and what came of it.")
    notices = many(NoticeRow, "The documents that were issued.")
    procedure = one(Procedure, "The version of the procedure that the case stays on.")
    fault = one(Fault, "Why the case can't go on, if so; for staff only.", allow_none=True)
