"""What the routes of clearing with hospitals take and answer."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import Field, StrictBool, StringConstraints

from medaid.aws.rest.bodies import (
    Admdvs,
    Body,
    InstantText,
    Long,
    NameOf,
    NamesWithin,
    Reason,
    Short,
    Shown,
    Yuan,
    YuanText,
)
from medaid.aws.rest.offers import OfferShown
from medaid.aws.rest.two_people import ProposedShown
from medaid.clearing.hospital.model import (
    Agreement,
    AgreementState,
    Mode,
    Statement,
    StatementCorrection,
    StatementState,
)
from medaid.clearing.hospital.pending_shapes import (
    ByFundShown,
    DisputedShown,
    PendingShown,
    pending_shown,
)
from medaid.clearing.hospital.prepaid import Advance
from medaid.clearing.hospital.statements import line_file
from medaid.regions import Locality

Share = Annotated[str, StringConstraints(pattern=r"^(0(\.\d{1,4})?|1(\.0{1,4})?)$")]
Points = Annotated[int, Field(ge=0, le=10**9, strict=True)]
"""The month's points (分值) of DRG or DIP, whole."""
ByFund = dict[str, Yuan]


class GroupShown(Shown):
    insutype: str
    care: str
    clr_type: str
    insuplc_admdvs: str
    paying_region: str
    count: int
    refunds: int
    amounts: ByFundShown
    agreed: bool


class CategoryShown(Shown):
    """A statement category; assistance is a column of each (maf_pay)."""

    insutype: str
    clr_type: str
    locality: Locality
    count: int
    refunds: int
    amounts: ByFundShown


class CorrectionShown(ProposedShown):
    """`decided_at` is empty while it waits; the agreement is the version it is reckoned by."""

    points: int | None
    hi_paymtd: Mode
    rate: YuanText
    retention: str
    agreed_from: date
    mode_difference: ByFundShown
    retained: ByFundShown
    document: str
    reason: str
    decided_by: str
    decided_by_name: Annotated[str, NameOf("decided_by", "decided_at")] = ""
    decided_at: InstantText
    approved: bool
    decision: str


class StatementShown(Shown):
    statement_id: str
    region: str
    institution: str
    month: str
    number: int
    state: StatementState
    items: int
    by_fund: ByFundShown
    due: ByFundShown
    retained: ByFundShown
    paid: ByFundShown
    fronted: ByFundShown
    carried: ByFundShown
    """What the insurer that runs critical illness owes instead of the agency."""
    carrier: str
    mode_difference: ByFundShown
    points: int | None
    order: str
    paid_on: date | None
    bank_reference: str
    hi_paymtd: str
    agreed_from: date | None
    """From which day the version of the agreement counts by which it is paid."""
    approved_by: str
    approved_by_name: Annotated[str, NameOf("approved_by")] = ""
    released_by: str
    released_by_name: Annotated[str, NameOf("released_by")] = ""
    trail: Annotated[list[str], NamesWithin()]
    digest: str
    lines: str
    disputed: list[DisputedShown]
    """By paying region; the items are asked for by page."""
    deductions: list[PendingShown]
    forwards: list[PendingShown]
    """What was brought forward, one by one."""
    corrections: list[CorrectionShown]
    categories: list[CategoryShown]
    groups: list[GroupShown]
    files: list[str] = Field(default_factory=list)


class StatementPageShown(StatementShown):
    """With the acts that the API lets this caller do on it now."""

    offers: list[OfferShown]


class AgreementShown(ProposedShown):
    state: AgreementState
    effective: date
    name: str
    hi_paymtd: Mode
    rate: YuanText
    retention: str
    bank: str
    account: str
    cite: str
    until: date | None
    document: str
    clauses: list[str]
    categories: list[str]
    approved_by: str
    decided_at: InstantText
    approved_by_name: Annotated[str, NameOf("approved_by", "decided_at")] = ""
    reason: str


class RequiredClauseShown(Shown):
    id: str
    says: str
    cite: str


class AgreementsShown(Shown):
    versions: list[AgreementShown]
    required_clauses: list[RequiredClauseShown]
    """What a text of the region must hold today."""


class PayableShown(Shown):
    payable: ByFundShown


class DrgShareShown(Shown):
    by_drg_dip: YuanText
    whole: YuanText
    aim: str
    reached: bool
    cite: str


class StatementApproval(Body):
    points: Points | None = None
    """The month's points of DRG or DIP; needed where the institution is paid by them."""


class CorrectionIn(Body):
    """What a released statement should have been paid by, and the paper that tells it."""

    points: Points | None = None
    """The right ones; without them they stay."""
    as_agreed: StrictBool = False
    """By the version of the agreement that counts for the statement's month now, not by the one
    that it was paid by."""
    document: Short
    reason: Reason


class AgreementIn(Body):
    effective: date
    name: Short
    hi_paymtd: Mode
    rate: Yuan
    retention: Share = "0"
    bank: Short
    account: Annotated[str, StringConstraints(pattern=r"^[0-9]{8,32}$")]
    cite: Long = ""
    until: date
    document: Short
    clauses: list[Short] = Field(max_length=50)
    categories: list[Short] = Field(default_factory=list, max_length=100)
    """clr_type codes; none says all."""


class Deduction(Body):
    amounts: ByFund
    reason: Reason
    insuplc_admdvs: Admdvs | None = None


class AdvanceUsed(Body):
    """`advance` is the account on which it lies: 1103 医保预付金, 1104 集采预付金."""

    advance: Advance
    amounts: ByFund
    document: Short


class Verdict(Body):
    upheld: StrictBool
    reason: Reason


class Assessment(Body):
    share: Share


# -------------------------------------------------------------------------------------------------
# shown


def statement_shown(one: Statement, files: list[str] | None = None) -> StatementShown:
    """A statement as the page shows it."""
    agreed = set(one.agreed)
    return StatementShown.of(
        one,
        items=one.lines,
        due=one.due(),
        order=one.order_id,
        hi_paymtd=one.mode,
        lines=line_file(one),
        disputed=[DisputedShown.of(sums, amounts=sums.by_fund) for sums in one.disputed],
        deductions=[pending_shown(item) for item in one.deductions],
        forwards=[pending_shown(item) for item in one.forwards],
        corrections=[_correction_shown(made) for made in one.corrections],
        categories=[
            CategoryShown(
                **category._asdict(),
                count=totals.count,
                refunds=totals.refunds,
                amounts=dict(totals.amounts),
            )
            for category, totals in one.categories.items()
        ],
        groups=[
            GroupShown.of(
                group,
                insuplc_admdvs=group.insured_region,
                count=totals.count,
                refunds=totals.refunds,
                amounts=totals.amounts,
                agreed=group in agreed,
            )
            for group, totals in one.groups.items()
        ],
        files=files or [],
    )


def _correction_shown(one: StatementCorrection) -> CorrectionShown:
    by = one.terms
    return CorrectionShown.of(
        one, hi_paymtd=by.mode, rate=by.rate, retention=by.retention, agreed_from=by.effective
    )


def agreement_shown(state: AgreementState, one: Agreement) -> AgreementShown:
    return AgreementShown.of(one, state=state, hi_paymtd=one.mode)
