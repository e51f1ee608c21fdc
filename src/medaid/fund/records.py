"""What a finance office keeps beside the journal, as values: periods, seals, allocation requests,
budgets, reconciliations, vouchers. Frozen; whole fen; stored through `medaid.aws.codec`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from typing import ClassVar, Final

from medaid.fund.reconciliation import Finding
from medaid.money import Fen
from medaid.months import Month, Quarter


@dataclass(frozen=True, slots=True)
class Signature:
    """Who did what, when, why: an act in the trail of a record."""

    act: str
    by: str
    at: datetime
    why: str = ""


class PeriodState(StrEnum):
    OPEN = "open"
    CLOSING = "closing"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Period:
    """A month of the books. `balances` are its closing balances by account code while closed."""

    history: tuple[Signature, ...] = ()
    balances: Mapping[str, Fen] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Books:
    """Since when a region has books."""

    first: Month


@dataclass(frozen=True, slots=True)
class ClosedYear:
    """A year that was carried over."""

    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Seal:
    """Up to where a fund's chain of entries was sealed: its value before and after, the number of
    entries, and the position of the last one."""

    start: str
    head: str
    count: int
    through: str


class AllocationState(StrEnum):
    """申请, 审核, 批准, 到账, 不予批准."""

    REQUESTED = "requested"
    APPROVED = "approved"
    RECEIVED = "received"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class Allocation:
    """A quarter's request for money (预拨审批表, Q2.2): fen by fund, and its trail."""

    quarter: Quarter
    request: str
    amounts: Mapping[str, Fen]
    trail: tuple[Signature, ...]


@dataclass(frozen=True, slots=True)
class BudgetVersion:
    """One version of a year's budget (J30): fen by account code."""

    lines: Mapping[str, Fen]
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Budget:
    """All versions of a year's budget, the last one in force; none is ever replaced."""

    versions: tuple[BudgetVersion, ...]

    @property
    def lines(self) -> Mapping[str, Fen]:
        return self.versions[-1].lines


@dataclass(frozen=True, slots=True)
class Comparison:
    """Finance's statement of a quarter held against the books, and who signed it off (J31).

    `digest` is the SHA-256 of their file, `dropped` the instant it was dropped: of two files the
    later dropped one stands, whatever order they are brought in. A signature names the digest.
    """

    file: str
    digest: str
    dropped: datetime
    counts: Mapping[str, int]
    open: tuple[Finding, ...]
    signed: tuple[Signature, ...] = ()


class VoucherState(StrEnum):
    """待审核, 已入账, 退回."""

    MADE = "made"
    POSTED = "posted"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class VoucherLine:
    """`amount` from one account of a fund to another: debit and credit are account numbers."""

    fund: str
    debit: str
    credit: str
    amount: Fen


@dataclass(frozen=True, slots=True)
class VoucherRef:
    """A voucher by its month and its number in it."""

    month: Month
    voucher_id: str


@dataclass(frozen=True, slots=True)
class Overdraft:
    """Why a bank account may fall below zero: the document that allows it, and who approved."""

    document: str
    reason: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Voucher:
    """A movement that people enter by a paper: made by one, posted by another (Q3.1)."""

    voucher_id: str
    kind: str
    effective: date
    document: str
    """Number of the paper it rests on."""
    lines: tuple[VoucherLine, ...]
    narrative: str
    trail: tuple[Signature, ...]
    counterpart: str = ""
    document_date: date | None = None
    """The date of the paper."""
    attachment: str = ""
    """SHA-256 of the paper as it was scanned."""
    origin: date | None = None
    """When the money was first paid that comes back."""
    reverses: VoucherRef | None = None
    """The posted voucher that this one takes back, line by line."""
    overdraft: Overdraft | None = None

    @property
    def state(self) -> VoucherState:
        """By the last act of its trail."""
        last = self.trail[-1].act if self.trail else ""
        return _AFTER_ACT.get(last, VoucherState.MADE)

    @property
    def stated(self) -> Voucher:
        """What was entered, without what became of it."""
        return replace(self, trail=(), overdraft=None)


_AFTER_ACT: Final[Mapping[str, VoucherState]] = {
    "入账": VoucherState.POSTED,
    "退回": VoucherState.REJECTED,
}


class FinalState(StrEnum):
    """草拟, 已复核, 已签署, 退回, 已被新版代替."""

    DRAFTED = "drafted"
    CHECKED = "checked"
    SIGNED = "signed"
    RETURNED = "returned"
    REPLACED = "replaced"


@dataclass(frozen=True, slots=True)
class EnrolmentFigure:
    """A basic figure of enrolment in the notes, with where it comes from."""

    name: str
    count: int
    source: str


@dataclass(frozen=True, slots=True)
class Notes:
    """What explains final accounts (决算说明). `explanation` says why what must agree does not."""

    enrolment: tuple[EnrolmentFigure, ...] = ()
    policy: str = ""
    analysis: str = ""
    problems: str = ""
    proposals: str = ""
    explanation: str = ""


@dataclass(frozen=True, slots=True)
class FinalRow:
    """A row's amounts: last year and this year, or begin and end of the year."""

    POSITIONAL: ClassVar = True
    key: str
    before: Fen
    now: Fen


@dataclass(frozen=True, slots=True)
class FinalAccounts:
    """One version of a fund's final accounts of a year. `digest` is what a signature names: SHA-256
    of all that it says."""

    year: int
    fund: str
    number: int
    digest: str
    rows: tuple[FinalRow, ...]
    current: tuple[tuple[str, str, Fen, Fen, Fen, Fen], ...]
    """The list of current accounts: code, counterpart, fen by age."""
    between: tuple[tuple[str, str, Fen], ...]
    """What stands between regions: row, counterpart, fen."""
    notes: Notes
    trail: tuple[Signature, ...]

    @property
    def amounts(self) -> Mapping[str, Fen]:
        """This year's amounts by row."""
        return {row.key: row.now for row in self.rows}
