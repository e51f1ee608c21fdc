"""What is cleared, as values: settlement items, statements of an institution's month, differences,
agreements.

Frozen. Amounts are fen; a reversal's item is negative and belongs to the month of its own
settlement time. Sources: 苏医保办发〔2023〕27号 art. 34, 35; 秦安县84号(2018) 五(二), 七; national
interface 2.10 and 2.11 for names.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final

from medaid.clearing.figures import care_class
from medaid.fund.chart import fund_of, funds
from medaid.instants import BEIJING, aware
from medaid.money import Fen

FUND_FIELDS: Final = tuple(dict.fromkeys(fund.field for fund in funds().values()))
"""hifp_pay, cvlserv_pay … maf_pay, oth_pay: the amounts that funds pay (identity I4)."""
OUTSIDE: Final = ("oth_pay",)
"""What a settlement tells as paid by others outside the funds (commercial insurance, donations):
not ours to clear."""


@dataclass(frozen=True, slots=True)
class Item:
    """One settlement or reversal as clearing sees it.

    `amounts` holds medfee_sumamt, fund_pay_sumamt, acct_pay, psn_cash_pay, the fund fields cleared
    here, and `paid_elsewhere`: what of fund_pay_sumamt others pay (another region's assistance,
    payers outside the funds).
    """

    setl_id: str
    mdtrt_id: str
    msgid: str
    institution: str
    home: str
    """Pooling region whose funds pay (参保统筹区)."""
    district: str
    """County or district of the insured, where a bill goes by district; else equal to `home`."""
    treatment: str
    """Pooling region of the institution (就医统筹区)."""
    insutype: str
    clr_type: str
    med_type: str
    setl_time: datetime
    psn_no: str
    amounts: Mapping[str, Fen]
    refd: bool = False
    """A reversal: amounts are negative."""
    days: int = 0
    """Bed days, for payment by day."""
    arrived: datetime | None = None
    """When it reached clearing."""

    def __post_init__(self) -> None:
        aware(self.setl_time)
        paid = sum(int(self.amounts.get(name, 0)) for name in (*FUND_FIELDS, "paid_elsewhere"))
        assert paid == self.amounts["fund_pay_sumamt"], f"{self.setl_id}: funds do not sum (I4)"

    @property
    def key(self) -> str:
        """What tells a settlement and its reversal apart: they carry one setl_id."""
        return f"{self.setl_id}R" if self.refd else self.setl_id

    @property
    def part(self) -> bool:
        """Whether it is only the assistance that another region than the insurance's pays: paid
        here, counted there."""
        return "-" in self.setl_id

    @property
    def month(self) -> str:
        """The one month it belongs to, `yyyy-mm`: that of its own settlement time in Beijing."""
        return f"{self.setl_time.astimezone(BEIJING):%Y-%m}"

    @property
    def care(self) -> str:
        return care_class(self.clr_type)

    @property
    def away(self) -> bool:
        return self.home != self.treatment

    def by_fund(self) -> dict[str, Fen]:
        """Fen by fund key, zeros left out."""
        return {
            fund_of(name, self.insutype).key: self.amounts[name]
            for name in FUND_FIELDS
            if self.amounts.get(name)
        }


@dataclass(frozen=True, slots=True, order=True)
class Group:
    """One block of a statement: insurance type × care class × clr_type × where the insured belong
    (3201 is called by it: setl_optins)."""

    insutype: str
    care: str
    clr_type: str
    home: str

    def place(self, treatment: str) -> str:
        """local, province (省内异地) or nation (跨省), seen from the treatment region."""
        if self.home == treatment:
            return "local"
        return "province" if self.home[:2] == treatment[:2] else "nation"


@dataclass(frozen=True, slots=True)
class Totals:
    """Counts and sums of one group. `amounts` by national field, fen."""

    count: int
    refunds: int
    amounts: Mapping[str, Fen]
    days: int = 0

    @property
    def cases(self) -> int:
        """Cases that stand: a refund takes its original back, and both are counted."""
        return self.count - 2 * self.refunds

    def fund_pay(self) -> Fen:
        return self.amounts.get("fund_pay_sumamt", Fen(0))


class Tally:
    """Totals while they are summed: one per group, plain whole fen."""

    __slots__ = ("amounts", "count", "days", "refunds")

    def __init__(self) -> None:
        self.count = self.refunds = self.days = 0
        self.amounts: dict[str, int] = {}

    def add(self, item: Item) -> None:
        if not item.part:
            self.count += 1
            self.refunds += item.refd
            self.days += item.days
        for name, fen in item.amounts.items():
            self.amounts[name] = self.amounts.get(name, 0) + int(fen)

    def totals(self) -> Totals:
        return Totals(
            self.count,
            self.refunds,
            {name: Fen(fen) for name, fen in sorted(self.amounts.items())},
            self.days,
        )


STATES: Final = (
    "draft",
    "confirmed",
    "approved",
    "released",
    "nothing_due",
    "returned",
    "approved_again",
    "barring",
    "barred",
)
PAID: Final = ("released", "nothing_due")


@dataclass(frozen=True, slots=True)
class Carried:
    """An amount by fund that waits outside its statement: a disputed item, or a negative balance
    brought forward."""

    setl_id: str
    month: str
    reason: str
    by_fund: Mapping[str, Fen]
    home: str = ""
    waits_for: str = "institution"
    """Who has to act: institution or agency."""


@dataclass(frozen=True, slots=True)
class Statement:
    """One institution's month (结算对账单), or the supplement for items that reached clearing after
    the first one was made.

    It holds exactly the month's items that arrived after `since` and not after `cut`; the cuts of a
    month's statements follow on each other, so every item lies in exactly one.
    """

    admdvs: str
    institution: str
    month: str
    number: int
    since: datetime | None
    cut: datetime
    groups: Mapping[Group, Totals]
    by_fund: Mapping[str, Fen]
    digest: str
    """SHA-256 of the statement's line file."""
    lines: int
    state: str = "draft"
    version: int = 1
    level: tuple[Group, ...] = ()
    """Groups that the hospital's totals agreed with (3201)."""
    disputed: tuple[Carried, ...] = ()
    carried_in: tuple[Carried, ...] = ()
    deductions: tuple[Carried, ...] = ()
    """For breaches and audit findings; amounts positive, taken off."""
    retained: Mapping[str, Fen] = field(default_factory=dict)
    mode_difference: Mapping[str, Fen] = field(default_factory=dict)
    """Payable by the agreed mode less claimed, by fund (Q5.1, N5)."""
    brought_forward: Mapping[str, Fen] = field(default_factory=dict)
    """Negative balance of the statement before, by fund, not positive."""
    approved_by: str = ""
    released_by: str = ""
    paid: Mapping[str, Fen] = field(default_factory=dict)
    """What the agency's pay order carries, by fund."""
    fronted: Mapping[str, Fen] = field(default_factory=dict)
    """What an insurer that runs the region's assistance pays instead (M二.5)."""
    order: str = ""

    @property
    def statement_id(self) -> str:
        return f"{self.institution}-{self.month}-{self.number}"

    def due(self) -> dict[str, Fen]:
        """What may be paid by fund: own items less disputed, plus carried in, less deductions and
        retention, by the mode, with what was brought forward."""
        sums = {key: int(fen) for key, fen in self.by_fund.items()}

        def add(amounts: Mapping[str, Fen], sign: int) -> None:
            for key, fen in amounts.items():
                sums[key] = sums.get(key, 0) + sign * int(fen)

        for carried in self.disputed:
            add(carried.by_fund, -1)
        for carried in self.carried_in:
            add(carried.by_fund, 1)
        for carried in self.deductions:
            add(carried.by_fund, -1)
        add(self.retained, -1)
        add(self.mode_difference, 1)
        add(self.brought_forward, 1)
        return {key: Fen(total) for key, total in sorted(sums.items()) if total}


@dataclass(frozen=True, slots=True)
class Agreement:
    """What an institution agreed to for a year: how it is paid and what is kept back. `account` and
    `bank` are the institution's own."""

    institution: str
    name: str
    admdvs: str
    year: int
    mode: str
    """hi_paymtd of the national interface: 1 by item, 2 per case, 3 by points (DIP), 4 DRG, 5 per
    day, 6 per head, 7 outpatient total in advance."""
    rate: Fen
    """Fen per case, day, head or point; the month's total for mode 7."""
    retention: str = "0"
    """Share kept back until year end, as decimal text; 0 where the policy keeps none."""
    bank: str = ""
    account: str = ""
    cite: str = ""


@dataclass(frozen=True, slots=True)
class Difference:
    """A line on which hospital and centre differ. `stmt_rslt`: 101 centre has more, 102 the
    hospital has more, 103 amounts differ."""

    setl_id: str
    mdtrt_id: str
    psn_no: str
    msgid: str
    stmt_rslt: str
    refd: bool
    ours: Mapping[str, Fen]
    theirs: Mapping[str, Fen]
    memo: str


@dataclass(frozen=True, slots=True)
class HospitalLine:
    """One row of the hospital's upload for 3202."""

    setl_id: str
    mdtrt_id: str
    psn_no: str
    medfee_sumamt: Fen
    fund_pay_sumamt: Fen
    acct_pay: Fen
    refd: bool


@dataclass(frozen=True, slots=True)
class Deadline:
    """A date a document sets, and the clause."""

    what: str
    day: date
    cite: str
