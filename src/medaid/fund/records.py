"""What a finance office keeps beside the journal, as values: periods, seals, allocation requests,
budgets, reconciliations, vouchers. Frozen; whole fen; stored through `medaid.aws.codec`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Final

from medaid.fund.reconciliation import Finding
from medaid.money import WHOLE, Fen, Ratio, take
from medaid.months import Month, Quarter


@dataclass(frozen=True, slots=True)
class Signature:
    """Who did what, when, why: an act in the trail of a record."""

    act: str
    by: str
    at: datetime
    why: str = ""


class PeriodState(StrEnum):
    """How far it is with a month of the books."""

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
    """A year that was carried over; `carried`: what that moved, by account, debit positive."""

    by: str
    at: datetime
    carried: Mapping[str, Fen] = field(default_factory=dict)


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
    REVIEWED = "reviewed"
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


class BudgetState(StrEnum):
    """编制, 财政审核, 政府批准, 退回."""

    DRAFTED = "drafted"
    REVIEWED = "reviewed"
    APPROVED = "approved"
    RETURNED = "returned"


_AFTER_STEP: Final[Mapping[str, BudgetState]] = {
    "编制": BudgetState.DRAFTED,
    "财政审核": BudgetState.REVIEWED,
    "政府批准": BudgetState.APPROVED,
    "退回": BudgetState.RETURNED,
}


@dataclass(frozen=True, slots=True)
class BudgetItem:
    """One line of the preparation (J30): `base` fen × `heads` × `rate`, and their source."""

    account: str
    base: Fen
    source: str
    heads: int = 1
    rate: Ratio = WHOLE

    @property
    def amount(self) -> Fen:
        """Half up to the fen, once."""
        return take(self.base * self.heads, self.rate)


@dataclass(frozen=True, slots=True)
class BudgetVersion:
    """One version of a year's budget, with the assumptions it rests on, why it was made, and who
    took it through its steps."""

    number: int
    items: tuple[BudgetItem, ...]
    reason: str
    trail: tuple[Signature, ...]

    @property
    def state(self) -> BudgetState:
        """By the last act of its trail."""
        return _AFTER_STEP[self.trail[-1].act]

    @property
    def lines(self) -> dict[str, Fen]:
        """Fen by account code."""
        sums: dict[str, int] = {}
        for item in self.items:
            sums[item.account] = sums.get(item.account, 0) + int(item.amount)
        return {code: Fen(fen) for code, fen in sorted(sums.items())}


@dataclass(frozen=True, slots=True)
class AccountBalance:
    """One bank account of one fund over a quarter, ours and theirs; theirs None where their
    statement does not tell it. `open` is what open lines make of the difference at the end."""

    account: str
    fund: str
    opening: tuple[Fen, Fen | None]
    moved: tuple[Fen, Fen]
    closing: tuple[Fen, Fen | None]
    open: Fen

    @property
    def line(self) -> str:
        """By which it is explained where it does not agree."""
        return f"balance-{self.account}-{self.fund}"

    @property
    def unexplained(self) -> Fen | None:
        """What of the closing balances' difference no open line accounts for; None where theirs is
        not told."""
        ours, theirs = self.closing
        return None if theirs is None else theirs - ours - self.open

    @property
    def footing(self) -> Fen | None:
        """Their closing balance less opening and movements; None where they do not tell both."""
        begin, end = self.opening[1], self.closing[1]
        return None if begin is None or end is None else end - begin - self.moved[1]

    @property
    def agrees(self) -> bool:
        return self.unexplained == 0 and self.footing == 0


class Cause(StrEnum):
    """在途, 对方差错, 我方差错, 我方未入账, 未告知余额, 其他: why a line is not matched."""

    IN_TRANSIT = "in_transit"
    THEIR_ERROR = "their_error"
    OUR_ERROR = "our_error"
    UNBOOKED = "unbooked"
    NOT_TOLD = "not_told"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class LineOutcome:
    """What became of open lines: one movement (`cause` None), or why they are still open."""

    lines: tuple[str, ...]
    cause: Cause | None
    act: Signature


@dataclass(frozen=True, slots=True)
class Comparison:
    """One version of a quarter's reconciliation: finance's statement held against the books, what
    became of open lines, and who signed it off (J31).

    `content` is the SHA-256 of their file, `books` that of our movements and balances; `digest` is
    what a signature names: it covers both, the version and what became of open lines. `dropped` is
    when the file was dropped: of two files the later dropped one stands, whatever order they are
    brought in.
    """

    number: int
    file: str
    content: str
    books: str
    digest: str
    dropped: datetime
    counts: Mapping[str, int]
    open: tuple[Finding, ...]
    balances: tuple[AccountBalance, ...] = ()
    settled: tuple[LineOutcome, ...] = ()
    signed: tuple[Signature, ...] = ()
    trail: tuple[Signature, ...] = ()


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
    document: str  # number of the paper it rests on
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
