"""What operators' pages send and get of payments. Accounts are shown by their last four digits."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import Field

from medaid.aws.rest.bodies import Body, MonthText, NameOf, Reason, Short, Shown, YuanText
from medaid.instants import beijing_text
from medaid.payments import rules
from medaid.payments.model import Batch, BatchState, Duty, Officer, OrderState, Payee, PayOrder
from medaid.payments.service import EXPENDITURE


class AccountIn(Body):
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
    changed_at: str


class BatchIn(Body):
    """The cashier's own key: the same key is the same batch. `payer` is the fund account."""

    key: Short
    payer: Short = EXPENDITURE


class BatchShown(Shown):
    batch_id: str
    admdvs: str
    payer: str
    date: str
    opened_by: str
    opened_by_name: Annotated[str, NameOf("opened_by")] = ""
    state: BatchState
    count: int
    total: YuanText
    digest: str


class LineShown(Shown):
    order_id: str
    payee: str
    account_tail: str
    amount: YuanText


class BatchDetail(BatchShown):
    lines: list[LineShown]


class BatchQuery(Body):
    month: MonthText


class AnswerShown(Shown):
    """What the bank said; `refused` says why it was not taken."""

    at: str
    result: str
    reason: str
    refused: str


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
    created_at: str
    answers: list[AnswerShown]


class Resolve(Body):
    """Whether the order was paid after all, as a person found out."""

    paid: bool = Field(strict=True)
    reason: Reason


class DutyShown(Shown):
    duty: Duty
    since: str
    until: str
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
    since: str
    entered_by: str
    entered_by_name: Annotated[str, NameOf("entered_by", "since")] = ""


class OfficerShown(Shown):
    """`names` is the history of name and post, the last one holds now."""

    officer: str
    officer_name: Annotated[str, NameOf("officer")] = ""
    names: list[NameShown]
    duties: list[DutyShown]


def payee_shown(one: Payee) -> PayeeShown:
    return PayeeShown(
        payee=one.id,
        acctname=one.account.acctname if one.account else "",
        account_tail=one.account.bankacct[-4:] if one.account else "",
        pending_name=one.pending.acctname if one.pending else "",
        pending_tail=one.pending.bankacct[-4:] if one.pending else "",
        entered_by=one.entered_by,
        approved_by=one.approved_by,
        changed_at=_text(one.changed_at),
    )


def batch_shown(one: Batch) -> BatchShown:
    return BatchShown(
        batch_id=one.batch_id,
        admdvs=one.region,
        payer=one.payer,
        date=one.day.isoformat(),
        opened_by=one.opened_by,
        state=one.state,
        count=one.count,
        total=one.total,
        digest=one.digest,
    )


def order_shown(one: PayOrder) -> OrderShown:
    answers = [
        AnswerShown(at=_text(a.at), result=a.result, reason=a.reason, refused=a.refused)
        for a in one.answers
    ]
    return OrderShown(
        order_id=one.order_id,
        payer=one.payer,
        source_kind=one.source.kind,
        source=one.source.id,
        payee=one.payee,
        amount=one.amount,
        state=one.state,
        state_name=rules.NAMES[one.state],
        batch_id=one.batch_id,
        created_at=_text(one.created_at),
        answers=answers,
    )


def officer_shown(one: Officer) -> OfficerShown:
    duties = [
        DutyShown(
            duty=held.duty,
            since=_text(held.since),
            until=_text(held.until),
            ended_by=held.ended_by,
            reason=held.reason,
        )
        for held in one.duties
    ]
    names = [
        NameShown(
            name=called.name,
            post=called.post,
            since=_text(called.since),
            entered_by=called.entered_by,
        )
        for called in one.names
    ]
    return OfficerShown(officer=one.officer_id, names=names, duties=duties)


def _text(at: datetime | None) -> str:
    return beijing_text(at) if at else ""
