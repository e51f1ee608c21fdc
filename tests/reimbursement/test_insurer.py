"""Manual cases of a region whose assistance an insurer runs (M二.4, M二.5): it pays the person, the
agency pays what other funds grant, and the district pays the insurer what really occurred."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import pytest
from tests.clearing.builders import bank_says
from tests.conftest import Tables
from tests.fund.balances import counterpart_balances
from tests.reimbursement.api_client import Call, Desk, application, in_process, opened
from tests.reimbursement.office import answer, at, endow, office, officer, register, scan, take

from medaid.aws import outbox, rest, stream
from medaid.aws.rest.app import mount, plain
from medaid.clearing import api as clearing_api
from medaid.clearing import jobs
from medaid.clearing import service as clearing
from medaid.events import CaseFronted
from medaid.fund import service as fund
from medaid.months import Month
from medaid.payments import api as payments_api
from medaid.people import service as people
from medaid.reimbursement.api import ROUTES
from medaid.reimbursement.model import Officer
from medaid.workdays import published

CITY, DISTRICT, OTHER = "440900", "440981", "440902"
BEGIN = at("2021-03-16 09:00")


def of(name: str, *roles: str, admdvs: str = DISTRICT) -> Officer:
    return officer(f"o-{name}", *(roles or (name,)), admdvs=admdvs)


@dataclass
class Town:
    """The doors of a district, its city and its books, under one clock."""

    tables: Tables
    now: datetime = BEGIN
    resolve: Callable[..., Any] = field(init=False)

    def __post_init__(self) -> None:
        app = mount(rest.resolver(), ROUTES, lambda: self.now, lambda _now: office())
        mount(app, payments_api.ROUTES, lambda: self.now, lambda _now: {})
        self.resolve = mount(app, clearing_api.INSURER, lambda: self.now, plain).resolve

    def by(self, name: str, *roles: str, admdvs: str = DISTRICT) -> Call:
        return in_process(self.resolve, of(name, *roles, admdvs=admdvs))

    def contract(self, year: int = 2021) -> None:
        day = f"{self.now:%Y-%m-%d}"
        body = {
            "insurer": "PICC",
            "name": "人保财险茂名",
            "reserve": "100000.00",
            "chosen_on": day,
            "signed_on": day,
        }
        path = f"/clearing/{CITY}/insurer/{year}/contract"
        assert self.by("manager", admdvs=CITY)("POST", path, body)[0] == 201
        agreed = self.by("reviewer", admdvs=CITY)("POST", f"{path}/decision", {"approved": True})
        assert agreed[0] == 200

    def granted(
        self, key: str = "1", maf: str = "2100.00", hifp: str = "6375.00", **changes: Any
    ) -> Desk:
        """A case from application to obligation: 6,375.00 of basic insurance, 2,100.00 of
        assistance (of a second one in the year 468.00)."""
        sent = application(
            key,
            insuplc_admdvs=DISTRICT,
            mdtrtarea_admvs=DISTRICT,
            begntime="2021-03-02",
            endtime="2021-03-10",
            facts={},
            **changes,
        )
        sent["receipts"][0]["date"] = "2021-03-10"
        desk = opened(self.by("intake"), sent)
        digest = scan(desk.case_id, key.encode())
        self.do(desk, "intake", "accept")
        self.do(desk, "intake", "attach", bill_code="3201", bill_no=f"N{key}", sha256=digest)
        body = self.do(desk, "intake", "price")
        assert (body["pricing"]["hifp_pay"], body["pricing"]["maf_pay"]) == (hifp, maf)
        self.do(desk, "auditor", "audit", reason="另一次住院")
        self.do(desk, "reviewer", "recheck")
        return desk

    def do(self, desk: Desk, role: str, act: str, **body: Any) -> dict[str, Any]:
        status, found = desk.act(self.by(role), act, **body)
        assert status == 200, found
        return found

    def refused(self, desk: Desk, role: str, act: str, **body: Any) -> tuple[int, str, str]:
        before = desk.version
        status, found = desk.act(self.by(role), act, **body)
        assert desk.version == before
        return status, found["code"], found.get("field", "")

    def rest_paid(self, desk: Desk, key: str, result: str = "paid") -> dict[str, Any]:
        """The agency's own order for what the insurer does not pay, to the bank and back."""
        body = self.do(desk, "accountant", "order")
        batch = self.by("cashier")("POST", f"/payments/{DISTRICT}/batches", {"key": key})[1]
        self.do(desk, "cashier", "pay", batch_id=batch["batch_id"])
        path = f"/payments/{DISTRICT}/batches/{batch['batch_id']}/close"
        assert self.by("cashier")("POST", path, {})[0] == 200
        order = body["orders"][-1]
        self.bank(batch["batch_id"], order, result)
        return self.case(desk)

    def bank(self, batch: str, order: dict[str, Any], result: str) -> None:
        line = (order["order_id"], order["amount"], result, "" if result == "paid" else "销户")
        assert take(office(), answer(batch, line), self.now) == (1, [])

    def case(self, desk: Desk) -> dict[str, Any]:
        body = self.by("intake")("GET", f"/reimbursement/cases/{desk.case_id}", None)[1]
        desk.version = body["version"]
        return body

    def balances(self) -> dict[str, int]:
        found: dict[str, int] = {}
        for entry in self.entries():
            for line in entry.lines:
                found[line.account.code] = found.get(line.account.code, 0) + int(line.amount)
        return {code: amount for code, amount in found.items() if amount}

    def entries(self) -> list[Any]:
        months = Month("2021-01").through(Month.of(self.now))
        return [entry for month in months for entry in fund.entries(DISTRICT, month)]

    def bills(self, now: datetime, year: int = 2021) -> dict[str, str]:
        """What the morning's job has billed by `now`, as the page of the district shows it."""
        self.now = now
        for item in self.tables.items("outbox"):
            event = outbox.event_of(outbox_item(item))
            if isinstance(event, CaseFronted):
                clearing.hear(event, now)
        jobs.daily(now, published())
        shown = self.by("finance")("GET", f"/clearing/{DISTRICT}/insurer/{year}", None)[1]
        return {one["period"]: one["fronted"] for one in shown["bills"]}

    def paid_bill(self, period: str) -> None:
        path = f"/clearing/{DISTRICT}/insurer/2021/bills/{period}"
        assert self.by("auditor")("POST", f"{path}/approve", {})[0] == 200
        account = {"acctname": "人保财险", "bankacct": "6222000033334444", "bankcode": "104"}
        payee = f"/payments/{DISTRICT}/payees/PICC"
        assert self.by("accountant")("PUT", payee, account)[0] == 200
        assert self.by("manager")("POST", f"{payee}/approve", {})[0] == 200
        ordered = self.by("finance")("POST", f"{path}/pay", {})
        assert (ordered[0], ordered[1]["state"]) == (200, "ordered")
        taken = bank_says(ordered[1]["order_id"], "paid", self.now)
        assert (taken.taken, taken.problems) == (1, ())


def outbox_item(item: dict[str, Any]) -> outbox.OutboxItem:
    """As the table's stream brings it."""
    record = {"eventName": "INSERT", "dynamodb": {"NewImage": item}}
    found = stream.new_item(outbox.OutboxItem, record)
    assert found is not None
    return found


@pytest.fixture
def town(tables: Tables) -> Town:
    register(admdvs=DISTRICT, since=date(2021, 1, 1))
    endow(at("2021-01-04 09:00"), admdvs=DISTRICT)
    return Town(tables)


def test_by_hand_from_the_application_to_the_true_up_M二_5(town: Town) -> None:
    """Right money, 9. The insurer pays 2,100.00, the agency 6,375.00; July's bill asks for
    2,100.00, and nothing is owed to anybody when it is paid."""
    town.contract()
    desk = town.granted()
    assert town.refused(desk, "accountant", "order") == (409, "STATE", "insurer"), (
        "no order of ours beside the insurer"
    )
    body = town.do(desk, "accountant", "front")
    assert (body["state"], body["orders"][0]["amount"], body["orders"][0]["insurer"]) == (
        "fronting",
        "2100.00",
        "PICC",
    )
    assert "610100-2104" not in town.balances(), "nothing is owed before the insurer has paid"
    body = town.do(desk, "cashier", "front_paid", voucher="PZ-001")
    assert (body["state"], body["orders"][0]["voucher"]) == ("fronted", "PZ-001")
    assert town.balances() == {
        "390100-500111": 637500,
        "390100-2103": -637500,
        "610100-500101": 210000,
        "610100-2104": -210000,
    }
    body = town.rest_paid(desk, "b")
    assert (body["state"], [one["amount"] for one in body["orders"]]) == (
        "confirmed",
        ["2100.00", "6375.00"],
    )
    assert town.bills(at("2021-07-01 05:00")) == {"07": "2100.00"}
    town.paid_bill("07")
    assert town.balances() == {
        "390100-500111": 637500,
        "390100-1002": -637500,
        "610100-500101": 210000,
        "610100-1001": -210000,
    }
    assert counterpart_balances(town.entries(), "2104") == {}
    assert town.bills(at("2022-03-01 05:00")) == {
        "07": "2100.00",
        "12": "0.00",
        "true_up": "0.00",
    }


def test_an_outpatient_case_is_asked_for_in_march_alone_M二_5(town: Town) -> None:
    """茂民规〔2018〕3号二(五)1, 3; issue: the finance office, 9."""
    town.contract()
    desk = town.granted("1", "7040.00", hifp="200.00", med_type="11")
    town.do(desk, "accountant", "front")
    town.do(desk, "cashier", "front_paid", voucher="PZ-001")
    assert town.bills(at("2021-07-01 05:00")) == {"07": "0.00"}
    assert town.bills(at("2022-03-01 05:00"))["true_up"] == "7040.00"


def test_a_region_that_runs_its_assistance_itself_hands_nothing_over(town: Town) -> None:
    desk = town.granted()
    assert town.refused(desk, "accountant", "front") == (409, "STATE", "insurer")
    body = town.rest_paid(desk, "b")
    assert [one["amount"] for one in body["orders"]] == ["8475.00"]
    assert town.bills(at("2021-07-01 05:00")) == {}


@pytest.mark.parametrize("role", ["intake", "auditor", "reviewer", "cashier", "manager"])
def test_the_accountant_alone_hands_a_case_over_Q3_1(town: Town, role: str) -> None:
    town.contract()
    desk = town.granted()
    assert town.refused(desk, role, "front")[:2] == (403, "FORBIDDEN")


@pytest.mark.parametrize("role", ["intake", "auditor", "reviewer", "accountant", "manager"])
@pytest.mark.parametrize("act", ["front_paid", "front_failed", "front_returned"])
def test_the_cashier_alone_records_what_the_insurer_told_Q3_1(
    town: Town, role: str, act: str
) -> None:
    town.contract()
    desk = town.granted()
    town.do(desk, "accountant", "front")
    said = {"voucher": "PZ"} if act == "front_paid" else {"reason": "退回"}
    assert town.refused(desk, role, act, **said)[:2] == (403, "FORBIDDEN")


def test_who_handed_it_over_does_not_record_the_payment_Q3_1(town: Town) -> None:
    """Not even with a cashier's token: account and pay exclude each other in the office."""
    town.contract()
    desk = town.granted()
    town.do(desk, "accountant", "front")
    call = in_process(town.resolve, officer("o-accountant", "cashier", admdvs=DISTRICT))
    status, body = desk.act(call, "front_paid", voucher="PZ")
    assert (status, body["code"]) == (403, "SEPARATION")


def test_what_was_handed_over_is_handed_over_and_paid_once(town: Town) -> None:
    town.contract()
    desk = town.granted()
    town.do(desk, "accountant", "front")
    for act in ("front", "order"):
        assert town.refused(desk, "accountant", act)[:2] == (409, "STATE")
    assert town.refused(desk, "cashier", "front_paid", voucher=" ")[:2] == (400, "FIELD_FORMAT")
    town.do(desk, "cashier", "front_paid", voucher="PZ-001")
    before = town.balances()
    assert town.refused(desk, "cashier", "front_paid", voucher="PZ-002")[:2] == (409, "STATE")
    assert town.refused(desk, "accountant", "front")[:2] == (409, "STATE")
    assert town.balances() == before


def test_a_changed_account_is_approved_before_the_insurer_is_asked(town: Town) -> None:
    town.contract()
    desk = town.granted()
    account = {"acctname": "张P1", "bankacct": "6222020000007777", "bankcode": "102301000000"}
    town.do(desk, "intake", "change_account", account=account, reason="户名不符")
    assert town.refused(desk, "accountant", "front") == (409, "STATE", "account")
    town.do(desk, "auditor", "approve_account")
    body = town.do(desk, "accountant", "front")
    assert body["orders"][0]["account_tail"] == "7777"


def test_what_the_insurer_could_not_pay_is_on_no_bill_and_is_handed_over_again(town: Town) -> None:
    town.contract()
    desk = town.granted()
    before = town.balances()
    town.do(desk, "accountant", "front")
    assert town.refused(desk, "cashier", "front_failed")[:2] == (400, "FIELD_REQUIRED")
    body = town.do(desk, "cashier", "front_failed", reason="账户已销户")
    assert (body["state"], body["reason"], town.balances()) == (
        "payment_failed",
        "账户已销户",
        before,
    )
    assert town.refused(desk, "cashier", "front_returned", reason="退回")[:2] == (409, "STATE")
    assert town.refused(desk, "accountant", "order") == (409, "STATE", "insurer")
    town.do(desk, "accountant", "front")
    town.do(desk, "cashier", "front_paid", voucher="PZ-002")
    assert town.bills(at("2021-07-01 05:00")) == {"07": "2100.00"}


def test_what_came_back_after_the_bill_is_taken_off_the_next_one(town: Town) -> None:
    """Returned to the insurer in August: December's bill gives it back; paid again in September, it
    is on December's bill once more."""
    town.contract()
    desk = town.granted()
    town.do(desk, "accountant", "front")
    town.do(desk, "cashier", "front_paid", voucher="PZ-001")
    town.rest_paid(desk, "b")
    assert town.bills(at("2021-07-01 05:00")) == {"07": "2100.00"}
    town.paid_bill("07")
    town.now = at("2021-08-02 09:00")
    body = town.do(desk, "cashier", "front_returned", reason="户名不符退回")
    assert body["state"] == "payment_failed"
    assert town.balances()["610100-2103"] == -210000, "owed to the person again"
    assert town.refused(desk, "reviewer", "annul", reason="有误")[:2] == (409, "STATE"), (
        "basic insurance is paid"
    )
    body = town.do(desk, "accountant", "front")
    body = town.do(desk, "cashier", "front_paid", voucher="PZ-003")
    assert body["state"] == "confirmed", "the rest was paid long ago"
    assert town.bills(at("2021-12-01 05:00")) == {"07": "2100.00", "12": "0.00"}


def test_what_came_back_and_is_not_paid_again_is_given_back(town: Town) -> None:
    town.contract()
    desk = town.granted()
    town.do(desk, "accountant", "front")
    town.do(desk, "cashier", "front_paid", voucher="PZ-001")
    town.bills(at("2021-07-01 05:00"))
    town.paid_bill("07")
    town.do(desk, "cashier", "front_returned", reason="账户已销户")
    assert town.bills(at("2021-12-01 05:00")) == {"07": "2100.00", "12": "-2100.00"}
    body = town.do(desk, "reviewer", "annul", reason="不实")
    assert body["state"] == "returned"


def test_a_fronted_case_is_not_annulled_it_is_recovered(town: Town) -> None:
    """Taken back in full: the person pays the agency, the insurer is paid what it paid, and no fund
    has spent anything."""
    town.contract()
    desk = town.granted()
    town.do(desk, "accountant", "front")
    town.do(desk, "cashier", "front_paid", voucher="PZ-001")
    town.rest_paid(desk, "b", "failed")
    assert town.refused(desk, "reviewer", "annul", reason="有误") == (409, "STATE", "insurer")
    body = town.rest_paid(desk, "c")
    assert body["state"] == "confirmed"
    why = {"reason": "虚假票据", "clause": "第四十一条"}
    for amount in ("1000.01", "7474.99"):
        town.do(desk, "auditor", "demand_recovery", amount=amount, **why)
        town.do(desk, "reviewer", "order_recovery")
        town.do(desk, "cashier", "receive_recovery")
    assert town.refused(desk, "cashier", "front_returned", reason="退回")[:2] == (409, "STATE")
    assert town.bills(at("2021-07-01 05:00")) == {"07": "2100.00"}
    town.paid_bill("07")
    assert town.balances() == {"610100-1002": 210000, "610100-1001": -210000}
    totals = people.load("P1", 2021).totals(2021)
    assert [name for name in totals.amounts if name.startswith("paid:")] == []


def test_after_the_years_true_up_the_next_contract_pays_or_the_agency_itself(town: Town) -> None:
    """What is handed over when its year is trued up would be on no bill any more."""
    town.contract()
    first, second = town.granted("1"), town.granted("2", "468.00")
    town.do(first, "accountant", "front")
    town.do(first, "cashier", "front_paid", voucher="PZ-001")
    assert town.bills(at("2022-03-01 05:00"))["true_up"] == "0.00"
    assert town.refused(second, "accountant", "front") == (409, "STATE", "insurer")
    town.contract(2022)
    town.do(second, "accountant", "front")
    town.do(second, "cashier", "front_paid", voucher="PZ-002")
    assert town.bills(at("2022-07-01 05:00"), 2022) == {"07": "468.00"}
