"""What people outside know of random years: hospitals what they were told, the bank what it paid,
the insurer what it fronted and was paid, persons what their cases granted. Nothing here asks the
product what is owed; sums are worked out anew in plain whole fen."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

from medaid.clearing.hospital import store
from medaid.clearing.hospital.model import Agreement, Statement
from medaid.clearing.model import Item
from medaid.months import Month

CITY, COUNTIES, OTHER = "440900", ("440981", "440982"), "450100"
OWING = (CITY, *COUNTIES, OTHER)
INSURED = (CITY, *COUNTIES)
HOSPITALS = {"H44090000001": CITY, "H44090000002": CITY, "H45010000001": OTHER}
FUNDS = ("basic_resident", "basic_employee", "critical_resident", "assistance")
BILLS = {
    "07": date(2021, 6, 30),
    "12": date(2021, 11, 30),
    "true_up": date.max,
}
"""The bills of 2021 and the last day of fronting that each asks for (茂民规〔2018〕3号二(五)1)."""

Sums = Counter[str]
"""Fen by fund key."""
NET = ("RETENTION-", "CORRECTED-", "BACK-RETENTION-")
"""How the numbers of amounts begin that come forward net of retention."""


def owing(payer: str, treatment: str) -> str:
    """Within one city everybody pays for themselves; away from it the region of treatment does."""
    return payer if payer[:4] == treatment[:4] else treatment


class Part(NamedTuple):
    """What one region's funds pay of one settlement or reversal."""

    item_id: str
    item: Item
    payer: str
    owing: str
    funds: Sums

    @property
    def line(self) -> tuple[str, str]:
        """How a statement's line file names it."""
        return str(self.item.setl_id), str(int(self.item.refd))

    @property
    def outpatient(self) -> int:
        """What of its assistance is 门诊救助, fen."""
        return self.funds["assistance"] if self.item.clr_type == "11" else 0

    @property
    def is_own(self) -> bool:
        """Whether it is insurance of the region that owes it: what an agreed mode pays for."""
        return self.payer == self.item.insured_region == self.owing


def parts_of(one: Item, assisting: str) -> list[Part]:
    """A settlement's parts, as its 结算单 shows them."""
    insured, there = str(one.insured_region), HOSPITALS[one.institution]
    kind = "employee" if one.insutype == "310" else "resident"
    back = "R" if one.refd else ""
    mine = Counter(
        {
            f"basic_{kind}": int(one.amounts["hifp_pay"]),
            f"critical_{kind}": int(one.amounts["hifmi_pay"]),
        }
    )
    assistance = int(one.amounts["maf_pay"])
    elsewhere = assisting not in ("", insured) and assistance
    if not elsewhere:
        mine["assistance"] = assistance
    found = [Part(f"{one.setl_id}{back}", one, insured, owing(insured, there), mine)]
    if elsewhere:
        key = f"{one.setl_id}-{assisting}{back}"
        funds = Counter({"assistance": assistance})
        found.append(Part(key, one, assisting, owing(assisting, there), funds))
    return found


def summed(many: Iterable[Sums]) -> Sums:
    """The sum by fund; unlike Counter's own `+`, negative sums stay."""
    found: Sums = Counter()
    for one in many:
        found.update(one)
    return found


def less(one: Sums, other: Sums) -> Sums:
    found = Counter(one)
    found.subtract(other)
    return found


def half_up(fen: int, share: str) -> int:
    """四舍五入 to the fen."""
    return int((fen * Decimal(share)).quantize(Decimal(1), ROUND_HALF_UP))


@dataclass
class Order:
    """A pay order as the bank knows it."""

    batch: str
    amount: int
    funds: Sums
    """As the payment notice tells the payee."""
    told: str = "sent"
    """sent, paid, failed, contradicted."""

    @property
    def out(self) -> bool:
        """Whether the money is gone, or under way."""
        return self.told in ("sent", "paid")


@dataclass
class Signed:
    """What a statement comes to by the agreement, when it is approved."""

    difference: Sums
    kept: Sums
    due: Sums
    """May be negative."""
    outpatient: int
    """What of the assistance is 门诊救助, fen."""
    net: Sums = field(default_factory=Counter)
    """What of it came forward without any retention to come."""


class Fronting(NamedTuple):
    """What the insurer that runs assistance paid out, or got back."""

    year: int
    """Of its contract."""
    district: str
    day: date
    fen: int
    outpatient: int = 0
    """What of it is 门诊救助, which the true-up alone asks for."""

    def asked(self, period: str) -> int:
        """What of it a bill asks for."""
        if self.day > BILLS[period]:
            return 0
        return self.fen if period == "true_up" else self.fen - self.outpatient


@dataclass
class Case:
    """A manual case: what each region's funds granted, and what of it was paid by whom."""

    granted: dict[str, Sums]
    paid: dict[str, Sums] = field(default_factory=dict)
    fronted: Counter[str] = field(default_factory=Counter)
    carried: Sums = field(default_factory=Counter)
    """What the insurer that runs the insured region's critical illness owes."""


@dataclass
class Outside:
    parts: list[Part] = field(default_factory=list)
    versions: dict[str, list[Agreement]] = field(default_factory=lambda: defaultdict(list))
    """Approved versions of agreements by hospital, in the order in which they were made."""
    signed: dict[str, Signed] = field(default_factory=dict)
    """By statement."""
    agreed: dict[str, Agreement] = field(default_factory=dict)
    """By statement, the version of its first signature."""
    orders: dict[str, dict[str, Order]] = field(default_factory=lambda: defaultdict(dict))
    """Of statements: by statement, by order."""
    fronted: dict[str, Sums] = field(default_factory=dict)
    """By statement, what the insurer paid."""
    carried: dict[str, Sums] = field(default_factory=dict)
    """By statement, what the insurer that runs critical illness owes."""
    critical: list[tuple[str, date, bool]] = field(default_factory=list)
    """Region, first day, whether an insurer runs critical illness from then on."""
    booked: set[str] = field(default_factory=set)
    """Statements that were released once."""
    forwards: dict[tuple[str, str], Sums] = field(default_factory=lambda: defaultdict(Counter))
    """What was carried to next statements, by region and hospital."""
    off: dict[tuple[str, str], Sums] = field(default_factory=lambda: defaultdict(Counter))
    """Not owed any more (disputes decided against the hospital, deductions, the year's bar), by
    owing region and hospital."""
    away: dict[tuple[str, str], Sums] = field(default_factory=lambda: defaultdict(Counter))
    """The same by paying region and region of treatment, where these are two."""
    deductions: dict[str, tuple[str, str, str, Sums]] = field(default_factory=dict)
    """Entered and not withdrawn: owing region, hospital, paying region, fen by fund."""
    given_back: list[str] = field(default_factory=list)
    """Deductions that were booked and given back."""
    reopened: Counter[str] = field(default_factory=Counter)
    """Rulings taken back: upheld, rejected, or paid already."""
    corrected: Counter[str] = field(default_factory=Counter)
    """What was corrected after a release, points or agreement, and whether to more or less."""
    kept_again: Counter[str] = field(default_factory=Counter)
    """Retention of 2021 taken back after it was returned: before it was paid, or after."""
    barred: set[str] = field(default_factory=set)
    returned: dict[tuple[str, str], Sums] = field(default_factory=dict)
    """Retention of 2021 given back, by region and hospital."""
    forfeited: dict[tuple[str, str], Sums] = field(default_factory=dict)
    cases: dict[str, Case] = field(default_factory=dict)
    contracts: dict[int, date] = field(default_factory=dict)
    """Years of the insurer's contract with the last day on which it runs."""
    trued_up: set[tuple[int, str]] = field(default_factory=set)
    insurer: list[Fronting] = field(default_factory=list)
    bills_paid: Counter[str] = field(default_factory=Counter)
    """Fen that each district paid the insurer."""
    billed: set[str] = field(default_factory=set)
    """Periods of the bills that asked for something."""

    def take_off(self, region: str, hospital: str, payer: str, funds: Sums) -> None:
        self.off[region, hospital].update(funds)
        if payer != region:
            self.away[payer, region].update(funds)

    # ---- what the papers come to ------------------------------------------------------------

    def of(self, region: str, hospital: str) -> list[Part]:
        return [p for p in self.parts if p.owing == region and p.item.institution == hospital]

    def version(self, hospital: str, day: date) -> Agreement:
        """The version that counts on a day: the last to begin; of one day, the last made."""
        begun = [one for one in self.versions[hospital] if one.effective <= day]
        return max(enumerate(begun), key=lambda n: (n[1].effective, n[0]))[1]

    def insurer_of(self, region: str, granted: date, today: date) -> int:
        """The contract year under which the insurer pays; 0 where the agency does."""
        found: list[int] = []
        for year, day in {today.year: today, granted.year: granted}.items():
            runs = day <= self.contracts.get(year, date.min)
            if region in INSURED and runs and (year, region) not in self.trued_up:
                found.append(year)
        return min(found, default=0)

    def insurer_runs_critical(self, region: str, day: date) -> bool:
        """By the contract of the region, else of its city, that began last."""
        for above in (region, f"{region[:4]}00"):
            begun = [one for one in self.critical if one[0] == above and one[1] <= day]
            if begun:
                return max(begun)[2]
        return False

    def sign(self, one: Statement, lines: list[Part], points: int, first: bool) -> None:
        """What an approved statement comes to: its own lines, what it takes up as it tells the
        hospital, and the agreement of its month."""
        known = {p.item_id: p for p in self.parts}
        agreed = self.version(one.institution, Month(one.month).last)
        self.agreed[one.statement_id] = agreed
        due = summed(p.funds for p in lines)
        due = less(due, summed(known[d.pending_id].funds for d in store.list_disputed(one)))
        due.update(summed(known[d.pending_id].funds for d in one.upheld))
        due.update({k: int(v) for k, v in one.brought_forward.items()})
        due = less(due, summed(self.deductions[d.pending_id][3] for d in one.deductions))
        net = summed(
            Counter({k: int(v) for k, v in f.by_fund.items()})
            for f in one.forwards
            if f.pending_id.startswith(NET)
        )
        difference = _difference(agreed, lines, points, first)
        outpatient = sum(p.outpatient for p in lines)
        outpatient -= sum(known[d.pending_id].outpatient for d in store.list_disputed(one))
        outpatient += sum(known[d.pending_id].outpatient for d in one.upheld)
        made = _signed(agreed, less(due, net), net, difference, outpatient)
        self.signed[one.statement_id] = made

    def correct(self, one: Statement, lines: list[Part], points: int, first: bool) -> Sums:
        """A released statement by other points, or by another agreement: what it would have paid
        more or less."""
        before = self.signed[one.statement_id]
        agreed = self.agreed[one.statement_id]
        plain = less(summed([before.due, before.kept]), summed([before.difference, before.net]))
        difference = _difference(agreed, lines, points, first)
        after = _signed(agreed, plain, before.net, difference, before.outpatient)
        self.signed[one.statement_id] = after
        return less(after.due, before.due)


def _signed(agreed: Agreement, plain: Sums, net: Sums, difference: Sums, outpatient: int) -> Signed:
    """`plain` is what is due but for mode and retention, and for `net`, of which nothing is kept
    back any more."""
    base = summed([plain, difference])
    kept = Counter({k: half_up(fen, agreed.retention) for k, fen in (+base).items()})
    return Signed(difference, kept, less(summed([base, net]), kept), outpatient, net)


def _difference(agreed: Agreement, lines: list[Part], points: int, first: bool) -> Sums:
    """What the agreed mode pays more, or less, than was claimed (Q5.1, N5)."""
    mode = str(agreed.mode)
    care = "11" if mode in "67" else "21"
    mine = [p for p in lines if p.is_own and p.item.clr_type == care]
    if mode == "1" or not mine:
        return Counter()
    stand = sum(-1 if p.item.refd else 1 for p in mine)
    units = {"7": int(first), "5": 5 * stand, "3": points, "4": points}.get(mode, stand)
    claimed: Sums = Counter()
    for p in mine:
        key = "basic_employee" if p.item.insutype == "310" else "basic_resident"
        claimed[key] += p.funds[key]
    main = max(claimed, key=lambda key: (claimed[key], key))
    return Counter({main: int(agreed.rate) * units - sum(claimed.values())})
