"""Bills between regions against slips and single hands: disputes, second readings, steps taken by
one person. Proves Q3.1, X12."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import ClassVar

import pytest
from tests.clearing.builders import (
    advance,
    at,
    collect,
    endow,
    fix_prepayment,
    held_prepayment,
    pay_bill,
)
from tests.conftest import Tables

from medaid.aws import exchange
from medaid.aws.transaction import commit
from medaid.clearing.amounts import Amounts
from medaid.clearing.regions import files, national, store
from medaid.clearing.regions import service as regions
from medaid.clearing.regions.model import BillKind, Deposit, Pair, RegionBill, parts_of
from medaid.errors import BadInput, Conflict, Forbidden, MedaidError, Refused
from medaid.fund import service as fund
from medaid.ids import OfficerId
from medaid.money import Fen
from medaid.payments.model import Duty
from medaid.payments.service import claim_duty, delegate_duty, end_duty
from medaid.regions import Region
from medaid.workdays import published

JS, SH = Region("320000"), Region("310000")
SUZHOU, NANJING, SHANGHAI = Region("320500"), Region("320100"), Region("310100")
PAIR, OTHER = (SHANGHAI, SUZHOU), (SHANGHAI, NANJING)
MONTH, NOW = "2023-07", at(2, 4, month=8)


def bill_of(amounts: dict[Pair, Amounts]) -> RegionBill:
    return RegionBill(SH, JS, MONTH, BillKind.CLEARING, 1, parts_of(amounts), NOW)


def moved(region: str, number: str) -> int:
    """What August moved on an account of a region, all funds, fen."""
    entries = fund.entries(region, "2023-08")
    lines = [line for one in entries for line in one.lines if line.account.number == number]
    return sum(int(line.fen) for line in lines)


def received(amounts: dict[Pair, Amounts] | None = None) -> RegionBill:
    bill = bill_of(amounts or {PAIR: {"assistance": Fen(1000)}})
    commit(store.create_bill(bill))
    return advance(SH, JS, MONTH, "received", NOW, by="经办")


@pytest.mark.usefixtures("tables")
class TestDispute:
    def dispute(self, pair: Pair, amounts: Amounts, by: str = "经办") -> RegionBill:
        return regions.dispute_bill(SH, JS, MONTH, pair, amounts, "费用重复", OfficerId(by), NOW)

    def test_who_when_and_why_stand_in_the_trail(self) -> None:
        received()
        self.dispute(PAIR, {"assistance": Fen(300)}, "甲")
        bill = self.dispute(PAIR, {"assistance": Fen(200)}, "乙")
        assert [(d.by, d.at, d.reason, d.by_fund) for d in bill.disputes] == [
            ("甲", NOW, "费用重复", {"assistance": Fen(300)}),
            ("乙", NOW, "费用重复", {"assistance": Fen(200)}),
        ]
        assert bill.disputed == {PAIR: {"assistance": Fen(500)}}
        assert bill.total() == Fen(500)

    @pytest.mark.parametrize(
        ("pair", "amounts"),
        [
            (PAIR, {}),
            (OTHER, {}),
            (OTHER, {"assistance": Fen(1)}),
            ((Region("440900"), SUZHOU), {}),
            (PAIR, {"assistance": Fen(1001)}),
            (PAIR, {"assistance": Fen(-1)}),
            (PAIR, {"assistance": Fen(0)}),
            (PAIR, {"basic_resident": Fen(1)}),
        ],
    )
    def test_what_is_not_on_the_bill_cannot_be_disputed(
        self, tables: Tables, pair: Pair, amounts: Amounts
    ) -> None:
        """Nothing is written: an adjustment of a pair outside the bill would stop the next month's
        split for the whole province."""
        received()
        before = tables.everything()
        with pytest.raises(MedaidError):
            self.dispute(pair, amounts)
        assert tables.everything() == before

    def test_one_fen_may_be_disputed(self) -> None:
        received()
        assert self.dispute(PAIR, {"assistance": Fen(1)}).total() == Fen(999)

    def test_all_of_it_may_be_disputed_once(self) -> None:
        received()
        assert self.dispute(PAIR, {"assistance": Fen(1000)}).total() == Fen(0)
        with pytest.raises(Conflict):
            self.dispute(PAIR, {"assistance": Fen(1)})


@pytest.mark.usefixtures("tables")
class TestOneHand:
    """Q3.1: who hands a bill to finance does not transfer it, who transfers does not confirm."""

    def test_who_submitted_does_not_transfer(self, tables: Tables) -> None:
        received()
        bill = advance(SH, JS, MONTH, "submitted", NOW, by="甲")
        collect(bill, NOW)
        for step in ("in_full", "transferred"):
            before = tables.everything()
            for same in ("甲", "经办"):
                with pytest.raises(Forbidden) as told:
                    advance(SH, JS, MONTH, step, NOW, by=same)
                assert told.value.code == "SEPARATION"
            assert tables.everything() == before
            if step == "in_full":
                advance(SH, JS, MONTH, step, NOW)
        assert advance(SH, JS, MONTH, "transferred", NOW, by="财政").state == ("transferred")

    @pytest.mark.parametrize("paper", ["advised", "confirmed"])
    def test_who_transferred_does_not_enter_it_in_the_books(self, paper: str) -> None:
        pay_bill(received(), NOW, "transferred")
        with pytest.raises(Forbidden) as told:
            advance(SH, JS, MONTH, paper, NOW, by="财政")
        assert told.value.code == "SEPARATION"
        assert advance(SH, JS, MONTH, paper, NOW).state == paper


@pytest.mark.usefixtures("tables")
class TestCollection:
    """X12: finance pays once the cities' money is in the province's account in full; its 10 working
    days run from then, and the books follow its papers."""

    BOTH: ClassVar[dict[Pair, Amounts]] = {
        PAIR: {"assistance": Fen(1000)},
        OTHER: {"assistance": Fen(70), "basic_resident": Fen(5)},
    }

    @pytest.fixture(autouse=True)
    def _money(self, tables: Tables) -> None:
        for city in (SUZHOU, NANJING):
            endow(city, day=date(2023, 7, 31))

    def paid_in(self, city: Region, document: str, **amounts: int) -> Deposit:
        by_fund = {fund: Fen(fen) for fund, fen in amounts.items()}
        return regions.collect(JS, city, document, by_fund, OfficerId("省出纳"), NOW)

    def submitted(self) -> RegionBill:
        return pay_bill(received(self.BOTH), NOW, "submitted")

    def test_nothing_is_paid_before_all_cities_have(self, tables: Tables) -> None:
        self.paid_in(SUZHOU, "1", assistance=1000)  # beforehand
        self.submitted()
        self.paid_in(NANJING, "2", assistance=70, basic_resident=4)
        before = tables.everything()
        with pytest.raises(Conflict):
            advance(SH, JS, MONTH, "transferred", NOW)
        with pytest.raises(Conflict) as told:
            advance(SH, JS, MONTH, "in_full", NOW)
        assert (NANJING in told.value.sentence, "basic_resident" in told.value.sentence) == (
            True,
            True,
        )
        assert tables.everything() == before
        self.paid_in(NANJING, "3", basic_resident=2)
        assert advance(SH, JS, MONTH, "in_full", NOW).state == "in_full"
        assert {city: one.held for city, one in regions.page_of_deposits(JS, "", 50)[0]} == {
            SUZHOU: {},
            NANJING: {"basic_resident": Fen(1)},
        }

    def test_the_ten_days_run_from_in_full(self) -> None:
        bill = self.submitted()
        assert bill.due(published()) is None
        collect(bill, NOW)
        later = at(21, 4, month=8)
        assert advance(SH, JS, MONTH, "in_full", later).due(published()) == date(2023, 9, 4)

    def test_between_cities_of_one_province_they_run_from_submission(self) -> None:
        bill = bill_of({(NANJING, SUZHOU): {"assistance": Fen(5)}})
        bill = replace(bill, creditor=NANJING, debtor=SUZHOU)
        commit(store.create_bill(bill))
        found = pay_bill(bill, NOW, "submitted")
        assert found.due(published()) == date(2023, 8, 16)
        assert pay_bill(bill, NOW).next_steps == ()

    def test_the_books_follow_the_papers_of_either_side(self) -> None:
        bill = self.submitted()
        collect(bill, NOW)
        advance(SH, JS, MONTH, "in_full", NOW)
        advance(SH, JS, MONTH, "transferred", NOW)
        for paper in ("advised", "confirmed"):
            with pytest.raises(Refused) as told:
                advance(SH, JS, MONTH, paper, NOW, document="")
            assert told.value.field == "document"
        assert moved(SUZHOU, "2102") == moved(SHANGHAI, "1102") == 0
        advance(SH, JS, MONTH, "confirmed", NOW)
        assert (moved(SHANGHAI, "1102"), moved(SUZHOU, "2102")) == (-1075, 0)
        assert advance(SH, JS, MONTH, "advised", NOW).next_steps == ()
        assert (moved(SUZHOU, "2102"), moved(NANJING, "2102")) == (1000, 75)
        assert moved(SUZHOU, "1101") == moved(NANJING, "1101") == moved(JS, "2106") == 0
        assert (moved(SUZHOU, "1001"), moved(JS, "1001")) == (-1000, 0)

    def test_a_paper_counts_once(self, tables: Tables) -> None:
        first = self.paid_in(SUZHOU, "1", assistance=1000)
        before = tables.everything()
        assert self.paid_in(SUZHOU, "1", assistance=1000) == first
        for city, document, amounts in (
            (SUZHOU, "1", {"assistance": 999}),
            (SUZHOU, "2", {}),
            (SUZHOU, "2", {"assistance": 0}),
            (SHANGHAI, "2", {"assistance": 1}),
            (JS, "2", {"assistance": 1}),
        ):
            with pytest.raises(MedaidError):
                self.paid_in(city, document, **amounts)
        assert tables.everything() == before

    def test_set_aside_it_is_not_disputed_any_more(self) -> None:
        pay_bill(received(), NOW, "in_full")
        with pytest.raises(Conflict):
            regions.dispute_bill(
                SH, JS, MONTH, PAIR, {"assistance": Fen(1)}, "迟到", OfficerId("经办"), NOW
            )


@pytest.mark.usefixtures("tables")
class TestReturn:
    """X12, Q3.1: money that no bill needs goes back to the city on a paper, by two."""

    ASKS, PAYS = OfficerId("省会计"), OfficerId("省出纳")

    def paid_in(self) -> None:
        endow(SUZHOU, day=date(2023, 7, 31))
        regions.collect(JS, SUZHOU, "1", {"assistance": Fen(1500)}, self.PAYS, NOW)

    def ask(self, fen: int, document: str = "退1号", by: OfficerId = ASKS) -> Deposit:
        amounts = {"assistance": Fen(fen)}
        return regions.request_return(JS, SUZHOU, document, amounts, "多缴", by, NOW)

    def decide(
        self, approved: bool = True, by: OfficerId = PAYS, document: str = "退1号"
    ) -> Deposit:
        return regions.decide_return(JS, SUZHOU, document, approved, "核对", by, NOW)

    def test_not_given_back_it_says_why(self, tables: Tables) -> None:
        self.paid_in()
        self.ask(1500)
        before = tables.everything()
        with pytest.raises(BadInput) as told:
            regions.decide_return(JS, SUZHOU, "退1号", False, " ", self.PAYS, NOW)
        assert (told.value.code, told.value.field) == ("FIELD_REQUIRED", "reason")
        assert tables.everything() == before
        assert regions.decide_return(JS, SUZHOU, "退1号", True, "", self.PAYS, NOW).held == {}

    def test_it_goes_back_by_two_and_stands_in_both_books(self) -> None:
        self.paid_in()
        asked = self.ask(1500)
        assert (asked.held, self.ask(1500)) == ({}, asked)
        done = self.decide()
        assert done.held == {}
        (one,) = done.returns
        assert (one.state, one.asked_by, one.decided_by) == ("returned", self.ASKS, self.PAYS)
        for region, account in ((SUZHOU, "1101"), (SUZHOU, "1001"), (JS, "2106"), (JS, "1001")):
            assert moved(region, account) == 0
        kinds = {e.kind for region in (JS, SUZHOU) for e in fund.entries(region, "2023-08")}
        assert {"collection_returned", "prepayment_returned_in"} <= kinds

    def test_never_what_a_bill_has_set_aside(self, tables: Tables) -> None:
        self.paid_in()
        pay_bill(received(), NOW, "submitted")
        advance(SH, JS, MONTH, "in_full", NOW)  # 10.00 of 15.00
        before = tables.everything()
        with pytest.raises(Conflict) as told:
            self.ask(501)
        assert (told.value.field, tables.everything()) == ("amounts", before)
        self.ask(500)
        assert self.decide().held == {}
        pay_bill(store.get_bill(SH, JS, MONTH).bill, NOW)
        assert moved(SUZHOU, "1101") == moved(JS, "2106") == moved(JS, "1001") == 0
        assert moved(SUZHOU, "1001") == -1000

    def test_what_is_being_given_back_pays_no_bill_until_it_is_rejected(
        self, tables: Tables
    ) -> None:
        self.paid_in()
        pay_bill(received(), NOW, "submitted")
        self.ask(501)
        before = tables.everything()
        with pytest.raises(Conflict):
            advance(SH, JS, MONTH, "in_full", NOW)
        assert tables.everything() == before
        assert self.decide(approved=False).held == {"assistance": Fen(1500)}
        assert advance(SH, JS, MONTH, "in_full", NOW).state == "in_full"
        assert moved(JS, "2106") == -1500
        self.ask(500)  # the paper may be used again

    def test_one_hand_gives_nothing_back(self, tables: Tables) -> None:
        self.paid_in()
        auditor = OfficerId("省审核")
        commit(claim_duty(JS, auditor, frozenset(), Duty.AUDIT, NOW))
        with pytest.raises(Forbidden):  # who takes money in asks for none to go out
            self.ask(100, by=self.PAYS)
        self.ask(100)
        # whoever asked pays it in no later post either
        end_duty(JS, self.ASKS, Duty.ACCOUNT, OfficerId("主任"), "调任出纳", NOW)
        before = tables.everything()
        for by in (self.ASKS, auditor):
            with pytest.raises(Forbidden) as told:
                self.decide(by=by)
            assert (told.value.code, tables.everything()) == ("SEPARATION", before)

    @pytest.mark.parametrize(
        ("city", "document", "fen", "code"),
        [
            (SUZHOU, "退1号", 99, "DUPLICATE"),
            (SUZHOU, "退2号", 0, "AMOUNT_NEGATIVE"),
            (SUZHOU, "退2号", -1, "AMOUNT_NEGATIVE"),
            (SUZHOU, "退2号", 1401, "STATE"),
            (SHANGHAI, "退2号", 1, "REGION_UNKNOWN"),
            (JS, "退2号", 1, "REGION_UNKNOWN"),
            (NANJING, "退2号", 1, "STATE"),
        ],
    )
    def test_what_cannot_go_back_is_refused(
        self, tables: Tables, city: Region, document: str, fen: int, code: str
    ) -> None:
        self.paid_in()
        self.ask(100)
        self.decide()
        before = tables.everything()
        with pytest.raises(MedaidError) as told:
            regions.request_return(
                JS, city, document, {"assistance": Fen(fen)}, "多缴", self.ASKS, NOW
            )
        assert (told.value.code, tables.everything()) == (code, before)
        with pytest.raises(Conflict):
            self.decide()  # nothing waits


@pytest.mark.usefixtures("tables")
@pytest.mark.parametrize(
    ("amounts", "code", "where"),
    [
        ({}, "FIELD_REQUIRED", ""),
        ({"x": Fen(1)}, "FUND_UNKNOWN", ".x"),
        ({"assistance": Fen(0)}, "AMOUNT_NEGATIVE", ".assistance"),
    ],
)
def test_amounts_are_of_funds_that_there_are_whoever_asks(
    tables: Tables, amounts: Amounts, code: str, where: str
) -> None:
    """Right money, 35. The services say so themselves, not the routes for them."""
    received()
    before = tables.everything()
    one, other = OfficerId("甲"), OfficerId("乙")
    for field, act in (
        ("amounts", lambda: regions.collect(JS, SUZHOU, "1", amounts, one, NOW)),
        ("amounts", lambda: regions.request_return(JS, SUZHOU, "1", amounts, "多缴", other, NOW)),
        ("last_year", lambda: regions.fix_prepayment(SH, JS, 2023, one, NOW, amounts)),
    ):
        with pytest.raises(BadInput) as told:
            act()
        assert (told.value.code, told.value.field) == (code, field + where)
    assert tables.everything() == before


@pytest.mark.usefixtures("tables")
class TestPaidIn:
    """X12: what is held is what was paid in; a prepayment that was only fixed covers nothing."""

    def test_one_person_alone_fixes_nothing(self, tables: Tables) -> None:
        """Q3.1: nothing is owed before another approved it."""
        chief, second = OfficerId("主任"), OfficerId("复核")
        last_year = {"assistance": Fen(12000)}
        made = regions.fix_prepayment(SH, JS, 2023, chief, NOW, last_year)
        assert (made.state, made.amounts) == ("proposed", {"assistance": Fen(2000)})
        assert regions.find_prepayment(SH, JS) is None
        assert regions.list_prepayment_bills(SH, JS, 2023) == []
        before = tables.everything()
        with pytest.raises(Forbidden) as told:
            regions.decide_prepayment(SH, JS, 2023, True, "", chief, NOW)
        assert told.value.code == "SEPARATION"
        with pytest.raises(Conflict):  # nothing waits
            regions.decide_prepayment(SH, JS, 2024, True, "", second, NOW)
        with pytest.raises(Conflict):  # another figure while the first waits
            regions.fix_prepayment(SH, JS, 2023, second, NOW, {"assistance": Fen(1)})
        assert regions.fix_prepayment(SH, JS, 2023, chief, NOW, last_year) == made
        assert tables.everything() == before
        (bill,) = regions.decide_prepayment(SH, JS, 2023, True, "", second, NOW)
        assert bill.total() == Fen(2000)
        with pytest.raises(Conflict):
            regions.decide_prepayment(SH, JS, 2023, True, "", second, NOW)
        with pytest.raises(Conflict):  # of an earlier year
            regions.fix_prepayment(SH, JS, 2022, chief, NOW, last_year)

    def test_a_stand_in_approves_nothing_of_whom_they_stand_in_for(self) -> None:
        chief, other = OfficerId("主任"), OfficerId("代理")
        regions.fix_prepayment(SH, JS, 2023, chief, NOW, {"assistance": Fen(12000)})
        days = date(2023, 8, 1), date(2023, 8, 31)
        commit(claim_duty(JS, chief, frozenset(), Duty.ACCOUNT, NOW))
        delegate_duty(JS, Duty.ACCOUNT, chief, other, *days, "休假", OfficerId("书记"), NOW)
        with pytest.raises(Forbidden):
            regions.decide_prepayment(SH, JS, 2023, True, "", other, NOW)

    def test_not_agreed_to_it_says_why(self, tables: Tables) -> None:
        chief, second = OfficerId("主任"), OfficerId("复核")
        regions.fix_prepayment(SH, JS, 2023, chief, NOW, {"assistance": Fen(12000)})
        before = tables.everything()
        with pytest.raises(BadInput) as told:
            regions.decide_prepayment(SH, JS, 2023, False, "", second, NOW)
        assert (told.value.code, told.value.field) == ("FIELD_REQUIRED", "reason")
        assert tables.everything() == before
        assert regions.decide_prepayment(SH, JS, 2023, True, "", second, NOW)

    def test_not_agreed_to_it_is_worked_out_anew(self) -> None:
        chief, second = OfficerId("主任"), OfficerId("复核")
        regions.fix_prepayment(SH, JS, 2023, chief, NOW, {"assistance": Fen(99999)})
        assert regions.decide_prepayment(SH, JS, 2023, False, "数字有误", second, NOW) == []
        assert regions.find_prepayment(SH, JS) is None
        (bill,) = fix_prepayment(SH, JS, 2023, chief, NOW, {"assistance": Fen(12000)})
        assert bill.total() == Fen(2000)
        (one,) = regions.list_fixings(JS, SH)
        assert (one.state, one.by, one.decided_by) == ("approved", "主任", "复核")

    def test_who_fixed_it_and_from_what_is_kept(self) -> None:
        last_year = {"assistance": Fen(12000)}
        fix_prepayment(SH, JS, 2023, OfficerId("主任"), NOW, last_year)
        found = regions.find_prepayment(SH, JS)
        assert found is not None
        assert (found.by, found.at, found.basis) == ("主任", NOW, last_year)
        assert (found.amounts, found.held) == ({"assistance": Fen(2000)}, {})

    def test_it_is_held_when_its_receipt_is_confirmed(self) -> None:
        last_year = {"assistance": Fen(12000)}
        (bill,) = fix_prepayment(SH, JS, 2023, OfficerId("主任"), NOW, last_year)
        pay_bill(bill, NOW, "advised")
        assert held_prepayment(SH, JS) == {}
        received()
        assert [one.colour for one in regions.report_use(SH, NOW)] == ["red"]
        pay_bill(bill, NOW)
        assert held_prepayment(SH, JS) == {"assistance": Fen(2000)}
        assert regions.report_use(SH, NOW) == []

    def test_what_goes_back_is_held_no_more(self) -> None:
        year = at(20, month=1, year=2024)
        for when, number, last_year in ((NOW, 2023, 12000), (year, 2024, 9000)):
            (bill,) = fix_prepayment(
                SH, JS, number, OfficerId("主任"), when, {"assistance": Fen(last_year)}
            )
            pay_bill(bill, when)
        assert held_prepayment(SH, JS) == {"assistance": Fen(1500)}


@pytest.mark.usefixtures("tables")
class TestSecondReading:
    """A bill lies in two files, the debtor's and the creditor's: whichever is read first is kept,
    and the other must say the same."""

    def take(self, province: Region, amounts: dict[Pair, Amounts]) -> list[RegionBill]:
        name = national.answered_at(MONTH, province)
        exchange.put(name, files.billed([bill_of(amounts)]), "application/zip")
        filed = files.filed(MONTH, [])
        for city in (SUZHOU, NANJING):
            exchange.put(f"clearing/regions/{MONTH}/{JS}/in/{city}.zip", filed, "application/zip")
        return regions.bill_province(JS, MONTH, [SUZHOU, NANJING], NOW)

    @pytest.mark.parametrize(
        "second",
        [
            {PAIR: {"assistance": Fen(999)}},
            {PAIR: {"assistance": Fen(1000), "critical_resident": Fen(1)}},
            {OTHER: {"assistance": Fen(1000)}},
            {PAIR: {"assistance": Fen(1000)}, OTHER: {"assistance": Fen(-5)}},
            {},
        ],
    )
    def test_one_that_differs_is_refused_and_changes_nothing(
        self, tables: Tables, second: dict[Pair, Amounts]
    ) -> None:
        self.take(JS, {PAIR: {"assistance": Fen(1000)}})
        before = tables.everything()
        with pytest.raises(Conflict) as told:
            self.take(JS, second)
        assert told.value.code == "DUPLICATE"
        assert tables.everything() == before

    def test_the_same_again_is_the_one_that_is_kept(self) -> None:
        amounts: dict[Pair, Amounts] = {
            PAIR: {"assistance": Fen(1000)},
            OTHER: {"assistance": Fen(-5)},
        }
        (first,) = self.take(JS, amounts)
        stepped = advance(SH, JS, MONTH, "received", NOW, by="经办")
        assert self.take(JS, amounts) == [stepped]
        assert first.total() == Fen(1000)
