"""The finance office's papers: what stands on them, and how they look."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime

import pytest
from openpyxl import load_workbook
from tests.conftest import Tables
from tests.fund.office import budget
from tests.papers.looking import check_picture, check_text, text
from tests.storage import StorageCalls

from medaid.errors import Refused
from medaid.fund import allocations, printouts, vouchers
from medaid.fund.records import Voucher, VoucherLine
from medaid.ids import OfficerId, case_id
from medaid.money import Fen
from medaid.months import Month, Quarter
from medaid.papers.service import Form, printed
from medaid.payments import service as payments
from medaid.payments.model import BankAccount
from medaid.regions import Region

pytestmark = pytest.mark.usefixtures("tables")
R, JULY, Q3 = Region("620500"), Month("2023-07"), Quarter("2023-Q3")
MAKER, POSTER = "6f1c1f0e-9d3c-4a41-8f0e-000000000001", "6f1c1f0e-9d3c-4a41-8f0e-000000000002"
REVIEWER = "6f1c1f0e-9d3c-4a41-8f0e-000000000003"


def when(day: int) -> datetime:
    return datetime(2023, 7, day, 2, tzinfo=UTC)


@pytest.fixture(autouse=True)
def named(tables: Tables) -> None:
    named = (
        (MAKER, "王会计", "基金会计"),
        (POSTER, "李审核", "审核科科长"),
        (REVIEWER, "赵复核", "稽核科"),
    )
    for subject, name, post in named:
        payments.name_officer(R, OfficerId(subject), name, post, OfficerId("o"), when(1))


def make(number: str, day: int, amount: int, post: bool = True) -> None:
    lines = (
        VoucherLine("assistance", "1001", "410101", Fen(amount)),
        VoucherLine("assistance", "1001", "410102", Fen(2 * amount)),
    )
    on, document = date(2023, 7, day), "财社〔2023〕1号"
    draft = Voucher(number, "fiscal_income", on, document, lines, "中央财政补助资金", ())
    vouchers.make_voucher(R, draft, MAKER, when(day))
    if post:
        vouchers.post_voucher(R, JULY, number, POSTER, when(day + 1))


def test_a_voucher_names_accounts_on_both_sides_and_who_made_and_posted_it() -> None:
    make("收1", 5, 70_000_050_00)
    paper = printed(printouts.voucher_paper(R, JULY, "收1"), Form.PDF)
    check_text(
        paper,
        *("天水市医疗保障经办机构", "记账凭证", "编号:收1", "财政补贴收入入专户", "2023年7月5日"),
        *("财社〔2023〕1号", "中央财政补助资金", "借方金额", "贷方金额", "70,000,050.00"),
        *("合计金额(大写)", "人民币贰亿壹仟万零壹佰伍拾元整", "已入账"),
        *("制单:王会计基金会计", "审核:李审核审核科科长"),
    )
    check_picture("voucher", paper)


def test_a_voucher_that_waits_has_lines_to_sign_on() -> None:
    make("收1", 5, 5_00, post=False)
    paper = text(printed(printouts.voucher_paper(R, JULY, "收1"), Form.PDF))
    assert "待审核" in paper
    assert "王会计" in paper
    assert "李审核" not in paper
    with pytest.raises(Refused, match="没有该凭证"):
        printouts.voucher_paper(R, JULY, "收2")


def test_who_is_paid_is_named_but_the_person_of_a_case_by_the_cases_code() -> None:
    """Whom a case pays is a natural person: what goes to finance says the case alone."""
    case, hospital = case_id(R, "窗口", "1"), "H62050000001"
    for payee, name in ((hospital, "天水市第一人民医院"), (case, "张三"), (f"{case}-2", "李四")):
        account = BankAccount(name, "6222000011112222", "102")
        payments.enter_account(R, payee, account, OfficerId("o"), when(1))
        payments.approve_account(R, payee, OfficerId("p"), when(1))
    wide = "".join(chr(ord(digit) + 0xFEE0) for digit in "620522")  # no digits of a region
    shown = {
        hospital: "天水市第一人民医院",
        case: case,
        f"{case}-2": f"{case}-2",
        "620522": "天水市秦安县",
        "六二零五二二": "六二零五二二",
        wide: wide,
        "": "无",
    }
    assert {code: printouts.counterpart_name(R, code) for code in shown} == shown


def test_a_request_for_money_carries_both_offices_signatures_Q2_2() -> None:
    amounts = {"assistance": Fen(1_200_000_00), "basic_resident": Fen(30_000_000_00)}
    budget(2023, {"610100-500101": 1_200_000_00, "390100-500111": 30_000_000_00}, R)
    allocations.request_allocation(R, Q3, "1", amounts, MAKER, when(5))
    allocations.review_allocation(R, Q3, "1", REVIEWER, when(6))
    allocations.approve_allocation(R, Q3, "1", POSTER, when(6))
    paper = printed(printouts.allocation_paper(R, Q3, "1"), Form.PDF)
    check_text(
        paper,
        *(
            "医疗保障基金预拨审批表",
            "2023年第3季度",
            "医疗救助基金",
            "1,200,000.00",
            "31,200,000.00",
        ),
        *(
            "人民币叁仟壹佰贰拾万元整",
            "经办机构申请:王会计基金会计",
            "经办机构审核:赵复核稽核科",
            "财政部门审批:李审核",
            "已批准",
        ),
    )
    check_picture("allocation", paper)
    with pytest.raises(Refused, match="没有该笔申请"):
        printouts.allocation_paper(R, Q3, "2")


def test_a_paper_of_one_reads_that_one_alone(storage_calls: StorageCalls) -> None:
    """Not all vouchers of the month, nor all requests of the quarter."""
    make("收1", 5, 5_00, post=False)
    budget(2023, {"610100-500101": 5}, R)
    allocations.request_allocation(R, Q3, "1", {"assistance": Fen(5)}, MAKER, when(5))
    storage_calls.reset()
    printouts.voucher_paper(R, JULY, "收1")
    printouts.allocation_paper(R, Q3, "1")
    of_books = [name for name, sent in storage_calls.calls if sent["TableName"].endswith("fund")]
    assert of_books == ["GetItem", "GetItem"]


def test_a_request_that_was_not_approved_says_why() -> None:
    budget(2023, {"610100-500101": 5}, R)
    allocations.request_allocation(R, Q3, "1", {"assistance": Fen(5)}, MAKER, when(5))
    allocations.reject_allocation(R, Q3, "1", POSTER, "超出年度预算", when(6))
    paper = text(printed(printouts.allocation_paper(R, Q3, "1"), Form.PDF))
    assert "不予批准(2023年7月6日):超出年度预算" in paper


def test_the_trial_balance_stands_in_debit_and_credit_columns() -> None:
    make("收1", 5, 70_000_050_00)
    paper = printouts.trial_balance_paper(R, JULY.first, JULY.last)
    made = printed(paper, Form.PDF)
    check_text(
        made,
        *("试算平衡表", "2023年7月1日至2023年7月31日", "医疗救助基金", "期初余额", "本期发生额"),
        *("期末余额", "借方", "贷方", "财政专户存款", "210,000,150.00", "试算平衡。", "会计主管"),
    )
    check_picture("trial_balance", made)
    for table in paper.tables:
        _, _, *sums = table.totals
        assert [sums[n] == sums[n + 1] for n in (0, 2, 4)] == [True] * 3, table.caption
    sheet = load_workbook(io.BytesIO(printed(paper, Form.XLSX))).active
    values = {cell.value for row in sheet.rows for cell in row}
    assert {"期末余额", "借方", "贷方", 210000150} <= values


def test_books_without_a_movement_are_a_paper_too() -> None:
    made = printed(printouts.trial_balance_paper(R, JULY.first, JULY.last), Form.PDF)
    check_text(made, "试算平衡表", "没有余额和发生额")
