"""Bills between regions: taken in, stepped (5 + 10 + 5 working days), disputed (X12)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from medaid.aws import exchange
from medaid.aws.transaction import (
    Decided,
    Write,
    commit_or_refuse,
    refuse_as_changed,
    transact,
)
from medaid.clearing import store as items
from medaid.clearing.amounts import Amounts
from medaid.clearing.regions import collecting, files, filing, national, prepayment, rules, store
from medaid.clearing.regions.model import BillAct, BillKind, BillStep, Dispute, Pair, RegionBill
from medaid.errors import Conflict
from medaid.fund import service as fund
from medaid.fund.model import Entry
from medaid.ids import OfficerId
from medaid.payments.model import Duty
from medaid.payments.service import claim_duty, get_officer
from medaid.regions import Level

AT_ONCE: Final = 22
"""Cities whose books are written in one transaction: four writes each of the hundred it holds."""


def bill_province(
    province: str, month: str, cities: Sequence[str], now: datetime
) -> list[RegionBill]:
    """Takes the national level's bills for a province in, each once, by either side's reading of
    its own file; what the province is owed must be what its cities filed.

    Raises Refused NOT_FOUND while there is no answer, BadInput naming the row or the bill: then
    none is taken; Conflict DUPLICATE where the other side's file said something else.
    """
    name = national.answered_at(month, province)
    received = files.bills(month, province, exchange.get(name), name, now)
    away = filing.list_away(province, month, cities)
    for bill in received:
        if bill.creditor == province:
            rules.check_as_filed(bill, away)
    return [_keep(bill) for bill in received]


def bill_cities(
    province: str, month: str, cities: Sequence[str], now: datetime
) -> list[RegionBill]:
    """The province's own split between its cities (省内异地), by the same rules."""
    inside = [
        one
        for one in filing.list_province_filings(month, cities)
        if one.paying.province == province
    ]
    return [_keep(b) for b in rules.shared_out(inside, month, cities, Level.PROVINCE, now)]


def _keep(bill: RegionBill) -> RegionBill:
    """Stores a bill that is not there yet; what is negative in it waits for the next bill instead.
    Answers the bill as it is kept. Raises Conflict DUPLICATE where another one is there."""
    kept = rules.without_negative(bill)

    def decide() -> Decided[RegionBill]:
        before = store.find_bill(bill.creditor, bill.debtor, bill.month, bill.kind)
        if before is not None:
            rules.check_same(before.bill, kept)
            return Decided(before.bill)
        writes: list[Write] = list(store.create_bill(kept))
        writes += [
            items.adjustment(part.creditor, part.debtor, bill.bill_id, part.by_fund, bill.made)
            for part in kept.waiting
        ]
        return Decided(kept, writes)

    return transact(decide)


def advance_bill(
    creditor: str,
    debtor: str,
    month: str,
    step: BillStep,
    by: OfficerId,
    now: datetime,
    kind: str = "clearing",
    duty: Duty | None = None,
    roles: frozenset[str] = frozenset(),
    document: str = "",
) -> RegionBill:
    """Takes a bill one step on. Once finance has said in writing that the money went (`advised`) or
    came (`confirmed`), the books of all cities concerned are written, the last of them in the
    transaction of the step itself; `document` is the number of that paper.

    Where more cities pay than one transaction holds, the step is noted first and the books are
    written in parts, each once; interrupted, the same call goes on with the same entries. The same
    step twice changes nothing. `duty` is the one that the step is of in the acting region's office
    (None for finance) and `roles` those of the token. The transfer promises the money of the
    special account, until finance has said that it went. Raises Conflict STATE for a step out of
    order, or while a city has not paid in what it owes, OVERDRAWN where the account does not hold
    what is to be transferred, Refused FIELD_REQUIRED without the paper, Forbidden SEPARATION.
    """
    held = store.get_bill(creditor, debtor, month, kind)
    bill = held.bill
    if bill.taken(step):
        return bill
    rules.check_step(bill, step, document)
    booked = bill.booking or BillAct(step, now, by, document)
    acting = bill.creditor if step is BillStep.CONFIRMED else bill.debtor
    rules.check_hands(bill, step, get_officer(acting, booked.by), now)
    entries = rules.step_entries(bill, step, booked.at)
    rest = entries[-AT_ONCE:]
    if len(entries) > AT_ONCE:
        _book_parts(held, booked, entries[:-AT_ONCE])

    def decide() -> Decided[RegionBill]:
        present = store.get_bill(creditor, debtor, month, kind)
        if present.bill.taken(step):
            return Decided(present.bill)
        after = rules.stepped(present.bill, booked)
        unchanged = replace(present.bill, booking=None) == replace(bill, booking=None)
        if not unchanged:  # the entries were made of another bill
            raise Conflict("STATE", field=bill.bill_id, rule="清算单已被他人变更")
        claimed: Sequence[Write] = ()
        if duty is not None:
            claimed = claim_duty(acting, by, roles, duty, now)
        moved = fund.posting(*rest, promised=step is BillStep.ADVISED)
        writes = [*store.replace_bill(present, after), *moved, *claimed]
        if step is BillStep.TRANSFERRED:
            asked = rules.step_entries(bill, BillStep.ADVISED, booked.at)
            writes += fund.money_promised(asked, step)
        elif step is BillStep.IN_FULL:
            writes += collecting.set_aside(bill, now)
        elif step is BillStep.CONFIRMED and bill.kind is not BillKind.CLEARING:
            writes.append(prepayment.paid_over(bill, now))
        return Decided(after, writes)

    return transact(decide, fund.refuse_as_changed)


def _book_parts(held: store.HeldBill, booked: BillAct, entries: list[Entry]) -> None:
    """Notes the step on the bill, so that nothing else happens to it, and posts all parts but the
    last."""
    if held.bill.booking is None:
        commit_or_refuse(store.replace_bill(held, replace(held.bill, booking=booked)))
    for first in range(0, len(entries), AT_ONCE):
        fund.post(*entries[first : first + AT_ONCE])


def dispute_bill(
    creditor: str,
    debtor: str,
    month: str,
    pair: Pair,
    amounts: Amounts,
    reason: str,
    by: OfficerId,
    now: datetime,
) -> RegionBill:
    """The debtor contests part of a bill before it pays: that part is not paid now and comes again
    with the next month's bill (X12). Raises Conflict once money went, for nothing, or for more than
    there is."""
    dispute = Dispute(*pair, amounts, reason, by, now)

    def decide() -> Decided[RegionBill]:
        held = store.get_bill(creditor, debtor, month)
        after = rules.disputed(held.bill, dispute)
        number = f"DISPUTE-{held.bill.bill_id}-{len(after.disputes)}"
        again = items.adjustment(*pair, number, amounts, now)
        return Decided(after, [*store.replace_bill(held, after), again])

    return transact(decide, refuse_as_changed)
