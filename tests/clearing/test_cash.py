"""No act of paying takes a bank account below zero (J29, Q2.2): a hospital's month,
an insurer's bill, what goes to other regions. Each beside the same act with the money there."""

from __future__ import annotations

from datetime import date

import pytest
from tests.clearing.builders import (
    HOME,
    HOSPITALS,
    advance,
    agree,
    agreement,
    arrive,
    at,
    close_month,
    collect,
    endow,
    fix_prepayment,
    insure,
    insurer_account,
    item,
    reconcile_totals,
)
from tests.conftest import Tables
from tests.fund.office import budget, give, noon
from tests.payments.builders import answer
from tests.storage import StorageCalls

from medaid.aws.transaction import commit
from medaid.clearing.hospital import monthly
from medaid.clearing.hospital import service as hospital
from medaid.clearing.insurer import rules as insurer_rules
from medaid.clearing.insurer import service as insurer
from medaid.clearing.insurer.model import InsurerPeriod
from medaid.clearing.regions import service as regions
from medaid.clearing.regions import store as bills
from medaid.clearing.regions.model import BillKind, RegionBill, parts_of
from medaid.errors import Conflict
from medaid.fund import allocations, periods
from medaid.fund import service as fund
from medaid.fund.model import chart, journal
from medaid.ids import OfficerId
from medaid.money import Fen
from medaid.months import Month
from medaid.payments import service as payments
from medaid.payments.model import SourceKind
from medaid.regions import Region

pytestmark = pytest.mark.usefixtures("tables")
AUGUST, TODAY = at(1, 4, month=8), date(2023, 8, 1)
RESIDENT, ASSISTANCE = "basic_resident", "assistance"


def approved(institution: str, number: int = 1) -> tuple[str, str, str, int]:
    """A month of 600.00 of the resident fund and 200.00 of assistance, signed by the first."""
    one = item(number, at(3), institution=institution)
    arrive(one)
    agree(agreement(institution), endowed=False)
    close_month(HOME, "2023-07", AUGUST, endowed=False)
    monthly.close_institution_month(HOME, institution, Month("2023-07"), AUGUST)
    sums = {n: one.amounts[n] for n in ("medfee_sumamt", "fund_pay_sumamt", "acct_pay")}
    days = date(2023, 7, 1), date(2023, 7, 31)
    reconcile_totals(HOME, institution, ("390", "21", HOME), *days, sums, 1, AUGUST)
    key = HOME, institution, "2023-07", 1
    hospital.approve_statement(*key, "甲", AUGUST)
    return key


def on_account(region: str, fund_key: str, number: str = "1002", day: date = TODAY) -> int:
    code = chart.account(fund_key, number).code
    return int(fund.balance(region, day).get(code, Fen(0)))


def refused(told: pytest.ExceptionInfo[Conflict], field: str, *words: str) -> None:
    assert (told.value.code, told.value.field) == ("OVERDRAWN", field)
    for word in words:
        assert word in told.value.rule


def test_a_statement_is_released_only_with_what_the_expenditure_account_holds(
    tables: Tables,
) -> None:
    key = approved(HOSPITALS[0])
    give(RESIDENT, 59_999, date(2023, 8, 1), "1002", HOME)
    give(ASSISTANCE, 20_000, date(2023, 8, 1), "1002", HOME)
    before = tables.everything()
    with pytest.raises(Conflict) as told:
        hospital.release_statement(*key, "乙", AUGUST)
    refused(
        told,
        "statement",
        "城乡居民基本医疗保险基金支出户存款",
        "账面 599.99 元",
        "付出 600.00 元",
        "尚差 0.01 元",
        "请先申请预拨",
    )
    assert {t: rows for t, rows in tables.everything().items() if "payments" not in t} == {
        t: rows for t, rows in before.items() if "payments" not in t
    }
    give(RESIDENT, 1, date(2023, 7, 31), "1002", HOME)
    assert hospital.release_statement(*key, "乙", AUGUST).state == "released"
    assert (on_account(HOME, RESIDENT), on_account(HOME, ASSISTANCE)) == (0, 0)


def test_two_statements_do_not_spend_the_same_money_and_what_comes_back_is_there_again() -> None:
    first, second = approved(HOSPITALS[0]), approved(HOSPITALS[1], 2)
    endow(HOME, 100_000, date(2023, 7, 1))
    released = hospital.release_statement(*first, "乙", AUGUST)
    with pytest.raises(Conflict) as told:
        hospital.release_statement(*second, "乙", AUGUST)
    refused(told, "statement", "账面 400.00 元", "尚差 200.00 元")
    rows = answer(released.order_id, (released.order_id, "800.00", "failed", "户名不符"))
    listeners = {SourceKind.STATEMENT: hospital.payment_heard}
    payments.take_answer(rows, listeners, at(2, 4, month=8))
    assert on_account(HOME, RESIDENT, day=date(2023, 8, 2)) == 100_000
    assert hospital.release_statement(*second, "乙", at(2, 5, month=8)).state == "released"


def test_money_that_finance_sent_and_nobody_booked_is_named_with_what_to_do() -> None:
    key = approved(HOSPITALS[0])
    give(RESIDENT, 100_000, date(2023, 8, 1), "1001", HOME)
    give(ASSISTANCE, 100_000, date(2023, 8, 1), "1002", HOME)
    budget(2023, {"390100-500111": 10_000_000}, HOME)
    asked = HOME, "2023-Q3", "预1"
    allocations.request_allocation(*asked, {RESIDENT: Fen(60_000)}, "会计", AUGUST)
    allocations.review_allocation(*asked, "审核", AUGUST)
    with pytest.raises(Conflict) as told:
        hospital.release_statement(*key, "乙", AUGUST)
    assert "未登记到账" not in told.value.rule
    allocations.approve_allocation(*asked, "财政", AUGUST)
    with pytest.raises(Conflict) as told:
        hospital.release_statement(*key, "乙", AUGUST)
    refused(told, "statement", "预拨已批准而未登记到账:2023-Q3 预1 600.00 元", "请先登记到账")
    allocations.receive_allocation(*asked, "出纳", AUGUST)
    assert hospital.release_statement(*key, "乙", AUGUST).state == "released"


def test_what_is_read_for_it_does_not_grow_with_the_books(storage_calls: StorageCalls) -> None:
    """The balance is kept, not counted: a release after hundreds of entries and months reads as
    much as the first."""
    keys = [approved(code, number) for number, code in enumerate(HOSPITALS)]
    endow(HOME, 1_000_000, date(2023, 7, 1))
    counts = []
    hospital.release_statement(*keys[0], "乙", AUGUST)
    for key in keys[1:]:
        storage_calls.reset()
        hospital.release_statement(*key, "乙", AUGUST)
        counts.append(storage_calls.counts)
        for number in range(60):
            row = (RESIDENT, "1001", "410101", Fen(1))
            source = f"{key[1]}{number}"
            periods.post(journal.movement("fiscal_income", HOME, source, [row], AUGUST))
    assert counts[0] == counts[1]
    assert not [request for name, request in storage_calls.calls if _reads_journal(name, request)]


def _reads_journal(operation: str, request: object) -> bool:
    return operation == "Query" and "medaid-journal" in str(request)


def test_an_insurers_bill_is_paid_from_what_the_special_account_holds() -> None:
    city, district, day = "440900", "440981", date(2019, 7, 2)
    contract = insure(city, 2019)
    paid = at(5, month=3, year=2019)
    fronting = insurer_rules.fronting_entries(
        contract, district, "s1", "2101", "H44090000001", Fen(500), Fen(0), paid
    )
    commit(fund.writes(*fronting))
    now = noon(2019, 7, 2)
    insurer.create_bill(district, 2019, InsurerPeriod.JULY, now)
    bill = Region(district), 2019, InsurerPeriod.JULY
    insurer.approve_bill(*bill, OfficerId("审核"), now)
    insurer_account(district, now)
    give(ASSISTANCE, 499, day, "1001", district)
    with pytest.raises(Conflict) as told:
        insurer.pay_bill(*bill, OfficerId("财政"), now)
    refused(told, "bill", "医疗救助基金财政专户存款", "账面 4.99 元", "尚差 0.01 元", "收入凭证")
    give(ASSISTANCE, 1, date(2019, 7, 1), "1001", district)
    assert insurer.pay_bill(*bill, OfficerId("财政"), now).state == "ordered"


SH, JS, SUZHOU = "310000", "320000", "320500"


@pytest.mark.parametrize("kind", [BillKind.PREPAYMENT, BillKind.CLEARING])
def test_a_transfer_to_a_region_takes_what_the_special_account_holds(kind: BillKind) -> None:
    """Refused when it is to be made, not when finance reports that it was; meanwhile nobody else
    spends the money."""
    rows = parts_of({(Region(SH), Region(JS)): {ASSISTANCE: Fen(500)}})
    bill = RegionBill(Region(SH), Region(JS), "2023-07", kind, 1, rows, AUGUST)
    commit(bills.create_bill(bill))
    if kind is BillKind.PREPAYMENT:
        fix_prepayment(SH, JS, 2022, OfficerId("主任"), AUGUST, {ASSISTANCE: Fen(6)})
    for step in ("received", "submitted"):
        advance(SH, JS, "2023-07", step, AUGUST, kind, endowed=False)
    give(ASSISTANCE, 499, date(2023, 8, 1), "1001", JS)
    with pytest.raises(Conflict) as told:
        advance(SH, JS, "2023-07", "transferred", AUGUST, kind, endowed=False)
    refused(told, "transferred", "医疗救助基金财政专户存款", "账面 4.99 元", "付出 5.00 元")
    give(ASSISTANCE, 100, date(2023, 7, 31), "1001", JS)
    advance(SH, JS, "2023-07", "transferred", AUGUST, kind, endowed=False)
    assert on_account(JS, ASSISTANCE, "1001") == 599
    other = journal.movement(
        "prepayment_out", JS, "其他", [(ASSISTANCE, "1101", "1001", Fen(100))], AUGUST
    )
    with pytest.raises(Conflict) as told:
        fund.posting(other, spending="amounts")
    refused(told, "amounts", "账面 5.99 元(其中 5.00 元", "尚差 0.01 元")
    for step in ("advised", "confirmed"):
        advance(SH, JS, "2023-07", step, AUGUST, kind, endowed=False)
    assert on_account(JS, ASSISTANCE, "1001") == 99
    assert on_account(SH, ASSISTANCE, "1001") == 500
    with pytest.raises(Conflict) as told:
        fund.posting(other, spending="amounts")
    refused(told, "amounts", "账面 0.99 元,")


def test_a_city_pays_in_and_its_province_pays_on_what_is_there() -> None:
    rows = parts_of({(Region("310100"), Region(SUZHOU)): {ASSISTANCE: Fen(500)}})
    bill = RegionBill(Region(SH), Region(JS), "2023-07", BillKind.CLEARING, 1, rows, AUGUST)
    commit(bills.create_bill(bill))
    give(ASSISTANCE, 499, date(2023, 8, 1), "1001", SUZHOU)
    with pytest.raises(Conflict) as told:
        collect(bill, AUGUST, endowed=False)
    refused(told, "amounts", "医疗救助基金财政专户存款", "尚差 0.01 元")
    assert on_account(JS, ASSISTANCE, "1001") == 0
    give(ASSISTANCE, 1, date(2023, 7, 31), "1001", SUZHOU)
    collect(bill, AUGUST, endowed=False)
    assert on_account(JS, ASSISTANCE, "1001") == 500
    for step in bill.way:
        advance(SH, JS, "2023-07", step, AUGUST, endowed=False)
    assert (on_account(JS, ASSISTANCE, "1001"), on_account(SUZHOU, ASSISTANCE, "1001")) == (0, 0)


def test_a_deposit_goes_back_only_from_what_the_province_holds() -> None:
    rows = parts_of({(Region("310100"), Region(SUZHOU)): {ASSISTANCE: Fen(500)}})
    bill = RegionBill(Region(SH), Region(JS), "2023-07", BillKind.CLEARING, 1, rows, AUGUST)
    collect(bill, AUGUST)
    spent = [(ASSISTANCE, "1101", "1001", Fen(1))]
    periods.post(journal.movement("prepayment_out", JS, "其他", spent, AUGUST))
    key, amounts = (Region(JS), Region(SUZHOU), "退1"), {ASSISTANCE: Fen(500)}
    regions.request_return(*key, amounts, "多缴", OfficerId("会计"), AUGUST)
    with pytest.raises(Conflict) as told:
        regions.decide_return(*key, True, "", OfficerId("出纳"), AUGUST)
    refused(told, "document", "账面 4.99 元", "尚差 0.01 元")
    give(ASSISTANCE, 1, date(2023, 7, 31), "1001", JS)
    regions.decide_return(*key, True, "", OfficerId("出纳"), AUGUST)
    assert on_account(JS, ASSISTANCE, "1001") == 0
