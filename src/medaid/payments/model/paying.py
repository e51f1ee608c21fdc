"""Paying, for everybody who pays: payees and their accounts, pay orders, batches, what the bank
answers. Who does what in an office: `medaid.payments.model.office`.

Frozen values. Amounts are fen and positive: what is recovered is no pay order. Sources: 秦安县84号
三(一); 茂民规〔2018〕3号 二.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Final

from medaid.ids import OfficerId, OrderId
from medaid.money import Fen
from medaid.payments.model.office import NOBODY
from medaid.regions import Region

NOTHING: Final = Fen(0)


class SourceKind(StrEnum):
    """What a payment is made for."""

    CASE = "case"
    """A manual case."""
    STATEMENT = "statement"
    """A month of an institution, or a supplement to it."""
    BILL = "bill"
    """A bill between regions, or of the insurer that runs assistance."""
    REFUND = "refund"
    """A refund of a subsidised contribution."""


@dataclass(frozen=True, slots=True)
class PaymentSource:
    """What is paid. `id` is unique among its kind and region, and has no `|` or blank."""

    kind: SourceKind
    id: str


@dataclass(frozen=True, slots=True)
class BankAccount:
    """A bank account, as the bank's file names it."""

    acctname: str
    bankacct: str
    bankcode: str


@dataclass(frozen=True, slots=True)
class Payee:
    """Who is paid by a region, and on which account.

    `account` counts once another person than the one who entered it has approved it. While
    `pending` holds a change nothing is paid to this payee.
    """

    region: Region
    id: str
    """fixmedins_code, case id, employer or region code."""
    account: BankAccount | None = None
    pending: BankAccount | None = None
    entered_by: OfficerId = NOBODY
    """Of the pending account; of the approved one where nothing is pending."""
    account_by: OfficerId = NOBODY
    """Who entered the approved account."""
    approved_by: OfficerId = NOBODY
    changed_at: datetime | None = None
    trail: tuple[str, ...] = ()
    """Who did what with its accounts, when and why, in words."""
    of_source: bool = False
    """It belongs to what is paid (a manual case), which alone changes its account."""


class OrderState(StrEnum):
    """What has become of a pay order."""

    OPEN = "open"
    """Ordered, in no batch yet."""
    RELEASED = "released"
    """In a batch for the bank."""
    PAID = "paid"
    FAILED = "failed"
    """The bank could not pay it: the source pays with a new order."""
    RETURNED = "returned"
    """Paid, and returned days later: the source pays with a new order."""
    CONTRADICTED = "contradicted"
    """Reported failed or returned, then paid: a person finds out before anything more is paid."""


class BankResult(StrEnum):
    """What the bank says of one order."""

    PAID = "paid"
    FAILED = "failed"


class Outcome(StrEnum):
    """What a bank's answer means for what was paid."""

    PAID = "paid"
    FAILED = "failed"
    """It never arrived: nothing was paid."""
    RETURNED = "returned"
    """It had been reported paid: the payment is taken back and what was owed is owed again."""


@dataclass(frozen=True, slots=True)
class BankAnswer:
    """One line of an answer as an order keeps it. `digest` is the file's SHA-256."""

    digest: str
    result: BankResult
    reason: str
    at: datetime
    refused: str = ""
    """Why the line was not taken; empty where it was."""
    day: date | None = None
    """The bank's own date of the payment or its return; None where the answer has none."""
    reference: str = ""
    """The bank's own number of it (流水号)."""


@dataclass(frozen=True, slots=True)
class PayOrder:
    """A pay order (付款指令) to a payee of a region, out of one of the region's fund accounts."""

    order_id: OrderId
    region: Region
    payer: str
    """The fund account that pays: a code of the chart, e.g. 1002 支出户存款."""
    source: PaymentSource
    payee: str
    amount: Fen
    number: int
    """Which order for this source: 1, and more after one came to nothing."""
    created_at: datetime
    state: OrderState = OrderState.OPEN
    batch_id: str = ""
    answers: tuple[BankAnswer, ...] = ()

    @property
    def entry_source(self) -> str:
        """What names the entry of its payment that counts now: each time that it came back and was
        paid after all has an entry of its own."""
        back = sum(a.result is BankResult.FAILED and not a.refused for a in self.answers)
        return f"{self.order_id}.{back}" if back else self.order_id


class BatchState(StrEnum):
    """How far it is with a batch."""

    OPEN = "open"
    CLOSING = "closing"
    """Takes no more orders; its file is being written."""
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Batch:
    """A batch of pay orders of one region and fund account; closed with control totals and the
    file's SHA-256."""

    batch_id: str
    region: Region
    payer: str
    day: date
    opened_by: OfficerId
    state: BatchState = BatchState.OPEN
    count: int = 0
    total: Fen = NOTHING
    digest: str = ""


@dataclass(frozen=True, slots=True)
class BatchLine:
    """One order of a batch, as its file says it."""

    order_id: OrderId
    payee: str
    amount: Fen
    account: BankAccount


@dataclass(frozen=True, slots=True)
class AnswerLine:
    """What the bank says became of one order. `line` counts from 1."""

    line: int
    order_id: OrderId
    amount: Fen
    result: BankResult
    reason: str
    day: date | None = None
    """The bank's own date; None where the answer has none."""
    reference: str = ""
    stated: Outcome | None = None
    """What a paper says became of it, which tells refused from returned; None where the answer does
    not."""


@dataclass(frozen=True, slots=True)
class AnswerFile:
    """An answer of the bank on a batch; `digest` is the SHA-256 of its file, or of what its paper
    says."""

    batch_id: str
    digest: str
    lines: tuple[AnswerLine, ...]


@dataclass(frozen=True, slots=True)
class AnswerProblem:
    """A line of an answer that is not taken, and why."""

    line: int
    order_id: str
    code: str
    says: str


@dataclass(frozen=True, slots=True)
class AnswerReport:
    """What became of an answer file: how many lines were taken, and the problems of the others."""

    batch_id: str
    taken: int
    problems: tuple[AnswerProblem, ...] = ()
