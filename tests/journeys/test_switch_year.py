"""A closed 2025 and the first year under the provisions of 2026 on the cash basis, by REST alone,
by officers with their own tokens, to final accounts signed by three; equal to a recount that knows
only what the hospitals were answered and what moved on the accounts (issue: finance office, 1 and
3; J29, J32, Q2.2, Q3.1)."""

from __future__ import annotations

from datetime import date
from typing import ClassVar

import pytest
from tests.conftest import Tables
from tests.journeys.city import ACCOUNTS, City, Signed
from tests.journeys.office_year import Installation, moment
from tests.papers.looking import text
from tests.people.samples import identity, insurance
from tests.settlement.hospital import contracted, known_person

from medaid.clearing import projector
from medaid.money import Fen
from medaid.months import Month
from medaid.settlement import statements as hospital_statements
from medaid.settlement.model import Institution

CITY, PROVINCE = "320100", "320000"
HOSPITALS = [
    Institution("H32010600001", "鼓楼医院", "320106", "3"),
    Institution("H32010500001", "建邺医院", "320105", "2"),
]
FIRST, SECOND = (one.code for one in HOSPITALS)
FUND, BASIC = "assistance", "basic_resident"
BEGUN, BEFORE = 200000000, 300000
"""Fen: what each account of each fund holds when the books begin, in December 2025; and what the
fund owes the first hospital since before that."""


class SwitchCity(City):
    """Two hospitals and the city's own office."""

    city = CITY
    year = 2025
    hospitals = HOSPITALS
    people: ClassVar = dict(zip(("P01", "P02"), HOSPITALS, strict=True))
    offices = (CITY,)
    provinces = (PROVINCE,)
    counties = ()

    def opens(self) -> None:
        """The books begin in December 2025 with money and with what the fund owes."""
        for fund in (FUND, BASIC):
            lines = [(account, "3001", fund, Fen(BEGUN).yuan()) for account in ACCOUNTS]
            self.voucher(CITY, f"期初{fund}", "opening", "2025-12-01", *lines)
            for account in ACCOUNTS:
                self.moved(CITY, account, fund, BEGUN)
        owed = ("3001", "2101", FUND, Fen(BEFORE).yuan())
        self.voucher(CITY, "期初欠", "opening", "2025-12-01", owed, counterpart=FIRST)

    def stays(self, month: str, *days: int) -> None:
        for number, day in enumerate(days):
            psn_no = sorted(self.people)[number % 2]
            at = moment(f"{month}-{day:02d} 10:00")
            self.settle(psn_no, at, f"{3000 + 100 * day}.00", "2500.00")

    def pays_by_paper(
        self, kind: str, debit: str, credit: str, yuan: str, whom: str, fund: str = FUND
    ) -> None:
        """A movement of money by voucher."""
        line = (debit, credit, fund, yuan)
        self.voucher(CITY, kind[:30], kind, f"{self.office.now:%Y-%m-%d}", line, counterpart=whom)
        fen = int(Fen.of_yuan(yuan))
        for account, sign in ((debit, 1), (credit, -1)):
            if account in ACCOUNTS:
                self.moved(CITY, account, fund, sign * fen)

    def quiet_until(self, begin: str, end: str) -> None:
        """Months of which nothing is left to book, closed one after the other."""
        for month in Month(begin).through(Month(end)):
            self.office.now = moment(f"{month.next.first.replace(day=2)} 09:00")
            self.office.deliver()
            self.closes(CITY, str(month))

    def closes_year(self, year: int) -> None:
        self.office.do(self.staff[CITY]["accountant"], "POST", f"/fund/{CITY}/years/{year}/close")


@pytest.fixture
def city(tables: Tables, monkeypatch: pytest.MonkeyPatch) -> SwitchCity:
    contracted(*HOSPITALS)
    hospital_statements.forget()
    projector._note.cache_clear()  # what it noted, it noted in tables of another test
    for number, psn_no in enumerate(SwitchCity.people, 1):
        known_person(
            psn_no,
            identity("subsistence_allowance", date(2019, 1, 1), admdvs=CITY),
            serial=number,
            insured=(insurance(date(2018, 1, 1), admdvs=CITY),),
        )
    return SwitchCity(Installation(monkeypatch, moment("2025-12-01 09:00")))


def test_a_year_over_the_switch_to_the_provisions_of_2026(city: SwitchCity) -> None:
    city.has_officers_and_agreements()
    city.opens()
    city.stays("2025-12", 8, 9, 10)
    city.months_statements("2025-12")
    city.closes_year(2025)
    last = {fund: city.signed_accounts(fund, 2025) for fund in (FUND, BASIC)}
    told = city.answers()
    for fund, signed in last.items():
        was_owed_in_2025(city, fund, signed, told[CITY, fund])

    city.office.now = moment("2026-01-06 09:00")
    city.pay("2025-12")
    city.pays_by_paper("opening_payment", "2101", "1002", "3000.00", FIRST)
    city.pays_by_paper("hospital_prepayment", "1103", "1002", "1000.00", SECOND)
    city.pays_by_paper("unidentified_receipt", "1001", "2110", "500.00", "某行")
    city.stays("2026-01", 12, 13)
    city.months_statements("2026-01")
    city.pay("2026-01")
    city.quiet_until("2026-01", "2026-10")
    city.office.now = moment("2026-11-05 09:00")
    city.pays_by_paper("payment_in_error", "1105", "1002", "300.00", SECOND)
    city.pays_by_paper("unidentified_receipt_returned", "2110", "1001", "200.00", "某行")
    city.quiet_until("2026-11", "2026-11")
    city.office.now = moment("2026-12-01 09:00")
    city.stays("2026-12", 8, 9)
    city.months_statements("2026-12")
    city.closes_year(2026)
    for fund, before in last.items():
        is_on_the_cash_basis(city, fund, before)


def was_owed_in_2025(city: SwitchCity, fund: str, signed: Signed, told: int) -> None:
    """What was settled is expense and owed, paid or not."""
    older = BEFORE if fund == FUND else 0
    assert told
    assert inpatient(signed.now) == told
    assert signed.now["应付定点医药机构款"] == told + older
    assert signed.now["年末滚存结余"] == 2 * BEGUN - told - older


def is_on_the_cash_basis(city: SwitchCity, fund: str, before: Signed) -> None:
    """What was paid is expense, what is owed is none; 暂付 and 暂收 stand in the balance sheet; the
    year before stands as it was signed, and what it and this year both show is said."""
    mine = fund == FUND
    signed = city.signed_accounts(fund, 2026)
    now, last = signed.now, signed.before
    there = sum(city.there(CITY, account, fund, "2027") for account in ACCOUNTS)
    aside, received = (130000, 30000) if mine else (0, 0)
    spent = 2 * BEGUN - there - aside + received
    assert inpatient(now) == spent
    assert (now["暂付款"], now["暂收款"]) == (aside, received)
    assert now["年末滚存结余"] == there + aside - received
    assert now["上年结余"] == 2 * BEGUN
    assert now["资产总计"] == there + aside
    assert not any("应付" in name for name in now)
    # the comparison: income and expense as signed, the balance sheet as the year begins
    assert inpatient(last) == inpatient(before.now)
    assert last["资产总计"] == 2 * BEGUN
    # both years together: no money is expense twice once what the note names is taken off
    restated = 2 * BEGUN - before.now["年末滚存结余"]
    settled = city.answers()[CITY, fund]
    owed = settled - spent + (BEFORE if mine else 0)
    assert inpatient(before.now) + spent + owed - restated == settled
    assert signed.made["restated"] == Fen(restated).yuan()
    ages = [fen for row in signed.made["unpaid"] for fen in row["by_age"].values()]
    assert sum(int(Fen.of_yuan(fen)) for fen in ages) == -owed
    assert f"调增{Fen(restated).yuan()}元" in text(city.paper).replace(",", "")


def inpatient(rows: dict[str, int]) -> int:
    return sum(rows[name] for name in rows if "住院" in name)
