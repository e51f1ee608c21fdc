"""A recovery ordered wrongly, or its money recorded wrongly: taken back by two people (Q3.1), the
order by auditor and re-checker, the money by cashier and accountant."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from medaid.aws import outbox
from medaid.events import CaseRecoveryWithdrawn
from medaid.fund import service as fund
from medaid.people import service as people
from medaid.people.model import YearTotals
from medaid.reimbursement import books
from medaid.reimbursement.model import Case, State
from medaid.reimbursement.service.acting import ActRequest, Changed, History, case_act
from medaid.reimbursement.service.money_back import money_back
from medaid.reimbursement.service.recovery import (
    check_receipts_held,
    of_earlier_year,
    ordered_at,
    received,
)


@case_act
def withdraw_recovery(_request: ActRequest, case: Case, _: History) -> Changed:
    """First of the two: what was ordered back was ordered wrongly. No money is recorded until the
    second has decided."""
    return Changed(case)


@case_act
def keep_recovery(_request: ActRequest, case: Case, _: History) -> Changed:
    """Second of the two does not agree: the recovery stands."""
    return Changed(case)


@case_act
def annul_recovery(request: ActRequest, case: Case, history: History) -> Changed:
    """Second of the two agrees: the entries of the recovery are mirrored, the year's totals hold
    again what was taken off them, the person is told. What is demanded later is another order.

    Raises Conflict DUPLICATE where another case holds a receipt meanwhile.
    """
    check_receipts_held(case)
    demand, pricing, now = case.recovery, case.pricing, request.now
    assert demand is not None, "what was ordered stands"
    assert pricing is not None, "what was paid is priced"
    why = request.why.reason
    before = people.load(case.psn_no, pricing.year).totals(pricing.year)
    change = books.recovery_change(case, demand)
    after = _standing_again(before, case, change)
    booked = (
        [] if of_earlier_year(history, ordered_at(history)) else books.recovery(case, demand, now)
    )
    mirrors = books.undone(booked, why, now)
    told = CaseRecoveryWithdrawn(case.case_id, case.psn_no, case.admdvs, -demand.amount, why)
    if after.last != before.last:
        pricing = replace(pricing, last=before.last)
    changed = replace(case, recovered=case.recovered + demand.amount, pricing=pricing)
    changed = changed.with_order(replace(demand, failure=why))
    writes = [
        *fund.writes(*mirrors),
        *people.totals_changed(case.psn_no, before, after),
        outbox.publish(told, demand.order_id, now),
    ]
    return Changed(changed, writes, State.RECOVERED if changed.recovery else None)


def _standing_again(totals: YearTotals, case: Case, change: Mapping[str, int]) -> YearTotals:
    """The year with what a recovery took off. A case that was recovered whole counts again, at its
    place or, where those below it were on top meanwhile, on top."""
    whole = case.recovered == case.granted
    if whole and case.case_id not in totals.voided:
        return totals.with_act(case.case_id, change)
    added = {name: -fen for name, fen in change.items()}
    back = totals.with_recovery(case.case_id, added, "", whole=False)
    voided = {act: below for act, below in back.voided.items() if act != case.case_id}
    return replace(back, voided=voided)


@case_act
def withdraw_receipt(_request: ActRequest, case: Case, _: History) -> Changed:
    """First of the two: that the money of a recovery came was recorded wrongly."""
    return Changed(case)


@case_act
def keep_receipt(_request: ActRequest, case: Case, _: History) -> Changed:
    """Second of the two does not agree: the money is there."""
    return Changed(case)


@case_act
def annul_receipt(request: ActRequest, case: Case, history: History) -> Changed:
    """Second of the two agrees: the entries of the money are mirrored, traces are told, and the
    recovery waits for its money again, whose entries have another name.

    Raises Conflict OVERDRAWN where the account does not hold the money any more.
    """
    demand, now = case.recovery, request.now
    assert demand is not None, "what was received was ordered"
    why = request.why.reason
    booked = received(case, demand, history, now)
    mirrors = books.undone(booked, why, now)
    name = demand.entry or demand.order_id
    back = money_back(case, demand.amount, recovered=True)
    writes = [
        *fund.writes(*mirrors, spending="amount"),
        outbox.publish(back, f"{name}-R", now),
    ]
    again = sum(one.act == "annul_receipt" for one in history) + 2
    return Changed(case.with_order(replace(demand, entry=f"{demand.order_id}.{again}")), writes)
