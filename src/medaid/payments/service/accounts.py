"""Payees and their accounts: entered by one person, approved by another; nothing is paid while a
change waits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from medaid.aws.transaction import Decided, Write, transact
from medaid.ids import OfficerId
from medaid.payments import payees
from medaid.payments.keys import payee_key
from medaid.payments.model import BankAccount, Payee
from medaid.payments.service.duties import get_officer
from medaid.payments.store import PaymentItem
from medaid.regions import Region


def get_payee(region: Region, payee_id: str) -> Payee | None:
    """A region's payee; None where no account was ever entered. Raises Unavailable."""
    return PaymentItem.held(payee_key(region, payee_id), Payee)[1]


def enter_account(
    region: Region, payee_id: str, account: BankAccount, by: OfficerId, at: datetime
) -> Payee:
    """An account entered by the office for a payee, over a pending one; it counts once another
    person approves it. Raises BadInput, Conflict STATE for the payee of a case."""

    def decide() -> Decided[Payee]:
        item, before = _load_by_office(region, payee_id)
        return _entered(item, before, account, by, at)

    return transact(decide)


def account_entered(
    region: Region, payee_id: str, account: BankAccount, by: OfficerId, at: datetime
) -> Sequence[Write]:
    """The same as writes for the acting service's transaction; label `payee`."""
    return _entered(*_load(region, payee_id), account, by, at).writes


def approve_account(region: Region, payee_id: str, by: OfficerId, at: datetime) -> Payee:
    """The pending account approved by another person. Raises Conflict STATE where none waits or the
    payee is a case's, Forbidden SEPARATION."""

    def decide() -> Decided[Payee]:
        item, before = _load_by_office(region, payee_id)
        return _stored(item, payees.approved(before, get_officer(region, by), at), at)

    return transact(decide)


def account_approved(region: Region, payee_id: str, by: OfficerId, at: datetime) -> Sequence[Write]:
    """The same as writes for the acting service's transaction; label `payee`."""
    item, before = _load(region, payee_id)
    return _stored(item, payees.approved(before, get_officer(region, by), at), at).writes


def reject_account(
    region: Region, payee_id: str, by: OfficerId, reason: str, at: datetime
) -> Payee:
    """The pending account dropped: the one approved before stands. Done already changes nothing.
    Raises BadInput without a reason, Conflict STATE for the payee of a case."""

    def decide() -> Decided[Payee]:
        item, before = _load_by_office(region, payee_id)
        if item is None or before.pending is None:
            return Decided(before)
        return _stored(item, payees.rejected(before, by, reason, at), at)

    return transact(decide)


def account_rejected(
    region: Region, payee_id: str, account: BankAccount, by: OfficerId, reason: str, at: datetime
) -> Sequence[Write]:
    """The same of `account` as writes for the acting service's transaction; label `payee`. None
    where another account waits, or none. Raises BadInput."""
    item, before = _load(region, payee_id)
    if item is None or before.pending != account:
        return ()
    return _stored(item, payees.rejected(before, by, reason, at), at).writes


def account_confirmed(
    region: Region,
    payee_id: str,
    account: BankAccount,
    entered_by: OfficerId,
    approved_by: OfficerId,
    at: datetime,
    of_source: bool = False,
) -> Sequence[Write]:
    """An account that one person entered and another has audited with what is paid on it, as writes
    for the acting service's transaction; label `payee`. `of_source` says that only what is paid
    changes it from then on. Raises BadInput, Forbidden SEPARATION."""
    item, before = _load(region, payee_id)
    if (before.account, before.pending, before.of_source) == (account, None, of_source):
        return ()
    payees.check_account(account)
    pending = replace(before, pending=account, entered_by=entered_by, of_source=of_source)
    return _stored(item, payees.approved(pending, get_officer(region, approved_by), at), at).writes


def payable_account(region: Region, payee_id: str) -> tuple[BankAccount, Write]:
    """The account on which a payee is paid, and the check that it still is. Raises Conflict STATE
    where none is approved or a change waits."""
    item, payee = _load(region, payee_id)
    account = payees.payable_account(payee, payee_id)
    assert item is not None, "an approved account is stored"
    return account, item.unchanged("payee")


def _load(region: Region, payee_id: str) -> tuple[PaymentItem | None, Payee]:
    item, payee = PaymentItem.held(payee_key(region, payee_id), Payee)
    return item, payee or Payee(region, payee_id)


def _load_by_office(region: Region, payee_id: str) -> tuple[PaymentItem | None, Payee]:
    item, payee = _load(region, payee_id)
    payees.check_by_office(payee)
    return item, payee


def _entered(
    item: PaymentItem | None, before: Payee, account: BankAccount, by: OfficerId, at: datetime
) -> Decided[Payee]:
    payees.check_account(account)
    if account in (before.pending, before.account) and (
        before.pending is None or account == before.pending
    ):
        return Decided(before)
    return _stored(item, payees.entered(before, account, by, at), at)


def _stored(item: PaymentItem | None, payee: Payee, at: datetime) -> Decided[Payee]:
    if item is None:
        key = payee_key(payee.region, payee.id)
        return Decided(payee, [PaymentItem.create(key, payee, "payee", at=at)])
    return Decided(payee, [item.replace(payee, "payee", at=at)])
