"""A payee's account: entered by one person, approved or rejected by another, all in its trail.
Pure."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime
from typing import Final

from medaid.errors import BadInput, Conflict, check_said
from medaid.ids import OfficerId
from medaid.payments.model import BankAccount, Payee, RegisteredOfficer, trail_line

_ACCOUNT: Final = re.compile(r"[0-9]{8,32}")
BREAKS: Final = re.compile(r"[|\x00-\x1f\x7f\u0085\u2028\u2029]")
"""What would break a line of the bank's file, as any reader splits it."""


def check_account(account: BankAccount) -> None:
    """An account that the bank's file can name. Raises BadInput naming the field."""
    for name in ("acctname", "bankcode"):
        text = getattr(account, name)
        if not text.strip():
            raise BadInput("FIELD_REQUIRED", field=name)
        if BREAKS.search(text):
            raise BadInput("FIELD_FORMAT", field=name, rule="不得含竖线或换行")
    if not _ACCOUNT.fullmatch(account.bankacct):
        raise BadInput("FIELD_FORMAT", field="bankacct", rule="银行账号为 8 至 32 位数字")


def entered(payee: Payee, account: BankAccount, by: OfficerId, at: datetime) -> Payee:
    """The payee with an account that waits for approval. The approved account entered again takes a
    pending change away."""
    if account == payee.account:
        return _without_change(payee, f"撤回收款账户变更{_tail(payee.pending)}", by, at)
    return _traced(
        replace(payee, pending=account, entered_by=by), f"登记收款账户{_tail(account)}", by, at
    )


def rejected(payee: Payee, by: OfficerId, reason: str, at: datetime) -> Payee:
    """The pending account dropped: the one approved before stands, with those who made it. Raises
    BadInput without a reason."""
    check_said(approved=False, reason=reason, rule="须写明不予变更的原因")
    act = f"不同意收款账户{_tail(payee.pending)}:{reason.strip()}"
    return _without_change(payee, act, by, at)


def _without_change(payee: Payee, act: str, by: OfficerId, at: datetime) -> Payee:
    return _traced(replace(payee, pending=None, entered_by=payee.account_by), act, by, at)


def _traced(payee: Payee, act: str, by: OfficerId, at: datetime) -> Payee:
    trail = (*payee.trail, trail_line(at, by, act))
    return replace(payee, changed_at=at, trail=trail)


def _tail(account: BankAccount | None) -> str:
    return f"(尾号{account.bankacct[-4:]})" if account else ""


def check_by_office(payee: Payee) -> None:
    """Raises Conflict STATE for a payee whose account only what is paid changes: its own checks
    (name, proof, who may) would be passed by."""
    if payee.of_source:
        raise Conflict(
            "STATE",
            field="payee",
            rule=f"{payee.id} 的收款账户在该申请中变更、审批(茂民规〔2018〕3号二(四))",
        )


def approved(payee: Payee, second: RegisteredOfficer, at: datetime) -> Payee:
    """The pending account approved by a second person (two people for each account), who stands in
    for the first as little as the first for them. Raises Conflict STATE, Forbidden SEPARATION."""
    by = second.officer_id
    if payee.pending is None:
        raise Conflict("STATE", field="account", rule="没有待审批的收款账户")
    rule = "收款账户的登记与审批不得为同一人(秦安县84号三)"
    second.check_second(payee.entered_by, payee.changed_at, at, rule)
    after = replace(
        payee,
        account=payee.pending,
        pending=None,
        account_by=payee.entered_by,
        approved_by=by,
    )
    return _traced(after, f"同意收款账户{_tail(after.account)}", by, at)


def payable_account(payee: Payee | None, payee_id: str) -> BankAccount:
    """The account on which a payee is paid now. Raises Conflict STATE where none is approved or a
    change waits for approval."""
    if payee is None or payee.account is None or payee.pending is not None:
        raise Conflict(
            "STATE", field="account", rule=f"{payee_id} 的收款账户尚未审批,付款单暂不支付"
        )
    return payee.account


def check_paid_account(found: BankAccount, wanted: BankAccount | None) -> None:
    """Raises Conflict STATE where what is paid names another account than the approved one."""
    if wanted is not None and found != wanted:
        raise Conflict("STATE", field="account", rule="已审批的收款账户与申请登记的账户不一致")
