"""An approval or a receipt of a quarter's money that was a mistake, taken back by two people."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import Any

import pytest
from functions.clearing.handler import routes
from tests.conftest import Tables
from tests.fund.office import budget, give

from medaid.errors import BadInput, Conflict, Forbidden, Refused
from medaid.fund import allocation_withdrawal, allocations, balances, periods, printouts, service
from medaid.fund.allocation_steps import AllocationStep
from medaid.fund.model import journal
from medaid.fund.records import Allocation, AllocationState
from medaid.money import Fen
from medaid.months import Month, Quarter
from medaid.papers.model import Paper
from medaid.regions import Region

R = Region("620522")
Q3 = Quarter("2023-Q3")
FUND = "assistance"
APPROVAL, RECEIPT = AllocationStep


def when(day: int, month: int = 7) -> datetime:
    return datetime(2023, month, day, 2, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _approved(tables: Tables) -> None:
    """6.00 of a budget of 10.00 yuan, approved; as much as the budget on the special account."""
    budget(2023, {"610100-500101": 1000})
    give(FUND, 1000, date(2023, 7, 1))
    allocations.request_allocation(R, Q3, "1", {FUND: Fen(600)}, "会计", when(1))
    allocations.review_allocation(R, Q3, "1", "审核", when(2))
    allocations.approve_allocation(R, Q3, "1", "财政甲", when(2))


def receive(day: int = 3, month: int = 7) -> None:
    allocations.receive_allocation(R, Q3, "1", "出纳", when(day, month))


def ask(step: AllocationStep, by: str, at: datetime, request: str = "1") -> Allocation:
    return allocation_withdrawal.request_withdrawal(step, R, Q3, request, "款项重复", by, at)[0]


def decide(
    step: AllocationStep, by: str, at: datetime, *, approved: bool = True, why: str = "属实"
) -> tuple[Allocation, AllocationState]:
    return allocation_withdrawal.decide_withdrawal(step, R, Q3, "1", approved, why, by, at)


def state() -> AllocationState:
    return allocations.get_allocation(R, Q3, "1")[1]


def held(day: date) -> tuple[int, int]:
    """Fen on the special and on the expenditure account."""
    found = balances.balance(R, day)
    return tuple(int(found.get(f"610100-{one}", Fen(0))) for one in ("1001", "1002"))  # type: ignore[return-value]


def signed_on(made: Paper) -> date | None:
    """When finance signed its approval, as the paper shows it."""
    return next(one.day for one in made.signatures if one.post == "财政部门审批")


class TestApproval:
    def test_it_waits_again_and_the_same_hand_may_approve_anew(self) -> None:
        ask(APPROVAL, "财政甲", when(3))
        changed, now = decide(APPROVAL, "财政乙", when(4))
        assert now is state() is AllocationState.REVIEWED
        acts = [(one.act, one.by) for one in changed.trail[2:]]
        assert acts == [("批准", "财政甲"), ("申请撤回批准", "财政甲"), ("撤回批准", "财政乙")]
        with pytest.raises(Conflict) as told:
            receive(5)
        assert told.value.code == "STATE"
        allocations.approve_allocation(R, Q3, "1", "财政甲", when(5))
        receive(6)
        assert held(date(2023, 7, 6)) == (400, 600)

    def test_rejected_then_its_part_of_the_budget_is_free(self) -> None:
        """Right money, 35."""
        other = R, Q3, "2", {FUND: Fen(401)}, "会计", when(5)
        ask(APPROVAL, "财政甲", when(3))
        decide(APPROVAL, "财政乙", when(4))
        with pytest.raises(Conflict) as told:  # it is asked for still
            allocations.request_allocation(*other)
        assert told.value.code == "BUDGET_EXCEEDED"
        allocations.reject_allocation(R, Q3, "1", "财政甲", "超出需要", when(5))
        allocations.request_allocation(*other)

    def test_nothing_is_received_while_it_is_undecided(self) -> None:
        ask(APPROVAL, "财政甲", when(3))
        with pytest.raises(Conflict) as told:
            receive(4)
        assert (told.value.code, told.value.field) == ("STATE", "request")
        assert held(date(2023, 7, 4)) == (1000, 0)
        decide(APPROVAL, "财政乙", when(5), approved=False, why="批准无误")
        receive(6)
        assert held(date(2023, 7, 6)) == (400, 600)

    def test_received_already_the_receipt_goes_first(self) -> None:
        receive()
        with pytest.raises(Conflict) as told:
            ask(APPROVAL, "财政甲", when(4))
        assert told.value.code == "STATE"
        ask(RECEIPT, "出纳", when(4))
        with pytest.raises(Conflict):  # it is the receipt that was asked for
            decide(APPROVAL, "财政乙", when(4))
        decide(RECEIPT, "会计", when(4))
        ask(APPROVAL, "财政甲", when(5))
        decide(APPROVAL, "财政乙", when(5))
        assert state() is AllocationState.REVIEWED

    def test_the_paper_shows_the_signatures_that_stand(self) -> None:
        assert signed_on(printouts.allocation_paper(R, Q3, "1")) == date(2023, 7, 2)
        ask(APPROVAL, "财政甲", when(3))
        decide(APPROVAL, "财政乙", when(4))
        paper = printouts.allocation_paper(R, Q3, "1")
        assert signed_on(paper) is None
        assert [note.split("(")[0] for note in paper.notes] == ["申请撤回批准", "撤回批准"]


class TestReceipt:
    def test_its_entry_is_mirrored_and_it_is_received_anew(self) -> None:
        """Right money, 35."""
        receive()
        ask(RECEIPT, "出纳", when(4))
        assert held(date(2023, 7, 4)) == (400, 600)
        assert decide(RECEIPT, "会计", when(5))[1] is AllocationState.APPROVED
        assert held(date(2023, 7, 5)) == (1000, 0)
        receive(6)
        assert held(date(2023, 7, 6)) == (400, 600)
        ask(RECEIPT, "出纳", when(7))
        decide(RECEIPT, "会计", when(7))
        receive(8)
        booked = [one for one in service.entries(R, "2023-07") if one.kind == "allocation"]
        assert len(booked) == len({one.source for one in booked}) == 5
        assert held(date(2023, 7, 8)) == (400, 600)

    def test_a_closed_month_stays_as_it_is(self) -> None:
        receive()
        periods.close(R, Month("2023-07"), "会计", when(2, 8))
        ask(RECEIPT, "出纳", when(3, 8))
        decide(RECEIPT, "会计", when(3, 8))
        assert held(date(2023, 7, 31)) == (400, 600)
        assert held(date(2023, 8, 3)) == (1000, 0)

    def test_spent_already_it_is_not_taken_back(self) -> None:
        receive()
        rows, other = [(FUND, "2101", "1002", Fen(1))], "H62052200001"
        kind = "institution_payment"
        periods.post(journal.movement(kind, R, "付", rows, when(4), counterpart=other))
        ask(RECEIPT, "出纳", when(5))
        with pytest.raises(Conflict) as told:
            decide(RECEIPT, "会计", when(5))
        assert (told.value.code, told.value.field) == ("OVERDRAWN", "request")
        assert state() is AllocationState.RECEIVED
        assert decide(RECEIPT, "会计", when(6), approved=False)[1] is AllocationState.RECEIVED

    def test_not_agreed_to_it_stands_and_may_be_asked_again(self) -> None:
        receive()
        ask(RECEIPT, "出纳", when(4))
        with pytest.raises(BadInput) as told:
            decide(RECEIPT, "会计", when(5), approved=False, why=" ")
        assert told.value.field == "reason"
        changed, now = decide(RECEIPT, "会计", when(5), approved=False, why="款项已到")
        assert (now, changed.trail[-1].act) == (AllocationState.RECEIVED, "不予撤回到账")
        assert held(date(2023, 7, 5)) == (400, 600)
        ask(RECEIPT, "出纳", when(6))


@pytest.mark.parametrize("step", AllocationStep)
class TestTwoPeople:
    def test_the_first_does_not_decide(self, step: AllocationStep) -> None:
        if step is RECEIPT:
            receive()
        ask(step, "同一人", when(4))
        with pytest.raises(Forbidden) as told:
            decide(step, "同一人", when(5))
        assert told.value.code == "SEPARATION"
        assert state() is step.state

    def test_asked_once_decided_once(self, step: AllocationStep) -> None:
        if step is RECEIPT:
            receive()
        with pytest.raises(Conflict) as told:  # nobody asked
            decide(step, "乙", when(4))
        assert told.value.code == "STATE"
        ask(step, "甲", when(4))
        with pytest.raises(Conflict):
            ask(step, "甲", when(4))
        decide(step, "乙", when(5))
        for again in (lambda: decide(step, "乙", when(5)), lambda: ask(step, "甲", when(5))):
            with pytest.raises(Conflict) as told:
                again()
            assert told.value.code == "STATE"

    def test_there_is_none(self, step: AllocationStep) -> None:
        with pytest.raises(Refused) as told:
            ask(step, "甲", when(4), request="9")
        assert told.value.code == "NOT_FOUND"


def call(path: str, body: Any, role: str, sub: str, region: str = R) -> tuple[int, str]:
    full = f"/fund/{R}/allocations/{Q3}/1/{path}"
    claims = {"sub": sub, "custom:admdvs": region, "cognito:groups": role}
    event = {
        "version": "2.0",
        "routeKey": f"POST {full}",
        "rawPath": full,
        "rawQueryString": "",
        "headers": {},
        "queryStringParameters": None,
        "requestContext": {
            "http": {"method": "POST", "path": full},
            "stage": "$default",
            "requestId": "r",
            "authorizer": {"jwt": {"claims": claims}},
        },
        "body": json.dumps(body),
        "isBase64Encoded": False,
    }
    answer = routes(lambda: when(6)).resolve(event, None)  # type: ignore[arg-type]
    told = json.loads(answer["body"])
    return answer["statusCode"], told.get("state") or told.get("code")


def test_by_route_each_office_takes_back_its_own_step() -> None:
    receive()
    why, yes = {"reason": "重复"}, {"approved": True}
    step = "receive/withdraw"
    assert call(step, why, "finance", "财政甲")[0] == 403
    assert call(step, why, "cashier", "外地出纳", "620523")[0] == 403
    assert call(step, {}, "cashier", "出纳")[0] == 400
    assert call(step, why, "cashier", "出纳") == (200, "received")
    assert call(f"{step}/decision", yes, "cashier", "出纳乙")[0] == 403
    assert call(f"{step}/decision", yes, "accountant", "外地会计", "620523")[0] == 403
    assert call(f"{step}/decision", yes, "accountant", "会计") == (200, "approved")
    step = "approve/withdraw"
    assert call(step, why, "cashier", "出纳")[0] == 403
    assert call(step, why, "finance", "财政甲") == (200, "approved")
    assert call(f"{step}/decision", yes, "finance", "财政甲") == (403, "SEPARATION")
    assert call(f"{step}/decision", yes, "finance", "财政乙") == (200, "reviewed")
