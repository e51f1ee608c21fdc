"""The pay orders of statements: what `medaid.payments` is told of them, and what it tells."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from medaid.aws.transaction import Decided, Write, transact
from medaid.clearing.amounts import total
from medaid.clearing.hospital.model import AgreedPayee, Agreement, Statement
from medaid.errors import Conflict, Refused
from medaid.ids import OfficerId, OrderId
from medaid.payments import service as payments
from medaid.payments.model import BankAccount, PaymentSource, PayOrder, SourceKind
from medaid.regions import Region

_STATEMENT: Final = re.compile(
    r"(?P<region>\d{6})-(?P<institution>.+)-(?P<month>\d{4}-\d{2})-(?P<number>\d+)", re.ASCII
)


def statement_of(statement_id: str) -> tuple[str, str, str, int]:
    """Region, institution, month and number of a statement. Raises Refused NOT_FOUND."""
    found = _STATEMENT.fullmatch(statement_id)
    if found is None:
        raise Refused("NOT_FOUND", field="statement", rule="无此对账单")
    return found["region"], found["institution"], found["month"], int(found["number"])


def account_of(agreement: Agreement) -> BankAccount:
    """The agreement's account, as the bank's file names it."""
    return BankAccount(agreement.name, agreement.account, agreement.bank)


def payee_of(order: PayOrder) -> AgreedPayee:
    """Who an order of a statement paid: its batch is its own, with this one line."""
    (line,) = payments.list_batch_lines(order.batch_id)
    return AgreedPayee(line.account.acctname, line.account.bankcode, line.account.bankacct)


def confirm_account(region: Region, agreement: Agreement, now: datetime) -> None:
    """Makes the account that two people of the institution's own region approved the one on which
    `region` pays the institution: no other region keeps one of its own."""

    def decide() -> Decided[None]:
        writes = payments.account_confirmed(
            region,
            agreement.institution,
            account_of(agreement),
            OfficerId(agreement.proposed_by),
            OfficerId(agreement.approved_by),
            now,
        )
        return Decided(None, writes)

    transact(decide)


def ordered(
    statement: Statement, agreement: Agreement, by: str, now: datetime
) -> tuple[OrderId, Sequence[Write]]:
    """The next order for a statement, released in a batch of its own, with its writes.

    Raises Conflict STATE while an order before it may still be paid, or where the payee's account
    is not the agreement's.
    """
    payee = payments.get_payee(statement.region, statement.institution)
    if payee is None or payee.pending or payee.account != account_of(agreement):
        raise Conflict("STATE", field="account", rule="收款账户变更待复核,暂缓拨付")
    order, writes = payments.single_order(
        statement.region,
        PaymentSource(SourceKind.STATEMENT, statement.statement_id),
        statement.institution,
        total(statement.paid),
        OfficerId(by),
        now,
    )
    return order.order_id, writes
