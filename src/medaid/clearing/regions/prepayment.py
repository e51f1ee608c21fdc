"""Prepayment between regions and its use (X12, X14): two months of last year's payments, fixed anew
each year."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from medaid.aws import outbox
from medaid.aws.items import Key
from medaid.aws.transaction import (
    Decided,
    Write,
    commit_once,
    refuse_as_changed,
    transact,
)
from medaid.clearing.amounts import Amounts, added, negated, total
from medaid.clearing.regions import keys, rules, store
from medaid.clearing.regions.model import (
    BillKind,
    BillStep,
    Fixing,
    FixingState,
    Prepayment,
    PrepaymentUse,
    RegionBill,
    parts_of,
)
from medaid.clearing.store import ClearingItem
from medaid.errors import BadInput, Conflict, check_said
from medaid.events import PrepaymentAlert
from medaid.fund.model.chart import check_funds
from medaid.ids import OfficerId
from medaid.money import Fen
from medaid.months import Month
from medaid.payments.service import check_second
from medaid.regions import Region


def paid_in(creditor: str, debtor: str, year: int) -> dict[str, Fen]:
    """What a region paid another in a year by its clearing bills, fen by fund."""
    months = Month(f"{year:04d}-01").through(Month(f"{year:04d}-12"))
    bills = (keys.bill_key(creditor, debtor, month, BillKind.CLEARING) for month in months)
    mine = (bill for bill in store.list_bills(bills) if bill.taken(BillStep.TRANSFERRED))
    return added(*(amounts for bill in mine for amounts in bill.payable().values()))


def find_prepayment(treatment: str, paying: str) -> Prepayment | None:
    """How it was last fixed, by whom, from what, and what of it was paid in."""
    return store.find_prepayment(paying, treatment)[1]


def paid_over(bill: RegionBill, now: datetime) -> Write:
    """The write by which a prepayment that came, or came back, changes what is held."""
    back = bill.kind is BillKind.PREPAYMENT_RETURN
    paying, treatment = (bill.creditor, bill.debtor) if back else (bill.debtor, bill.creditor)
    row, fixed = store.find_prepayment(paying, treatment)
    assert fixed is not None, "a prepayment is paid that nobody fixed"
    amounts = added(*bill.payable().values())
    held = added(fixed.held, negated(amounts) if back else amounts)
    return store.save_prepayment(row, paying, treatment, replace(fixed, held=held), now)


def fix_prepayment(
    treatment: str,
    paying: str,
    year: int,
    by: OfficerId,
    now: datetime,
    last_year: Amounts | None = None,
) -> Fixing:
    """First of the two who fix a year's prepayment: worked out, and from what. Once a year and
    pair; one that was rejected may be worked out anew.

    `last_year` are last year's payments by fund where they were not cleared here; None takes them
    from the bills. Raises PolicyUndetermined FACT_MISSING without figures of last year, BadInput
    as `check_funds` does or for a prepayment inside one pooling region, Conflict DUPLICATE where it
    is fixed from others, STATE while another one of the year waits or a later year is fixed.
    """
    if last_year is not None:
        check_funds(last_year, "last_year")
    if Region(treatment).pools_with(Region(paying)):
        raise BadInput("FIELD_FORMAT", field="treatment", rule="就医地须为其他统筹地区")

    def decide() -> Decided[Fixing]:
        row, held = store.find_fixing(paying, treatment, year)
        if held is not None and held.state is FixingState.APPROVED:
            if last_year is not None and dict(held.basis) != dict(last_year):
                rule = f"{year} 年预付金已核定,依据金额不同"
                raise Conflict("DUPLICATE", field="last_year", rule=rule)
            return Decided(held)
        _before(treatment, paying, year)
        basis = paid_in(treatment, paying, year - 1) if last_year is None else last_year
        made = Fixing(year, rules.prepayment(basis, paying), basis, by, now)
        if held is not None and held.state is FixingState.PROPOSED:
            if (dict(held.basis), held.by) == (dict(basis), by):
                return Decided(held)
            raise Conflict("STATE", field="year", rule=f"{year} 年度预付金已核定,尚待复核")
        return Decided(made, [store.save_fixing(row, paying, treatment, made, now)])

    return transact(decide, refuse_as_changed)


def _before(
    treatment: str, paying: str, year: int
) -> tuple[ClearingItem | None, Prepayment | None]:
    """What an earlier year fixed. Raises Conflict STATE where this or a later one is."""
    row, present = store.find_prepayment(paying, treatment)
    if present is not None and present.year >= year:
        raise Conflict("STATE", field="year", rule=f"{present.year} 年度预付金已核定")
    return row, present


def decide_prepayment(
    treatment: str,
    paying: str,
    year: int,
    approved: bool,
    reason: str,
    by: OfficerId,
    now: datetime,
) -> list[RegionBill]:
    """Second of the two: approved, it is fixed, and bills are made for what goes up and for what
    comes back. Nothing is owed before.

    Raises BadInput for a no without a reason, Conflict STATE where nothing waits or a later year is
    fixed, Forbidden SEPARATION for the one who worked it out (Q3.1).
    """
    check_said(approved, reason)

    def decide() -> Decided[list[RegionBill]]:
        fixing, asked = store.find_fixing(paying, treatment, year)
        if asked is None or asked.state is not FixingState.PROPOSED:
            raise Conflict("STATE", field="year", rule=f"没有待复核的 {year} 年度预付金")
        check_second(Region(paying), by, asked.by, asked.at, now, "核定与复核预付金不得为同一人")
        state = FixingState.APPROVED if approved else FixingState.REJECTED
        decided = replace(asked, state=state, decided_by=by, decided_at=now, reason=reason)
        writes: list[Write] = [store.save_fixing(fixing, paying, treatment, decided, now)]
        if not approved:
            return Decided([], writes)
        row, held = _before(treatment, paying, year)
        before = held.amounts if held else {}
        made = _bills(treatment, paying, f"{year}-00", before, asked.amounts, now)
        paid = held.held if held else {}
        after = Prepayment(year, asked.amounts, paid, asked.basis, asked.by, asked.at)
        writes.append(store.save_prepayment(row, paying, treatment, after, now))
        for bill in made:
            writes += store.create_bill(bill)
        return Decided(made, writes)

    return transact(decide, refuse_as_changed)


def list_prepayment_bills(treatment: str, paying: str, year: int) -> list[RegionBill]:
    """What goes up or comes back by a year's prepayment of a pair."""
    month = f"{year}-00"
    return store.list_bills(
        keys.bill_key(creditor, debtor, month, kind)
        for creditor, debtor in ((treatment, paying), (paying, treatment))
        for kind in (BillKind.PREPAYMENT, BillKind.PREPAYMENT_RETURN)
    )


def _bills(
    treatment: str, paying: str, month: str, held: Amounts, fixed: Amounts, now: datetime
) -> list[RegionBill]:
    there, home = Region(treatment), Region(paying)
    up, back = rules.refixed(held, fixed)
    made = []
    for kind, creditor, debtor, amounts in (
        (BillKind.PREPAYMENT, there, home, up),
        (BillKind.PREPAYMENT_RETURN, home, there, back),
    ):
        if amounts:
            rows = parts_of({(creditor, debtor): amounts})
            made.append(RegionBill(creditor, debtor, month, kind, 0, rows, now))
    return made


def page_of_use(treatment: Region, after: str, limit: int) -> tuple[list[PrepaymentUse], str]:
    """How far the unpaid bills of at most `limit` regions behind `after` use their prepayments up,
    those without a colour too; and behind what the next page begins, empty at the end. Of the
    others' bills nothing is read."""
    owed = store.open_clearings_to(treatment)
    names = sorted(one for one in owed if one > after)
    page = {one: owed[one] for one in names[:limit]}
    return _use_of(treatment, page), names[limit - 1] if len(names) > limit else ""


def _use_of(treatment: Region, owed: Mapping[Region, Sequence[Key]]) -> list[PrepaymentUse]:
    """In two reads of a hundred each: the bills, the prepayments."""
    outstanding: dict[Region, int] = {}
    for bill in store.list_bills(key for mine in owed.values() for key in mine):
        if not bill.taken(BillStep.CONFIRMED):
            outstanding[bill.debtor] = outstanding.get(bill.debtor, 0) + int(bill.total())
    held = store.held_prepayments(outstanding, treatment)
    found = []
    for paying, fen in sorted(outstanding.items()):
        paid_in = total(held.get(paying, {}))
        colour = rules.alert(Fen(fen), paid_in, treatment)
        found.append(PrepaymentUse(paying, colour, Fen(fen), paid_in))
    return found


def report_use(treatment: Region, now: datetime) -> list[PrepaymentUse]:
    """Regions whose unpaid bills use their prepayment up; each colour of a month is told once."""
    owed = store.open_clearings_to(treatment)
    found = [one for one in _use_of(treatment, owed) if one.colour]
    for one in found:
        event = PrepaymentAlert(treatment, one.paying, one.colour, one.outstanding, one.held)
        key = f"{treatment}-{one.paying}-{Month.of(now)}-{one.colour}"
        commit_once([outbox.publish(event, key, now)])
    return found
