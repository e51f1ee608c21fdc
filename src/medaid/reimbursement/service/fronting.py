"""Assistance that an insurer runs (M二.4, M二.5): it pays the person out of its own reserve, and
the districts pay it in July and December what really occurred.

The accountant hands the case over, the cashier records what the insurer told. What other funds
grant stays the agency's to pay. The books owe the insurer from the day it has paid, so what was
never paid is on no bill.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from medaid.aws import outbox
from medaid.aws.transaction import Write
from medaid.clearing.insurer import service as insurer
from medaid.clearing.insurer.model import Contract
from medaid.errors import Conflict
from medaid.events import CaseFronted, CasePaid, CasePaymentFailed
from medaid.instants import civil_date
from medaid.money import Fen
from medaid.payments import service as payments
from medaid.reimbursement import books
from medaid.reimbursement.model import NOTHING, Act, Case, CaseOrder, State
from medaid.reimbursement.service.acting import (
    ActRequest,
    Changed,
    History,
    case_act,
    region_of,
    source_of,
)
from medaid.reimbursement.service.money_back import money_back

_OWED: Final = "2103"


def contract_of(case: Case, history: Sequence[Act], now: datetime) -> Contract | None:
    """The contract under which the insurer pays what the case was granted; None where the agency
    does, or it has been paid."""
    where, amount = books.assistance(case)
    if not amount or case.fronted:
        return None
    granted = max(a.at for a in history if a.act == "recheck")
    return insurer.fronting_contract(where, civil_date(granted), now)


@case_act
def front(request: ActRequest, case: Case, history: History) -> Changed:
    """The assistance of the case handed to the insurer, on the account that was approved. Raises
    Conflict STATE where no insurer runs it, it is paid, or an order of the agency over it may still
    be."""
    contract = contract_of(case, history, request.now)
    if contract is None:
        raise Conflict("STATE", field="insurer", rule="没有应由承办机构垫付的医疗救助金额")
    _, amount = books.assistance(case)
    approved, checked = payments.payable_account(region_of(case), case.case_id)
    assert case.account is not None, "what was audited has an account"
    payments.check_paid_account(approved, case.account.payee_account)
    writes = [checked]
    if case.payment is not None and case.payment.amount > case.payable - amount:
        writes += payments.nothing_under_way(region_of(case), source_of(case))
    number = len(case.orders) + 1
    handed = CaseOrder(
        f"{case.case_id}-{number}",
        number,
        amount,
        case.account,
        insurer=contract.insurer,
        contract_year=contract.year,
    )
    return Changed(replace(case, orders=(*case.orders, handed)), writes)


@case_act
def front_paid(request: ActRequest, case: Case, _: History, voucher: str) -> Changed:
    """The insurer has paid: it is owed what the case was, and bills it. The case is done where
    nothing else is due, else the agency pays the rest."""
    front = _handed(case)
    where, amount = books.assistance(case)
    fronted = insurer.front(
        _contract(where, front),
        where,
        front.order_id,
        case.case_id,
        amount,
        request.now,
        _OWED,
        outpatient=books.outpatient_assistance(case),
    )
    event = CasePaid(case.case_id, case.psn_no, case.admdvs, amount)
    return Changed(
        case.with_order(replace(front, voucher=voucher)),
        [
            *fronted,
            outbox.publish(event, front.order_id, request.now),
            outbox.publish(CaseFronted(case.case_id, where), front.order_id, request.now),
        ],
        None if _left(case, amount) else State.CONFIRMED,
    )


@case_act
def front_failed(request: ActRequest, case: Case, _: History) -> Changed:
    """The insurer could not pay: the case comes back with its reason, nothing was booked."""
    return _not_paid(case, _handed(case), request.why.reason, request.now)


@case_act
def front_returned(request: ActRequest, case: Case, _: History) -> Changed:
    """What the insurer had paid came back to it: the fronting is mirrored, so that it is on no bill
    or taken off the next, and the case is owed again."""
    front = _handed(case)
    if not case.fronted or case.recovered:
        raise Conflict("STATE", field="insurer", rule="没有承办机构已付且未追回的金额")
    where, amount = books.assistance(case)
    writes = insurer.front_returned(
        _contract(where, front),
        where,
        front.order_id,
        case.case_id,
        amount,
        request.why.reason,
        request.now,
        _OWED,
        outpatient=books.outpatient_assistance(case),
    )
    changed = _not_paid(case, front, request.why.reason, request.now)
    back = outbox.publish(money_back(case, amount), f"{front.order_id}.{case.version}", request.now)
    return replace(changed, writes=[*writes, *changed.writes, back])


def check_not_fronted(case: Case) -> None:
    """Raises Conflict STATE where the insurer has paid: that is recovered, not annulled."""
    if case.fronted:
        raise Conflict("STATE", field="insurer", rule="承办机构已支付救助部分,不得撤销核定")


def _handed(case: Case) -> CaseOrder:
    if case.front is None:
        raise Conflict("STATE", field="insurer", rule="该申请未交承办机构支付")
    return case.front


def _left(case: Case, fronted: Fen) -> Fen:
    """What the agency has still to pay beside the insurer. An order of the agency that did not fail
    has been paid: nothing is handed over while one is under way."""
    paid = case.payment.amount if case.payment and not case.payment.failure else NOTHING
    return Fen(case.payable - fronted - paid)


def _contract(region: str, front: CaseOrder) -> Contract:
    contract = insurer.find_contract(region, front.contract_year)
    assert contract is not None, "it was handed over under a contract"
    return contract


def _not_paid(case: Case, front: CaseOrder, reason: str, now: datetime) -> Changed:
    event = CasePaymentFailed(case.case_id, case.psn_no, case.admdvs, reason)
    key = f"{front.order_id}.{case.version}"
    writes: list[Write] = [outbox.publish(event, key, now)]
    return Changed(case.with_order(replace(front, failure=reason)), writes)
