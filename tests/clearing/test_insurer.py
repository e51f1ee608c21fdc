"""Assistance run by an insurer. Proves M二.3, M二.5, M三.3."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime

import pytest
from tests.clearing.builders import (
    agree,
    agreement,
    arrive,
    at,
    close_month,
    insure,
    insurer_account,
    item,
    pay_insurer,
    reconcile_totals,
    refund,
)
from tests.conftest import Tables
from tests.fund.balances import counterpart_balances

from medaid.aws.transaction import commit
from medaid.clearing import jobs
from medaid.clearing.hospital import service as hospital
from medaid.clearing.insurer import rules, store
from medaid.clearing.insurer import service as insurer
from medaid.clearing.insurer.model import (
    Contract,
    Evaluation,
    InsurerBill,
    InsurerPeriod,
    RecordedPart,
    Signed,
    Survey,
)
from medaid.errors import BadInput, Conflict, Forbidden, PolicyUndetermined, Refused
from medaid.fund import books
from medaid.fund import service as fund
from medaid.fund.model import Entry, journal
from medaid.ids import OfficerId
from medaid.money import Fen
from medaid.months import Month
from medaid.payments.model import Duty
from medaid.payments.service import delegate_duty
from medaid.regions import Region
from medaid.workdays import published

CITY, DISTRICT = "440900", "440981"
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


@pytest.mark.parametrize(
    ("day", "periods"),
    [
        (date(2019, 6, 30), []),
        (date(2019, 7, 1), ["07"]),
        (date(2019, 12, 1), ["07", "12"]),
        (date(2020, 2, 29), ["07", "12"]),
        (date(2020, 3, 1), ["07", "12", "true_up"]),
    ],
)
def test_bills_are_made_from_the_first_of_their_month(day: date, periods: list[str]) -> None:
    assert rules.periods_due(DISTRICT, 2019, day) == periods


def test_a_bill_covers_what_was_fronted_to_the_end_of_the_month_before() -> None:
    contract = Contract(
        Region(CITY), 2019, "PICC", "人保", Fen(1), date(2019, 1, 1), date(2019, 1, 1)
    )
    entries = [
        entry
        for day in (date(2019, 6, 29), date(2019, 6, 30), date(2019, 7, 1))
        for entry in rules.fronting_entries(
            contract,
            DISTRICT,
            f"s{day:%m%d}",
            "2101",
            HOSPITAL,
            Fen(5),
            Fen(0),
            datetime(2019, day.month, day.day, 4, tzinfo=UTC),
        )
    ]
    end = rules.cover(DISTRICT, 2019, InsurerPeriod.JULY).end
    assert end == date(2019, 6, 30)
    assert rules.fronted(entries, 2019, end) == Fen(10)
    assert rules.fronted(entries, 2018, end) == Fen(0)


def bill(district: str, period: str, now: datetime) -> InsurerBill:
    return insurer.create_bill(district, 2019, InsurerPeriod(period), now)


def pay(period: str, now: datetime) -> InsurerBill:
    return pay_insurer(DISTRICT, 2019, period, "审核", "财政", now)


def open_2104(last: str = "2020-03") -> int:
    entries = [
        e for month in Month("2019-01").through(Month(last)) for e in fund.entries(DISTRICT, month)
    ]
    return sum(int(fen) for fen in counterpart_balances(entries, "2104").values())


def fronted(number: int, month: int, maf: int, outpatient: int | None = None) -> None:
    """One settlement of a month, its statement, and the insurer's payment in the month after: of a
    stay, or of a visit of whose assistance `outpatient` is 门诊救助."""
    clr_type = "21" if outpatient is None else "11"
    one = item(
        number,
        at(5, month=month, year=2019),
        institution=HOSPITAL,
        home=DISTRICT,
        treatment=DISTRICT,
        hifp=1000,
        maf=maf,
        clr_type=clr_type,
        outpatient=outpatient or 0,
    )
    arrive(one)
    after = at(2, 4, month=month % 12 + 1, year=2019 + month // 12)
    period = f"2019-{month:02d}"
    close_month(DISTRICT, period, after)
    totals = {n: one.amounts[n] for n in ("medfee_sumamt", "fund_pay_sumamt", "acct_pay")}
    first = date(2019, month, 1)
    reconcile_totals(
        DISTRICT,
        HOSPITAL,
        ("390", clr_type, DISTRICT),
        first,
        Month.of(first).last,
        totals,
        1,
        after,
    )
    hospital.approve_statement(DISTRICT, HOSPITAL, period, 1, "甲", after)
    hospital.release_statement(DISTRICT, HOSPITAL, period, 1, "乙", after)


@pytest.mark.usefixtures("tables")
class TestYear:
    def contract(self) -> None:
        insure(CITY, 2019)
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
            Fen(100000), Fen(0), Fen(100000), 3, 3, Fen(0), 0
        )

    def test_december_is_fronted_in_january_and_billed_with_its_own_year(self) -> None:
        """Right money, 9.
        M二.5: the last year of a contract included; the fee is of the whole year's assistance:
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
        insure(CITY, 2020, 1)
        fronted(1, 3, 50000)
        bill(DISTRICT, "07", at(1, month=7, year=2019))
        bill(DISTRICT, "true_up", at(1, month=3, year=2020))
        next_year = insurer.create_bill(
            DISTRICT, 2020, InsurerPeriod.JULY, at(1, month=7, year=2020)
        )
        assert next_year.fronted == Fen(0)

    def test_manual_cases_are_fronted_too(self) -> None:
        """Right money, 9. M二.5: counter and manual alike; the case is no longer owed by the
        agency."""
        self.contract()
        contract = insurer.find_contract(DISTRICT, 2019)
        assert contract is not None
        when = at(3, month=5, year=2019)
        case = journal.reimbursement_entry(
            "C1", DISTRICT, "390", "inpatient", {"maf_pay": Fen(700)}, when
        )
        assert case is not None
        commit(fund.writes(case))
        commit(
            insurer.front(
                contract, DISTRICT, "C1", "C1", Fen(700), when, owed="2103", outpatient=Fen(0)
            )
        )
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
        insure(CITY, 2019, 1)
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
            InsurerPeriod("03")
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


def reserve_alerts(tables: Tables) -> list[str]:
    kinds = [row.get("kind", {}).get("S", "") for row in tables.items("outbox")]
    return [kind for kind in kinds if kind == "insurer_reserve_exceeded"]


C, D = Region(CITY), Region(DISTRICT)
CHIEF, SECOND = OfficerId("主任"), OfficerId("复核")
JANUARY = at(20, month=1, year=2019)


def sent(year: int = 2019, chosen: int = 10, signed: int = 15) -> Contract:
    days = date(year, 1, chosen), date(year, 1, signed)
    return Contract(C, year, "PICC", "人保财险茂名", Fen(100_000), *days)


@pytest.mark.usefixtures("tables")
def test_where_no_contract_runs_no_bill_is_looked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    def find_bill(*_: object) -> None:
        raise AssertionError("no bill without a contract")

    monkeypatch.setattr(store, "find_bill", find_bill)
    assert insurer.fronting_contract(DISTRICT, date(2019, 3, 31), JANUARY) is None


@pytest.mark.usefixtures("tables")
class TestContract:
    """M四, M二.6: entered by one, agreed to by another; so is its early end."""

    def test_nothing_is_fronted_before_a_second_person_agreed(self) -> None:
        """M二.6."""
        insurer.propose_contract(sent(), CHIEF, JANUARY)
        assert insurer.find_contract(DISTRICT, 2019) is None
        assert insurer.fronting_contract(DISTRICT, date(2019, 3, 31), JANUARY) is None
        with pytest.raises(Forbidden) as told:
            insurer.decide_contract(C, 2019, True, "", CHIEF, JANUARY)
        assert told.value.code == "SEPARATION"
        made = insurer.decide_contract(C, 2019, True, "", SECOND, JANUARY)
        acts = [(act.act, act.by) for act in made.trail]
        assert acts == [("propose", CHIEF), ("approve", SECOND)]
        assert insurer.find_contract(DISTRICT, 2019) == made
        with pytest.raises(Conflict):
            insurer.decide_contract(C, 2019, True, "", SECOND, JANUARY)
        with pytest.raises(Conflict):
            insurer.propose_contract(sent(), CHIEF, JANUARY)

    def test_rejected_it_may_be_entered_anew(self) -> None:
        insurer.propose_contract(sent(), CHIEF, JANUARY)
        insurer.decide_contract(C, 2019, False, "备付金不足", SECOND, JANUARY)
        assert insurer.find_contract(CITY, 2019) is None
        again = insurer.propose_contract(sent(), CHIEF, JANUARY)
        assert [act.act for act in again.trail] == ["propose", "reject", "propose"]

    @pytest.mark.parametrize(("chosen", "signed"), [(16, 15), (10, 21)])
    def test_signed_before_it_was_won_or_ahead_is_refused(self, chosen: int, signed: int) -> None:
        with pytest.raises(BadInput) as told:
            insurer.propose_contract(sent(2019, chosen, signed), CHIEF, JANUARY)
        assert told.value.field == "signed_on"

    def test_five_working_days_to_sign(self) -> None:
        """M四; 10 January 2019 is a Thursday."""
        assert rules.sign_by(sent(), published()) == date(2019, 1, 17)

    def test_after_its_early_end_the_agency_pays_itself(self) -> None:
        """M二.6: what was settled until the last day is fronted and billed, what comes later is
        not."""
        insure(CITY, 2019)
        agree(agreement(HOSPITAL, year=2019))
        may = at(10, month=5, year=2019)
        asked = insurer.end_contract(C, 2019, date(2019, 5, 31), "违反约定", CHIEF, may)
        assert asked.runs_on(date(2019, 6, 1))  # nobody has agreed yet
        with pytest.raises(Forbidden):
            insurer.decide_contract(C, 2019, True, "", CHIEF, may)
        ended = insurer.decide_contract(C, 2019, True, "属实", SECOND, may)
        assert (ended.state, ended.last_day) == ("ended", date(2019, 5, 31))
        fronted(1, 5, 50000)
        fronted(2, 6, 30000)
        assert open_2104("2019-07") == -50000
        june = hospital.get_statement(DISTRICT, HOSPITAL, "2019-06", 1).statement
        assert (june.fronted, june.paid["assistance"]) == ({}, Fen(30000))
        assert bill(DISTRICT, "07", at(1, month=7, year=2019)).fronted == Fen(50000)

    @pytest.mark.parametrize(
        "last_day",
        [date(2019, 4, 30), date(2019, 5, 30), date(2020, 5, 31), date(2018, 12, 31)],
    )
    def test_it_ends_with_a_month_of_its_year_that_is_not_over(
        self, tables: Tables, last_day: date
    ) -> None:
        insure(CITY, 2019)
        before = tables.everything()
        with pytest.raises(BadInput) as told:
            insurer.end_contract(C, 2019, last_day, "违约", CHIEF, at(10, month=5, year=2019))
        assert (told.value.field, tables.everything()) == ("last_day", before)

    def test_not_agreed_to_it_goes_on(self) -> None:
        insure(CITY, 2019)
        may = at(10, month=5, year=2019)
        insurer.end_contract(C, 2019, date(2019, 5, 31), "违约", CHIEF, may)
        goes_on = insurer.decide_contract(C, 2019, False, "已整改", SECOND, may)
        assert (goes_on.state, goes_on.last_day) == ("in_force", None)

    def test_not_agreed_to_it_says_why(self, tables: Tables) -> None:
        insurer.propose_contract(sent(), CHIEF, JANUARY)
        before = tables.everything()
        with pytest.raises(BadInput) as told:
            insurer.decide_contract(C, 2019, False, " ", SECOND, JANUARY)
        assert (told.value.code, told.value.field) == ("FIELD_REQUIRED", "reason")
        assert tables.everything() == before

    def test_an_early_end_is_agreed_to_no_later_than_on_its_day(self) -> None:
        """What was fronted after it under a contract in force would have no contract."""
        insure(CITY, 2019)
        insurer.end_contract(C, 2019, date(2019, 5, 31), "违约", CHIEF, at(10, month=5, year=2019))
        june = at(1, month=6, year=2019)
        with pytest.raises(Conflict) as told:
            insurer.decide_contract(C, 2019, True, "属实", SECOND, june)
        assert (told.value.code, told.value.field) == ("STATE", "contract")
        assert insurer.decide_contract(C, 2019, False, "已过", SECOND, june).state == "in_force"

    def test_an_early_end_is_agreed_to_on_its_day(self) -> None:
        insure(CITY, 2019)
        insurer.end_contract(C, 2019, date(2019, 5, 31), "违约", CHIEF, at(10, month=5, year=2019))
        on_its_day = at(31, month=5, year=2019)
        ended = insurer.decide_contract(C, 2019, True, "属实", SECOND, on_its_day)
        assert (ended.state, ended.last_day) == ("ended", date(2019, 5, 31))


@pytest.mark.usefixtures("tables")
class TestPaying:
    """Q3.1: the insurer's bills alike; M二.3: the fee is the budget's."""

    def billed(self) -> InsurerBill:
        insure(CITY, 2019)
        agree(agreement(HOSPITAL, year=2019))
        fronted(1, 3, 50000)
        return bill(DISTRICT, "true_up", at(1, month=3, year=2020))

    def test_paid_by_another_than_who_approved(self, tables: Tables) -> None:
        self.billed()
        when = at(5, month=3, year=2020)
        insurer_account(DISTRICT, when)
        auditor, finance = OfficerId("审核"), OfficerId("财政")
        with pytest.raises(Conflict):
            insurer.pay_bill(D, 2019, InsurerPeriod.TRUE_UP, finance, when)
        insurer.approve_bill(D, 2019, InsurerPeriod.TRUE_UP, auditor, when)
        before = tables.everything()
        with pytest.raises(Forbidden) as told:
            insurer.pay_bill(D, 2019, InsurerPeriod.TRUE_UP, auditor, when)
        assert (told.value.code, tables.everything()) == ("SEPARATION", before)
        paid = insurer.pay_bill(D, 2019, InsurerPeriod.TRUE_UP, finance, when)
        assert (paid.state, paid.approved_by, paid.paid_by) == ("ordered", auditor, finance)
        assert insurer.approve_bill(D, 2019, InsurerPeriod.TRUE_UP, auditor, when) == paid

    def test_a_stand_in_for_the_auditor_pays_no_bill_of_theirs(self) -> None:
        self.billed()
        when, days = at(5, month=3, year=2020), (date(2020, 3, 1), date(2020, 3, 31))
        auditor, other = OfficerId("审核"), OfficerId("代理")
        insurer.approve_bill(D, 2019, InsurerPeriod.TRUE_UP, auditor, when)
        delegate_duty(D, Duty.AUDIT, auditor, other, *days, "休假", CHIEF, when)
        with pytest.raises(Forbidden) as told:
            insurer.pay_bill(D, 2019, InsurerPeriod.TRUE_UP, other, when)
        assert told.value.code == "SEPARATION"
        with pytest.raises(Forbidden):
            insurer.pay_fee(D, 2019, D, "预算1号", other, when)

    def test_who_stood_in_when_it_was_approved_pays_it_no_later_either(self) -> None:
        """Q3.1."""
        self.billed()
        when, later = at(5, month=3, year=2020), at(6, month=4, year=2020)
        auditor, other = OfficerId("审核"), OfficerId("代理")
        insurer.approve_bill(D, 2019, InsurerPeriod.TRUE_UP, auditor, when)
        days = date(2020, 3, 1), date(2020, 3, 31)
        delegate_duty(D, Duty.AUDIT, auditor, other, *days, "休假", CHIEF, when)
        with pytest.raises(Forbidden) as told:
            insurer.pay_bill(D, 2019, InsurerPeriod.TRUE_UP, other, later)
        assert told.value.code == "SEPARATION"
        insurer_account(DISTRICT, later)
        paid = insurer.pay_bill(D, 2019, InsurerPeriod.TRUE_UP, OfficerId("财政"), later)
        assert paid.state == "ordered"

    def test_who_pays_in_the_office_approves_no_bill(self) -> None:
        self.billed()
        when = at(5, month=3, year=2020)
        with pytest.raises(Forbidden) as told:
            insurer.approve_bill(
                D, 2019, InsurerPeriod.TRUE_UP, OfficerId("乙"), when
            )  # pays hospitals
        assert told.value.code == "SEPARATION"

    def test_the_fee_is_paid_by_its_payers_budget_once_and_moves_no_books(self) -> None:
        """M二.3, M二.5."""
        assert self.billed().fee == Fen(400)
        when = at(5, month=3, year=2020)
        finance = OfficerId("财政")
        with pytest.raises(Conflict):
            insurer.pay_fee(D, 2019, D, "预算1号", finance, when)
        insurer.approve_bill(D, 2019, InsurerPeriod.TRUE_UP, OfficerId("审核"), when)
        with pytest.raises(Forbidden):
            insurer.pay_fee(D, 2019, C, "预算1号", finance, when)  # the district's to pay
        entries = list(fund.entries(DISTRICT, "2020-03"))
        paid = insurer.pay_fee(D, 2019, D, "预算1号", finance, when)
        assert (paid.fee_document, paid.fee_paid_by) == ("预算1号", finance)
        assert insurer.pay_fee(D, 2019, D, "预算1号", finance, when) == paid
        with pytest.raises(Conflict):
            insurer.pay_fee(D, 2019, D, "预算2号", finance, when)
        assert list(fund.entries(DISTRICT, "2020-03")) == entries

    def undone(self, what: RecordedPart, office: Region = D, *, yes: bool = True) -> InsurerBill:
        when, where = at(6, month=3, year=2020), (D, 2019, InsurerPeriod.TRUE_UP, office)
        insurer.request_undo(what, *where, "登记有误", OfficerId("财政"), when)
        with pytest.raises(Forbidden) as told:
            insurer.decide_undo(what, *where, yes, "属实", OfficerId("财政"), when)
        assert told.value.code == "SEPARATION"
        with pytest.raises(BadInput):
            insurer.decide_undo(what, *where, False, "", CHIEF, when)
        return insurer.decide_undo(what, *where, yes, "属实", CHIEF, when)

    def recorded(self) -> tuple[OfficerId, datetime]:
        self.billed()
        when, finance = at(5, month=3, year=2020), OfficerId("财政")
        insurer.approve_bill(D, 2019, InsurerPeriod.TRUE_UP, OfficerId("审核"), when)
        return finance, when

    def test_a_fee_recorded_by_a_wrong_paper_is_taken_back_by_two(self) -> None:
        """M二.3. Right money, 35."""
        finance, when = self.recorded()
        with pytest.raises(Conflict):  # nothing is recorded yet
            self.undone(RecordedPart.FEE)
        insurer.pay_fee(D, 2019, D, "预算1号", finance, when)
        stays = self.undone(RecordedPart.FEE, yes=False)
        assert (stays.fee_document, stays.trail[-1].act) == ("预算1号", "fee_stays")
        gone = self.undone(RecordedPart.FEE)
        assert (gone.fee_document, gone.fee_paid_by) == ("", None)
        assert [one.reason for one in gone.trail][-2:] == ["登记有误", "属实"]
        assert insurer.pay_fee(D, 2019, D, "预算2号", finance, when).fee_document == "预算2号"
        with pytest.raises(Forbidden) as told:  # the district's budget, not the city's
            insurer.request_undo(
                RecordedPart.FEE, D, 2019, InsurerPeriod.TRUE_UP, C, "登记有误", finance, when
            )
        assert told.value.code == "FORBIDDEN"

    def test_released_after_the_true_up_it_is_not_fronted_under_a_closed_year(self) -> None:
        """What no bill would ask for again the agency pays itself."""
        self.billed()
        one = item(
            2, at(5, month=12, year=2019), institution=HOSPITAL, home=DISTRICT, treatment=DISTRICT
        )
        arrive(one)
        late = at(10, 4, month=3, year=2020)
        close_month(DISTRICT, "2019-12", late)
        totals = {n: one.amounts[n] for n in ("medfee_sumamt", "fund_pay_sumamt", "acct_pay")}
        first = date(2019, 12, 1)
        group = ("390", "21", DISTRICT)
        reconcile_totals(DISTRICT, HOSPITAL, group, first, date(2019, 12, 31), totals, 1, late)
        hospital.approve_statement(DISTRICT, HOSPITAL, "2019-12", 1, "甲", late)
        released = hospital.release_statement(DISTRICT, HOSPITAL, "2019-12", 1, "乙", late)
        assert (released.fronted, released.paid["assistance"]) == ({}, Fen(20000))


@pytest.mark.usefixtures("tables")
class TestEvaluation:
    """M三.3: satisfaction of persons and institutions, level of protection."""

    def said(self, numbers: Sequence[int]) -> Survey:
        a, b, c, d = numbers
        return Survey(a, b, c, d, "良好", Signed("survey", CHIEF, at(1, month=6, year=2019)))

    def test_what_is_fronted_and_not_paid_back_uses_the_reserve_billed_or_not(self) -> None:
        """M三.3."""
        insure(CITY, 2019, 100_000)
        agree(agreement(HOSPITAL, year=2019))
        fronted(1, 3, 50000)
        found = insurer.evaluate(C, 2019, at(1, month=6, year=2019))
        assert (found.bills, found.reserve_in_use, found.reserve_in_use_per_mille) == (
            0,
            Fen(50000),
            500,
        )

    @pytest.mark.parametrize(("reserve", "beyond"), [(49_999, 1), (50_000, 0)])
    def test_more_than_the_reserve_is_told_once_a_month_and_shown(
        self, tables: Tables, reserve: int, beyond: int
    ) -> None:
        """M二.5: the contract holds so much ready and no more."""
        insure(CITY, 2019, reserve)
        agree(agreement(HOSPITAL, year=2019))
        fronted(1, 3, 50000)
        for day in (1, 1, 2):
            done = jobs.daily(at(day, month=6, year=2019), published())
            assert (done.failed, done.counts["insurer_reserve_exceeded"]) == ([], beyond)
        assert len(reserve_alerts(tables)) == beyond
        shown = insurer.evaluate(C, 2019, at(2, month=6, year=2019))
        assert shown.reserve_exceeded == Fen(beyond)

    def test_what_was_paid_back_is_in_use_no_more(self, tables: Tables) -> None:
        insure(CITY, 2019, 40_000)
        agree(agreement(HOSPITAL, year=2019))
        fronted(1, 3, 50000)
        bill(DISTRICT, "07", at(1, month=7, year=2019))
        july = at(20, month=7, year=2019)
        assert insurer.report_reserve(C, july) == 1
        pay("07", july)
        assert insurer.report_reserve(C, july) == 0
        assert insurer.evaluate(C, 2019, july).reserve_exceeded == Fen(0)

    def test_each_year_is_held_against_its_own_reserve(self) -> None:
        """300.00 of 2019 and 300.00 of 2020, of 500.00 each: neither is exceeded."""
        for year in (2019, 2020):
            insure(CITY, year, 50_000)
        agree(agreement(HOSPITAL, year=2019))
        fronted(1, 12, 30_000)
        contract = insurer.find_contract(CITY, 2020)
        assert contract is not None
        february = at(3, month=2, year=2020)
        commit(
            insurer.front(
                contract,
                DISTRICT,
                "C1",
                "C1",
                Fen(30_000),
                february,
                owed="2103",
                outpatient=Fen(0),
            )
        )
        assert insurer.report_reserve(C, february) == 0
        commit(
            insurer.front(
                contract,
                DISTRICT,
                "C2",
                "C2",
                Fen(20_001),
                february,
                owed="2103",
                outpatient=Fen(0),
            )
        )
        assert insurer.report_reserve(C, february) == 1

    def test_the_reserve_is_watched_without_the_year_before(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Only what is fronted under the contract's own year uses its reserve."""
        insure(CITY, 2019, 40_000)
        agree(agreement(HOSPITAL, year=2019))
        fronted(1, 3, 50000)
        read: list[Month] = []

        def entries(region: str, month: Month, *numbers: str) -> Iterator[Entry]:
            read.append(month)
            return kept(region, month, *numbers)

        kept = fund.listed_entries
        monkeypatch.setattr(fund, "listed_entries", entries)
        assert insurer.report_reserve(C, at(20, month=6, year=2019)) == 1
        assert min(read) == "2019-01"

    def test_surveys_are_kept_with_who_and_when(self) -> None:
        """M三.3."""
        insure(CITY, 2019)
        said = self.said((200, 190, 20, 18))
        insurer.survey(C, 2019, said)
        assert insurer.evaluate(C, 2019, at(1, month=6, year=2019)).surveys == (said,)

    @pytest.mark.parametrize("numbers", [(10, 11, 5, 5), (10, 9, 5, 6), (0, 0, 5, 5), (9, 9, 0, 0)])
    def test_more_satisfied_than_asked_is_refused(self, numbers: tuple[int, ...]) -> None:
        insure(CITY, 2019)
        with pytest.raises(BadInput):
            insurer.survey(C, 2019, self.said(numbers))

    def test_nobody_is_surveyed_without_a_contract(self) -> None:
        with pytest.raises(Refused):
            insurer.survey(C, 2019, self.said((1, 1, 1, 1)))
