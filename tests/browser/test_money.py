"""What clearing clerks, cashiers and accountants do in the pages, from sign-in to the last act."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from tests.browser import office
from tests.browser.conftest import Sign
from tests.browser.test_journeys import ROWS, act, go, state
from tests.browser.test_screens import looked_at

from medaid.local.stack import Stack

pytestmark = [pytest.mark.cloud, pytest.mark.browser]


def printed(page: Any, name: str) -> None:
    """A paper opens in a page of its own."""
    with page.context.expect_page() as opened:
        page.get_by_role("button", name=name, exact=True).click()
    assert opened.value.url.startswith("blob:")
    opened.value.close()


def buttons(page: Any) -> list[str]:
    return [str(one) for one in page.locator(".title .acts button").all_inner_texts()]


def test_a_months_statement_goes_from_the_list_to_the_pay_order(
    sign_in: Sign, pictures: Path, cloud: Stack, office_cases: dict[str, str]
) -> None:
    """Issue: the operators' console, "journeys, one for each role from sign-in to the last act":
    clearing. J34, Q3.1: approved by one, paid by another."""
    page = sign_in("auditor")
    page.get_by_role("menuitem", name="月度对账").click()
    row = page.locator(ROWS, has_text="茂名市某县级人民医院(演示)")
    row.wait_for()
    assert "医疗机构已确认" in row.inner_text()
    row.click()
    page.get_by_role("heading", name=re.compile("对账单")).wait_for()
    assert "拨付对账单" not in buttons(page), "another post's act"
    looked_at(page, "auditor-对账单", pictures)
    act(page, "审核对账单")
    page.locator(".title .el-tag", has_text="已审核").wait_for()
    assert "审核对账单" not in buttons(page)
    printed(page, "打印对账单")
    path = page.url.partition("#")[2]

    page = sign_in("finance")
    go(page, path)
    page.locator(".title .el-tag", has_text="已审核").wait_for()
    assert buttons(page) == ["打印对账单"], "who only reads is offered nothing"

    page = sign_in("cashier")
    go(page, path)
    page.get_by_role("button", name="退回审核").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="确定").click()
    dialog.locator(".el-form-item__error").wait_for()
    dialog.get_by_role("button", name="取消").click()
    dialog.wait_for(state="hidden")
    act(page, "拨付对账单")
    page.get_by_role("button", name="打印拨付通知单").wait_for()
    assert state(page) == "已拨付待银行确认"
    assert "何海珊(出纳)" in page.locator(".el-descriptions").first.inner_text()
    assert buttons(page) == ["打印对账单", "打印拨付通知单"]


def test_a_voucher_is_entered_by_one_posted_by_another_and_printed(
    sign_in: Sign, cloud: Stack, office_cases: dict[str, str]
) -> None:
    """Issue: the operators' console, "journeys, one for each role from sign-in to the last act":
    accountant. J29, Q3.1."""
    page = sign_in("accountant")
    page.get_by_role("menuitem", name="录入凭证").click()
    page.get_by_role("button", name="录入凭证", exact=True).click()
    page.locator(".el-form-item__error").first.wait_for()
    assert page.locator(".el-form-item__error").count() > 3, "all faults at once"
    choose(page, "业务种类", "财政专户利息")
    page.get_by_label("凭证号", exact=True).fill("息-1")
    page.get_by_label("单据号", exact=True).fill("利息清单1号")
    scan = {"name": "利息清单.png", "mimeType": "image/png", "buffer": office.picture()}
    page.locator("input[type=file]").set_input_files(scan)
    choose(page, "基金 1", "医疗救助基金")
    page.get_by_label("金额 1", exact=True).fill("12.345")
    page.get_by_role("button", name="录入凭证", exact=True).click()
    page.get_by_text("至多两位小数").wait_for()
    page.get_by_label("金额 1", exact=True).fill("12.34")
    page.get_by_role("button", name="录入凭证", exact=True).click()
    page.get_by_role("heading", name="凭证 息-1").wait_for()
    assert state(page) == "待审核"
    assert buttons(page) == ["打印"], "who entered it does not post it"
    path = page.url.partition("#")[2]

    page = sign_in("auditor")
    page.get_by_role("menuitem", name="凭证", exact=True).click()
    page.locator(ROWS, has_text="息-1").click()
    page.get_by_role("heading", name="凭证 息-1").wait_for()
    act(page, "审核入账")
    page.locator(".title .el-tag", has_text="已入账").wait_for()
    assert "吴秀兰(会计)" in page.locator(".el-timeline").inner_text()
    printed(page, "打印")

    page = sign_in("accountant")
    go(page, path)
    page.get_by_role("button", name="冲销凭证").wait_for()


def choose(page: Any, label: str, option: str) -> None:
    """One choice of a list."""
    page.get_by_role("combobox", name=label, exact=True).press("Enter")
    page.get_by_role("option", name=option, exact=True).click()
