"""A person's year where counter and desk meet: totals are the sum of what stands, whatever the
order of settlements, reversals and recoveries (J27, M二.3)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from tests.conftest import Tables
from tests.reimbursement import office as desk
from tests.settlement.hospital import (
    NOW,
    Hospital,
    bill,
    contracted,
    known_person,
    living_allowance,
    passed,
    refused,
    stay_input,
)

from medaid.money import Fen
from medaid.people import service as people
from medaid.reimbursement import service
from medaid.reimbursement.model import Case, Officer, StatedAccount

MAOMING, COUNTY = "440900", "440902"
DAY = date(2021, 3, 2)


def officer(role: str) -> Officer:
    return desk.officer(f"o-{role}", role, admdvs=MAOMING)


@pytest.fixture(autouse=True)
def _world(tables: Tables) -> None:
    contracted()
    known_person("P1", living_allowance())


def amounts() -> dict[str, int]:
    return dict(people.load("P1", 2021).totals(2021).amounts)


def paid_case() -> Case:
    """A stay of March paid by hand: 10,000.00, of which 9,000.00 in scope."""
    o = desk.office()
    name = people.load("P1", 2021).person.name
    case = desk.draft("1", admdvs=MAOMING, begin=DAY, end=DAY.replace(day=10))
    account = StatedAccount(name, "6222020000001234", "102301000000", "self")
    receipts = (replace(case.receipts[0], date=DAY),)
    case = replace(case, account=account, receipts=receipts, created=NOW)
    case = desk.opened(o, case, NOW, officer("intake"))
    for role, act in (("intake", service.accept), ("intake", service.price)):
        case = act(o, officer(role), case.case_id, case.version, NOW, desk.given())
    for role, act in (
        ("auditor", service.audit),
        ("reviewer", service.recheck),
        ("accountant", service.order),
    ):
        case = act(o, officer(role), case.case_id, case.version, NOW, desk.given("核"))
    desk.endow(NOW, admdvs=COUNTY)
    batch = desk.open_batch("b", NOW, officer("cashier"))
    args = (case.case_id, case.version, batch.batch_id, NOW, desk.given())
    case = service.pay(o, officer("cashier"), *args)
    desk.close_batch(batch.batch_id, NOW, officer("cashier"))
    assert case.order is not None
    line = (case.order.order_id, case.order.amount.yuan(), "paid", "")
    assert desk.take(o, desk.answer(batch.batch_id, line), NOW) == (1, [])
    return service.case_detail(o, officer("manager"), case.case_id, NOW).case


def recovered(case: Case, fen: Fen) -> Case:
    o, why = desk.office(), desk.given("虚假票据", "第四十一条")
    args = (case.case_id, case.version)
    case = service.demand_recovery(o, officer("inspector"), *args, fen, NOW, why)
    case = service.order_recovery(
        o, officer("reviewer"), case.case_id, case.version, NOW, desk.given()
    )
    return service.receive_recovery(
        o, officer("cashier"), case.case_id, case.version, NOW, desk.given()
    )


def settled(hospital: Hospital) -> dict[str, str]:
    """A stay settled at the counter; what its reversal names."""
    mdtrt_id = hospital.stay("P1")
    given = stay_input("P1", mdtrt_id, bill("5000.00", "4500.00"))
    setl_id = passed(hospital.call("2304", given))["setlinfo"]["setl_id"]
    return {"mdtrt_id": mdtrt_id, "setl_id": setl_id, "psn_no": "P1"}


def test_a_recovery_is_not_lost_when_a_later_settlement_is_reversed() -> None:
    """Right money, 33."""
    hospital = Hospital()
    case = paid_case()
    with_case = amounts()
    settlement = settled(hospital)
    assert case.pricing is not None
    recovered(case, Fen(int(case.granted) // 2))
    passed(hospital.call("2305", settlement))
    after = amounts()
    assert after["own_all"] - with_case["own_all"] == int(case.granted) // 2
    paid = [name for name in with_case if name.startswith("paid:assistance")]
    assert paid
    assert all(after.get(name, 0) < with_case[name] for name in paid)


def test_a_settlement_under_a_case_recovered_in_full_is_reversed() -> None:
    """Right money, 33."""
    hospital = Hospital()
    settlement = settled(hospital)
    case = paid_case()
    refused(hospital.call("2305", settlement), "REVERSE_LATER_FIRST")
    case = recovered(case, Fen(int(case.granted) // 3))
    refused(hospital.call("2305", settlement), "REVERSE_LATER_FIRST")
    recovered(case, case.granted - case.recovered)
    passed(hospital.call("2305", settlement))
    left = {name: fen for name, fen in amounts().items() if name.startswith("paid:")}
    assert {name: fen for name, fen in left.items() if fen} == {}
