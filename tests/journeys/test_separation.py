"""Q3.1 over the whole office: who audits what one package pays may not pay what another does, nor
the reverse, over any number of papers and days."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from tests.clearing.builders import (
    HOME,
    HOSPITALS,
    agree,
    agreement,
    arrive,
    at,
    close_month,
    item,
    reconcile_totals,
)
from tests.conftest import Tables
from tests.reimbursement import office as desk

from medaid.clearing import projector
from medaid.clearing.hospital import service as hospital
from medaid.errors import Forbidden
from medaid.ids import OfficerId
from medaid.payments import service as payments
from medaid.regions import Region
from medaid.reimbursement import service, store
from medaid.reimbursement.model import Officer

A, AUGUST = HOSPITALS[0], at(2, 4, month=8)
NOW = desk.at("2026-03-16 09:00")
INTAKE = desk.officer("o-intake", "intake", admdvs=HOME)
REVIEWER = desk.officer("o-reviewer", "reviewer", admdvs=HOME)
DUTY = {
    "audit a case": "audit",
    "order a case": "account",
    "open a batch": "pay",
    "approve a statement": "audit",
    "release a statement": "pay",
}


@pytest.fixture(autouse=True)
def _office(tables: Tables) -> None:
    """A case that waits to be audited, one to be ordered; a statement to be approved, one to be
    released."""
    projector._note.cache_clear()
    desk.register(admdvs=HOME)
    o = desk.office()
    for key in ("audit", "order"):
        day = date(2026, 3, 2 + len(key))
        application = desk.draft(key, admdvs=HOME, begin=day, end=day)
        case = desk.opened(o, application, NOW, INTAKE)
        case = service.accept(o, INTAKE, case.case_id, case.version, NOW, desk.given())
        case = service.price(o, INTAKE, case.case_id, case.version, NOW, desk.given())
        if key == "order":
            auditor = desk.officer("o-auditor", "auditor", admdvs=HOME)
            case = service.audit(o, auditor, case.case_id, case.version, NOW, desk.given("核"))
            service.recheck(o, REVIEWER, case.case_id, case.version, NOW, desk.given())
    agree(agreement(A))
    for number, month in enumerate(("2023-06", "2023-07"), 1):
        one = item(number, at(3, month=int(month[5:])))
        arrive(one)
        close_month(HOME, month, AUGUST)
        sums = {n: one.amounts[n] for n in ("medfee_sumamt", "fund_pay_sumamt", "acct_pay")}
        first = date(2023, int(month[5:]), 1)
        last = date(2023, int(month[5:]) + 1, 1) - timedelta(days=1)
        reconcile_totals(HOME, A, ("390", "21", HOME), first, last, sums, 1, AUGUST)
    hospital.approve_statement(HOME, A, "2023-06", 1, "o-other", AUGUST)


def _case(key: str) -> tuple[str, int]:
    found = store.case(service.case_id(HOME, "office", key))
    assert found is not None
    return found.case_id, found.version


def acts(who: str) -> dict[str, Callable[[], object]]:
    """Each act of the office by one person, with a token of the role it needs."""
    o = desk.office()

    def role(name: str) -> Officer:
        return desk.officer(who, name, admdvs=HOME)

    return {
        "audit a case": lambda: service.audit(
            o, role("auditor"), *_case("audit"), NOW, desk.given("核")
        ),
        "order a case": lambda: service.order(
            o, role("accountant"), *_case("order"), NOW, desk.given()
        ),
        "open a batch": lambda: payments.open_batch(
            Region(HOME), f"b-{who}", OfficerId(who), frozenset({"cashier"}), NOW
        ),
        "approve a statement": lambda: hospital.approve_statement(
            HOME, A, "2023-07", 1, who, AUGUST
        ),
        "release a statement": lambda: hospital.release_statement(
            HOME, A, "2023-06", 1, who, AUGUST
        ),
    }


PAIRS = [(one, other) for one in DUTY for other in DUTY if one != other]


@pytest.mark.parametrize(("first", "second"), PAIRS, ids=lambda name: name.replace(" ", "-"))
def test_one_person_holds_one_duty_whatever_pays_Q3_1(first: str, second: str) -> None:
    """Right money, 16."""
    mine = acts("o-both")
    mine[first]()
    if DUTY[first] == DUTY[second]:
        mine[second]()
        return
    with pytest.raises(Forbidden) as refused:
        mine[second]()
    assert refused.value.code == "SEPARATION"
    acts("o-somebody-else")[second]()
