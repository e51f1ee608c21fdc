"""The routes of payments: payees and their accounts, batches, orders, who holds which duty."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from pydantic import Field

from medaid.aws.rest.bodies import (
    Body,
    MonthText,
    Page,
    Reason,
    Short,
    Shown,
    WithReason,
    YuanText,
)
from medaid.aws.rest.table import Call, Routes
from medaid.ids import OfficerId, OrderId
from medaid.instants import beijing_text
from medaid.payments import rules, service
from medaid.payments.model import (
    Account,
    Batch,
    BatchState,
    Duty,
    Officer,
    OrderState,
    Payee,
    PayOrder,
)
from medaid.payments.service import Listeners
from medaid.regions import Region

READERS: Final = ("accountant", "cashier", "auditor", "reviewer", "manager", "inspector")
ROUTES: Routes[Listeners] = Routes("payments", "付款:收款账户、付款单、付款批次、岗位")


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
    approved_by: str
    changed_at: str


class BatchIn(Body):
    """The cashier's own key: the same key is the same batch. `payer` is the fund account."""

    key: Short
    payer: Short = service.EXPENDITURE


class BatchShown(Shown):
    batch_id: str
    admdvs: str
    payer: str
    date: str
    opened_by: str
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
    reason: str


class OfficerShown(Shown):
    officer: str
    duties: list[DutyShown]


@ROUTES.get("/payments/{admdvs}/payees/{payee}", "收款账户", roles=READERS)
def get_payee(call: Call[Listeners, None], admdvs: Region, payee: str) -> PayeeShown:
    return _payee(service.get_payee(admdvs, payee) or Payee(admdvs, payee))


@ROUTES.put(
    "/payments/{admdvs}/payees/{payee}",
    "登记收款账户,待另一人审批",
    roles=("manager", "accountant"),
    body=AccountIn,
)
def enter_account(call: Call[Listeners, AccountIn], admdvs: Region, payee: str) -> PayeeShown:
    body, by = call.body, OfficerId(call.caller.subject)
    account = Account(body.acctname, body.bankacct, body.bankcode)
    return _payee(service.enter_account(admdvs, payee, account, by, call.now))


@ROUTES.post(
    "/payments/{admdvs}/payees/{payee}/approve", "审批收款账户", roles=("auditor", "manager")
)
def approve_account(call: Call[Listeners, None], admdvs: Region, payee: str) -> PayeeShown:
    by = OfficerId(call.caller.subject)
    return _payee(service.approve_account(admdvs, payee, by, call.now))


@ROUTES.post(
    "/payments/{admdvs}/payees/{payee}/reject", "不予变更收款账户", roles=("auditor", "manager")
)
def reject_account(call: Call[Listeners, None], admdvs: Region, payee: str) -> PayeeShown:
    return _payee(service.reject_account(admdvs, payee, call.now))


@ROUTES.post(
    "/payments/{admdvs}/batches", "新建付款批次", roles=("cashier",), status=201, body=BatchIn
)
def open_batch(call: Call[Listeners, BatchIn], admdvs: Region) -> BatchShown:
    by, body = OfficerId(call.caller.subject), call.body
    return _batch(service.open_batch(admdvs, body.key, by, call.caller.roles, call.now, body.payer))


@ROUTES.get("/payments/{admdvs}/batches", "付款批次列表", roles=READERS, query=BatchQuery)
def list_batches(call: Call[Listeners, None], admdvs: Region) -> Page[BatchShown]:
    found = service.list_batches(admdvs, call.query.month)
    return Page[BatchShown](rows=[_batch(one) for one in found], total=len(found))


@ROUTES.get("/payments/{admdvs}/batches/{batch}", "付款批次和明细", roles=READERS)
def get_batch(call: Call[Listeners, None], admdvs: Region, batch: str) -> BatchDetail:
    found = service.get_batch(admdvs, batch)
    lines = [
        LineShown(
            order_id=line.order_id,
            payee=line.payee,
            account_tail=line.account.bankacct[-4:],
            amount=line.amount,
        )
        for line in service.list_batch_lines(batch)
    ]
    return BatchDetail(**dict(_batch(found)), lines=lines)


@ROUTES.post(
    "/payments/{admdvs}/batches/{batch}/close", "关闭批次并生成银行文件", roles=("cashier",)
)
def close_batch(call: Call[Listeners, None], admdvs: Region, batch: str) -> BatchShown:
    by = OfficerId(call.caller.subject)
    return _batch(service.close_batch(admdvs, batch, by, call.caller.roles, call.now))


@ROUTES.get("/payments/{admdvs}/orders/{order}", "付款单和回盘记录", roles=READERS)
def get_order(call: Call[Listeners, None], admdvs: Region, order: str) -> OrderShown:
    found = service.get_order(OrderId(order))
    call.check_owner(found.region)
    return _order(found)


@ROUTES.post(
    "/payments/{admdvs}/orders/{order}/resolve",
    "核实前后矛盾的回盘",
    roles=("auditor",),
    body=Resolve,
)
def resolve_contradiction(call: Call[Listeners, Resolve], admdvs: Region, order: str) -> OrderShown:
    call.check_owner(service.get_order(OrderId(order)).region)
    found = service.resolve_contradiction(
        OrderId(order),
        call.body.paid,
        call.body.reason,
        OfficerId(call.caller.subject),
        call.caller.roles,
        call.context,
        call.now,
    )
    return _order(found)


@ROUTES.get("/payments/{admdvs}/officers", "经办人员岗位", roles=("manager", "inspector"))
def list_officers(call: Call[Listeners, None], admdvs: Region) -> Page[OfficerShown]:
    found = service.list_officers(admdvs)
    return Page[OfficerShown](rows=[_officer(one) for one in found], total=len(found))


@ROUTES.post(
    "/payments/{admdvs}/officers/{officer}/duties/{duty}/end",
    "解除岗位",
    roles=("manager",),
    cite="秦安县84号三(一)",
    body=WithReason,
)
def end_duty(
    call: Call[Listeners, WithReason], admdvs: Region, officer: str, duty: Duty
) -> OfficerShown:
    by = OfficerId(call.caller.subject)
    who = OfficerId(officer)
    return _officer(service.end_duty(admdvs, who, duty, by, call.body.reason, call.now))


def _payee(one: Payee) -> PayeeShown:
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


def _batch(one: Batch) -> BatchShown:
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


def _order(one: PayOrder) -> OrderShown:
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


def _officer(one: Officer) -> OfficerShown:
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
    return OfficerShown(officer=one.officer_id, duties=duties)


def _text(at: datetime | None) -> str:
    return beijing_text(at) if at else ""
