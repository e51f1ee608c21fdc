"""Who runs critical illness is data of a region and a date, and decides whom the hospital is owed
its critical part by. Issue: the finance office, 9."""

from __future__ import annotations

from datetime import date

import pytest
from tests.clearing.builders import (
    ABROAD,
    HOME,
    HOSPITALS,
    agree,
    agreement,
    arrive,
    at,
    close_month,
    item,
    reconcile_totals,
    statement,
)
from tests.conftest import Tables
from tests.fund.balances import counterpart_balances

from medaid.clearing.hospital import service as hospital
from medaid.clearing.hospital.model import Statement
from medaid.clearing.insurer import service as insurer
from medaid.clearing.insurer.model import CarrierKind, CriticalContract
from medaid.errors import BadInput, Conflict, Forbidden, MedaidError, Refused
from medaid.fund import books
from medaid.fund import service as fund
from medaid.ids import OfficerId
from medaid.money import Fen
from medaid.regions import Region

R, MONTH = Region(HOME), date(2023, 7, 1)
CHIEF, SECOND = OfficerId("主任"), OfficerId("复核")
JUNE = at(20, month=6)
FUND = "390200"


def contract(
    begin: date = MONTH, run_by: str = "insurer", insurer: str = "CPIC", region: str = HOME
) -> CriticalContract:
    name = "太保苏州" if insurer else ""
    return CriticalContract(
        Region(region), begin, CarrierKind(run_by), insurer, name, "苏医保合〔2023〕1号"
    )


def enter(one: CriticalContract, *, agreed: bool = True) -> CriticalContract:
    made = insurer.propose_critical(one, CHIEF, JUNE)
    return (
        insurer.decide_critical(one.region, one.begin, True, "", SECOND, JUNE) if agreed else made
    )


def released(*homes: str) -> Statement:
    """July at a hospital: for each insured region a stay with 100.00 of critical illness."""
    agree(agreement(HOSPITALS[0]))
    for number, home in enumerate(homes, 1):
        arrive(item(number, at(5 + number), home=home, hifp=60000, hifmi=10000, maf=0))
    when = at(1, 4, month=8)
    close_month(HOME, "2023-07", when)
    for home in dict.fromkeys(homes):
        n = homes.count(home)
        sums = {"medfee_sumamt": 75000 * n, "fund_pay_sumamt": 70000 * n, "acct_pay": 0}
        totals = {name: Fen(fen) for name, fen in sums.items()}
        days = MONTH, date(2023, 7, 31)
        reconcile_totals(HOME, HOSPITALS[0], ("390", "21", home), *days, totals, n, when)
    hospital.approve_statement(HOME, HOSPITALS[0], "2023-07", 1, "甲", when)
    return hospital.release_statement(HOME, HOSPITALS[0], "2023-07", 1, "乙", when)


def moved() -> dict[str, int]:
    entries = [e for m in ("2023-07", "2023-08") for e in fund.entries(HOME, m)]
    found = books.balances(e for e in entries if e.kind != "opening")
    return {code: int(fen) for code, fen in found.items() if code.startswith(FUND) and fen}


@pytest.mark.usefixtures("tables")
class TestWhoOwes:
    def test_an_agency_that_runs_it_pays_it(self) -> None:
        done = released(HOME)
        assert (done.paid["critical_resident"], done.carried) == (Fen(10000), {})
        assert moved() == {f"{FUND}-500111": 10000, f"{FUND}-1002": -10000}

    def test_the_insurer_owes_what_it_runs_and_the_fund_nothing(self) -> None:
        """The hospital is paid 600.00 of basic insurance by the agency; the 100.00 are the
        insurer's, no expense of the fund and not owed by it."""
        enter(contract())
        done = released(HOME)
        assert done.paid == {"basic_resident": Fen(60000)}
        assert (done.carried, done.carrier) == ({"critical_resident": Fen(10000)}, "太保苏州")
        assert moved() == {}
        owed = counterpart_balances(list(fund.entries(HOME, "2023-07")), "2101")
        assert sum(map(int, owed.values())) == -70000

    @pytest.mark.parametrize(
        ("begin", "carried"),
        [(date(2023, 7, 1), 10000), (date(2023, 8, 1), 0), (date(2022, 1, 1), 10000)],
    )
    def test_the_contract_of_the_month_counts(self, begin: date, carried: int) -> None:
        enter(contract(begin))
        assert released(HOME).carried.get("critical_resident", Fen(0)) == Fen(carried)

    def test_back_with_the_agency_from_a_month_on(self) -> None:
        enter(contract(date(2023, 1, 1)))
        enter(contract(MONTH, "agency", ""))
        assert released(HOME).carried == {}

    def test_not_agreed_to_it_counts_for_nothing(self) -> None:
        enter(contract(), agreed=False)
        assert released(HOME).carried == {}

    def test_another_regions_contract_counts_for_nothing(self) -> None:
        enter(contract(region="320100"))
        assert released(HOME).carried == {}

    def test_the_provinces_contract_counts_where_the_city_has_none(self) -> None:
        enter(contract(region="320000"))
        assert released(HOME).carried == {"critical_resident": Fen(10000)}

    def test_other_regions_people_are_the_agencys_to_pay_for(self) -> None:
        """What a bill asks of another province for its people is no insurer's of ours."""
        enter(contract())
        done = released(HOME, ABROAD)
        assert done.carried == {"critical_resident": Fen(10000)}
        assert done.paid["critical_resident"] == Fen(10000)
        assert statement(HOME, HOSPITALS[0], "2023-07").due()["critical_resident"] == Fen(20000)


@pytest.mark.usefixtures("tables")
class TestTwoPeople:
    def refused(self, one: CriticalContract, kind: type[MedaidError], field: str) -> None:
        with pytest.raises(kind) as told:
            insurer.propose_critical(one, CHIEF, JUNE)
        assert told.value.field == field

    @pytest.mark.parametrize(
        ("one", "field"),
        [
            (contract(date(2023, 7, 2)), "begin"),
            (contract(run_by="insurer", insurer=""), "insurer"),
            (contract(run_by="agency", insurer="CPIC"), "insurer"),
        ],
    )
    def test_what_does_not_say_who_from_when_is_refused(
        self, tables: Tables, one: CriticalContract, field: str
    ) -> None:
        before = tables.everything()
        self.refused(one, BadInput, field)
        assert tables.everything() == before

    def test_the_same_day_twice_is_refused_until_it_is_rejected(self) -> None:
        enter(contract(), agreed=False)
        self.refused(contract(), Conflict, "begin")
        insurer.decide_critical(R, MONTH, False, "合同未签", SECOND, JUNE)
        again = insurer.propose_critical(contract(insurer="PICC"), CHIEF, JUNE)
        assert [act.act for act in again.trail] == ["propose", "reject", "propose"]

    def test_nobody_agrees_to_what_they_entered_or_twice_or_without_a_reason(self) -> None:
        enter(contract(), agreed=False)
        with pytest.raises(Forbidden) as told:
            insurer.decide_critical(R, MONTH, True, "", CHIEF, JUNE)
        assert told.value.code == "SEPARATION"
        with pytest.raises(BadInput):
            insurer.decide_critical(R, MONTH, False, " ", SECOND, JUNE)
        insurer.decide_critical(R, MONTH, True, "", SECOND, JUNE)
        with pytest.raises(Conflict):
            insurer.decide_critical(R, MONTH, True, "", SECOND, JUNE)

    def test_what_was_never_entered_is_not_there(self) -> None:
        with pytest.raises(Refused) as told:
            insurer.decide_critical(R, MONTH, True, "", SECOND, JUNE)
        assert told.value.code == "NOT_FOUND"
