"""Deciding: priced, audited, re-checked, sent back, refused, annulled (J23, J25, J27, Q3.1,
Q3.2)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from medaid.aws import outbox
from medaid.aws.transaction import Write
from medaid.errors import BadInput, Conflict
from medaid.fund import service as fund
from medaid.instants import civil_date
from medaid.people import service as people
from medaid.reimbursement import books, checks
from medaid.reimbursement.model import Act, Case, Officer, Pricing
from medaid.reimbursement.pricing import quote
from medaid.reimbursement.rules import Given
from medaid.reimbursement.service.duplicates import possible_duplicates
from medaid.reimbursement.service.files import account_proven
from medaid.reimbursement.service.intake import freed
from medaid.reimbursement.service.office import Changed, Office, act


def price(
    office: Office, officer: Officer, case_id: str, version: int, now: datetime, given: Given
) -> Case:
    """Priced on the person's file as it stands, by the policy of the last day of care. Raises
    PolicyUndetermined where the policy is silent."""

    def change(case: Case, _: tuple[Act, ...]) -> Changed:
        return Changed(replace(case, pricing=priced(office, case, now)))

    return act(office, officer, case_id, version, "price", given, now, change)


def priced(office: Office, case: Case, now: datetime) -> Pricing:
    """What the case would be granted now; changes nothing."""
    today = civil_date(now)
    file = people.load(case.psn_no, min(case.care.end.year, today.year))
    prior = office.prior(case.settled) if case.settled else None
    return quote(case, file, office.policy_for, office.procedure, today, office.group, prior)


def audit(
    office: Office, officer: Officer, case_id: str, version: int, now: datetime, given: Given
) -> Case:
    """Audited against the originals (Q3.2). A suspected duplicate is only passed with the reason
    why it is none."""

    def change(case: Case, _: tuple[Act, ...]) -> Changed:
        checks.ready(case)
        account_proven(office, case)
        suspects = possible_duplicates(case)
        if suspects and not given.reason.strip():
            raise BadInput(
                "FIELD_REQUIRED",
                field="reason",
                rule=f"疑似重复报销({'、'.join(suspects)}),须写明核实情况",
            )
        return Changed(replace(case, suspects=suspects))

    return act(office, officer, case_id, version, "audit", given, now, change)


def recheck(
    office: Office, officer: Officer, case_id: str, version: int, now: datetime, given: Given
) -> Case:
    """Re-checked: the audited amounts become an obligation. The journal entry and the year's totals
    are written with it, or nothing is.

    Raises Conflict STATE where the person's year has moved since pricing: it must be priced again.
    """

    def change(case: Case, _: tuple[Act, ...]) -> Changed:
        assert case.pricing is not None, "an audited case is priced"
        pricing = case.pricing
        totals = people.load(case.psn_no, pricing.year).totals(pricing.year)
        if totals.version != pricing.version:
            raise Conflict("STATE", field="pricing", rule="核算后该人员年度累计已变化,须重新核算")
        after = totals.with_act(case.case_id, pricing.change)
        posted = replace(case, postings=case.postings + 1)
        writes = [
            *fund.writes(*books.obligation(posted, now)),
            *people.totals_changed(case.psn_no, totals, after),
        ]
        return Changed(posted, writes)

    return act(office, officer, case_id, version, "recheck", given, now, change)


def annul(
    office: Office, officer: Officer, case_id: str, version: int, now: datetime, given: Given
) -> Case:
    """An obligation taken back before it was paid: entry mirrored, year restored. Raises Conflict
    REVERSE_LATER_FIRST naming what stands on it."""

    def change(case: Case, _: tuple[Act, ...]) -> Changed:
        assert case.pricing is not None, "a re-checked case is priced"
        totals = people.load(case.psn_no, case.pricing.year).totals(case.pricing.year)
        if totals.last != case.case_id:
            raise Conflict(
                "REVERSE_LATER_FIRST", field="case_id", rule=totals.last, last=totals.last
            )
        before = totals.without_act(case.case_id, case.pricing.change, case.pricing.last)
        writes = [
            *fund.writes(*books.annulment(case, now)),
            *people.totals_changed(case.psn_no, totals, before),
        ]
        return Changed(replace(case, pricing=None), writes)

    return act(office, officer, case_id, version, "annul", given, now, change)


def send_back(
    office: Office, officer: Officer, case_id: str, version: int, now: datetime, given: Given
) -> Case:
    """Returned to be mended, with the reason; the clock runs on."""
    return act(office, officer, case_id, version, "send_back", given, now)


def refuse(
    office: Office, officer: Officer, case_id: str, version: int, now: datetime, given: Given
) -> Case:
    """Nothing is paid: with the reason and the clause; the person is told, the receipts are free
    again."""

    def change(case: Case, _: tuple[Act, ...]) -> Changed:
        body = {
            "case_id": case.case_id,
            "psn_no": case.psn_no,
            "insu_admdvs": case.admdvs,
            "reason": given.reason,
            "clause": given.clause,
        }
        message: list[Write] = [outbox.message("case_refused", case.case_id, body, now)]
        return Changed(case, message + freed(case, now))

    return act(office, officer, case_id, version, "refuse", given, now, change)
