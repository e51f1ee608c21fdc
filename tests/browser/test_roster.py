"""What the department clerk does in the pages: the office's own file dragged in, looked at, sent,
its rows mended, the same file back; and what a family is told of one settlement."""

from __future__ import annotations

import base64
import io
import re
from pathlib import Path
from typing import Any

import httpx
import pytest
from openpyxl import load_workbook
from tests.browser import office
from tests.browser.conftest import Sign
from tests.browser.test_journeys import ROWS, go
from tests.browser.test_money import choose, printed
from tests.browser.test_screens import looked_at
from tests.dropped.builders import workbook_of
from tests.people.conftest import roster_row
from tests.people.samples import certno

from medaid.local.stack import Stack

pytestmark = [pytest.mark.cloud, pytest.mark.browser]
DRAGGED = """body => {
  const bytes = Uint8Array.from(atob(body), one => one.charCodeAt(0));
  const held = new DataTransfer();
  held.items.add(new File([bytes], '低保名册.xlsx'));
  return held;
}"""


def drag(page: Any, content: bytes) -> None:
    """A file dragged from the desktop onto the page."""
    held = page.evaluate_handle(DRAGGED, base64.b64encode(content).decode())
    page.dispatch_event(".drop", "drop", {"dataTransfer": held})
    page.get_by_text("低保名册.xlsx").wait_for()


def test_a_file_is_dragged_in_looked_at_sent_mended_and_taken_back(
    sign_in: Sign, pictures: Path, cloud: Stack, office_cases: dict[str, str]
) -> None:
    """Issue: the operators' console, 4, department clerk; J8, J9."""
    good, wrong = roster_row(41), roster_row(42)
    wrong["证件号码"] = certno(42)[:-1] + ("1" if certno(42)[-1] != "1" else "2")
    rows = [["茂名市低保名册"], [*good], [*good.values()], [*wrong.values()]]
    page = sign_in("intake")
    page.get_by_role("menuitem", name="部门名册").click()
    page.get_by_role("heading", name="报送进度").wait_for()
    looked_at(page, "intake-部门名册", pictures)
    page.get_by_role("button", name="上传名册", exact=True).click()
    page.get_by_text("把名册文件拖到此处").wait_for()  # the list before it has a choice so named
    choose(page, "报送单位", "茂名市民政局")
    drag(page, b"no table")
    page.get_by_role("button", name="核对文件").click()
    page.get_by_role("alert").first.wait_for()
    drag(page, workbook_of(("低保", rows)))
    page.get_by_role("button", name="核对文件").click()
    page.get_by_role("heading", name="核对结果").wait_for()
    assert "共 2 行" in page.locator("[role=status]").inner_text()
    looked_at(page, "intake-上传名册", pictures)
    page.get_by_role("button", name="确认报送").click()
    page.get_by_role("heading", name="低保名册.xlsx").wait_for(timeout=60_000)
    page.locator(".title .el-tag", has_text="已处理").wait_for(timeout=60_000)
    page.locator(ROWS, has_text="校验位").wait_for()
    looked_at(page, "intake-报送文件", pictures)
    path = page.url.partition("#")[2]

    page.get_by_role("button", name="更正此行").click()
    dialog = page.get_by_role("dialog")
    assert dialog.get_by_label("姓名", exact=True).input_value() == wrong["姓名"]
    dialog.get_by_label("证件号码", exact=True).fill(certno(42))
    dialog.get_by_role("button", name="确定").click()
    dialog.wait_for(state="hidden")
    page.locator(ROWS, has_text="新增").wait_for()

    with page.expect_response(re.compile(r"/drops/\w+/file$")) as told:
        page.get_by_role("button", name="下载附结果的原文件").click()
    body = httpx.get(told.value.json()["url"]).content
    cells = [[one.value for one in row] for row in load_workbook(io.BytesIO(body)).worksheets[0]]
    assert cells[0][0] == "茂名市低保名册", "the same file"
    assert any("退回" in str(one) for one in cells[3])
    printed(page, "打印处理单")

    page = sign_in("auditor")
    go(page, path)
    page.locator(ROWS, has_text="校验位").wait_for()
    assert page.get_by_role("button", name="更正此行").count() == 0, "another post's act"


def test_a_family_is_told_of_one_settlement_and_a_balance_leads_there(
    sign_in: Sign, pictures: Path, cloud: Stack, office_cases: dict[str, str]
) -> None:
    """Issue: the operators' console, 4: person's explanation; trial balance with drill-down to
    entry and settlement."""
    intake = office.Officer(cloud, "intake")
    psn_no = office.person(intake, office.certificates()[0])
    path = f"/reimbursement/{office.REGION}/persons/{psn_no}/settlements"
    setl_id = intake.ask("GET", path)["rows"][0]["setl_id"]
    page = sign_in("intake")
    page.keyboard.press("/")
    page.keyboard.type(setl_id)
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="张建国的医疗费用结算说明").wait_for()
    told = page.locator("main").inner_text()
    for text in ("这次花了多少", "政策范围内", "依据", "个人负担", "医疗保障经办机构"):
        assert text in told
    looked_at(page, "intake-结算说明", pictures)
    printed(page, "打印结算单")
    go(page, "/settlements/440900S00000000000000000000")
    page.get_by_text("没有找到").wait_for()

    page = sign_in("auditor")
    page.get_by_role("menuitem", name="试算平衡").click()
    page.locator(ROWS, has_text="390100-2101").click()
    page.locator(ROWS, has_text="医疗费用结算").first.wait_for()
    looked_at(page, "auditor-记账分录", pictures)
    page.locator(ROWS, has_text="医疗费用结算").first.click()
    page.get_by_role("heading", name=re.compile("医疗费用结算说明")).wait_for()

    page = sign_in("cashier")
    go(page, f"/settlements/{setl_id}")
    page.get_by_text("无权查看").first.wait_for()


def test_a_list_is_exported_as_it_is_shown(sign_in: Sign, office_cases: dict[str, str]) -> None:
    """Issue: the operators' console, 3: export of every list to .xlsx, by one piece of code."""
    page = sign_in("intake")
    page.get_by_role("menuitem", name="救助对象名册").click()
    page.locator(ROWS).first.wait_for()
    with page.expect_download() as saved:
        page.get_by_role("button", name="导出全部").click()
    assert saved.value.suggested_filename == "救助对象名册.xlsx"
    book = load_workbook(io.BytesIO(Path(saved.value.path()).read_bytes()))
    cells = [[one.value for one in row] for row in book.worksheets[0]]
    assert cells[0] == page.locator(".data thead th").all_inner_texts()
    assert cells[1] == page.locator(f"{ROWS}:first-child td").all_inner_texts()
    assert len(cells) == 1 + page.locator(ROWS).count()
