"""What officers do in the pages, from sign-in to the last act, each with their own post."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from typing import Any

import httpx
import pytest
from tests.browser import office
from tests.browser.conftest import Sign

from medaid.local.stack import Stack

ROWS = ".data tbody tr"
pytestmark = [pytest.mark.cloud, pytest.mark.browser]


def go(page: Any, path: str) -> None:
    page.evaluate("path => { location.hash = path }", f"#{path}")


def act(page: Any, name: str, opinion: str = "") -> None:
    """One act of a case: the button, the opinion, the confirmation."""
    page.get_by_role("button", name=name, exact=True).click()
    dialog = page.get_by_role("dialog")
    if opinion:
        dialog.get_by_label("意见").fill(opinion)
    dialog.get_by_role("button", name="确定").click()
    dialog.wait_for(state="hidden")


def state(page: Any) -> str:
    return str(page.locator(".title .el-tag").first.inner_text())


def test_a_case_goes_from_the_counter_to_the_pay_order(
    sign_in: Sign, cloud: Stack, office_cases: dict[str, str]
) -> None:
    """Issue: the operators' console, "journeys, one for each role from sign-in to the last act":
    intake, auditor, reviewer, accountant. Q3.1: four people."""
    psn_no = office.person(office.Officer(cloud, "intake"), office.certificates()[0])
    page = sign_in("intake")
    page.get_by_role("menuitem", name="登记申请").click()
    page.get_by_role("button", name="登记", exact=True).click()
    page.get_by_text("须为六位").or_(page.get_by_text("不得为空")).first.wait_for()
    faults = page.locator(".el-form-item__error")
    assert faults.count() > 3, "all faults at once, each at its field"

    fields = {
        "人员编号": psn_no,
        "医疗机构名称": "茂名市某县级人民医院(演示)",
        "医疗费总额(元)": "9000.00",
        "政策范围内(元)": "8000.00",
        "全自费(元)": "1000.00",
        "类别金额 1": "9000.00",
        "票据代码 1": "44090121",
        "票据号码 1": "0099001",
        "票据金额 1": "9000.00",
        "开票单位 1": "茂名市某县级人民医院(演示)",
        "户名": "张建国",
        "账号": "6222020000001234",
        "开户行行号": "102592000001",
    }
    for label, text in fields.items():
        page.get_by_label(label, exact=True).fill(text)
    for label, day in {"开始日期": "04-06", "结束日期": "04-16", "开票日期 1": "04-16"}.items():
        page.get_by_label(label, exact=True).fill(f"2021-{day}")
        page.keyboard.press("Enter")
    page.get_by_role("button", name="登记", exact=True).click()
    page.wait_for_url(re.compile(r"#/cases/440900M"))
    case = page.url.rsplit("/", 1)[-1]
    scan = {"name": "票据.png", "mimeType": "image/png", "buffer": office.picture()}
    page.get_by_label("上传票据 0099001 的影像").set_input_files(scan)
    page.get_by_role("button", name="查看").click()
    image = page.get_by_role("img", name="票据 0099001 的影像")
    image.wait_for()
    page.wait_for_function("() => document.querySelector('.image img').naturalWidth === 240")
    act(page, "受理")
    assert state(page) == "已受理"
    act(page, "核算")
    page.get_by_role("heading", name="核算").wait_for()
    assert "依据" in page.locator(".sentences").inner_text()

    page = sign_in("auditor")
    go(page, f"/cases/{case}")
    act(page, "审核通过", "票据属实")
    assert state(page) == "已审核"
    assert page.get_by_role("button", name="复核通过").count() == 0, "another post's act"

    page = sign_in("reviewer")
    go(page, "/inbox")
    page.get_by_role("row", name=re.compile(case)).click()
    act(page, "复核通过")
    assert state(page) == "已复核"

    page = sign_in("accountant")
    go(page, f"/cases/{case}")
    act(page, "开具付款单")
    assert state(page) == "已开具付款单"
    assert "吴秀兰(会计)" in page.locator(".el-timeline").inner_text()


def test_a_count_equals_its_list_and_the_next_case_is_one_key_away(
    sign_in: Sign, office_cases: dict[str, str]
) -> None:
    """Issue: the operators' console, 3."""
    page = sign_in("auditor")
    go(page, "/inbox")
    page.locator(ROWS).first.wait_for()
    shown = page.locator(".el-radio-button").first.inner_text()
    count = int(re.findall(r"\d+", shown)[0])
    assert count == page.locator(ROWS).count()
    page.locator(ROWS).first.focus()
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("#/cases/"))
    first = page.url
    page.get_by_role("button", name="下一件").wait_for()
    page.locator("main").focus()
    page.keyboard.press("Alt+n")
    page.wait_for_url(lambda url: "#/cases/" in url and url != first)


def test_what_a_post_may_not_do_is_not_offered_and_not_opened(
    sign_in: Sign, office_cases: dict[str, str]
) -> None:
    """Issue: the operators' console, 3: actions not allowed are absent or say why."""
    page = sign_in("cashier")
    menu = page.get_by_role("navigation", name="主菜单").inner_text()
    assert "登记申请" not in menu
    assert "查阅留痕" not in menu
    for path in ("/cases/new", "/reads", "/register"):
        go(page, path)
        page.get_by_text("无权查看").first.wait_for()
    go(page, f"/cases/{office_cases['accepted']}")
    page.get_by_role("heading", name=re.compile("申请 440900M")).wait_for()
    assert page.locator(".acts button").all_inner_texts() == []


def test_a_view_is_found_again_by_its_address(sign_in: Sign, office_cases: dict[str, str]) -> None:
    """Issue: the operators' console, 3: filters in the address."""
    page = sign_in("intake")
    go(page, "/cases?state=awaiting_material")
    page.locator(".crumbs strong", has_text="申请查询").wait_for()  # not the rows of the inbox
    page.locator(ROWS).first.wait_for()
    states = page.locator(f"{ROWS} td:last-child").all_inner_texts()
    assert states == ["待补正材料"]
    assert page.locator(ROWS).count() == 1
    go(page, "/cases?state=refused")
    page.get_by_text("没有符合条件的申请").wait_for()
    go(page, "/cases/440900M00000000000000000000")
    page.get_by_text("没有找到").wait_for()


def test_the_certificate_of_a_person_stands_in_no_address(
    sign_in: Sign, office_cases: dict[str, str]
) -> None:
    """Issue: the operators' console, 3 and "Security"."""
    page = sign_in("intake")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    certno = office.certificates()[0]
    page.keyboard.press("/")
    page.keyboard.type(certno)
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="张建国").wait_for()
    assert not [url for url in [*asked, page.url] if certno in url]
    assert "最低生活保障对象" in page.locator("main").inner_text()


def claims(token: str) -> dict[str, Any]:
    found = json.loads(base64.urlsafe_b64decode(token.split(".")[1] + "=="))
    assert isinstance(found, dict)
    return found


def test_tokens_stay_in_memory_and_signing_out_ends_them(sign_in: Sign, cloud: Stack) -> None:
    """Issue: the operators' console, 2 and "Security": no token in storage; sign-out everywhere."""
    tokens: list[str] = []
    page = sign_in("finance")
    page.on(
        "request",
        lambda request: tokens.append(request.headers.get("authorization", "")),
    )
    go(page, "/summaries")
    page.get_by_role("combobox", name="月份").wait_for()
    page.wait_for_timeout(500)
    sent = [one.removeprefix("Bearer ") for one in tokens if one]
    assert sent
    assert claims(sent[0])["custom:admdvs"] == "440900"
    kept = page.evaluate("() => JSON.stringify([{...localStorage}, {...sessionStorage}])")
    assert sent[0].split(".")[2] not in kept
    assert "eyJ" not in kept
    assert page.context.cookies() == []
    assert "code=" not in page.url

    page.route("**/access/sign-out", lambda route: route.fulfill(status=503, body="{}"))
    page.locator("button.who").click()
    page.get_by_text("退出登录(所有设备)").click()
    page.get_by_text("退出登录没有完成").wait_for()
    assert page.locator("button.who").is_visible(), "nobody is told to be signed out who is not"
    page.unroute("**/access/sign-out")
    page.get_by_text("退出登录没有完成").wait_for(state="hidden")
    page.locator("button.who").click()
    page.get_by_text("退出登录(所有设备)").click()
    page.get_by_text("已退出登录").wait_for()
    answer = httpx.get(f"{cloud.api}/access/me", headers={"Authorization": f"Bearer {sent[0]}"})
    assert (answer.status_code, answer.json()["code"]) == (403, "SIGNED_OUT")


def test_a_code_that_somebody_else_asked_for_signs_nobody_in(
    sign_in: Sign, cloud: Stack, browser: Any
) -> None:
    """Issue: the operators' console, 2 and "Security": the state must be the page's own, and where
    one comes back to is the page itself."""
    page = browser.new_page()
    page.goto(f"{cloud.console}?code=stolen&state=other")
    page.get_by_text("登录没有完成").wait_for()
    assert page.url.partition("#")[0] == cloud.console
    page.evaluate(
        "() => sessionStorage.setItem('medaid.sign-in', JSON.stringify("
        "{verifier: 'v', state: 'mine', view: '//evil.example/'}))"
    )
    page.goto(f"{cloud.console}?code=stolen&state=other")
    page.get_by_text("登录没有完成").wait_for()
    assert page.url.partition("#")[0] == cloud.console
    page.close()


def test_an_image_in_storage_is_the_one_that_was_scanned(
    cloud: Stack, office_cases: dict[str, str]
) -> None:
    """Issue: the operators' console, 4 (images beside the form): what is shown is what was sent."""
    auditor = office.Officer(cloud, "auditor")
    digest = hashlib.sha256(office.picture()).hexdigest()
    path = f"/reimbursement/cases/{office_cases['to_audit']}/files/{digest}"
    assert httpx.get(auditor.ask("GET", path)["url"]).content == office.picture()
