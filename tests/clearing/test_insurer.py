"""Assistance run by an insurer. Proves M二.3, M二.5, M三.3."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from tests.clearing.builders import (
    agree,
    agreement,
    arrive,
    at,
    close_month,
    item,
    reconcile_totals,
    refund,
)
from tests.fund.balances import counterpart_balances

from medaid.aws.transaction import commit
from medaid.clearing.hospital import service as hospital
from medaid.clearing.insurer import rules
from medaid.clearing.insurer import service as insurer
from medaid.clearing.insurer.model import Contract, Evaluation, InsurerBill, Period
from medaid.errors import Conflict, PolicyUndetermined, Refused
from medaid.fund import books
from medaid.fund import service as fund
from medaid.fund.model import journal
from medaid.money import Fen
from medaid.months import Month
from medaid.regions import Region

CITY, DISTRICT, PICC = "440900", "440981", "PICC"
HOSPITAL = "H44090000001"


@pytest.mark.parametrize(
    ("total", "fee"),
    [
        (0, 0),
        (100, 1),
        (62, 0),
        (63, 1),  # 0.496 and 0.504 fen
        (1_250_000_000, 10_000_000),
        (1_249_999_900, 9_999_999),
        (2_000_000_000, 10_000_000),
        (12_500, 100),
    ],
)
def test_fee_is_eight_per_mille_and_at_most_100_000(total: int, fee: int) -> None:
    """M二.5, M二.3: 0.8 % of the year's assistance, at most 100,000 a district a year."""
    assert rules.fee(Fen(total), DISTRICT) == Fen(fee)


def test_no_insurer_where_no_document_says_so() -> None:
    with pytest.raises(PolicyUndetermined):
        rules.fee(Fen(1), "320500")


def bill(district: str, period: str, now: datetime) -> InsurerBill:
    return insurer.create_bill(district, 2019, Period(period), now)


def pay(period: str, now: datetime) -> InsurerBill:
    return insurer.pay_bill(DISTRICT, 2019, Period(period), "财政", now)


def open_2104(last: str = "2020-03") -> int:
    entries = [
        e for month in Month("2019-01").through(Month(last)) for e in fund.entries(DISTRICT, month)
    ]
    return sum(int(fen) for fen in counterpart_balances(entries, "2104").values())


def fronted(number: int, month: int, maf: int) -> None:
    """One settlement of a month, its statement, and the insurer's payment in the month after."""
    one = item(
        number,
        at(5, month=month, year=2019),
        institution=HOSPITAL,
        home=DISTRICT,
        treatment=DISTRICT,
        hifp=1000,
        maf=maf,
    )
    arrive(one)
    after = at(2, 4, month=month % 12 + 1, year=2019 + month // 12)
    period = f"2019-{month:02d}"
    close_month(DISTRICT, period, after)
    totals = {n: one.amounts[n] for n in ("medfee_sumamt", "fund_pay_sumamt", "acct_pay")}
    first = date(2019, month, 1)
    reconcile_totals(
        DISTRICT, HOSPITAL, ("390", "21", DISTRICT), first, Month.of(first).last, totals, 1, after
    )
    hospital.approve_statement(DISTRICT, HOSPITAL, period, 1, "甲", after)
    hospital.release_statement(DISTRICT, HOSPITAL, period, 1, "乙", after)


@pytest.mark.usefixtures("tables")
class TestYear:
    def contract(self) -> None:
        insurer.conclude_contract(
            Contract(Region(CITY), 2019, PICC, "人保财险茂名", Fen(10_000_000))
        )
        agree(agreement(HOSPITAL, year=2019))

    def test_whole_year(self) -> None:
        """M二.5, M三.3: the insurer's year, from the contract to the true-up and the evaluation."""
        self.contract()
        fronted(1, 3, 50000)
        assert open_2104() == -50000
        july = bill(DISTRICT, "07", at(1, month=7, year=2019))
        assert (july.fronted, july.fee, july.due) == (Fen(50000), Fen(0), date(2019, 7, 31))
        fronted(2, 8, 30000)
        december = bill(DISTRICT, "12", at(1, month=12, year=2019))
        assert december.fronted == Fen(30000)  # July's is billed already, though not paid
        assert bill(DISTRICT, "12", at(9, month=12, year=2019)) == december
        for period in ("07", "12", "12"):
            pay(period, at(20, month=12, year=2019))
        assert open_2104() == 0
        fronted(3, 11, 20000)  # paid to the hospital in December
        final = bill(DISTRICT, "true_up", at(1, month=3, year=2020))
        assert (final.fronted, final.fee, final.payer, final.due) == (
            Fen(20000),
            Fen(800),
            DISTRICT,
            date(2020, 3, 31),
        )
        pay("true_up", at(5, month=3, year=2020))
        assert open_2104() == 0
        assert insurer.evaluate(Region(CITY), 2019, at(5, month=3, year=2020)) == Evaluation(
            Fen(100000), Fen(100000), 3, 3, 0
        )

    def test_december_is_fronted_in_january_and_billed_with_its_own_year(self) -> None:
        """M二.5: the last year of a contract included; the fee is of the whole year's assistance:
        7.20 on 900.00, not 4.00 on what was paid out by New Year."""
        self.contract()
        fronted(1, 3, 50000)
        fronted(2, 12, 40000)
        final = bill(DISTRICT, "true_up", at(1, month=3, year=2020))
        assert (final.fronted, final.fee) == (Fen(90000), Fen(720))
        pay("true_up", at(5, month=3, year=2020))
        assert open_2104() == 0

    def test_unpaid_bill_of_one_year_is_not_asked_for_again_in_the_next(self) -> None:
        self.contract()
        insurer.conclude_contract(Contract(Region(CITY), 2020, PICC, "人保", Fen(1)))
        fronted(1, 3, 50000)
        bill(DISTRICT, "07", at(1, month=7, year=2019))
        bill(DISTRICT, "true_up", at(1, month=3, year=2020))
        next_year = insurer.create_bill(DISTRICT, 2020, Period.JULY, at(1, month=7, year=2020))
        assert next_year.fronted == Fen(0)

    def test_manual_cases_are_fronted_too(self) -> None:
        """M二.5: counter and manual alike; the case is no longer owed by the agency."""
        self.contract()
        contract = insurer.find_contract(DISTRICT, 2019)
        assert contract is not None
        when = at(3, month=5, year=2019)
        case = journal.reimbursement_entry(
            "C1", DISTRICT, "390", "inpatient", {"maf_pay": Fen(700)}, when
        )
        assert case is not None
        commit(fund.writes(case))
        commit(insurer.front(contract, DISTRICT, "C1", "C1", Fen(700), when, owed="2103"))
        assert open_2104() == -700
        assert bill(DISTRICT, "07", at(1, month=7, year=2019)).fronted == Fen(700)
        entries = [e for m in ("2019-05",) for e in fund.entries(DISTRICT, m)]
        assert counterpart_balances(entries, "2103") == {}

    def test_too_much_comes_back(self) -> None:
        """多退少补: what was taken back after it was billed comes back at the true-up."""
        self.contract()
        fronted(1, 3, 50000)
        bill(DISTRICT, "07", at(1, month=7, year=2019))
        pay("07", at(2, month=7, year=2019))
        from medaid.fund.model import reversing

        entries = [e for e in fund.entries(DISTRICT, "2019-04") if e.kind == "insurer_fronting"]
        fund.post(reversing(entries[0], "r", date(2019, 9, 1), at(1, month=9, year=2019)))
        final = bill(DISTRICT, "true_up", at(1, month=3, year=2020))
        assert (final.fronted, final.fee) == (Fen(-50000), Fen(0))
        pay("true_up", at(5, month=3, year=2020))
        assert open_2104() == 0

    def test_only_assistance_is_fronted_and_the_agency_pays_the_rest(self) -> None:
        self.contract()
        fronted(1, 3, 50000)
        moved = books.balances(e for e in fund.entries(DISTRICT, "2019-04"))
        assert moved["390100-1002"] == Fen(-1000)
        assert "610100-1002" not in moved

    def test_city_level_persons_are_the_citys_to_pay_for(self) -> None:
        insurer.conclude_contract(Contract(Region(CITY), 2019, PICC, "人保", Fen(1)))
        assert bill(CITY, "true_up", at(1, month=3, year=2020)).payer == CITY

    def test_bill_waits_for_the_end_of_its_time(self) -> None:
        self.contract()
        for period, when in (
            ("07", at(30, month=6, year=2019)),
            ("true_up", at(31, month=12, year=2019)),
        ):
            with pytest.raises(Refused) as told:
                bill(DISTRICT, period, when)
            assert told.value.code == "PERIOD_OPEN"

    def test_what_is_not_there_is_refused(self) -> None:
        with pytest.raises(Refused):
            bill(DISTRICT, "07", at(1, month=7, year=2019))  # no contract
        self.contract()
        with pytest.raises(Conflict):
            self.contract()
        with pytest.raises(ValueError, match="03"):
            Period("03")
        with pytest.raises(Refused):
            pay("07", at(1, month=7, year=2019))

    def test_reversal_of_a_settlement_before_it_is_paid_needs_no_bill(self) -> None:
        self.contract()
        one = item(
            1, at(5, month=3, year=2019), institution=HOSPITAL, home=DISTRICT, treatment=DISTRICT
        )
        arrive(one)
        arrive(refund(one, at(6, month=3, year=2019)), original=one)
        assert bill(DISTRICT, "07", at(1, month=7, year=2019)).fronted == Fen(0)
