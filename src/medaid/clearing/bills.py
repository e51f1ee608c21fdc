"""Bills between regions as values, and their rules: the split, the steps and their clocks,
prepayment and its use (X12, X14, J35). Pure.

A bill goes from the region that pays (debtor) to the one where people were treated (creditor):
whole and gross, never netted (按月全额清算), between provinces or between the cities of one. Its
parts say which city owes which. Figures come with their citation from `figures`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Final

from medaid.clearing.figures import figure
from medaid.clearing.rules import added
from medaid.clocks import StatutoryClock
from medaid.errors import Conflict, PolicyUndetermined
from medaid.fund import rules as fund_rules
from medaid.fund.model import Entry, Line
from medaid.money import WHOLE, Fen, split
from medaid.workdays import Calendar

KINDS: Final = ("clearing", "prepayment", "prepayment_return")
STEPS: Final = ("received", "submitted", "transferred", "confirmed")
"""Bill received by the agency; handed to finance; money transferred; written confirmation back at
the agency."""
_BUDGETS: Final = {
    "received": "agency_to_finance",
    "submitted": "finance_transfer",
    "transferred": "finance_feedback",
}
Amounts = Mapping[str, Fen]
Pair = tuple[str, str]
"""(creditor city, debtor city): for clearing, where people were treated and where they are
insured."""


def province(admdvs: str) -> str:
    """The province a region belongs to."""
    return f"{admdvs[:2]}0000"


@dataclass(frozen=True, slots=True)
class Filing:
    """What a treatment city files of one home city's people in a month: the count, the amounts of
    its statements, and adjustments (with sign)."""

    treatment: str
    home: str
    count: int
    own: Amounts
    adjusted: Amounts = field(default_factory=dict)

    @property
    def owed(self) -> dict[str, Fen]:
        return added(self.own, self.adjusted)


@dataclass(frozen=True, slots=True)
class Step:
    name: str
    at: datetime
    by: str


@dataclass(frozen=True, slots=True)
class Bill:
    """One bill (清算单, 预付单). `parts` by (treatment city, home city), fen by fund; `disputed`
    likewise, carried into the next month's bill."""

    creditor: str
    debtor: str
    month: str
    kind: str
    count: int
    parts: Mapping[Pair, Amounts]
    made: datetime
    steps: tuple[Step, ...] = ()
    disputed: Mapping[Pair, Amounts] = field(default_factory=dict)
    reasons: tuple[str, ...] = ()
    version: int = 1

    @property
    def bill_id(self) -> str:
        return f"{self.kind}-{self.creditor}-{self.debtor}-{self.month}"

    @property
    def state(self) -> str:
        return self.steps[-1].name if self.steps else "made"

    def payable(self) -> dict[Pair, dict[str, Fen]]:
        """What is transferred, by pair: the parts less what is disputed."""
        found = {}
        for pair in sorted({*self.parts, *self.disputed}):
            rest = added(
                self.parts.get(pair, {}),
                {f: -fen for f, fen in self.disputed.get(pair, {}).items()},
            )
            if rest:
                found[pair] = rest
        return found

    def total(self) -> Fen:
        """Fen transferred, all funds."""
        return Fen(sum(int(fen) for amounts in self.payable().values() for fen in amounts.values()))

    def clock(self, region: str) -> StatutoryClock | None:
        """The statutory clock of the step that is owed next; None where none is."""
        budget = _BUDGETS.get(self.state)
        return StatutoryClock(self.steps[-1].at, figure(budget, region).days) if budget else None

    def due(self, calendar: Calendar) -> date | None:
        """The last day for the step that is owed next."""
        clock = self.clock(self.debtor)
        projection = clock.project(calendar) if clock else None
        return projection.due if projection else None


def stepped(bill: Bill, step: str, by: str, at: datetime) -> Bill:
    """The bill one step on. Raises Conflict STATE for a step out of order; a bill of zero is
    received and confirmed, nothing in between."""
    expected = STEPS[len(bill.steps)] if len(bill.steps) < len(STEPS) else ""
    if bill.state == "received" and not bill.payable():
        expected = "confirmed"
    if step != expected:
        raise Conflict(
            "STATE", field=bill.bill_id, rule=f"下一步应为 {expected or '无'},不是 {step}"
        )
    return replace(bill, steps=(*bill.steps, Step(step, at, by)))


def disputed(bill: Bill, pair: Pair, amounts: Amounts, reason: str) -> Bill:
    """The bill with `amounts` of one pair taken out of what is paid. Raises Conflict once money
    went, or for more than the bill holds."""
    if bill.state not in ("made", "received", "submitted"):
        raise Conflict("STATE", field=bill.bill_id, rule="资金已划拨,争议转入下期")
    sums = added(bill.disputed.get(pair, {}), amounts)
    part = bill.parts.get(pair, {})
    if any(fen <= 0 or fen > part.get(fund, Fen(0)) for fund, fen in sums.items()) or any(
        fen <= 0 for fen in amounts.values()
    ):
        raise Conflict("AMOUNT_SUM", field=bill.bill_id, rule="争议金额须为正且不超过清算单金额")
    return replace(bill, disputed={**bill.disputed, pair: sums}, reasons=(*bill.reasons, reason))


def shared_out(
    filings: Iterable[Filing], month: str, participants: Iterable[str], level: str, made: datetime
) -> list[Bill]:
    """The split (清分): one bill for each ordered pair of participants, of zero where nothing
    happened (zero months close too).

    `level` is `nation` (participants are provinces) or `province` (they are cities of one). What is
    negative stays negative: a bill may be owed back.
    """
    sides = sorted(set(participants))
    sums: dict[Pair, tuple[int, dict[Pair, dict[str, Fen]]]] = {
        (c, d): (0, {}) for c in sides for d in sides if c != d
    }
    for filing in filings:
        ends = (
            (province(filing.treatment), province(filing.home))
            if level == "nation"
            else (filing.treatment, filing.home)
        )
        if ends not in sums:
            raise Conflict(
                "REGION_UNKNOWN",
                field="filing",
                rule=f"{filing.treatment} → {filing.home} 不在清算范围",
            )
        count, parts = sums[ends]
        pair = (filing.treatment, filing.home)
        parts[pair] = added(parts.get(pair, {}), filing.owed)
        sums[ends] = (count + filing.count, parts)
    return [
        Bill(c, d, month, "clearing", count, {p: a for p, a in sorted(parts.items()) if a}, made)
        for (c, d), (count, parts) in sums.items()
    ]


_TRANSFER: Final = {
    "clearing": ("clearing_out", "2102", "1001"),
    "prepayment": ("prepayment_out", "1101", "1001"),
    "prepayment_return": ("prepayment_returned_out", "2106", "1001"),
}
_RECEIPT: Final = {
    "clearing": ("clearing_in", "1001", "1102"),
    "prepayment": ("prepayment_in", "1001", "2106"),
    "prepayment_return": ("prepayment_returned_in", "1001", "1101"),
}


def transfer_entries(bill: Bill, at: datetime) -> list[Entry]:
    """What the transfer books on the debtor's side, one entry a city that pays (X12)."""
    return _entries(bill, _TRANSFER[bill.kind], 1, at)


def receipt_entries(bill: Bill, at: datetime) -> list[Entry]:
    """What the receipt books on the creditor's side, one entry a city that is paid."""
    return _entries(bill, _RECEIPT[bill.kind], 0, at)


def _entries(bill: Bill, flow: tuple[str, str, str], side: int, at: datetime) -> list[Entry]:
    """One entry for each city on one side of the pairs, its lines naming the city on the other."""
    kind, debit, credit = flow
    by_city: dict[str, list[Line]] = {}
    for pair, amounts in bill.payable().items():
        for fund, fen in amounts.items():
            assert fen > 0, f"{bill.bill_id}: a negative amount waits for the next bill"
            by_city.setdefault(pair[side], []).extend(
                fund_rules.pair(fund, debit, credit, fen, pair[1 - side], pair[1 - side])
            )
    return [
        fund_rules.entry(kind, city, f"{bill.bill_id}-{city}", lines, at)
        for city, lines in by_city.items()
    ]


def carried(bill: Bill) -> dict[Pair, dict[str, Fen]]:
    """What the next month's bill takes over: what is negative waits for claims it can be set
    against."""
    found = {}
    for pair, amounts in bill.parts.items():
        negative = {fund: fen for fund, fen in amounts.items() if fen < 0}
        if negative:
            found[pair] = negative
    return found


def without_negative(bill: Bill) -> Bill:
    """The bill with what is negative taken out; `carried` says what that was."""
    parts = {
        pair: {fund: fen for fund, fen in amounts.items() if fen > 0}
        for pair, amounts in bill.parts.items()
    }
    return replace(bill, parts={pair: amounts for pair, amounts in parts.items() if amounts})


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
    change = added(fixed, {fund: -fen for fund, fen in held.items()})
    return {f: fen for f, fen in change.items() if fen > 0}, {
        f: -fen for f, fen in change.items() if fen < 0
    }


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
