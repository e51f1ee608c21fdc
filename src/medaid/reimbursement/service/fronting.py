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
from medaid.reimbursement.model import NOTHING, Act, Case, CaseOrder, Officer, State
from medaid.reimbursement.rules import ActReason
from medaid.reimbursement.service.acting import Changed, act, region_of, source_of
from medaid.reimbursement.service.context import Context

_OWED: Final = "2103"


def contract_of(case: Case, history: Sequence[Act], now: datetime) -> Contract | None:
    """The contract under which the insurer pays what the case was granted; None where the agency
    does, or it has been paid."""
    where, amount = books.assistance(case)
    if not amount or case.fronted:
        return None
    granted = max(a.at for a in history if a.act == "recheck")
    return insurer.fronting_contract(where, civil_date(granted), now)


def front(
    context: Context, officer: Officer, case_id: str, version: int, now: datetime, why: ActReason
) -> Case:
    """The assistance of the case handed to the insurer, on the account that was approved. Raises
    Conflict STATE where no insurer runs it, it is paid, or an order of the agency over it may still
    be."""

    def change(case: Case, history: tuple[Act, ...]) -> Changed:
        contract = contract_of(case, history, now)
        if contract is None:
            raise Conflict("STATE", field="insurer", rule="没有应由承办机构垫付的医疗救助金额")
        _, amount = books.assistance(case)
        approved, checked = payments.payable_account(region_of(case), case_id)
        assert case.account is not None, "what was audited has an account"
        payments.check_paid_account(approved, case.account.payee_account)
        writes = [checked]
        if case.payment is not None and case.payment.amount > case.granted - amount:
            writes += payments.nothing_under_way(region_of(case), source_of(case))
        number = len(case.orders) + 1
        handed = CaseOrder(
            f"{case_id}-{number}",
            number,
            amount,
            case.account,
            insurer=contract.insurer,
            contract_year=contract.year,
        )
        return Changed(replace(case, orders=(*case.orders, handed)), writes)

    return act(context, officer, case_id, version, "front", why, now, change)


def front_paid(
    context: Context,
    officer: Officer,
    case_id: str,
    version: int,
    voucher: str,
    now: datetime,
    why: ActReason,
) -> Case:
    """The insurer has paid: it is owed what the case was, and bills it. The case is done where
    nothing else is due, else the agency pays the rest."""

    def change(case: Case, _: tuple[Act, ...]) -> Changed:
        front = _handed(case)
        where, amount = books.assistance(case)
        fronted = insurer.front(
            _contract(where, front),
            where,
            front.order_id,
            case_id,
            amount,
            now,
            _OWED,
            outpatient=books.outpatient_assistance(case),
        )
        event = CasePaid(case_id, case.psn_no, case.admdvs, amount)
        return Changed(
            case.with_order(replace(front, voucher=voucher)),
            [
                *fronted,
                outbox.publish(event, front.order_id, now),
                outbox.publish(CaseFronted(case_id, where), front.order_id, now),
            ],
            None if _left(case, amount) else State.CONFIRMED,
        )

    return act(context, officer, case_id, version, "front_paid", why, now, change)


def front_failed(
    context: Context, officer: Officer, case_id: str, version: int, now: datetime, why: ActReason
) -> Case:
    """The insurer could not pay: the case comes back with its reason, nothing was booked."""

    def change(case: Case, _: tuple[Act, ...]) -> Changed:
        return _not_paid(case, _handed(case), why.reason, now)

    return act(context, officer, case_id, version, "front_failed", why, now, change)


def front_returned(
    context: Context, officer: Officer, case_id: str, version: int, now: datetime, why: ActReason
) -> Case:
    """What the insurer had paid came back to it: the fronting is mirrored, so that it is on no bill
    or taken off the next, and the case is owed again."""

    def change(case: Case, _: tuple[Act, ...]) -> Changed:
        front = _handed(case)
        if not case.fronted or case.recovered:
            raise Conflict("STATE", field="insurer", rule="没有承办机构已付且未追回的金额")
        where, amount = books.assistance(case)
        writes = insurer.front_returned(
            _contract(where, front),
            where,
            front.order_id,
            case_id,
            amount,
            why.reason,
            now,
            _OWED,
            outpatient=books.outpatient_assistance(case),
        )
        changed = _not_paid(case, front, why.reason, now)
        return replace(changed, writes=[*writes, *changed.writes])

    return act(context, officer, case_id, version, "front_returned", why, now, change)


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
    return Fen(case.granted - fronted - paid)


def _contract(region: str, front: CaseOrder) -> Contract:
    contract = insurer.find_contract(region, front.contract_year)
    assert contract is not None, "it was handed over under a contract"
    return contract


def _not_paid(case: Case, front: CaseOrder, reason: str, now: datetime) -> Changed:
    event = CasePaymentFailed(case.case_id, case.psn_no, case.admdvs, reason)
    key = f"{front.order_id}.{case.version}"
    writes: list[Write] = [outbox.publish(event, key, now)]
    return Changed(case.with_order(replace(front, failure=reason)), writes)
