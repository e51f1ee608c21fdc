"""What an insurer fronted, what a bill asks for, and the fee (M二.5). Pure.

What the insurer fronted and is owed stands in the books as 2104. Each fronting names the year of
the contract, which is that of the settlement: December's are fronted in January and still belong to
the year they were settled in.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Final, NamedTuple

from medaid.clearing.figures import figure
from medaid.clearing.insurer.model import FUND, Contract, InsurerBill, InsurerPeriod
from medaid.errors import Refused
from medaid.fund.model import Entry, journal
from medaid.money import Fen, take
from medaid.months import Month
from medaid.regions import Region
from medaid.workdays import Calendar

FRONTINGS: Final[Mapping[str, frozenset[str]]] = {
    "insurer_fronting": frozenset({"inpatient", "secondary"}),
    "insurer_fronting_outpatient": frozenset({"outpatient"}),
}
"""Kind of entry → the assistance whose fronting it books: 住院救助和二次救助, or 门诊救助."""


class Cover(NamedTuple):
    """What a bill covers and when it is due."""

    end: date | None
    """The last day whose fronting it asks for; None for all there is."""
    opens: date
    """The first day on which it can be made."""
    due: date
    cite: str
    kinds: Collection[str] = FRONTINGS
    """The frontings that it asks for, by the kind of their entries."""


def sign_by(contract: Contract, calendar: Calendar) -> date:
    """The last day on which a contract had to be signed after the insurer was chosen (M四)."""
    return calendar.add(contract.chosen_on, figure("insurer_contract_days", contract.city).days)


def fee(year_total: Fen, region: str) -> Fen:
    """The year's service fee: its share of the year's assistance, at most the cap a district and
    year (M二.5)."""
    return min(
        take(year_total, figure("insurer_fee_ratio", region).ratio),
        Fen(figure("insurer_fee_cap", region).whole),
    )


def fronting_entries(
    contract: Contract,
    region: str,
    source: str,
    owed: str,
    creditor: str,
    amount: Fen,
    outpatient: Fen,
    now: datetime,
) -> list[Entry]:
    """What the insurer's payment books: the fund owes the insurer instead of the hospital (`owed`
    2101) or of the case (2103). What of `amount` is `outpatient` assistance has an entry of its
    own, since bills ask for it apart (茂民规〔2018〕3号二(五)1)."""
    assert 0 <= outpatient <= amount, (amount, outpatient)
    rest = Fen(int(amount) - int(outpatient))
    name = f"{contract.year}-{source}"
    return [
        journal.entry(
            kind,
            region,
            name,
            journal.pair(FUND, owed, "2104", fen, creditor, contract.insurer),
            now,
        )
        for kind, fen in zip(FRONTINGS, (rest, outpatient), strict=True)
        if fen
    ]


def fronted(
    entries: Iterable[Entry], year: int, end: date | None, kinds: Collection[str] = FRONTINGS
) -> Fen:
    """What was fronted under a year's contract up to `end` and booked by one of `kinds`, reversals
    taken off."""
    prefixes = tuple(f"{kind}-{year}-" for kind in kinds)
    total = 0
    for entry in entries:
        named = entry.reverses or entry.entry_id
        if named.startswith(prefixes) and (end is None or entry.effective <= end):
            total -= sum(line.fen for line in entry.lines if line.account.number == "2104")
    return Fen(total)


def cover(district: str, year: int, period: InsurerPeriod) -> Cover:
    """What the bill of a period covers. Raises Refused CODE_UNKNOWN where the document knows no
    such bill."""
    if period is InsurerPeriod.TRUE_UP:
        found = figure("insurer_true_up_month", district)
        month = Month(f"{year + 1}-{found.whole:02d}")
        return Cover(None, month.first, month.last, found.cite)
    months = figure("insurer_bill_months", district)
    if int(period) not in months.value:
        raise Refused("CODE_UNKNOWN", field="period", rule="07、12 或 true_up")
    month = Month(f"{year}-{period}")
    asked = figure("insurer_bill_assistance", district).value
    kinds = [kind for kind, assistance in FRONTINGS.items() if assistance <= {*asked}]
    return Cover(month.first - timedelta(days=1), month.first, month.last, months.cite, kinds)


def bill_of(
    contract: Contract, district: Region, period: InsurerPeriod, amount: Fen, year_total: Fen
) -> InsurerBill:
    """A bill over `amount`; the fee of the year stands on the true-up."""
    covers = cover(district, contract.year, period)
    city_pays = district == contract.city
    return InsurerBill(
        contract.city,
        district,
        contract.year,
        period,
        amount,
        fee(year_total, district) if period is InsurerPeriod.TRUE_UP else Fen(0),
        Region(figure("insurer_city_level", contract.city).value) if city_pays else district,
        covers.due,
        covers.cite,
        contract.insurer,
    )


def periods_due(district: str, year: int, today: date) -> list[InsurerPeriod]:
    """The bills of a contract year that can be made on `today`."""
    known = [
        InsurerPeriod(f"{month:02d}") for month in figure("insurer_bill_months", district).value
    ]
    return [
        period
        for period in (*known, InsurerPeriod.TRUE_UP)
        if today >= cover(district, year, period).opens
    ]
