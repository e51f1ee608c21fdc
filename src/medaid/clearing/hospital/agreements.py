"""Agreements with institutions (J37, Q5.1): versions by date, made by one person and approved by
another of the institution's own region. What is paid goes to the account of the version of its day.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime

from medaid.aws.transaction import Decided, refuse_as_changed, transact
from medaid.clearing.figures import care_class
from medaid.clearing.hospital import rules, store
from medaid.clearing.hospital.clauses import check_clauses
from medaid.clearing.hospital.model import Agreement, AgreementState, Statement
from medaid.clearing.hospital.orders import account_of, confirm_account
from medaid.errors import BadInput, Conflict, Forbidden, Refused, check_said
from medaid.ids import OfficerId
from medaid.instants import civil_date
from medaid.money import WHOLE, Ratio
from medaid.months import Month
from medaid.payments import service as payments
from medaid.payments.model import NOBODY
from medaid.regions import Region


def propose_agreement(agreement: Agreement, own: Region, by: str, now: datetime) -> Agreement:
    """Records a version that somebody else has to approve. `own` is the institution's region.

    Raises Forbidden where the agreement is made in another region, BadInput for a share that is
    none, a term that ends before it begins, a category nobody knows, a required clause that is
    missing (J37) or an account that breaks the bank's file, Conflict STATE while another waits.
    """
    if agreement.region not in (own, own.pooling):
        raise Forbidden(
            "FORBIDDEN", field="fixmedins_code", rule=f"机构属 {own},由其医保经办机构签订"
        )
    _check(agreement)
    made = replace(agreement, proposed_by=OfficerId(by), approved_by=NOBODY, proposed_at=now)

    def decide() -> Decided[Agreement]:
        versions = store.held_agreements(agreement.institution)
        waiting = next((v for v in versions if v.state is AgreementState.PROPOSED), None)
        if waiting is not None:
            if replace(waiting.agreement, proposed_at=now) == made:
                return Decided(waiting.agreement)
            raise Conflict("STATE", field="agreement", rule="已有一份协议待复核,请先复核")
        entered = payments.account_entered(
            agreement.region, agreement.institution, account_of(made), OfficerId(by), now
        )
        holds_back = agreement.effective <= civil_date(now)
        same_day = [v for v in versions if v.agreement.effective == agreement.effective]
        created = store.create_agreement(made, len(same_day) + 1, now)
        return Decided(made, [created, *(entered if holds_back else ())])

    return transact(decide, refuse_as_changed)


def _check(agreement: Agreement) -> None:
    if Ratio.of(agreement.retention) > WHOLE:
        raise BadInput("FIELD_FORMAT", field="retention", rule="预留比例不得大于 1")
    if agreement.until is not None and agreement.until < agreement.effective:
        raise BadInput("DATE_ORDER", field="until", rule="协议期满日早于生效日")
    for clr_type in agreement.categories:
        care_class(clr_type)
    check_clauses(agreement.region, agreement.clauses)


def decide_agreement(
    institution: str, approved: bool, reason: str, by: str, region: Region, now: datetime
) -> Agreement:
    """Second person: the version that waits comes into force from its date on, or is rejected.

    Raises Refused NOT_FOUND, Forbidden SEPARATION for the one who made it (Q3.1), or outside the
    institution's region, BadInput for a rejection without a reason.
    """
    check_said(approved, reason)

    def decide() -> Decided[Agreement]:
        held = next(
            (v for v in store.held_agreements(institution) if v.state is AgreementState.PROPOSED),
            None,
        )
        if held is None:
            raise Refused("NOT_FOUND", field="agreement", rule="没有待复核的协议")
        if held.agreement.region != region:
            raise Forbidden("FORBIDDEN", field="admdvs", rule="非本统筹区")
        first, done = held.agreement.proposed_by, held.agreement.proposed_at
        payments.check_second(region, by, first, done, now, "录入与复核协议不得为同一人")
        state = AgreementState.IN_FORCE if approved else AgreementState.REJECTED
        after = replace(held.agreement, approved_by=OfficerId(by), reason=reason, decided_at=now)
        account, officer = account_of(after), OfficerId(by)
        rejected = (
            ()
            if approved
            else payments.account_rejected(region, institution, account, officer, reason, now)
        )
        return Decided(after, [store.replace_agreement(held, after, state, now), *rejected])

    decided = transact(decide, refuse_as_changed)
    if approved and decided.effective <= civil_date(now):
        confirm_account(region, decided, now)
    return decided


def list_agreements(institution: str, day: date) -> list[tuple[AgreementState, Agreement]]:
    """All versions, by the day from which they count, with what each is on `day`."""
    held = store.held_agreements(institution)
    begun = [v.agreement for v in _approved(held) if v.agreement.effective <= day]
    return [(_state_on(one, begun, day), one.agreement) for one in held]


def _state_on(held: store.HeldAgreement, begun: list[Agreement], day: date) -> AgreementState:
    if held.state is not AgreementState.IN_FORCE:
        return held.state
    if held.agreement not in begun:
        return AgreementState.UPCOMING
    if held.agreement != begun[-1]:
        return AgreementState.SUPERSEDED
    return AgreementState.EXPIRED if held.agreement.ended(day) else AgreementState.IN_FORCE


def _approved(held: Sequence[store.HeldAgreement]) -> list[store.HeldAgreement]:
    return [one for one in held if one.state is AgreementState.IN_FORCE]


def get_agreement(institution: str, month: Month, *, settled: bool = True) -> Agreement:
    """How an institution is paid for a month: by the version of its last day, also where the term
    ended in it, or before it where nothing was `settled` in the month and only what is owed from
    the term is paid. Raises Refused INSTITUTION_UNKNOWN: nobody is paid without an agreement, or
    for what was settled after its term."""
    found = _latest(store.held_agreements(institution), institution, month.last)
    if settled and found.ended(month.first):
        rule = f"{institution} 的结算协议已于 {found.until} 期满"
        raise Refused("INSTITUTION_UNKNOWN", field="fixmedins_code", rule=rule)
    return found


def agreement_of(statement: Statement) -> Agreement:
    """The version by which a statement is paid. Raises as `get_agreement` does, and Conflict STATE
    where the statement holds a category that it was not made for."""
    settled = bool(statement.blocks)
    agreement = get_agreement(statement.institution, statement.month, settled=settled)
    rules.check_categories(statement, agreement)
    return agreement


def _latest(versions: Sequence[store.HeldAgreement], institution: str, day: date) -> Agreement:
    """The approved version that began last by `day`, in its term or after it."""
    begun = [one.agreement for one in _approved(versions) if one.agreement.effective <= day]
    if not begun:
        raise Refused(
            "INSTITUTION_UNKNOWN",
            field="fixmedins_code",
            rule=f"{institution} 在 {day} 无有效的结算协议",
        )
    return begun[-1]


def get_payee(institution: str, day: date) -> Agreement:
    """The agreement whose account money goes to on `day`: what is owed from its term is paid after
    its end too.

    Raises Refused INSTITUTION_UNKNOWN, Conflict STATE while a changed account waits for its
    approval: what is paid meanwhile would go to one of two accounts.
    """
    versions = store.held_agreements(institution)
    agreed = _latest(versions, institution, day)
    for held in versions:
        waiting = held.state is AgreementState.PROPOSED and held.agreement.effective <= day
        if waiting and not held.agreement.same_account(agreed):
            raise Conflict("STATE", field="account", rule="收款账户变更待复核,暂缓拨付")
    return agreed
