"""What the routes of insurer-run assistance take and show."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from pydantic import Field

from medaid.aws.rest.bodies import Body, NameOf, Reason, Short, Shown, Yuan, YuanText
from medaid.clearing.insurer import rules
from medaid.clearing.insurer.model import (
    BillState,
    Contract,
    ContractState,
    Evaluation,
    InsurerAssessment,
    InsurerBill,
    InsurerPeriod,
)
from medaid.workdays import Calendar


class Conclusion(Body):
    """`chosen_on` is the day the insurer was chosen by tender, `signed_on` that of the contract."""

    insurer: Short
    name: Short
    reserve: Yuan
    chosen_on: date
    signed_on: date


class Ending(Body):
    last_day: date
    reason: Reason


class RefundIn(Body):
    """`document` is the number of the bank's paper, `received_on` its day."""

    document: Short
    received_on: date


class FeePaid(Body):
    document: Short


class SurveyIn(Body):
    persons_asked: int = Field(gt=0, le=10**7, strict=True)
    persons_satisfied: int = Field(ge=0, le=10**7, strict=True)
    institutions_asked: int = Field(gt=0, le=10**5, strict=True)
    institutions_satisfied: int = Field(ge=0, le=10**5, strict=True)
    conclusion: Reason


class SignedShown(Shown):
    act: str
    by: str
    by_name: Annotated[str, NameOf("by", "at")] = ""
    at: datetime
    reason: str


class ContractShown(Shown):
    """`sign_by` is the last day on which it had to be signed (M四)."""

    city: str
    year: int
    insurer: str
    name: str
    reserve: YuanText
    chosen_on: date
    signed_on: date
    sign_by: date
    signed_late: bool
    state: ContractState
    last_day: date | None
    trail: list[SignedShown]


class InsurerBillShown(Shown):
    district: str
    period: InsurerPeriod
    fronted: YuanText
    fee: YuanText
    payer: str
    state: BillState
    due: date
    cite: str
    approved_by: str
    approved_by_name: Annotated[str, NameOf("approved_by")] = ""
    paid_by: str
    paid_by_name: Annotated[str, NameOf("paid_by")] = ""
    order_id: str
    """The pay order to the insurer."""
    paid_on: date | None
    bank_reference: str
    fee_document: str
    fee_paid_by: str
    fee_paid_by_name: Annotated[str, NameOf("fee_paid_by")] = ""
    trail: list[SignedShown]


class SurveyShown(Shown):
    persons_asked: int
    persons_satisfied: int
    institutions_asked: int
    institutions_satisfied: int
    conclusion: str
    signed: SignedShown


class EvaluationShown(Shown):
    fronted: YuanText
    fronted_last_year: YuanText
    billed: YuanText
    bills: int
    bills_paid: int
    reserve_in_use: YuanText
    reserve_in_use_per_mille: int
    reserve_exceeded: YuanText
    surveys: list[SurveyShown]


class ScoreIn(Body):
    """What an insurer is given for one criterion, out of its weight."""

    criterion: Short
    weight: int = Field(gt=0, le=100, strict=True)
    score: int = Field(ge=0, le=100, strict=True)
    basis: Reason


class AssessmentIn(Body):
    """Weights are a hundred in all."""

    scores: list[ScoreIn] = Field(min_length=1, max_length=20)
    conclusion: Reason


class ScoreShown(Shown):
    criterion: str
    weight: int
    score: int
    basis: str


class AssessmentShown(Shown):
    city: str
    year: int
    scores: list[ScoreShown]
    total: int
    conclusion: str
    state: ContractState
    figures: EvaluationShown
    trail: list[SignedShown]


class YearShown(Shown):
    contract: ContractShown | None
    bills: list[InsurerBillShown]
    evaluation: EvaluationShown


def contract_shown(one: Contract, calendar: Calendar) -> ContractShown:
    last = rules.sign_by(one, calendar)
    return ContractShown.of(
        one,
        sign_by=last,
        signed_late=one.signed_on > last,
        trail=[SignedShown.of(act) for act in one.trail],
    )


def bill_shown(one: InsurerBill) -> InsurerBillShown:
    return InsurerBillShown.of(
        one,
        approved_by=one.approved_by or "",
        paid_by=one.paid_by or "",
        fee_paid_by=one.fee_paid_by or "",
        trail=[SignedShown.of(act) for act in one.trail],
    )


def evaluation_shown(one: Evaluation) -> EvaluationShown:
    surveys = [SurveyShown.of(each, signed=SignedShown.of(each.signed)) for each in one.surveys]
    return EvaluationShown.of(one, surveys=surveys)


def assessment_shown(one: InsurerAssessment) -> AssessmentShown:
    return AssessmentShown.of(
        one,
        scores=[ScoreShown.of(each) for each in one.scores],
        figures=evaluation_shown(one.figures),
        trail=[SignedShown.of(act) for act in one.trail],
    )
