"""What a case causes in the books: the obligation when it is re-checked, the payment when the bank
confirms, both mirrored when money comes back.

Pure. Each fund's part is booked in the books of the region that bears it: assistance where the
identity was determined (art. 24), insurance where the person is insured.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from medaid.benefit import service as benefit
from medaid.clearing.insurer.service import CRITICAL_FUND
from medaid.fund.model import Entry, Line, reversing
from medaid.fund.model.chart import fund_of, funds
from medaid.fund.model.journal import movement, reimbursement_entry
from medaid.instants import civil_date
from medaid.money import Fen, split
from medaid.reimbursement.model import Case, CaseOrder
from medaid.reimbursement.pricing import ASSISTANCE, outside

FRONTED_FUNDS: Final = ("assistance",)
"""By the chart of accounts; what `ASSISTANCE` is by the national fields."""


def obligation(case: Case, now: datetime) -> list[Entry]:
    """The entries by which the audited amounts become an obligation (J27, J32); none where nothing
    is granted."""
    entries = []
    for admdvs, amounts in sorted(by_region(case).items()):
        entry = reimbursement_entry(
            posting(case, admdvs), admdvs, case.insutype, care_class(case), amounts, now
        )
        if entry is not None:
            entries.append(_of_case(entry, case))
    return entries


def annulment(case: Case, now: datetime) -> list[Entry]:
    """The obligation taken back whole, before anything was paid."""
    return [
        reversing(entry, case.case_id, civil_date(now), now, "撤销核定")
        for entry in obligation(case, now)
    ]


def payment(case: Case, order: CaseOrder, now: datetime) -> list[Entry]:
    """The second entry: what was owed to the case has left the expenditure account. Assistance that
    the insurer fronts is not the agency's to pay."""
    entries = []
    for entry in obligation(case, now):
        rows = [
            (line.account.fund, "2103", "1002", line.amount)
            for line in entry.lines
            if line.amount > 0
            and (order.amount == case.payable or line.account.fund not in FRONTED_FUNDS)
        ]
        if rows:
            entries.append(_paid_out(case, order, entry.admdvs, rows, now))
    return entries


def _paid_out(
    case: Case,
    order: CaseOrder,
    admdvs: str,
    rows: Sequence[tuple[str, str, str, Fen]],
    now: datetime,
) -> Entry:
    source = f"{order.entry or order.order_id}.{admdvs}"
    return movement("reimbursement_payment", admdvs, source, rows, now, counterpart=case.case_id)


def payment_returned(case: Case, order: CaseOrder, reason: str, now: datetime) -> list[Entry]:
    """The payment mirrored: the bank returned what it had reported paid."""
    return [
        reversing(entry, order.order_id, civil_date(now), now, reason)
        for entry in payment(case, order, now)
    ]


def recovery(case: Case, order: CaseOrder, now: datetime) -> list[Entry]:
    """What is demanded back: the obligation of `-order.amount` fen mirrored, shared over the funds
    that paid."""
    entries = []
    for entry in obligation(case, now):
        lines = _shared(case, order, entry)
        if lines:
            name = f"recovery-{order.order_id}.{entry.admdvs}"
            entries.append(
                replace(
                    entry,
                    entry_id=name,
                    source=order.order_id,
                    lines=lines,
                    narrative="追回",
                    reverses=entry.entry_id,
                )
            )
    return entries


def recovered(case: Case, order: CaseOrder, now: datetime) -> list[Entry]:
    """The money has come back into the expenditure account: the payment mirrored by as much. What
    the insurer fronted comes back to the agency too, which pays the insurer's bill."""
    paid = next(one for one in reversed(case.orders) if one.amount > 0 and not one.failure)
    entries = []
    for entry in obligation(case, now):
        rows = [
            (line.account.fund, "2103", "1002", line.amount)
            for line in _shared(case, order, entry)
            if line.amount > 0  # the payable side, debited by the recovery
        ]
        if rows:
            part = _paid_out(case, paid, entry.admdvs, rows, now)
            back = reversing(part, order.order_id, civil_date(now), now, "追回到账")
            name = f"recovered-{order.entry or order.order_id}.{entry.admdvs}"
            entries.append(replace(back, entry_id=name))
    return entries


def recovered_later(case: Case, order: CaseOrder, now: datetime) -> list[Entry]:
    """Money of an earlier year has come back: other income in the special account, for each fund
    that paid (财会〔2017〕28号, by analogy with 1020399)."""
    entries = []
    for entry in obligation(case, now):
        rows = [
            (line.account.fund, "1001", "430104", line.amount)
            for line in _shared(case, order, entry)
            if line.amount > 0
        ]
        if rows:
            source, other = f"{order.entry or order.order_id}.{entry.admdvs}", case.case_id
            kind = "recovery_earlier_year"
            back = movement(kind, entry.admdvs, source, rows, now, counterpart=other)
            entries.append(replace(back, narrative="追回以前年度待遇"))
    return entries


def undone(booked: Sequence[Entry], why: str, now: datetime) -> list[Entry]:
    """The mirrors of what a recovery booked. What was itself a mirror runs the way its flow does
    again."""
    mirrors = [reversing(one, one.source, civil_date(now), now, why) for one in booked]
    return [
        replace(mirror, reverses="") if one.reverses else mirror
        for one, mirror in zip(booked, mirrors, strict=True)
    ]


def _shared(case: Case, order: CaseOrder, entry: Entry) -> tuple[Line, ...]:
    """The entry's lines, negated, with this recovery's share of each."""
    names = list(funds_of(case))
    shares = recovered_share(case, order, [int(amount) for amount in funds_of(case).values()])
    amounts = [
        share
        for name, share in zip(names, shares, strict=True)
        if _region(case, name) == entry.admdvs
    ]
    debits = [line for line in entry.lines if line.amount > 0]
    payables = [line for line in entry.lines if line.amount < 0]
    pairs = zip(debits, payables, amounts, strict=True)
    return tuple(
        line
        for d, p, a in pairs
        if a
        for line in (Line(d.account, -a, d.counterpart), Line(p.account, a, p.counterpart))
    )


def recovered_share(case: Case, order: CaseOrder, paid: Sequence[int]) -> list[Fen]:
    """What recovery `order` takes back of each of the `paid` amounts, in proportion to what earlier
    recoveries left: never more than that."""
    left = list(paid)
    for earlier in case.orders:
        shares = (
            split(-earlier.amount, left) if earlier.amount < 0 and not earlier.failure else None
        )
        if earlier.order_id == order.order_id:
            assert shares is not None, "a recovery is a negative order that was not dropped"
            return shares
        if shares is not None:
            left = [rest - share for rest, share in zip(left, map(int, shares), strict=True)]
    raise AssertionError("an order of the case")


def funds_of(case: Case) -> Mapping[str, Fen]:
    """What each fund pays, in the order of their names: the order of the entries' lines. What an
    insurer that runs critical illness owes is no fund's: the premium was its expense."""
    assert case.pricing is not None, "an obligation is priced"
    return {
        field: amount
        for field, amount in sorted(case.pricing.by_fund.items())
        if amount and not is_carried(case, field)
    }


def critical_part(case: Case) -> Fen:
    """What the fund for critical illness grants, whoever owes it (docs/adr/0086)."""
    assert case.pricing is not None, "only what was priced is granted"
    found = [fen for field, fen in case.pricing.by_fund.items() if _is_critical(case, field)]
    return Fen(sum(map(int, found)))


def is_carried(case: Case, field: str) -> bool:
    """Whether the insurer owes what the fund of national field `field` grants."""
    assert case.pricing is not None, "only what was priced is granted"
    return bool(case.pricing.carrier) and _is_critical(case, field)


def _is_critical(case: Case, field: str) -> bool:
    of_fund = any(fund.field == field for fund in funds().values())
    return of_fund and fund_of(field, case.insutype).key == CRITICAL_FUND


def assistance(case: Case) -> tuple[str, Fen]:
    """The region in whose books the assistance is, and how much it is."""
    granted = [fen for fund, fen in funds_of(case).items() if fund in ASSISTANCE]
    return _region(case, min(ASSISTANCE)), Fen(sum(map(int, granted)))


def outpatient_assistance(case: Case) -> Fen:
    """What of the case's assistance is 门诊救助."""
    assert case.pricing is not None, "an obligation is priced"
    return benefit.outpatient_assistance(case.care.care, case.pricing.steps)


def by_region(case: Case) -> dict[str, dict[str, Fen]]:
    """What each fund grants, by the region in whose books it is."""
    found: dict[str, dict[str, Fen]] = {}
    for fund, amount in funds_of(case).items():
        found.setdefault(_region(case, fund), {})[fund] = amount
    return found


def _region(case: Case, fund: str) -> str:
    """Assistance is in the books of the region that determined the identity, which may be a county
    of the office's city, as at the counter (J24)."""
    if fund not in ASSISTANCE:
        return case.insured
    assert case.pricing is not None, "an obligation is priced"
    return case.pricing.assisting_region or case.admdvs


def posting(case: Case, admdvs: str) -> str:
    """What names this posting of the case: a case annulled and granted again posts again."""
    return f"{case.case_id}.{case.postings}.{admdvs}"


def care_class(case: Case) -> str:
    """inpatient or outpatient, for the chart of accounts (J32); delivery counts as inpatient (N2),
    as in settlements."""
    return "inpatient" if case.care.care in ("inpatient", "maternity") else "outpatient"


def _of_case(entry: Entry, case: Case) -> Entry:
    return replace(
        entry,
        source=case.case_id,
        lines=tuple(Line(line.account, line.amount, case.case_id) for line in entry.lines),
    )


def standing_change(case: Case) -> dict[str, int]:
    """What the case adds to the year's totals now: what it was granted with, less what was
    recovered since."""
    assert case.pricing is not None, "only what was priced adds to the year"
    change = dict(case.pricing.change)
    left = -int(case.recovered)
    for order in case.orders:
        if order.amount < 0 and not order.failure and left < 0:
            left -= int(order.amount)
            for name, fen in recovery_change(case, order).items():
                change[name] = change.get(name, 0) - fen
    return change


def recovery_change(case: Case, order: CaseOrder) -> dict[str, int]:
    """What recovery `order` takes off the year's totals: what layers paid goes down, what the
    person bears goes up by as much."""
    assert case.pricing is not None, "only what was priced is recovered"
    steps = [
        one
        for one in case.pricing.steps
        if one.paid > 0 and not outside(one) and not is_carried(case, one.fund)
    ]
    change: dict[str, int] = {"own_all": int(order.amount)}
    for step, share in zip(
        steps, recovered_share(case, order, [s.paid for s in steps]), strict=True
    ):
        name = f"paid:{step.layer}"
        change[name] = change.get(name, 0) + int(share)
    return change
