"""Cases and tasks through pages alone, without scripts."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

import engine.present
from api.app import create_app
from engine.config import CHECKOUT
from engine.store.database import db
from tests.api.city import FOOD, City, ok
from tests.web.reader import FILLED, Reader

DEFECT = {
    "defects__0__material": "layout",
    "defects__0__kind": "content",
    "defects__0__defect": "未注明面积",
    "defects__0__requirement": "注明面积",
    "defects__0__basis": "第十三条",
}


@pytest.fixture
def number(city: City) -> str:
    """A case that was applied for and submitted."""
    return Reader(city, "applicant").apply(FOOD)


# ---------------------------------------------------------------- applying


def test_a_faulty_application_loses_nothing(city: City) -> None:
    reader = Reader(city, "applicant").open(f"/apply/{FOOD}")
    wrong = {"applicant__phone": "12345", "details__floor_area": "八十八"}
    reader.send("declaration", **FILLED | wrong)
    assert reader.status == 422
    assert "手机号码：格式不对" in reader.main
    assert "经营面积（平方米）：应为数字" in reader.main
    form = reader.form("declaration")
    assert form.fields["details.floor_area"] == "八十八"
    assert form.fields["applicant.name"] == "张三丰"
    assert set(form.inputs["details.operations"].value) == {"hot_food", "drinks"}
    (agent,) = reader.page.xpath("//details[@id='f-agent']")
    assert agent.get("open") is None


def test_an_agent_is_left_out_or_whole(city: City) -> None:
    reader = Reader(city, "applicant").open(f"/apply/{FOOD}")
    reader.send("declaration", **FILLED | {"agent__name": "王五"})
    assert "代理人手机号码：必须填写" in reader.main
    (agent,) = reader.page.xpath("//details[@id='f-agent']")
    assert agent.get("open") is not None


def test_a_material_of_the_wrong_kind_is_refused_where_it_was_chosen(city: City) -> None:
    reader = Reader(city, "applicant").open(f"/apply/{FOOD}").send("declaration", **FILLED)
    action = next(f.action for f in reader.page.forms if (f.action or "").endswith("/rules"))
    reader.upload(action, "规章.pdf", b"MZ no pdf")
    assert reader.status == 415
    assert (
        reader.page.get_element_by_id("e-rules").text == "文件内容不是 pdf 格式，请核对后重新上传。"
    )
    assert reader.upload(action, "").status == 422
    reader.upload(action, "规章.pdf")
    assert "已上传：规章.pdf" in reader.main
    reader.send("/remove")
    assert "规章.pdf" not in reader.main


def test_too_large_an_upload_is_refused_in_words(city: City) -> None:
    reader = Reader(city, "applicant").open(f"/apply/{FOOD}").send("declaration", **FILLED)
    action = next(f.action for f in reader.page.forms if (f.action or "").endswith("/rules"))
    reader.upload(action, "大.pdf", b"%PDF-" + bytes(21 * 1024 * 1024))
    assert reader.status == 413
    assert "过大" in reader.main


def test_a_file_comes_back_as_an_attachment(city: City, number: str) -> None:
    reader = Reader(city, "applicant").open(f"/cases/{number}")
    answer = reader.follow("材料.pdf").response
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.data.startswith(b"%PDF-")


def test_a_notice_is_read_as_pdf(city: City, number: str) -> None:
    answer = Reader(city, "applicant").open(f"/cases/{number}").follow("收件凭证").response
    assert answer.mimetype == "application/pdf"
    assert answer.data.startswith(b"%PDF-")
    name = answer.headers["Content-Disposition"]
    assert name.startswith("inline")
    assert name.isascii()  # a server can't send anything else


def test_a_clerk_files_at_the_counter(city: City) -> None:
    clerk = Reader(city, "clerk").open(f"/counter/{FOOD}").send("declaration", **FILLED)
    assert clerk.path.endswith("/materials")
    number = clerk.path.split("/")[2]
    clerk.open(f"/cases/{number}/submit").send("/submit")
    assert "已收到" in clerk.main
    assert "窗口申报" in clerk.open(f"/cases/{number}").main
    assert "撤回申请" in clerk.main
    assert Reader(city, "other_department").open(f"/counter/{FOOD}").status == 403


def test_the_window_hands_in_the_supplement_of_a_counter_case(city: City) -> None:
    clerk = Reader(city, "clerk").open(f"/counter/{FOOD}").send("declaration", **FILLED)
    number = clerk.path.split("/")[2]
    clerk.open(f"/cases/{number}/submit").send("/submit")
    clerk.task(number).send("outcome", outcome="incomplete", **DEFECT)
    assert clerk.task(number).path == f"/cases/{number}/supplement"
    clerk.upload(f"/cases/{number}/materials/layout")
    assert "“补齐补正”已提交" in clerk.send("version").main


def test_a_row_asked_for_on_a_finished_task_is_told_its_state(city: City, number: str) -> None:
    late = Reader(city, "clerk2").task(number)
    Reader(city, "clerk").task(number).send("outcome", outcome="complete")
    late.send("outcome", _add="defects")
    assert (late.status, "现在的状态：已办结" in late.main) == (409, True)


def test_an_item_is_applied_for_where_there_is_a_window(city: City) -> None:
    reader = Reader(city, "applicant").open(f"/apply/{FOOD}")
    offered = reader.page.xpath("//select[@name='county']/option/@value")
    assert offered == ["419900", "419902"]


# ---------------------------------------------------------------- working


def test_an_incomplete_case_is_supplemented(city: City) -> None:
    applicant, clerk = Reader(city, "applicant"), Reader(city, "clerk")
    number = applicant.apply(FOOD, leave_out=("rules",))
    clerk.task(number).send("outcome", outcome="incomplete", _add="defects")
    clerk.send("defects.1.kind", **DEFECT)
    assert "已办结" in clerk.main
    applicant.open(f"/cases/{number}").follow("去办理：补齐补正")
    assert "未注明面积" in applicant.main
    assert "您还没有上传新的文件" in applicant.main
    for code in ("layout", "rules"):
        applicant.upload(f"/cases/{number}/materials/{code}")
        assert applicant.path == f"/cases/{number}/supplement"
    applicant.send("version")
    assert "“补齐补正”已提交" in applicant.main
    assert applicant.open(f"/cases/{number}/supplement").status == 409


def test_an_applicant_reports_a_rectification_himself(city: City) -> None:
    """P18: what the site check asked for is due within the month."""
    applicant = Reader(city, "applicant")
    number = applicant.apply(FOOD)
    clerk, handler = city.as_("clerk"), city.as_("handler")
    clerk.complete(number, outcome="complete")
    visit = {"officials": ["赵一", "钱二"], "date": "2026-11-23", "place": "现场"}
    mend = {"findings": "更衣设施未到位", "conclusion": "rectify", "rectification": "补装"}
    handler.complete(number, **visit, **mend)
    applicant.open("/my").follow("去办理：整改")
    assert "最迟在 2026年12月23日 办理" in applicant.main
    applicant.send("statement", statement="已补装更衣设施。")
    assert "“整改”已提交" in applicant.main
    assert [task["name"] for task in ok(handler.get(f"/cases/{number}"))["tasks"]] == ["现场核查"]


def test_faults_of_a_task_stand_at_their_fields(city: City, number: str) -> None:
    clerk = Reader(city, "clerk").task(number).send("outcome", outcome="not_competent")
    assert clerk.status == 422
    assert "有权处理的机关：必须填写" in clerk.main
    assert clerk.page.get_element_by_id("f-competent_authority").get("aria-invalid") == "true"


def test_who_comes_too_late_is_told_the_present_state(city: City, number: str) -> None:
    late = Reader(city, "clerk2").task(number)
    Reader(city, "clerk").task(number).send("outcome", outcome="complete")
    late.send("outcome", outcome="complete")
    assert late.status == 409
    assert "现在的状态：已办结" in late.main


def test_what_was_typed_outlives_a_stale_page(city: City, number: str) -> None:
    late = Reader(city, "clerk2").task(number)
    Reader(city, "clerk").task(number).send("/claim")
    late.send("competent_authority", outcome="not_competent", competent_authority="省局")
    assert late.status == 409
    assert "签收人：clerk-name" in late.main
    assert late.form("competent_authority").fields["competent_authority"] == "省局"


def test_claiming_releasing_and_reassigning(city: City, number: str) -> None:
    clerk = Reader(city, "clerk").open("/work").send("/claim")
    assert (clerk.path, "我 退回" in clerk.main) == ("/work", True)
    other = Reader(city, "clerk2").open("/work")
    assert "clerk-name" in other.main
    assert not other.page.xpath("//form[contains(@action, '/claim')]")
    leader = Reader(city, "leader").open("/work?everything=1").follow("材料齐全性审查")
    leader.send("account", account=str(city.accounts["clerk2"]))
    assert "clerk2-name" in leader.main
    other.open("/work").send("/release")
    assert "签收" in other.main


def test_the_worklist_is_filtered(city: City, number: str) -> None:
    clerk = Reader(city, "clerk")
    assert number in clerk.open("/work").main
    for query in ("mine=1", "light=red", "post=handler"):
        assert number not in clerk.open(f"/work?{query}").main
    assert number in clerk.open("/work?light=green&department=scjgj&light=none").main
    assert clerk.open("/work?cursor=nonsense").status == 404


def test_long_lists_are_paged(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("web.worklist.SIZE", 1)
    numbers = {Reader(city, "applicant").apply(FOOD) for _ in range(2)}
    clerk = Reader(city, "clerk").open("/work?light=green")
    first = clerk.page.xpath("//tbody/tr/@id")
    assert "light=green" in clerk.link("下一页")
    assert clerk.follow("下一页").page.xpath("//tbody/tr/@id") != first
    cases = Reader(city, "clerk").open("/cases")
    seen = {n for n in numbers if n in cases.main}
    cases.follow("下一页")
    seen |= {n for n in numbers if n in cases.main}
    assert seen == numbers


@pytest.mark.parametrize("q", ["张三丰", "110101199003070038"])
def test_a_case_is_found_by_name_and_identity(city: City, number: str, q: str) -> None:
    assert number in Reader(city, "clerk").open(f"/cases?q={q}").main
    assert number not in Reader(city, "clerk").open("/cases?q=李四光").main


def test_the_clock_is_explained_day_by_day(city: City, number: str) -> None:
    Reader(city, "clerk").task(number).send("outcome", outcome="complete")
    city.clock.advance(days=7)
    reader = Reader(city, "applicant").open(f"/cases/{number}")
    rows = reader.page.xpath("//details[@class='clock'][1]//tbody/tr")
    days = ["".join(row.text_content().split()) for row in rows]
    assert days[0].startswith("2026-11-23不计起算当日")
    assert days[1].startswith("2026-11-24第1日")
    assert days[5].startswith("2026-11-28不计周末")


def test_a_limit_in_an_unannounced_year_is_marked(city: City) -> None:
    city.clock.now += timedelta(days=35)  # late December: the limit ends in 2027
    number = Reader(city, "applicant").apply(FOOD)
    Reader(city, "clerk").task(number).send("outcome", outcome="complete")
    reader = Reader(city, "applicant").open(f"/cases/{number}")
    assert reader.page.xpath("//summary/span[@class='provisional']")
    assert "（暂定）作出决定" in reader.main


# ---------------------------------------------------------------- procedures, demonstration


def test_a_faulty_diagram_is_refused_with_located_findings(city: City) -> None:
    diagram = (CHECKOUT / "processes/single-item/single-item.bpmn").read_bytes()
    faulty = diagram.replace(b'operation name="archive"', b'operation name="nonsense"')
    reader = Reader(city, "administrator").open("/procedures")
    reader.send("files", files=(("单体.bpmn", faulty),))
    assert reader.status == 422
    finding = reader.page.xpath("//table[contains(@class, 'findings')]//tr[2]/td")
    assert finding[0].text_content() == "错误"
    assert int(finding[2].text) > 1
    assert "nonsense" in reader.main
    assert "第 2 版" not in reader.main


def test_a_changed_diagram_is_deployed(city: City) -> None:
    diagram = (CHECKOUT / "processes/single-item/single-item.bpmn").read_text("utf-8")
    changed = diagram.replace("材料齐全性审查", "材料审查").encode()
    reader = Reader(city, "administrator").open("/procedures")
    reader.send("files", files=(("single-item.bpmn", changed),))
    assert reader.status == 200, reader.main
    assert "已部署第 2 版" in reader.main
    assert reader.open("/procedures").send("files").status == 422


def test_the_demonstration_s_clock_says_what_happened(
    city: City, number: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Moved by its own page: five working days of silence accept a case."""
    monkeypatch.setattr(engine.present, "real_time", city.clock)
    app = create_app(city.app.extensions["lianban"].config)
    installation = app.extensions["lianban"]
    app.extensions["lianban"] = replace(installation, session_clock=city.clock)
    reader = Reader(City(app, city.clock, tokens=city.tokens), "clerk")
    assert Reader(reader.city).open("/demo").send("to", to="2027-01-15").status == 401
    reader.open("/demo").send("to", to="2027-01-15")
    assert reader.status == 200, reader.main
    assert "到 2027-01-15 09:00" in reader.main
    assert "受理1 次" in reader.main
    assert "亮灯" in reader.main
    back = reader.open("/demo").send("to", to="2027-01-14")
    assert (back.status, "只能向前拨" in back.main) == (409, True)
    assert reader.open("/demo").send("to", to="soon").status == 400
    with reader.city.app.app_context():
        db.engine.dispose()
