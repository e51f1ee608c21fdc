"""Payees, orders and answers of the bank for tests; what is paid is a list that hears of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from medaid.aws.transaction import Write, commit
from medaid.errors import Conflict
from medaid.ids import OfficerId, OrderId
from medaid.money import Fen
from medaid.payments import service
from medaid.payments.keys import source_partition
from medaid.payments.model import AnswerReport, BankAccount, PaymentSource, PayOrder, SourceKind
from medaid.payments.store import PaymentItem
from medaid.regions import Region

NOW = datetime(2026, 3, 16, 1, 0, tzinfo=UTC)
NANJING, SUZHOU = Region("320100"), Region("320500")
HOSPITAL = "H32050000001"
ACCOUNT = BankAccount("某医院", "6222020000001234", "102301000000")
OTHER = BankAccount("某医院", "6222020000005678", "102301000000")
ENTERS, APPROVES = OfficerId("o-contracts"), OfficerId("o-approver")
CASHIER = OfficerId("o-cashier")
CASHIERS = frozenset({"cashier"})


@dataclass
class Books:
    """What was paid, as it heard: (order, outcome, reason). `refuses` is the outcome it refuses."""

    heard: list[tuple[str, str, str]] = field(default_factory=list)
    refuses: str = ""

    def __call__(self, answered: service.Answered) -> Sequence[Write]:
        if answered.outcome == self.refuses:
            raise Conflict("STATE", field="state", rule="已撤销")
        self.heard.append((answered.order.order_id, answered.outcome, answered.reason))
        return ()

    @property
    def listeners(self) -> service.Listeners:
        return dict.fromkeys(SourceKind, self)


def source(name: str = f"{HOSPITAL}-2023-07-1") -> PaymentSource:
    return PaymentSource(SourceKind.STATEMENT, name)


def payee(region: Region = NANJING, name: str = HOSPITAL, account: BankAccount = ACCOUNT) -> None:
    """A payee with an account that two people approved."""
    service.enter_account(region, name, account, ENTERS, NOW)
    service.approve_account(region, name, APPROVES, NOW)


def ordered(yuan: str = "760.00", region: Region = NANJING, name: str = "") -> PayOrder:
    """An open order for a source of its own."""
    what = source(name) if name else source()
    order, writes = service.order_created(region, what, HOSPITAL, Fen.of_yuan(yuan), NOW)
    commit(writes)
    return order


def sent(yuan: str = "760.00", region: Region = NANJING, name: str = "") -> PayOrder:
    """An order released alone, in a batch of its own."""
    what = source(name) if name else source()
    amount = Fen.of_yuan(yuan)
    order, writes = service.single_order(region, what, HOSPITAL, amount, CASHIER, NOW)
    commit(writes)
    service.write_batch_file(region, order.batch_id)
    return order


def orders_of(region: Region, what: PaymentSource) -> list[PayOrder]:
    """The orders made for a source, the oldest first."""
    found = PaymentItem.list_under(source_partition(region, what))
    return [service.get_order(OrderId(one.record(str))) for one in found]


def answer(batch: str, *lines: tuple[str, ...]) -> bytes:
    """A bank's answer: (order, yuan, paid or failed, reason), and the bank's date and reference."""
    total = sum((Fen.of_yuan(line[1]) for line in lines), Fen(0))
    rows = ["|".join(("D", *line)) for line in lines]
    return ("\n".join([f"H|{batch}", *rows, f"T|{len(lines)}|{total.yuan()}"]) + "\n").encode()


def says(order: PayOrder, result: str, reason: str = "", yuan: str = "") -> bytes:
    """The answer on a single order."""
    line = (order.order_id, yuan or order.amount.yuan(), result, reason)
    return answer(order.batch_id, line)


def take(content: bytes, books: Books, days: int = 0, region: Region | None = None) -> AnswerReport:
    return service.take_answer(content, books.listeners, NOW + timedelta(days=days), region)


def state(order: PayOrder | OrderId) -> str:
    return service.get_order(order.order_id if isinstance(order, PayOrder) else order).state
