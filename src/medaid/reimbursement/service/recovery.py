"""What was paid wrongly, taken back (追回): demanded, re-checked, received."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from medaid.aws import outbox
from medaid.errors import BadInput
from medaid.events import CaseRecovery
from medaid.fund import service as fund
from medaid.fund.model import Entry
from medaid.instants import civil_date
from medaid.money import Fen
from medaid.people import service as people
from medaid.people.model import YearTotals
from medaid.receipts import service as receipts
from medaid.reimbursement import books
from medaid.reimbursement.model import Act, Case, CaseOrder, State
from medaid.reimbursement.service.acting import ActRequest, Changed, History, case_act
from medaid.reimbursement.service.money_back import money_back


@case_act
def demand_recovery(_request: ActRequest, case: Case, _: History, amount: Fen) -> Changed:
    """What was paid wrongly is demanded back, up to what was paid and not recovered yet: a negative
    order, not yet in the books."""
    if not 0 < amount <= case.payable - case.recovered:
        raise BadInput(
            "AMOUNT_SUM",
            field="amount",
            rule=f"追回金额须大于零且不超过已支付未追回的 {case.payable - case.recovered} 元",
        )
    number = len(case.orders) + 1
    demand = CaseOrder(f"{case.case_id}-{number}", number, -amount, None)
    return Changed(replace(case, orders=(*case.orders, demand)))


@case_act
def drop_recovery(request: ActRequest, case: Case, _: History) -> Changed:
    """A demand withdrawn before it was re-checked. Raises Conflict DUPLICATE where another case
    holds a receipt meanwhile: it would be paid twice."""
    check_receipts_held(case)
    before, totals, standing = _year(case)
    assert standing.order is not None, "the same orders"
    dropped = replace(standing.order, failure=request.why.reason)
    writes = people.totals_changed(case.psn_no, before, totals) if case.year_due else []
    changed = standing.with_order(dropped)
    return Changed(changed, writes, State.RECOVERED if changed.recovery else None)


def check_receipts_held(case: Case) -> None:
    """Raises Conflict DUPLICATE where another case holds a receipt of a payment that is to
    stand."""
    for one in case.receipts:
        held = receipts.holder(one.key)
        if held is not None and held.id != case.case_id:
            receipts.refuse_as_used(one.key, held, "receipts")


@case_act
def order_recovery(request: ActRequest, case: Case, history: History) -> Changed:
    """Re-checked: the obligation is mirrored by as much, the year's totals go down, the person is
    told. Of what was paid in an earlier year the expense stays: the money is income when it is
    there."""
    demand = case.order
    assert demand is not None, "a demand is an order"
    before, totals, case = _year(case)
    assert case.pricing is not None, "what was paid is priced"
    recovered = case.recovered - demand.amount
    after = totals.with_recovery(
        case.case_id,
        books.recovery_change(case, demand),
        case.pricing.last,
        whole=recovered == case.granted,
    )
    event = CaseRecovery(case.case_id, case.psn_no, case.admdvs, -demand.amount, case.reason)
    mirrored = (
        [] if of_earlier_year(history, request.now) else books.recovery(case, demand, request.now)
    )
    writes = [
        *fund.writes(*mirrored),
        *people.totals_changed(case.psn_no, before, replace(after, version=before.version + 1)),
        outbox.publish(event, demand.order_id, request.now),
    ]
    return Changed(replace(case, recovered=recovered), writes)


def _year(case: Case) -> tuple[YearTotals, YearTotals, Case]:
    """The year's totals as they are, with the case where it is not in them yet (paid after it was
    annulled), and the case as it then stands."""
    assert case.pricing is not None, "what was paid is priced"
    totals = people.load(case.psn_no, case.pricing.year).totals(case.pricing.year)
    if not case.year_due:
        return totals, totals, case
    pricing = replace(case.pricing, last=totals.last)
    standing = replace(case, pricing=pricing, year_due=False)
    return totals, totals.with_act(case.case_id, pricing.change), standing


@case_act
def receive_recovery(request: ActRequest, case: Case, history: History) -> Changed:
    """The money is back in the expenditure account: the second entry. What was paid in an earlier
    year comes as other income, into the special account: the expenditure account takes none."""
    demand = case.recovery
    assert demand is not None, "what was ordered stands"
    back = money_back(case, Fen(-demand.amount), recovered=True)
    told = outbox.publish(back, demand.entry or demand.order_id, request.now)
    return Changed(case, [*fund.writes(*received(case, demand, history, request.now)), told])


def received(case: Case, demand: CaseOrder, history: History, now: datetime) -> list[Entry]:
    """The entries by which the money of a recovery is there."""
    earlier = of_earlier_year(history, ordered_at(history))
    return (books.recovered_later if earlier else books.recovered)(case, demand, now)


def ordered_at(history: Sequence[Act]) -> datetime:
    """When the latest recovery was ordered of those that were not withdrawn since."""
    stands: list[datetime] = []
    for one in history:
        if one.act == "order_recovery":
            stands.append(one.at)
        elif one.act == "annul_recovery":
            stands.pop()
    return stands[-1]


def of_earlier_year(history: Sequence[Act], ordered: datetime) -> bool:
    """Whether what is recovered was paid in a year before the recovery was ordered."""
    paid = [
        one.at
        for one in history
        if one.after in (State.CONFIRMED, State.FRONTED) or one.act == "confirm_annulled"
    ]
    return civil_date(paid[-1]).year < civil_date(ordered).year
