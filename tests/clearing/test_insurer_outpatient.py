"""Outpatient assistance that an insurer fronts is asked for in March alone: 茂民规〔2018〕3号
二(五)1, 3. Proves M二.5. Issue: the finance office, 9."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from tests.clearing.builders import (
    agree,
    agreement,
    arrive,
    at,
    close_month,
    insure,
    item,
    reconcile_lines,
    statement,
    upload_rows,
)
from tests.clearing.test_insurer import CITY, DISTRICT, HOSPITAL, bill, fronted, open_2104
from tests.conftest import Tables
from tests.settlement.hospital import (
    Hospital,
    contracted,
    known_person,
    living_allowance,
    passed,
    settlement_events,
    visit_input,
)
from tests.settlement.hospital import bill as bill_of

from medaid.aws.transaction import commit
from medaid.benefit.model import Step
from medaid.benefit.service import outpatient_assistance
from medaid.clearing.hospital import service as hospital
from medaid.clearing.insurer import rules
from medaid.clearing.insurer import service as insurer
from medaid.clearing.insurer.model import InsurerPeriod
from medaid.clearing.model import OUTPATIENT, items_of
from medaid.fund import service as fund
from medaid.money import Fen
from medaid.regions import Region


@pytest.fixture
def year(tables: object) -> None:
    insure(CITY, 2019)
    agree(agreement(HOSPITAL, year=2019))


@pytest.mark.parametrize(
    ("period", "kinds"),
    [
        (InsurerPeriod.JULY, {"insurer_fronting"}),
        (InsurerPeriod.DECEMBER, {"insurer_fronting"}),
        (InsurerPeriod.TRUE_UP, {"insurer_fronting", "insurer_fronting_outpatient"}),
    ],
)
def test_what_each_bill_asks_for_is_data(period: InsurerPeriod, kinds: set[str]) -> None:
    assert {*rules.cover(DISTRICT, 2019, period).kinds} == kinds


@pytest.mark.usefixtures("year")
def test_the_year_with_outpatient_care() -> None:
    """M二.5.

    March: a stay with 500.00; a visit with 150.00, of which 120.00 门诊救助 and 30.00 二次救助.
    August: a stay with 300.00, a visit with 80.00, all of it 门诊救助.

    July 500.00 + 30.00; December 300.00; March 120.00 + 80.00 and 0.8 % of 1,030.00 = 8.24.
    """
    fronted(1, 3, 50000)
    fronted(2, 4, 15000, outpatient=12000)
    assert open_2104() == -65000
    assert bill(DISTRICT, "07", at(1, month=7, year=2019)).fronted == Fen(53000)
    fronted(3, 8, 30000)
    fronted(4, 9, 8000, outpatient=8000)
    assert bill(DISTRICT, "12", at(1, month=12, year=2019)).fronted == Fen(30000)
    final = bill(DISTRICT, "true_up", at(1, month=3, year=2020))
    assert (final.fronted, final.fee) == (Fen(20000), Fen(824))
    assert -open_2104() == 53000 + 30000 + 20000


@pytest.mark.usefixtures("year")
def test_a_year_without_bills_before_is_asked_for_whole_in_march() -> None:
    fronted(1, 3, 50000)
    fronted(2, 4, 15000, outpatient=15000)
    final = bill(DISTRICT, "true_up", at(1, month=3, year=2020))
    assert (final.fronted, final.fee) == (Fen(65000), Fen(520))


@pytest.mark.usefixtures("year")
def test_what_came_back_is_taken_off_the_bill_that_asks_for_it() -> None:
    contract = insurer.find_contract(DISTRICT, 2019)
    assert contract is not None
    may = at(3, month=5, year=2019)
    sent = (contract, DISTRICT, "C1", "C1", Fen(700))
    commit(insurer.front(*sent, may, "2103", outpatient=Fen(500)))
    assert bill(DISTRICT, "07", at(1, month=7, year=2019)).fronted == Fen(200)
    august = at(3, month=8, year=2019)
    commit(insurer.front_returned(*sent, "销户", august, "2103", outpatient=Fen(500)))
    assert bill(DISTRICT, "12", at(1, month=12, year=2019)).fronted == Fen(-200)
    assert bill(DISTRICT, "true_up", at(1, month=3, year=2020)).fronted == Fen(0)


@pytest.mark.parametrize(
    ("amount", "outpatient", "kinds"),
    [
        (700, 0, ["insurer_fronting"]),
        (700, 700, ["insurer_fronting_outpatient"]),
        (700, 1, ["insurer_fronting", "insurer_fronting_outpatient"]),
    ],
)
@pytest.mark.usefixtures("year")
def test_a_fronting_books_each_kind_of_assistance_once(
    amount: int, outpatient: int, kinds: list[str]
) -> None:
    contract = insurer.find_contract(DISTRICT, 2019)
    assert contract is not None
    may = at(3, month=5, year=2019)
    commit(
        insurer.front(
            contract, DISTRICT, "C1", "C1", Fen(amount), may, "2103", outpatient=Fen(outpatient)
        )
    )
    found = [entry.kind for entry in fund.entries(DISTRICT, "2019-05")]
    assert sorted(found) == kinds
    assert open_2104() == -amount


@pytest.mark.usefixtures("year")
def test_a_disputed_visit_is_not_fronted_and_a_deduction_comes_off_the_rest_first() -> None:
    """A stay with 500.00 and visits with 120.00 and 40.00 of 门诊救助; the last one is disputed and
    100.00 are taken off: 520.00 is fronted, of it 120.00 outpatient."""
    march = at(5, month=3, year=2019)
    at_home = {"institution": HOSPITAL, "home": DISTRICT, "treatment": DISTRICT, "hifp": 1000}
    stay = item(1, march, maf=50000, **at_home)  # type: ignore[arg-type]
    visit = item(2, march, maf=12000, clr_type="11", outpatient=12000, **at_home)  # type: ignore[arg-type]
    other = item(3, march, maf=4000, clr_type="11", outpatient=4000, **at_home)  # type: ignore[arg-type]
    for one in (stay, visit, other):
        arrive(one)
    april = at(2, 4, month=4, year=2019)
    hospital.create_deduction(
        Region(DISTRICT),
        HOSPITAL,
        "D1",
        {"assistance": Fen(10000)},
        "违规",
        Region(DISTRICT),
        "甲",
        april,
    )
    close_month(DISTRICT, "2019-03", april)
    days = date(2019, 3, 1), date(2019, 3, 31)
    for clr_type, ours in (("21", [stay]), ("11", [visit])):
        reconcile_lines(
            DISTRICT, HOSPITAL, clr_type, DISTRICT, *days, b"".join(upload_rows(ours)), april
        )
    hospital.approve_statement(DISTRICT, HOSPITAL, "2019-03", 1, "甲", april)
    hospital.release_statement(DISTRICT, HOSPITAL, "2019-03", 1, "乙", april)
    assert statement(DISTRICT, HOSPITAL, "2019-03").fronted == {"assistance": Fen(52000)}
    assert bill(DISTRICT, "07", at(1, month=7, year=2019)).fronted == Fen(40000)
    assert bill(DISTRICT, "true_up", at(1, month=3, year=2020)).fronted == Fen(12000)


@pytest.mark.parametrize(
    ("care", "tier", "paid", "outpatient"),
    [
        ("outpatient", "assistance", 800, 800),
        ("chronic_outpatient", "assistance", 800, 800),
        ("inpatient", "assistance", 800, 0),
        ("maternity", "assistance", 800, 0),
        ("outpatient", "secondary", 800, 0),
        ("outpatient", "tilted", 800, 0),
        ("outpatient", "assistance", 0, 0),
    ],
)
def test_outpatient_assistance_is_that_layer_alone(
    care: str, tier: str, paid: int, outpatient: int
) -> None:
    steps = [
        Step("x", "x", tier, "maf_pay", "in_policy", paid, 0, (), paid, None, paid, ()),
        Step("b", "b", "basic", "hifp_pay", "in_policy", 500, 0, (), 500, None, 500, ()),
    ]
    assert outpatient_assistance(care, steps) == Fen(outpatient)


def test_a_visit_tells_clearing_what_of_its_assistance_is_outpatient(tables: Tables) -> None:
    """A visit of 6,000.00, 1,000.00 of it in the catalogue, of which insurance pays 200.00, of
    somebody on living allowance: 门诊救助 800.00 * 0.80 = 640.00, 二次救助 (5,160.00 - 3,000.00) *
    0.80 = 1,728.00. Its reversal takes the same back."""
    contracted()
    known_person("P1", living_allowance())
    door = Hospital(prefix="20210301100000")
    visit = door.visit("P1", "2021-03-01 09:00:00")
    done = passed(door.call("2207", visit_input("P1", visit, bill_of("6000.00", "1000.00"))))
    setl_id = done["setlinfo"]["setl_id"]
    passed(door.call("2208", {"setl_id": setl_id, "mdtrt_id": visit, "psn_no": "P1"}))
    assert done["setlinfo"]["maf_pay"] == "2368.00"
    told = {one.refd: one for one in settlement_events()}
    assert {refd: one.outpatient_assistance for refd, one in told.items()} == {
        False: Fen(64000),
        True: Fen(-64000),
    }
    (main,) = items_of(replace(told[False], assisting_region=""))
    assert main.amounts[OUTPATIENT] == Fen(64000)
    (counted, part) = items_of(told[False])
    assert OUTPATIENT not in counted.amounts
    assert (part.amounts["maf_pay"], part.amounts[OUTPATIENT]) == (Fen(236800), Fen(64000))
