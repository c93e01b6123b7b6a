"""In a browser: the diagram with its tokens, a withdrawal, narrow screens, no scripts."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.api.city import FOOD, City
from tests.journeys.conftest import Tab

pytestmark = pytest.mark.browser

DEFECT = {
    "material": "layout",
    "kind": "content",
    "defect": "未注明面积",
    "requirement": "注明面积",
    "basis": "第十三条",
}
WIDTH = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


def test_the_diagram_shows_where_the_case_stands(city: City, tab: Callable[..., Tab]) -> None:
    number = city.as_("applicant").file_case()
    clerk = tab()
    clerk.sign_in("clerk")
    page = clerk.open(f"/cases/{number}")
    expect(page.locator(".diagram[data-drawn]")).to_be_visible()
    assert marked(page, "now") == {"check", "handle"}
    assert {"filed", "issue_receipt"} <= marked(page, "past")
    expect(page.locator(".bjs-powered-by")).to_be_visible()
    before = page.locator(".viewport").get_attribute("transform")
    page.get_by_role("button", name="放大").click()
    expect(page.locator(".viewport")).not_to_have_attribute("transform", before)
    page.get_by_role("button", name="适合窗口").click()
    expect(page.locator(".viewport")).to_have_attribute("transform", before)


def marked(page: Page, name: str) -> set[str]:
    found = page.locator(f".djs-element.{name}").all()
    return {element.get_attribute("data-element-id") for element in found}


def test_a_procedure_is_drawn_for_staff(city: City, tab: Callable[..., Tab]) -> None:
    clerk = tab()
    clerk.sign_in("administrator")
    page = clerk.open("/procedures")
    page.get_by_role("link", name="第 1 版").click()
    expect(page.locator(".diagram[data-drawn]")).to_be_visible()
    assert page.locator(".djs-shape").count() > 50


def test_a_withdrawal_needs_its_reason(city: City, tab: Callable[..., Tab]) -> None:
    number = city.as_("applicant").file_case()
    applicant = tab()
    applicant.sign_in("applicant")
    page = applicant.open(f"/cases/{number}")
    page.get_by_role("link", name="撤回申请").click()
    page.get_by_role("button", name="撤回申请").click()
    expect(page.get_by_role("alert")).to_contain_text("请写明撤回原因")
    page.get_by_label("撤回原因").fill("经营计划有变")
    page.get_by_role("button", name="撤回申请").click()
    expect(page.locator(".state")).to_contain_text("已撤回退件")
    expect(page.get_by_role("link", name="退件通知")).to_be_visible()


def test_taking_a_task_renews_its_row_alone(city: City, tab: Callable[..., Tab]) -> None:
    city.as_("applicant").file_case()
    city.as_("applicant").file_case()
    clerk = tab()
    page = clerk.sign_in("clerk")
    page.evaluate("window.same = true")
    page.get_by_role("button", name="签收").first.click()
    expect(page.get_by_role("button", name="退回")).to_have_count(1)
    expect(page.locator(".message.good")).to_be_visible()
    assert page.evaluate("window.same")


def test_two_clerks_at_one_task_the_second_is_told(city: City, tab: Callable[..., Tab]) -> None:
    number = city.as_("applicant").file_case()
    first, second = tab(), tab()
    for each, login in ((first, "clerk"), (second, "clerk2")):
        each.sign_in(login).get_by_role("link", name="材料齐全性审查").click()
        each.page.get_by_label("材料齐全，符合法定形式").check()
    first.page.get_by_role("button", name="办结").click()
    expect(first.page.locator(".message.good")).to_be_visible()
    second.page.get_by_role("button", name="办结").click()
    expect(second.page.get_by_role("alert")).to_contain_text("现在的状态：已办结")
    expect(second.page.get_by_role("link", name=number)).to_be_visible()


def test_nothing_runs_off_a_narrow_screen(city: City, tab: Callable[..., Tab]) -> None:
    draft = city.as_("applicant").open_case()["number"]
    sent = city.as_("applicant").file_case(leave_out=("rules",))
    city.as_("clerk").complete(sent, outcome="incomplete", defects=[DEFECT])
    applicant, clerk = tab(width=360), tab(width=360)
    applicant.sign_in("applicant")
    clerk.sign_in("clerk")
    pages = ["/", f"/items/{FOOD}", "/progress", "/register", "/my", f"/apply/{FOOD}", "/demo"]
    pages += [f"/cases/{draft}{page}" for page in ("", "/materials", "/submit")]
    pages += [f"/cases/{sent}{page}" for page in ("", "/supplement", "/submitted", "/withdrawal")]
    staff = ["/work", "/work?everything=1", "/cases", f"/cases/{sent}", "/procedures"]
    for reader, paths in ((applicant, pages), (clerk, staff)):
        for path in paths:
            assert reader.open(path).evaluate(WIDTH) <= 0, path
            assert reader.page.locator("h1").count() == 1, path


def test_rows_are_added_without_scripts(city: City, tab: Callable[..., Tab]) -> None:
    city.as_("applicant").file_case()
    clerk = tab(java_script_enabled=False)
    page = clerk.sign_in("clerk")
    page.get_by_role("link", name="材料齐全性审查").click()
    page.get_by_label("存在的问题").fill("未注明面积")
    page.get_by_role("button", name="再加一项").click()
    expect(page.locator(".row")).to_have_count(2)
    page.get_by_role("button", name="删去这一项 2").click()
    expect(page.get_by_label("存在的问题")).to_have_value("未注明面积")
