"""By hand in a browser: an incomplete application, its one notice, the supplement, the receipt."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urljoin

import pytest
from playwright.sync_api import Page, expect

from tests.api.city import PDF, City
from tests.journeys.conftest import Tab

pytestmark = pytest.mark.browser

FILE = {"name": "材料.pdf", "mimeType": "application/pdf", "buffer": PDF}
LEFT_OUT = ("rules", "equipment")


def register_and_apply(tab: Tab) -> str:
    """Register, apply with two materials missing, submit; return the case's number."""
    page = tab.open("/")
    page.get_by_role("link", name="食品经营许可").click()
    page.get_by_role("link", name="在线申请").first.click()
    page.get_by_role("link", name="还没有账号？注册").click()
    page.get_by_label("登录名").fill("zhang.sanfeng")
    page.get_by_label("密码").fill("a-long-password")
    page.get_by_label("您的姓名").fill("张三丰")
    page.get_by_label("手机号码").fill("13812345678")
    page.locator("main").get_by_role("button", name="注册").click()
    fill_application(page)
    for code in ("application", "subject", "layout"):
        upload(page, code)
    page.get_by_role("link", name="下一步：核对并提交").click()
    expect(page.locator(".warning")).to_contain_text("还缺 2 种必须提交的材料")
    page.get_by_role("button", name="提交申请").click()
    expect(page.get_by_role("heading", name="已收到您的申请")).to_be_visible()
    expect(page.locator(".next")).to_contain_text("2026年11月30日审查完材料")
    return page.locator(".number").first.inner_text()


def fill_application(page: Page) -> None:
    """Fill it in with one fault first: it is told at its field, and nothing typed is lost."""
    page.get_by_label("自然人").check()
    page.get_by_label("姓名或者名称").fill("张三丰")
    page.get_by_label("居民身份证号码").first.fill("110101199003070039")
    page.get_by_label("手机号码").first.fill("13812345678")
    page.get_by_label("联系地址").fill("澜川市澜东区文汇路1号")
    page.get_by_label("申请事由").fill("新开餐馆")
    page.get_by_label("主体业态").select_option(label="餐饮服务经营者")
    page.get_by_label("热食类食品制售").check()
    page.get_by_label("经营场所地址").fill("澜川市澜东区文汇路1号")
    page.get_by_label("经营面积").fill("88.5")
    page.get_by_label("食品安全管理人员").fill("李四光")
    page.get_by_label("到窗口领取").check()
    page.get_by_label("所填内容和所附材料真实").check()
    page.get_by_role("button", name="保存，去上传材料").click()
    page.locator(".summary").get_by_role("link", name="居民身份证号码").click()
    faulty = page.locator("#f-applicant-id_number")
    expect(faulty).to_have_attribute("aria-invalid", "true")
    expect(faulty).to_have_value("110101199003070039")
    expect(page.get_by_label("热食类食品制售")).to_be_checked()
    faulty.fill("110101199003070038")
    page.get_by_role("button", name="保存，去上传材料").click()
    expect(page.get_by_role("heading", name="上传材料")).to_be_visible()


def upload(page: Page, code: str) -> None:
    form = page.locator(f"#m-{code}")
    form.locator("input[type=file]").set_input_files(FILE)
    form.get_by_role("button", name="上传").click()
    expect(page.locator(f"#m-{code} .files")).to_contain_text("材料.pdf")


def open_task(page: Page) -> None:
    """Open the first task with the keyboard."""
    page.goto(urljoin(page.url, "/work"))
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.locator("#fields")).to_be_visible()


def complete(page: Page) -> None:
    page.get_by_role("button", name="办结").click()
    expect(page.locator(".message.good")).to_contain_text("已办结")


def ask_for_supplement(page: Page) -> None:
    open_task(page)
    page.get_by_label("需要补齐补正").check()
    page.get_by_role("button", name="再加一项").click()
    expect(page.locator(".row")).to_have_count(2)
    row = page.locator(".row").nth(1)
    row.get_by_label("材料").select_option(label="经营布局、操作流程文件")
    row.get_by_label("问题类别").select_option(label="内容不全或者有误")
    row.get_by_label("存在的问题").fill("未注明面积")
    row.get_by_label("补正要求").fill("注明各区域的面积")
    row.get_by_label("依据").fill("第十三条")
    complete(page)


def supplement(page: Page) -> None:
    page.get_by_role("link", name="我的办件").click()
    page.get_by_role("link", name="去办理：补齐补正").click()
    expect(page.locator(".next")).to_contain_text("最迟在 2026年12月23日 一次补齐")
    expect(page.locator("#m-layout")).to_contain_text("未注明面积")
    for code in ("layout", *LEFT_OUT):
        upload(page, code)
    page.get_by_role("button", name="提交", exact=True).click()
    expect(page.locator(".message.good")).to_contain_text("“补齐补正”已提交")


def review(page: Page) -> None:
    open_task(page)
    page.locator("#f-officials-0").fill("王一")
    page.locator("#f-officials-1").fill("赵二")
    page.get_by_label("核查地点").fill("经营场所")
    page.get_by_label("核查情况").fill("与申请一致")
    page.get_by_label("符合要求", exact=True).check()
    complete(page)
    open_task(page)
    page.get_by_label("建议准予许可").check()
    page.get_by_label("查明的事实").fill("材料真实")
    page.get_by_label("理由").fill("符合条件")
    complete(page)


def deliver(page: Page) -> None:
    open_task(page)
    for row in page.locator(".row").all():
        row.get_by_label("是", exact=True).check()
    page.get_by_label("直接送达").check()
    page.get_by_label("送达地点").fill("窗口")
    page.get_by_label("签收人签名").fill("张三丰")
    complete(page)


def test_from_an_incomplete_application_to_the_signed_receipt(
    city: City, tab: Callable[..., Tab]
) -> None:
    applicant, clerk, handler, leader = tab(), tab(), tab(), tab()
    number = register_and_apply(applicant)
    ask_for_supplement(clerk.sign_in("clerk"))
    supplement(applicant.page)
    open_task(clerk.page)
    clerk.page.get_by_label("已补齐补正，予以受理").check()
    complete(clerk.page)
    review(handler.sign_in("handler"))
    open_task(leader.sign_in("leader"))
    leader.page.get_by_label("准予许可", exact=True).check()
    complete(leader.page)
    deliver(clerk.page)

    page = applicant.open(f"/cases/{number}")
    expect(page.locator(".state")).to_contain_text("已送达办结")
    expect(page.locator("main")).not_to_contain_text("建议准予许可")
    titles = ("收件凭证", "补齐补正通知单", "受理通知单", "准予行政许可决定书", "送达回执单")
    for title in titles:
        address = page.get_by_role("link", name=title).first.get_attribute("href")
        answer = page.request.get(applicant.base + address, timeout=60_000)  # drawn at first
        assert answer.headers["content-type"] == "application/pdf"
        assert answer.body().startswith(b"%PDF-")
