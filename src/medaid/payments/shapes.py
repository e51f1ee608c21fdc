"""What operators' pages send and get of payments. Accounts are shown by their last four digits."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import Field

from medaid.aws.rest.bodies import (
    Body,
    DayText,
    InstantText,
    ListQuery,
    MonthText,
    NameOf,
    NamesWithin,
    Reason,
    Short,
    Shown,
    YuanText,
)
from medaid.payments import rules
from medaid.payments.model import (
    Batch,
    BatchLine,
    BatchState,
    Duty,
    OrderState,
    Payee,
    PayOrder,
    RegisteredOfficer,
)
from medaid.payments.service import EXPENDITURE


class BankAccountIn(Body):
    acctname: Short
    bankacct: Short
    bankcode: Short


class PayeeShown(Shown):
    """A payee; accounts by their last four digits. `pending` waits for a second person."""

    payee: str
    acctname: str
    account_tail: str
    pending_name: str
    pending_tail: str
    entered_by: str
    entered_by_name: Annotated[str, NameOf("entered_by")] = ""
    approved_by: str
    approved_by_name: Annotated[str, NameOf("approved_by")] = ""
    changed_at: InstantText
    trail: Annotated[list[str], NamesWithin()]


class BatchIn(Body):
    """The cashier's own key: the same key is the same batch. `payer` is the fund account."""

    key: Short
    payer: Short = EXPENDITURE


class BatchShown(Shown):
    batch_id: str
    admdvs: str
    payer: str
    date: DayText
    opened_by: str
    opened_by_name: Annotated[str, NameOf("opened_by")] = ""
    state: BatchState
    count: int
    total: YuanText
    digest: str


class BatchLineShown(Shown):
    order_id: str
    payee: str
    account_tail: str
    amount: YuanText


class BatchDetail(BatchShown):
    """`lines` are some of them, without what was taken out before it was closed: there may be
    fewer than asked for while `cursor` leads on."""

    lines: list[BatchLineShown]
    cursor: str


class BatchQuery(ListQuery):
    month: MonthText


class AnswerShown(Shown):
    """What the bank said; `refused` says why it was not taken."""

    at: InstantText
    result: str
    reason: str
    refused: str
    day: date | None
    """The bank's own date, where its answer has one."""
    reference: str


class OrderShown(Shown):
    order_id: str
    payer: str
    source_kind: str
    source: str
    payee: str
    amount: YuanText
    state: OrderState
    state_name: str
    batch_id: str
    created_at: InstantText
    answers: list[AnswerShown]


class Resolve(Body):
    """Whether the order was paid after all, as a person found out."""

    paid: bool = Field(strict=True)
    reason: Reason


class DutyShown(Shown):
    duty: Duty
    since: InstantText
    until: InstantText
    ended_by: str
    ended_by_name: Annotated[str, NameOf("ended_by", "until")] = ""
    reason: str


class OfficerIn(Body):
    """Name and post, as papers and trails print them."""

    name: Short
    post: Short


class NameShown(Shown):
    name: str
    post: str
    since: InstantText
    entered_by: str
    entered_by_name: Annotated[str, NameOf("entered_by", "since")] = ""


class DelegationIn(Body):
    """`delegate` does `duty` for `principal` from `begin` to `end`, both days included."""

    duty: Duty
    principal: Short
    delegate: Short
    begin: date
    end: date
    reason: Reason


class DelegationShown(Shown):
    delegation_id: str
    duty: Duty
    principal: str
    principal_name: Annotated[str, NameOf("principal", "entered_at")] = ""
    delegate: str
    delegate_name: Annotated[str, NameOf("delegate", "entered_at")] = ""
    begin: DayText
    end: DayText
    reason: str
    entered_by: str
    entered_by_name: Annotated[str, NameOf("entered_by", "entered_at")] = ""
    entered_at: InstantText
    ended_at: InstantText
    ended_by: str
    ended_by_name: Annotated[str, NameOf("ended_by", "ended_at")] = ""


class OfficerShown(Shown):
    """`names` is the history of name and post, the last one holds now."""

    officer: str
    officer_name: Annotated[str, NameOf("officer")] = ""
    names: list[NameShown]
    duties: list[DutyShown]
    delegations: list[DelegationShown]


def payee_shown(one: Payee) -> PayeeShown:
    return PayeeShown.of(
        one,
        payee=one.id,
        acctname=one.account.acctname if one.account else "",
        account_tail=one.account.bankacct[-4:] if one.account else "",
        pending_name=one.pending.acctname if one.pending else "",
        pending_tail=one.pending.bankacct[-4:] if one.pending else "",
    )


def line_shown(one: BatchLine) -> BatchLineShown:
    return BatchLineShown.of(one, account_tail=one.account.bankacct[-4:])


def batch_shown(one: Batch) -> BatchShown:
    return BatchShown.of(one, admdvs=one.region, date=one.day)


def order_shown(one: PayOrder) -> OrderShown:
    return OrderShown.of(
        one,
        source_kind=one.source.kind,
        source=one.source.id,
        state_name=rules.NAMES[one.state],
        answers=[AnswerShown.of(answer) for answer in one.answers],
    )


def officer_shown(one: RegisteredOfficer) -> OfficerShown:
    return OfficerShown(
        officer=one.officer_id,
        names=[NameShown.of(called) for called in one.names],
        duties=[DutyShown.of(held) for held in one.duties],
        delegations=[DelegationShown.of(made) for made in one.delegations],
    )
