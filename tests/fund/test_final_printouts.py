"""Final accounts as papers: the national rows beside each other, notes, three signatures; a version
that the books have left behind says so; several regions added up."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from openpyxl import load_workbook
from tests.conftest import Tables
from tests.fund.test_final_accounts import close_months, moved
from tests.fund.test_final_routes import booked
from tests.papers.looking import check_picture, check_text, fonts, pages, text

from medaid.errors import Refused
from medaid.fund import final_accounts, final_printouts, periods, years
from medaid.fund.final_printouts import consolidated_paper, final_paper
from medaid.fund.final_records import EnrolmentFigure, FinalAccounts, Notes
from medaid.fund.model import journal
from medaid.ids import OfficerId, case_id
from medaid.money import Fen
from medaid.months import Month
from medaid.papers.service import Form, printed
from medaid.payments import service as payments
from medaid.payments.model import BankAccount, Payee
from medaid.regions import Region

R, FUND = Region("320585"), "assistance"
NEXT = datetime(2024, 1, 20, 2, tzinfo=UTC)
NOTES = Notes(
    (EnrolmentFigure("资助参保人数(人)", 1273, "参保台账 2023年12月"),),
    policy="执行苏医保办发〔2023〕27号,救助对象应保尽保。",
    analysis="住院救助支出占 33%,门诊救助支出占 67%。",
)
DRAFTS, CHECKS, SIGNS = "u-1", "u-2", "u-3"


@pytest.fixture(autouse=True)
def books(tables: Tables, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two years of a county's assistance fund."""
    monkeypatch.setattr("tests.fund.test_final_accounts.R", R)
    hospital = BankAccount("太仓市第一人民医院", "6222000011112222", "102")
    payments.enter_account(R, "H32058500001", hospital, OfficerId("o"), NEXT)
    payments.approve_account(R, "H32058500001", OfficerId("p"), NEXT)
    for subject, name, post in (
        (DRAFTS, "王编制", "基金会计"),
        (CHECKS, "李复核", "社保科科长"),
        (SIGNS, "赵签署", "局长"),
    ):
        payments.name_officer(R, OfficerId(subject), name, post, OfficerId("o"), NEXT)
    periods.post(
        moved("fiscal_income", "a", (FUND, "1001", "410102", 1_234_567_00), date(2022, 11, 5))
    )
    periods.keep_first_month(R, Month("2022-11"))
    periods.post(
        moved("fiscal_income", "b", (FUND, "1001", "410101", 12_345_678_90), date(2023, 10, 5)),
        moved("fiscal_interest", "c", (FUND, "1001", "4201", 4_321_09), date(2023, 10, 21)),
        moved("enrolment_subsidy", "d", (FUND, "590101", "2105", 250_000_00), date(2023, 10, 1)),
    )
    for number, care in enumerate(("inpatient", "outpatient"), 1):
        paid = {"maf_pay": Fen(1_000_000_00 * number)}
        at = datetime(2023, 11, number, 2, tzinfo=UTC)
        code = f"H3205850000{number}"
        settled = journal.SettlementBooking(f"S{number}", R, R, code, "390", care, paid)
        periods.post(*journal.settlement_entries(settled, at))
    close_months("2022-11")


def drafted() -> FinalAccounts:
    return final_accounts.draft(R, 2023, FUND, NOTES, DRAFTS, NEXT)


def test_the_statements_stand_in_their_national_rows_with_three_signatures_Q2_2() -> None:
    held = drafted()
    years.close_year(R, 2023, "u-9", NEXT)
    final_accounts.check(R, 2023, FUND, 1, held.digest, CHECKS, NEXT)
    final_accounts.sign(R, 2023, FUND, 1, held.digest, SIGNS, NEXT)
    paper = final_paper(R, 2023, FUND, 1)
    made = printed(paper, Form.PDF)
    check_text(
        made,
        *("2023年度医疗救助基金决算报表", "城乡医疗救助基金收支表", "上年数", "本年数", "年末数"),
        *("一、财政补贴收入", "其中:中央", "12,345,678.90", "年末滚存结余(大写)", "一年以内"),
        *("苏州市太仓市", "太仓市第一人民医院", "H32058500002"),
        *("编制人:王编制基金会计", "财政部门复核:李复核", "医疗保障部门签署:赵签署局长", "已签署"),
        *("政策执行情况:执行苏医保办发", "资助参保人数(人)1,273", "可支付月数"),
    )
    assert held.digest not in text(made)
    assert all(fonts(made).values())
    check_picture("final_accounts", made)
    sheet = load_workbook(io.BytesIO(printed(paper, Form.XLSX))).active
    assert 12345678.90 in {cell.value for row in sheet.rows for cell in row}


def test_no_natural_person_is_named_and_each_counterpart_is_looked_up_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    case = case_id(R, "窗口", "1")
    person = BankAccount("张三", "6222000011113333", "102")
    payments.enter_account(R, case, person, OfficerId("o"), NEXT)
    payments.approve_account(R, case, OfficerId("p"), NEXT)
    held = drafted()
    rows = [("610100-2103", case), ("610100-2101", "H32058500001"), ("610100-1103", "H32058500001")]
    current = tuple((code, who, Fen(1), Fen(0), Fen(0), Fen(0)) for code, who in rows)
    asked: list[str] = []

    whole = payments.get_payee

    def get_payee(region: Region, payee: str) -> Payee | None:
        asked.append(payee)
        return whole(region, payee)

    monkeypatch.setattr("medaid.fund.printouts.payments.get_payee", get_payee)
    shown = final_printouts._attached(R, replace(held, current=current))[0]
    assert [row[1] for row in shown.rows] == [case, "太仓市第一人民医院", "太仓市第一人民医院"]
    assert asked == ["H32058500001"]


def test_every_row_of_the_layout_is_printed() -> None:
    held = drafted()
    whole = text(printed(final_paper(R, 2023, FUND, 1), Form.PDF))
    for row in held.rows:
        assert f"{int(row.now) // 100:,}.{int(row.now) % 100:02d}" in whole, row.key
    assert "待财政部门复核" in whole
    assert "李复核" not in whole, "nobody has checked it yet"


def test_what_the_books_left_behind_or_finance_sent_back_says_so() -> None:
    drafted()
    final_accounts.send_back(R, 2023, FUND, 1, "资助参保数与台账不符", CHECKS, NEXT)
    periods.post(moved("fiscal_interest", "z", (FUND, "1001", "4201", 5), date(2023, 12, 21)))
    whole = text(printed(final_paper(R, 2023, FUND, 1), Form.PDF))
    assert "退回(2024年1月20日):资助参保数与台账不符" in whole
    assert "不得作为决算使用" in whole
    with pytest.raises(Refused, match="没有该版决算"):
        final_paper(R, 2023, FUND, 2)


def test_several_regions_added_up_are_one_paper() -> None:
    city, one, other = Region("440900"), Region("440902"), Region("440904")
    for region, fen in ((one, 500), (other, 700)):
        booked(region, fen)
        final_accounts.draft(region, 2023, FUND, NOTES, DRAFTS, NEXT)
    made = printed(consolidated_paper(city, 2023, FUND, [one, other]), Form.PDF)
    check_text(
        made,
        *(
            "2023年度医疗救助基金汇总决算报表",
            "茂名市医疗保障经办机构",
            "茂名市茂南区",
            "茂名市电白区",
        ),
        *("汇总数", "抵销后", "第1版", "12.00"),
    )
    assert len(pages(made)) > 1
    check_picture("consolidated", made)


def test_of_2026_on_the_basis_the_change_and_what_is_owed_are_shown() -> None:
    """What was paid is expense; what is owed stands in a list of its own (J32, Q2.2)."""
    close_months("2023-12", "2025-12")
    at = datetime(2026, 3, 1, 2, tzinfo=UTC)
    paid = {"maf_pay": Fen(300_000_00)}
    settled = journal.SettlementBooking("S9", R, R, "H32058500002", "390", "inpatient", paid)
    periods.post(
        *journal.settlement_entries(settled, at),
        journal.movement(
            "allocation", R, "划", [(FUND, "1002", "1001", Fen(2_000_000_00))], at,
        ),
        journal.movement(
            "institution_payment", R, "付", [(FUND, "2101", "1002", Fen(1_000_000_00))], at,
            counterpart="H32058500001",
        ),
    )  # fmt: skip
    close_months("2026-01", "2026-12")
    final_accounts.draft(R, 2026, FUND, NOTES, DRAFTS, datetime(2027, 1, 20, 2, tzinfo=UTC))
    made = printed(final_paper(R, 2026, FUND, 1), Form.PDF)
    check_text(
        made,
        *(
            "核算基础:按社会保险基金会计制度补充规定",
            "制度衔接:2025年末已列支",
            "相应调增3,250,000.00元",
            "该金额已列入2025年及以前年度支出",
            "跨年度合计支出时须扣除,不得重复计算",
            "条文未取得",
        ),
        *("尚欠金额", "2,550,000.00"),
        *("尚未支付的应付款项及账龄(备查,不列入资产负债表)", "应付定点医药机构款"),
        *("代异地参保人员支付待清算款", "1,000,000.00"),
    )
    assert "应付异地就医清算款" not in text(made)
    assert "-2,550,000.00" not in text(made), "what is owed is no negative amount"
    check_picture("final_accounts_2026", made)
