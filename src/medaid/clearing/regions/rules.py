"""Rules of bills between regions: the split, the steps, disputes, prepayment and its use. Pure.
Figures come with their citation from `figures`."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime
from typing import Final

from medaid.clearing.amounts import Amounts, added, negated, negative, positive
from medaid.clearing.figures import figure
from medaid.clearing.regions.model import (
    IN_WRITING,
    BillAct,
    BillKind,
    BillStep,
    CityFiling,
    Deposit,
    Dispute,
    Pair,
    Part,
    RegionBill,
    parts_of,
)
from medaid.errors import BadInput, Conflict, PolicyUndetermined, Refused
from medaid.fund.model import Entry, Line, journal
from medaid.money import WHOLE, Fen, split
from medaid.payments.model import RegisteredOfficer
from medaid.regions import Level, Region


def check_step(bill: RegionBill, step: BillStep, document: str) -> None:
    """Raises Conflict STATE for a step out of order, Refused FIELD_REQUIRED for one that rests on a
    paper and names none."""
    if step not in bill.next_steps:
        expected = "、".join(bill.next_steps) or "无"
        raise Conflict("STATE", field=bill.bill_id, rule=f"下一步应为 {expected},不是 {step}")
    if step in IN_WRITING and bill.payable() and not document:
        raise Refused("FIELD_REQUIRED", field="document", rule="须填写财政部门书面反馈的文号")


def check_hands(bill: RegionBill, step: BillStep, by: RegisteredOfficer, at: datetime) -> None:
    """That money is moved by another person than the one who asked for it, and entered in the books
    by another than the one who moved it (Q3.1). Raises Forbidden SEPARATION."""
    moving = (BillStep.IN_FULL, BillStep.TRANSFERRED)
    asking = (BillStep.RECEIVED, BillStep.SUBMITTED)
    apart = asking if step in moving else moving if step in IN_WRITING else ()
    for one in bill.steps:
        if one.name in apart:
            rule = "报送、划拨与收款确认不得为同一人(秦安县84号三)"
            by.check_second(one.by, one.at, at, rule)


def stepped(bill: RegionBill, step: BillAct) -> RegionBill:
    """The bill one step on. Raises as `check_step`."""
    check_step(bill, step.name, step.document)
    return replace(bill, steps=(*bill.steps, step), booking=None)


def disputed(bill: RegionBill, dispute: Dispute) -> RegionBill:
    """The bill with what is contested of one pair taken out of what is paid. Raises Conflict once
    money went, for nothing, or for more than the bill holds of the pair."""
    before_transfer = (BillStep.MADE, BillStep.RECEIVED, BillStep.SUBMITTED)
    if bill.state not in before_transfer or bill.booking is not None:
        raise Conflict("STATE", field=bill.bill_id, rule="资金已归集或划拨,争议转入下期")
    left = bill.payable().get((dispute.creditor, dispute.debtor), {})
    amounts = dispute.by_fund
    if not amounts or any(not 0 < fen <= left.get(fund, 0) for fund, fen in amounts.items()):
        raise Conflict("AMOUNT_SUM", field=bill.bill_id, rule="争议金额须为正且不超过清算单金额")
    return replace(bill, disputes=(*bill.disputes, dispute))


def shared_out(
    filings: Iterable[CityFiling],
    month: str,
    participants: Iterable[str],
    level: Level,
    made: datetime,
) -> list[RegionBill]:
    """The split (清分): one bill for each ordered pair of participants, of zero where nothing
    happened (zero months close too).

    `level` is the nation (participants are provinces) or a province (they are cities of one). What
    is negative stays negative: a bill may be owed back. Raises Conflict REGION_UNKNOWN.
    """
    sides = sorted(Region(side) for side in set(participants))
    sums: dict[Pair, tuple[int, dict[Pair, Amounts]]] = {
        (c, d): (0, {}) for c in sides for d in sides if c != d
    }
    for filing in filings:
        ends = (
            (filing.treatment.province, filing.paying.province)
            if level is Level.NATION
            else (filing.treatment, filing.paying)
        )
        if ends not in sums:
            raise Conflict(
                "REGION_UNKNOWN",
                field="filing",
                rule=f"{filing.treatment} → {filing.paying} 不在清算范围",
            )
        count, parts = sums[ends]
        pair = (filing.treatment, filing.paying)
        parts[pair] = added(parts.get(pair, {}), filing.owed)
        sums[ends] = (count + filing.count, parts)
    return [
        RegionBill(
            creditor,
            debtor,
            month,
            BillKind.CLEARING,
            count,
            parts_of({pair: amounts for pair, amounts in parts.items() if amounts}),
            made,
        )
        for (creditor, debtor), (count, parts) in sums.items()
    ]


def check_as_filed(bill: RegionBill, filings: Iterable[CityFiling]) -> None:
    """That a bill asks what its creditor filed, no more and no less. Raises BadInput AMOUNT_SUM."""
    filed: dict[Pair, Amounts] = {}
    count = 0
    for one in filings:
        if one.paying.province == bill.debtor and one.owed:
            filed[one.treatment, one.paying] = one.owed
        if one.paying.province == bill.debtor:
            count += one.count
    billed = {pair: dict(amounts) for pair, amounts in bill.parts.items() if amounts}
    if billed != filed or count != bill.count:
        raise BadInput("AMOUNT_SUM", field=bill.bill_id, rule="清算单与本地申报不符,未予接收")


_TRANSFER: Final = {
    BillKind.CLEARING: ("clearing_out", "2102", "1001"),
    BillKind.PREPAYMENT: ("prepayment_out", "1101", "1001"),
    BillKind.PREPAYMENT_RETURN: ("prepayment_returned_out", "2106", "1001"),
}
_COLLECTED: Final = ("collection_used", "2102", "1101")
_RECEIPT: Final = {
    BillKind.CLEARING: ("clearing_in", "1001", "1102"),
    BillKind.PREPAYMENT: ("prepayment_in", "1001", "2106"),
    BillKind.PREPAYMENT_RETURN: ("prepayment_returned_in", "1001", "1101"),
}


def step_entries(bill: RegionBill, step: BillStep, at: datetime) -> list[Entry]:
    """What a step books, one entry a city (X12): the transfer on the debtor's side and the receipt
    on the creditor's, each when finance has confirmed it in writing; nothing else does."""
    if step is BillStep.CONFIRMED:
        return _entries(bill, _RECEIPT[bill.kind], 0, at)
    if step is not BillStep.ADVISED:
        return []
    if not bill.collects:
        return _entries(bill, _TRANSFER[bill.kind], 1, at)
    return [*_entries(bill, _COLLECTED, 1, at), _passed_on(bill, at)]


def owed_by_city(bill: RegionBill) -> dict[Region, dict[str, Fen]]:
    """What each city on the debtor's side has to pay, fen by fund."""
    found: dict[Region, dict[str, Fen]] = {}
    for (_, city), amounts in bill.payable().items():
        found[city] = added(found.get(city, {}), amounts)
    return found


def _passed_on(bill: RegionBill, at: datetime) -> Entry:
    """What a province books when the money it collected went to the creditor."""
    lines: list[Line] = []
    for city, amounts in owed_by_city(bill).items():
        for fund, fen in amounts.items():
            lines += journal.pair(fund, "2106", "1001", fen, city, bill.creditor)
    return journal.entry("collection_paid", bill.debtor, bill.bill_id, lines, at)


_PAID_IN: Final = (("prepayment_out", "1101", "1001"), ("collection_in", "1001", "2106"))
_PAID_BACK: Final = (
    ("prepayment_returned_in", "1001", "1101"),
    ("collection_returned", "2106", "1001"),
)


def collection_entries(
    province: Region,
    city: Region,
    document: str,
    amounts: Amounts,
    at: datetime,
    *,
    back: bool = False,
) -> list[Entry]:
    """What both book when a city pays into its province's account, or is paid back."""
    source = f"{province}-{city}-{document}"
    made = []
    for (kind, debit, credit), books, other in zip(
        _PAID_BACK if back else _PAID_IN, (city, province), (province, city), strict=True
    ):
        rows = [(fund, debit, credit, fen) for fund, fen in amounts.items()]
        made.append(journal.movement(kind, books, source, rows, at, counterpart=other))
    return made


def used(deposit: Deposit, city: Region, amounts: Amounts, field: str = "in_full") -> Deposit:
    """The deposit after `amounts` of it are set aside: for a bill, or until two people have decided
    whether they were entered wrongly. Raises Conflict STATE, on `field`, where it does not hold
    them."""
    rest = added(deposit.held, negated(amounts))
    short = negated(negative(rest))
    if short:
        told = "、".join(f"{fund} {fen}" for fund, fen in short.items())
        raise Conflict("STATE", field=field, rule=f"{city} 缴入省级财政专户的资金不足,差 {told}")
    return replace(deposit, held=rest)


def _entries(bill: RegionBill, flow: tuple[str, str, str], side: int, at: datetime) -> list[Entry]:
    """One entry for each city on one side of the pairs, its lines naming the city on the other.
    What was collected lies with the city's province."""
    kind, debit, credit = flow
    by_city: dict[str, list[Line]] = {}
    for pair, amounts in bill.payable().items():
        for fund, fen in amounts.items():
            assert fen > 0, f"{bill.bill_id}: a negative amount waits for the next bill"
            other = pair[1 - side]
            paid_from = bill.debtor if flow == _COLLECTED else other
            by_city.setdefault(pair[side], []).extend(
                journal.pair(fund, debit, credit, fen, other, paid_from)
            )
    return [
        journal.entry(kind, city, f"{bill.bill_id}-{city}", lines, at)
        for city, lines in by_city.items()
    ]


def without_negative(bill: RegionBill) -> RegionBill:
    """The bill with what is negative taken out: it waits for claims it can be set against."""

    def parts(side: Callable[[Amounts], Amounts]) -> tuple[Part, ...]:
        found = {pair: side(amounts) for pair, amounts in bill.parts.items()}
        return parts_of({pair: amounts for pair, amounts in found.items() if amounts})

    return replace(bill, rows=parts(positive), waiting=parts(negative))


def check_same(held: RegionBill, read: RegionBill) -> None:
    """That a bill that was read again, from the other side's file, asks the same. Raises Conflict
    DUPLICATE."""
    if (held.count, held.rows, held.waiting) != (read.count, read.rows, read.waiting):
        raise Conflict(
            "DUPLICATE", field=held.bill_id, rule="双方收到的清算单内容不一,请与上级经办机构核对"
        )


# -------------------------------------------------------------------------------------------------
# prepayment


def prepayment(last_year: Amounts, region: str) -> dict[str, Fen]:
    """Two months' pay by last year's figures (X12), fen by fund: the months' share of twelve, exact
    to the fen.

    Raises PolicyUndetermined FACT_MISSING where last year has no figures.
    """
    if not last_year:
        raise PolicyUndetermined(
            "FACT_MISSING", field="last_year", rule="预付金按往年支付金额核定,缺少上年数据"
        )
    months = figure("prepayment_months", region).whole
    return {fund: split(fen, [months, 12 - months])[0] for fund, fen in sorted(last_year.items())}


def refixed(held: Amounts, fixed: Amounts) -> tuple[dict[str, Fen], dict[str, Fen]]:
    """What goes up and what comes back where the prepayment is fixed anew: (top up, return), fen by
    fund, positive."""
    change = added(fixed, negated(held))
    return positive(change), negated(negative(change))


def alert(outstanding: Fen, held: Fen, region: str) -> str:
    """`red`, `yellow` or nothing by the share of a prepayment that unpaid claims use up; a
    prepayment of zero with claims is red."""
    if outstanding <= 0:
        return ""
    for colour in ("red", "yellow"):
        ratio = figure(f"prepayment_alert_{colour}", region).ratio
        if int(outstanding) * int(WHOLE) >= int(held) * int(ratio):
            return colour
    return ""
