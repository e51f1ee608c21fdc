"""Deciding: priced, audited, re-checked, sent back, refused, annulled (J23, J25, J27, Q3.1,
Q3.2)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from medaid.aws import outbox
from medaid.aws.transaction import Write
from medaid.benefit.service import decide_with_entered
from medaid.clearing.insurer import service as insurer
from medaid.errors import BadInput, Conflict
from medaid.events import CaseRefused
from medaid.fund import service as fund
from medaid.ids import OfficerId
from medaid.instants import civil_date
from medaid.money import Fen
from medaid.payments import service as payments
from medaid.people import service as people
from medaid.people.model import PersonFile
from medaid.regions import Region
from medaid.reimbursement import books, checks, following, store
from medaid.reimbursement.model import Act, Case, Officer, OriginalSettlement, Pricing
from medaid.reimbursement.pricing import pricing_of, quote, year_fees
from medaid.reimbursement.service.acting import (
    ActRequest,
    Changed,
    History,
    case_act,
    region_of,
    source_of,
)
from medaid.reimbursement.service.context import Context
from medaid.reimbursement.service.duplicates import possible_duplicates
from medaid.reimbursement.service.files import check_account_proof
from medaid.reimbursement.service.fronting import check_not_fronted
from medaid.reimbursement.service.intake import released
from medaid.reimbursement.service.year_end import show_year_end


@case_act
def price(request: ActRequest, case: Case, _: History) -> Changed:
    """Priced on the person's file as it stands, by the policy of the last day of care. Raises
    PolicyUndetermined where the policy is silent."""
    checks.images(case)
    found = priced(request.context, case, request.now)
    fees = year_fees(found.before) if case.year_end else case.fees
    return Changed(replace(case, fees=fees, pricing=found))


def priced(context: Context, case: Case, now: datetime) -> Pricing:
    """What the case would be granted now, with the warnings that the counter gives; changes
    nothing."""
    if case.year_end:
        at = (case.insured, case.psn_no, case.year_end, case.insutype)
        return pricing_of(case, show_year_end(context, *at, now), context.procedure)
    file = people.load(case.psn_no, min(case.care.end.year, civil_date(now).year))
    return priced_on(context, case, file, _original(context, case) if case.settled else None, now)


def priced_on(
    context: Context,
    case: Case,
    file: PersonFile,
    original: OriginalSettlement | None,
    now: datetime,
) -> Pricing:
    """The same for what was read already: the person's `file` with the totals of the case's year,
    and what that has granted which the case follows. No case of a year's end."""
    today = civil_date(now)
    found = decide_with_entered(
        lambda policy_for: quote(
            case, file, policy_for, context.procedure, today, context.person_group, original
        ),
        context.policy_for,
        lambda: context.entered(context.policy_for, frozenset(case.agency_amounts)),
    )
    policy = context.policy_for(case.insured, found.assisting_region, case.care.end)
    return replace(found, notes=(*found.notes, *context.unverified(policy)))


def _original(context: Context, case: Case) -> OriginalSettlement:
    """What the settlement or case that the case follows has granted, with what other cases added to
    it."""
    others = [x for x in store.supplements_of(case.settled) if x.case_id != case.case_id]
    followed = store.case(case.settled)
    granted = following.granted_by(followed) if followed else context.original(case.settled)
    return following.with_supplements(granted, others)


@case_act
def audit(request: ActRequest, case: Case, history: History) -> Changed:
    """Audited against the originals (Q3.2), the account with it: the auditor is the second person
    who approves it. A suspected duplicate is only passed with the reason why it is none."""
    checks.ready(case)
    check_account_proof(request.context, case)
    suspects = possible_duplicates(case)
    if suspects and not request.why.reason.strip():
        raise BadInput(
            "FIELD_REQUIRED",
            field="reason",
            rule=f"疑似重复报销({'、'.join(suspects)}),须写明核实情况",
        )
    return Changed(
        replace(case, suspects=suspects),
        _account_confirmed(case, history, request.officer, request.now),
    )


def _account_confirmed(
    case: Case, history: tuple[Act, ...], officer: Officer, now: datetime
) -> Sequence[Write]:
    """The account of the application, entered by who last wrote it and approved by the auditor."""
    assert case.account is not None, "what is ready has an account"
    wrote = [a.officer for a in history if a.act in ("open", "amend", "change_account")]
    return payments.account_confirmed(
        region_of(case),
        case.case_id,
        case.account.payee_account,
        OfficerId(wrote[-1]),
        OfficerId(officer.officer_id),
        now,
        of_source=True,
    )


@case_act
def recheck(request: ActRequest, case: Case, _: History) -> Changed:
    """Re-checked: the audited amounts become an obligation. The journal entry and the year's totals
    are written with it, or nothing is. What the insurer that runs critical illness on this day owes
    the insured region's people is not the agency's (docs/adr/0086).

    Raises Conflict STATE where the person's year or identities have moved since pricing: it must be
    priced again, so that what was recognised meanwhile is paid with it (J27).
    """
    assert case.pricing is not None, "an audited case is priced"
    pricing = case.pricing
    totals = people.load(case.psn_no, pricing.year).totals(pricing.year)
    if totals.version != pricing.version:
        raise Conflict("STATE", field="pricing", rule="核算后该人员年度累计已变化,须重新核算")
    if _what_is_booked(priced(request.context, case, request.now)) != _what_is_booked(pricing):
        raise Conflict("STATE", field="pricing", rule="核算后该人员救助身份已变化,须重新核算")
    after = totals.with_act(case.case_id, pricing.change)
    carrier = insurer.critical_carrier(Region(case.insured), civil_date(request.now))
    carried = books.critical_part(case) if carrier else Fen(0)
    owed = replace(pricing, carrier=carrier if carried else "", carried=carried)
    posted = replace(case, pricing=owed, postings=case.postings + 1)
    writes = [
        *fund.writes(*books.obligation(posted, request.now)),
        *people.totals_changed(case.psn_no, totals, after),
        store.treated(case.insured, pricing.year, case.insutype, case.psn_no),
    ]
    return Changed(posted, writes)


def _what_is_booked(pricing: Pricing) -> tuple[Mapping[str, Fen], str, str]:
    """What each fund pays, in whose books, and for which identity."""
    return pricing.by_fund, pricing.assisting_region, pricing.category


@case_act
def annul(request: ActRequest, case: Case, _: History) -> Changed:
    """An obligation taken back before it was paid: entry mirrored, year restored. Raises Conflict
    REVERSE_LATER_FIRST naming what stands on it, STATE while the bank contradicts itself."""
    assert case.pricing is not None, "a re-checked case is priced"
    check_not_fronted(case)
    totals = people.load(case.psn_no, case.pricing.year).totals(case.pricing.year)
    if totals.last != case.case_id:
        raise Conflict("REVERSE_LATER_FIRST", field="case_id", rule=totals.last, last=totals.last)
    before = totals.without_act(case.case_id, case.pricing.change, case.pricing.last)
    failed = [one for one in case.orders if one.failure and one.amount > 0 and not one.insurer]
    lost = {one.number for one in failed if one.annulled is None}
    orders = tuple(
        replace(one, annulled=case.pricing) if one.number in lost else one for one in case.orders
    )
    under_way = (
        payments.nothing_under_way(region_of(case), source_of(case))
        if lost or not failed  # else nothing was ordered since an annulment before this one
        else ()
    )
    writes = [
        *fund.writes(*books.annulment(case, request.now)),
        *people.totals_changed(case.psn_no, totals, before),
        *under_way,
    ]
    return Changed(replace(case, pricing=None, orders=orders), writes)


@case_act
def send_back(_request: ActRequest, case: Case, _: History) -> Changed:
    """Returned to be mended, with the reason; the clock runs on."""
    return Changed(case)


@case_act
def refuse(request: ActRequest, case: Case, _: History) -> Changed:
    """Nothing is paid: with the reason and the clause; the person is told, the receipts are free
    again."""
    event = CaseRefused(
        case.case_id, case.psn_no, case.admdvs, request.why.reason, request.why.clause
    )
    return Changed(
        case, [outbox.publish(event, case.case_id, request.now), *released(case, request.now)]
    )
