"""The routes of payments: payees and their accounts, batches, orders, who holds which duty."""

from __future__ import annotations

from functools import partial
from typing import Final

from medaid.aws.rest.bodies import ListQuery, Page, WithReason
from medaid.aws.rest.pages import paged
from medaid.aws.rest.table import Call, Routes
from medaid.ids import OfficerId, OrderId
from medaid.payments import service
from medaid.payments.model import BankAccount, Duty, Payee
from medaid.payments.service import Listeners
from medaid.payments.shapes import (
    BankAccountIn,
    BatchDetail,
    BatchIn,
    BatchQuery,
    BatchShown,
    DelegationIn,
    DelegationShown,
    OfficerIn,
    OfficerShown,
    OrderShown,
    PayeeShown,
    Resolve,
    batch_shown,
    line_shown,
    officer_shown,
    order_shown,
    payee_shown,
)
from medaid.regions import Region

READERS: Final = ("accountant", "cashier", "auditor", "reviewer", "manager", "inspector")
ROUTES: Routes[Listeners] = Routes("payments", "付款:收款账户、付款单、付款批次、岗位")


@ROUTES.get("/payments/{admdvs}/payees/{payee}", "收款账户", roles=READERS)
def get_payee(call: Call[Listeners, None], admdvs: Region, payee: str) -> PayeeShown:
    return payee_shown(service.get_payee(admdvs, payee) or Payee(admdvs, payee))


@ROUTES.put(
    "/payments/{admdvs}/payees/{payee}", "登记收款账户,待另一人审批",
    roles=("manager", "accountant"),
)  # fmt: skip
def enter_account(call: Call[Listeners, BankAccountIn], admdvs: Region, payee: str) -> PayeeShown:
    body = call.body
    account = BankAccount(body.acctname, body.bankacct, body.bankcode)
    return payee_shown(service.enter_account(admdvs, payee, account, *call.signing))


@ROUTES.post(
    "/payments/{admdvs}/payees/{payee}/approve", "审批收款账户", roles=("auditor", "manager")
)
def approve_account(call: Call[Listeners, None], admdvs: Region, payee: str) -> PayeeShown:
    return payee_shown(service.approve_account(admdvs, payee, *call.signing))


@ROUTES.post(
    "/payments/{admdvs}/payees/{payee}/reject", "不予变更收款账户", roles=("auditor", "manager")
)
def reject_account(call: Call[Listeners, WithReason], admdvs: Region, payee: str) -> PayeeShown:
    reason = call.body.reason
    return payee_shown(service.reject_account(admdvs, payee, call.by, reason, call.now))


@ROUTES.post("/payments/{admdvs}/batches", "新建付款批次", roles=("cashier",), status=201)
def open_batch(call: Call[Listeners, BatchIn], admdvs: Region) -> BatchShown:
    body = call.body
    return batch_shown(
        service.open_batch(admdvs, body.key, call.by, call.caller.roles, call.now, body.payer)
    )


@ROUTES.get("/payments/{admdvs}/batches", "付款批次列表", roles=READERS, query=BatchQuery)
def list_batches(call: Call[Listeners, None], admdvs: Region) -> Page[BatchShown]:
    month = call.query.month
    read = partial(service.page_of_batches, admdvs, month)
    return paged(call.query, ("batches", admdvs, month), read, batch_shown)


@ROUTES.get("/payments/{admdvs}/batches/{batch}", "付款批次和明细", roles=READERS, query=ListQuery)
def get_batch(call: Call[Listeners, None], admdvs: Region, batch: str) -> BatchDetail:
    found = service.get_batch(admdvs, batch)
    read = partial(service.page_of_batch_lines, batch)
    page = paged(call.query, ("lines", batch), read, line_shown)
    return BatchDetail(**dict(batch_shown(found)), lines=page.rows, cursor=page.cursor)


@ROUTES.post(
    "/payments/{admdvs}/batches/{batch}/close", "关闭批次并生成银行文件", roles=("cashier",)
)
def close_batch(call: Call[Listeners, None], admdvs: Region, batch: str) -> BatchShown:
    return batch_shown(service.close_batch(admdvs, batch, call.by, call.caller.roles, call.now))


@ROUTES.get("/payments/{admdvs}/orders/{order}", "付款单和回盘记录", roles=READERS)
def get_order(call: Call[Listeners, None], admdvs: Region, order: str) -> OrderShown:
    found = service.get_order(OrderId(order))
    call.check_owner(found.region)
    return order_shown(found)


@ROUTES.post("/payments/{admdvs}/orders/{order}/resolve", "核实前后矛盾的回盘", roles=("auditor",))
def resolve_contradiction(call: Call[Listeners, Resolve], admdvs: Region, order: str) -> OrderShown:
    call.check_owner(service.get_order(OrderId(order)).region)
    found = service.resolve_contradiction(
        OrderId(order),
        call.body.paid,
        call.body.reason,
        call.by,
        call.caller.roles,
        call.context,
        call.now,
    )
    return order_shown(found)


@ROUTES.get(
    "/payments/{admdvs}/officers",
    "经办人员岗位",
    roles=("manager", "inspector"),
    query=ListQuery,
)
def list_officers(call: Call[Listeners, None], admdvs: Region) -> Page[OfficerShown]:
    read = partial(service.page_of_officers, admdvs)
    return paged(call.query, ("officers", admdvs), read, officer_shown)


@ROUTES.put("/payments/{admdvs}/officers/{officer}", "登记经办人员的姓名和岗位", roles=("manager",))
def name_officer(call: Call[Listeners, OfficerIn], admdvs: Region, officer: str) -> OfficerShown:
    body = call.body
    who = OfficerId(officer)
    return officer_shown(service.name_officer(admdvs, who, body.name, body.post, *call.signing))


@ROUTES.post(
    "/payments/{admdvs}/officers/{officer}/duties/{duty}/end", "解除岗位", roles=("manager",),
    cite="秦安县84号三(一)",
)  # fmt: skip
def end_duty(
    call: Call[Listeners, WithReason], admdvs: Region, officer: str, duty: Duty
) -> OfficerShown:
    who = OfficerId(officer)
    return officer_shown(service.end_duty(admdvs, who, duty, call.by, call.body.reason, call.now))


@ROUTES.post("/payments/{admdvs}/delegations", "委托他人代行岗位", roles=("manager",), status=201)
def delegate_duty(call: Call[Listeners, DelegationIn], admdvs: Region) -> DelegationShown:
    sent = call.body
    who = OfficerId(sent.principal), OfficerId(sent.delegate)
    days = sent.begin, sent.end
    made = service.delegate_duty(admdvs, sent.duty, *who, *days, sent.reason, *call.signing)
    return DelegationShown.of(made)


@ROUTES.post("/payments/{admdvs}/delegations/{delegation}/end", "提前终止委托", roles=("manager",))
def end_delegation(call: Call[Listeners, None], admdvs: Region, delegation: str) -> DelegationShown:
    return DelegationShown.of(service.end_delegation(admdvs, delegation, *call.signing))
