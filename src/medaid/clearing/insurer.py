"""Assistance run by an insurer (Maoming, M二.5): it fronts, the districts pay what really occurred
in July and December, and each March trues up.

What the insurer fronted and is owed stands in the books as 2104, district by district; bills are
made of that balance, so they can bill neither more nor less than occurred. The service fee is paid
from the budget, never from the fund (M二.3), so it stands on the bill and not in the books.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from medaid.aws.outbox import message
from medaid.aws.steady import commit
from medaid.aws.transaction import ConditionFailed, Write
from medaid.clearing import store
from medaid.clearing.figures import figure
from medaid.errors import Conflict, Refused
from medaid.fund import books
from medaid.fund import rules as fund_rules
from medaid.fund import service as fund
from medaid.fund.model import Entry
from medaid.money import Fen, take

FUND: Final = "assistance"


@dataclass(frozen=True, slots=True)
class Contract:
    """Who runs a city's assistance in a year, and the reserve it holds ready (结算备付金)."""

    city: str
    year: int
    insurer: str
    name: str
    reserve: Fen


@dataclass(frozen=True, slots=True)
class InsurerBill:
    """What one district owes the insurer (positive) or is owed (negative, at the true-up). `fee` is
    the year's service fee and stands on the true-up only.

    `payer` pays the fee: the district, or the city for persons of the city level.
    """

    city: str
    district: str
    year: int
    period: str
    """`07`, `12`, or `true_up`."""
    fronted: Fen
    fee: Fen
    payer: str
    state: str
    due: date
    cite: str


def fee(year_total: Fen, region: str) -> Fen:
    """The year's service fee: its share of the year's assistance, at most the cap a district and
    year (M二.5)."""
    return min(
        take(year_total, figure("insurer_fee_ratio", region).ratio),
        Fen(figure("insurer_fee_cap", region).whole),
    )


def contract(region: str, year: int) -> Contract | None:
    """The contract under which a region's assistance is run in `year`; None where the region runs
    it itself."""
    city = f"{region[:4]}00"
    item = store.get(f"V#{city}", f"CONTRACT#{year}")
    if item is None:
        return None
    return Contract(city, year, item.body["insurer"], item.body["name"], Fen(item.body["reserve"]))


def conclude(made: Contract) -> None:
    """Records a contract. Raises PolicyUndetermined where no document lets an insurer run the
    city's assistance, Conflict DUPLICATE for a second one."""
    figure("insurer_fee_ratio", made.city)
    body = {"insurer": made.insurer, "name": made.name, "reserve": int(made.reserve)}
    try:
        commit(
            [
                store.create(
                    f"V#{made.city}", f"CONTRACT#{made.year}", body, "contract", state="in_force"
                )
            ]
        )
    except ConditionFailed as lost:
        raise Conflict(
            "DUPLICATE", field="contract", rule=f"{made.city} {made.year} 已有承办合同"
        ) from lost


def fronted_entry(
    region: str, source: str, institution: str, amount: Fen, insurer: str, now: datetime
) -> Entry:
    """What the insurer's payment to a hospital books: the fund owes the insurer instead of the
    hospital."""
    lines = fund_rules.pair(FUND, "2101", "2104", amount, institution, insurer)
    return fund_rules.entry("insurer_fronting", region, source, lines, now)


def _open(district: str, began: date, end: date) -> Fen:
    """What a district owes the insurer by its books at the end of `end`."""
    entries = (
        e
        for month in fund.months(f"{began:%Y-%m}", f"{end:%Y-%m}")
        for e in fund.entries(district, month)
        if e.effective <= end
    )
    return Fen(
        -sum(
            int(fen)
            for (key, _), fen in books.counterpart_balances(entries, "2104").items()
            if key == FUND
        )
    )


def _year_total(district: str, year: int) -> Fen:
    """What the insurer fronted in a year, reversals taken off."""
    total = 0
    for month in fund.months(f"{year}-01", f"{year}-12"):
        for entry in fund.entries(district, month):
            if entry.kind == "insurer_fronting":
                total -= sum(line.fen for line in entry.lines if line.account.number == "2104")
    return Fen(total)


def bill(district: str, year: int, period: str, now: datetime) -> InsurerBill:
    """Makes the bill of `07`, `12` or `true_up` for a district, once; asked again, it answers the
    same.

    `07` covers what was fronted to the end of June, `12` to the end of November, `true_up` (in
    March) what of the year is still open either way. Raises Refused PERIOD_OPEN before the time it
    covers is over, NOT_FOUND without a contract.
    """
    held = contract(district, year)
    if held is None:
        raise Refused("NOT_FOUND", field="contract", rule=f"{district} {year} 无承办合同")
    months = figure("insurer_bill_months", district)
    true_up = figure("insurer_true_up_month", district)
    if period == "true_up":
        end, due, cite = (
            date(year, 12, 31),
            fund.month_end(date(year + 1, true_up.whole, 1)),
            true_up.cite,
        )
    elif period in {f"{month:02d}" for month in months.value}:
        end = date(year, int(period), 1).fromordinal(date(year, int(period), 1).toordinal() - 1)
        due, cite = fund.month_end(date(year, int(period), 1)), months.cite
    else:
        raise Refused("CODE_UNKNOWN", field="period", rule="07、12 或 true_up")
    if fund.day_of(now) <= end:
        raise Refused("PERIOD_OPEN", field="period", rule=f"{end} 尚未结束")
    key = (f"V#{held.city}", f"BILL#{year}#{period}#{district}")
    before = store.get(*key)
    if before is None:
        paid = _unpaid_bills(held.city, year, district)
        amount = Fen(int(_open(district, date(year - 1, 1, 1), end)) - paid)
        owed_fee = fee(_year_total(district, year), district) if period == "true_up" else Fen(0)
        payer = figure("insurer_city_level", held.city).value if district == held.city else district
        body = {
            "fronted": int(amount),
            "fee": int(owed_fee),
            "payer": payer,
            "due": due.isoformat(),
            "cite": cite,
            "insurer": held.insurer,
        }
        told = message(
            "clearing.insurer_bill",
            f"{district}-{year}-{period}",
            {"district": district, **body},
            now,
        )
        try:
            commit([store.create(*key, body, "bill", state="made", at=now), told])
        except ConditionFailed:
            return bill(district, year, period, now)
        before = store.get(*key)
        assert before is not None
    return _bill_of(before)


def _unpaid_bills(city: str, year: int, district: str) -> int:
    """What earlier bills ask for and is not paid yet: it is open in the books and must not be
    billed twice."""
    mine = (_bill_of(item) for item in store.query(f"V#{city}", f"BILL#{year}#"))
    return sum(int(one.fronted) for one in mine if one.district == district and one.state == "made")


def _bill_of(item: store.ClearingItem) -> InsurerBill:
    body = item.body
    _, year, period, district = item.sk.split("#")
    city = item.pk.split("#")[1]
    due = date.fromisoformat(body["due"])
    return InsurerBill(
        city,
        district,
        int(year),
        period,
        Fen(body["fronted"]),
        Fen(body["fee"]),
        body["payer"],
        item.state,
        due,
        body["cite"],
    )


def bills(city: str, year: int) -> list[InsurerBill]:
    """All bills of a city's year."""
    return [_bill_of(item) for item in store.query(f"V#{city}", f"BILL#{year}#")]


def pay(district: str, year: int, period: str, by: str, now: datetime) -> InsurerBill:
    """The district pays its bill, or at the true-up is paid back; books and bill in one
    transaction. Twice changes nothing. Raises Refused NOT_FOUND."""
    city = f"{district[:4]}00"
    item = store.get(f"V#{city}", f"BILL#{year}#{period}#{district}")
    if item is None:
        raise Refused("NOT_FOUND", field="bill", rule=f"{district} {year} {period} 无账单")
    if item.state == "paid":
        return _bill_of(item)
    body = {**item.body, "paid_by": by}
    writes: list[Write] = [store.replace(item, body, "bill", state="paid", at=now)]
    amount, source = Fen(item.body["fronted"]), f"{district}-{year}-{period}"
    if amount > 0:
        rows = [(FUND, "2104", "1001", amount)]
        writes += fund.posting(
            fund_rules.movement(
                "insurer_payment", district, source, rows, now, counterpart=item.body["insurer"]
            )
        )
    elif amount < 0:
        rows = [(FUND, "1001", "2104", -amount)]
        writes += fund.posting(
            fund_rules.movement(
                "insurer_refund", district, source, rows, now, counterpart=item.body["insurer"]
            )
        )
    try:
        commit(writes)
    except ConditionFailed as lost:
        raise Conflict("STATE", field="bill", rule="账单已被他人变更或会计期间已结账") from lost
    after = store.get(f"V#{city}", f"BILL#{year}#{period}#{district}")
    assert after is not None
    return _bill_of(after)


def evaluation(city: str, year: int) -> Mapping[str, int]:
    """Figures for the evaluation of the insurer (M三.3): fen fronted and billed, bills and how many
    are paid, the part of the reserve in use (per mille)."""
    held = contract(city, year)
    made = bills(city, year)
    fronted = sum(
        int(_year_total(district, year)) for district in sorted({one.district for one in made})
    )
    in_use = sum(int(one.fronted) for one in made if one.state == "made")
    reserve = int(held.reserve) if held else 0
    return {
        "fronted": fronted,
        "billed": sum(int(one.fronted) for one in made),
        "bills": len(made),
        "bills_paid": sum(one.state == "paid" for one in made),
        "reserve_in_use_per_mille": in_use * 1000 // reserve if reserve else 0,
    }
