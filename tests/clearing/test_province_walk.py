"""Two provinces clear by REST alone, each act by its officer with its own token: prepayment fixed
and paid in, cities collected from beforehand, the ten days from "in full", a dispute, confirmations
before the books, alerts. Proves X12. Issue: the finance office, 9."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from tests.clearing.builders import at, endow
from tests.clearing.test_jobs import ask
from tests.clearing.test_region_bills import JS, MONTH, NANJING, OTHER, PAIR, SH, SUZHOU, bill_of
from tests.conftest import Tables

from medaid.aws.transaction import commit
from medaid.clearing.amounts import Amounts
from medaid.clearing.regions import store
from medaid.clearing.regions.model import Pair
from medaid.fund import service as fund
from medaid.money import Fen

Answer = tuple[int, dict[str, Any]]
ALL: dict[Pair, Amounts] = {PAIR: {"assistance": Fen(1000_00)}, OTHER: {"assistance": Fen(70_00)}}
BILL = f"/clearing/{{}}/bills/{MONTH}/clearing/{SH}/{JS}/{{}}"
PREPAID = f"/clearing/{{}}/prepayments/2023/prepayment/{SH}/{JS}/{{}}"


class Offices:
    """The officers of two provinces under one clock."""

    def __init__(self) -> None:
        self.now = at(2, 4, month=8)

    def ask(self, method: str, path: str, body: Any, role: str, region: str, sub: str) -> Answer:
        token: dict[str, Any] = {
            "roles": role,
            "region": region,
            "sub": f"{region}-{sub}",
            "now": self.now,
        }
        return ask(method, path, body, **token)

    def get(self, path: str, region: str) -> dict[str, Any]:
        status, body = self.ask("GET", path, None, "manager", region, "看")
        assert status == 200, body
        return body

    def done(self, path: str, body: Any, role: str, region: str, sub: str) -> dict[str, Any]:
        status, found = self.ask("POST", path, body, role, region, sub)
        assert status in (200, 201), found
        return found

    def refused(self, *sent: Any) -> tuple[int, str, str]:
        status, body = self.ask("POST", *sent)
        return status, body["code"], body.get("field", "")

    def step(self, form: str, step: str, document: str = "") -> dict[str, Any]:
        region = SH if step == "confirmed" else JS
        role, sub = {
            "in_full": ("finance", "财政甲"),
            "transferred": ("finance", "财政甲"),
            "advised": ("accountant", "会计"),
            "confirmed": ("accountant", "会计"),
        }.get(step, ("cashier", "出纳"))
        return self.done(form.format(region, step), {"document": document}, role, region, sub)

    def collect(self, city: str, document: str, yuan: str) -> dict[str, Any]:
        body = {"document": document, "amounts": {"assistance": yuan}}
        return self.done(f"/clearing/{JS}/deposits/{city}", body, "cashier", JS, "出纳")


def moved(region: str, number: str) -> int:
    lines = [line for e in fund.entries(region, "2023-08") for line in e.lines]
    return sum(int(line.fen) for line in lines if line.account.number == number)


@pytest.fixture
def offices(tables: Tables) -> Offices:
    for region in (SUZHOU, NANJING, JS, SH):
        endow(region, day=date(2023, 7, 31))
    return Offices()


def test_a_prepayment_from_its_fixing_to_the_creditors_confirmation(offices: Offices) -> None:
    """X12: two months of last year's 6,000.00 are 1,000.00; fixed by two people, found on a list by
    either region, paid in and confirmed."""
    fix = f"/clearing/{JS}/prepayments/{SH}/2023/fix"
    sent = {"last_year": {"assistance": "6000.00"}}
    offices.done(fix, sent, "manager", JS, "主任")
    said = {"approved": True}
    own = ("POST", f"{fix}/decision", said, "manager", JS, "主任")
    assert offices.refused(*own[1:])[:2] == (403, "SEPARATION")
    assert offices.get(f"/clearing/{JS}/prepayments/2023/bills", JS)["rows"] == []
    offices.done(f"{fix}/decision", said, "reviewer", JS, "复核")
    for region in (JS, SH):
        (row,) = offices.get(f"/clearing/{region}/prepayments/2023/bills", region)["rows"]
        assert (row["total"], row["state"], row["next_steps"]) == ("1000.00", "made", ["received"])
    assert offices.get(f"/clearing/{SUZHOU}/prepayments/2023/bills", SUZHOU)["rows"] == []
    assert offices.get(f"/clearing/{JS}/prepayments/{SH}", JS)["held"] == {}
    left = ["received", "submitted", "transferred"]
    for step in left:
        assert offices.step(PREPAID, step)["state"] == step
    assert moved(SH, "2106") == moved(JS, "1101") == 0
    offices.step(PREPAID, "confirmed", "沪财函1号")
    offices.step(PREPAID, "advised", "苏财函1号")
    assert offices.get(f"/clearing/{JS}/prepayments/{SH}", JS)["held"] == {"assistance": "1000.00"}


def test_a_months_bill_from_the_file_to_the_books(offices: Offices) -> None:
    """X12, X7: disputed before the money is set aside, collected from both cities, ten working days
    from in full, books with the papers alone."""
    commit(store.create_bill(bill_of(ALL)))
    offices.collect(SUZHOU, "缴款1", "900.00")
    received = offices.step(BILL, "received")
    assert (received["next_steps"], received["due"]) == (["submitted"], "2023-08-09")
    contest = {
        "creditor_city": PAIR[0],
        "debtor_city": PAIR[1],
        "amounts": {"assistance": "100.00"},
        "reason": "人员已停保",
    }
    path = f"/clearing/{JS}/bills/{MONTH}/disputes/{SH}"
    assert offices.done(path, contest, "auditor", JS, "审核")["total"] == "970.00"
    use = offices.get(f"/clearing/{SH}/prepayment-use", SH)["rows"]
    assert [(one["paying"], one["outstanding"], one["alert"]) for one in use] == [
        (JS, "970.00", "red")
    ]
    submitted = offices.step(BILL, "submitted")
    assert (submitted["next_steps"], submitted["due"]) == (["in_full"], None)
    nothing: dict[str, str] = {}
    full = (BILL.format(JS, "in_full"), nothing, "finance", JS, "财政甲")
    assert offices.refused(*full)[:2] == (409, "STATE"), "70.00 of Nanjing are missing"
    offices.collect(NANJING, "缴款2", "70.00")
    offices.now = at(21, 4, month=8)
    assert offices.step(BILL, "in_full")["due"] == "2023-09-04"
    offices.now = at(25, 4, month=8)
    done = offices.step(BILL, "transferred")
    assert (done["next_steps"], done["due"]) == (["advised", "confirmed"], "2023-09-01")
    assert moved(SUZHOU, "2102") == moved(PAIR[0], "1102") == 0
    assert offices.refused(BILL.format(SH, "confirmed"), {}, "accountant", SH, "会计")[2] == (
        "document"
    )
    offices.step(BILL, "confirmed", "沪财函2号")
    assert (moved(PAIR[0], "1102"), moved(SUZHOU, "2102")) == (-970_00, 0)
    last = offices.step(BILL, "advised", "苏财函2号")
    assert (last["next_steps"], last["due"]) == ([], None)
    assert (moved(SUZHOU, "2102"), moved(NANJING, "2102")) == (900_00, 70_00)


@pytest.mark.parametrize(
    ("step", "role", "region", "code"),
    [
        ("received", "cashier", SH, "FORBIDDEN"),  # the debtor's
        ("received", "finance", JS, "FORBIDDEN"),
        ("received", "manager", JS, "FORBIDDEN"),
        ("submitted", "cashier", JS, "STATE"),  # before it was received
        ("transferred", "finance", JS, "STATE"),
        ("confirmed", "accountant", JS, "FORBIDDEN"),  # the creditor's
    ],
)
def test_a_step_of_another_hand_region_or_time_is_refused(
    offices: Offices, tables: Tables, step: str, role: str, region: str, code: str
) -> None:
    commit(store.create_bill(bill_of(ALL)))
    before = tables.everything()
    sent = (BILL.format(region, step), {"document": "函1"}, role, region, "甲")
    assert offices.refused(*sent)[1] == code
    assert tables.everything() == before


@pytest.mark.parametrize(
    ("city", "amounts", "region", "code"),
    [
        (SUZHOU, {"assistance": "1.001"}, JS, "AMOUNT_FORMAT"),
        (SUZHOU, {"assistance": "0.00"}, JS, "AMOUNT_NEGATIVE"),
        (SUZHOU, {"nobody": "1.00"}, JS, "FUND_UNKNOWN"),
        (PAIR[0], {"assistance": "1.00"}, JS, "REGION_UNKNOWN"),
        (SUZHOU, {"assistance": "1.00"}, SH, "FORBIDDEN"),
    ],
)
def test_what_a_city_pays_in_is_checked(
    offices: Offices, tables: Tables, city: str, amounts: dict[str, str], region: str, code: str
) -> None:
    before = tables.everything()
    body = {"document": "缴款1", "amounts": amounts}
    sent = (f"/clearing/{JS}/deposits/{city}", body, "cashier", region, "出纳")
    assert offices.refused(*sent)[1] == code
    assert tables.everything() == before
