"""The values of subsidised enrolment."""

from medaid.enrolment.model.contribution import (
    PAID,
    Contribution,
    ContributionState,
    Eligibility,
    EnrolmentCase,
    EnrolmentWay,
    Recognition,
    RefundGround,
    RefundRequest,
    Reversal,
    Window,
)
from medaid.enrolment.model.payers import Parts, Payer, SplitContribution
from medaid.enrolment.model.run import (
    CLAIMS,
    ClaimSignature,
    EnrolmentRun,
    EnrolmentRunState,
    FindingKind,
    HeadFinding,
    RowOutcome,
    RunKind,
    RunRow,
)
from medaid.enrolment.model.waiting import EnrolmentFacts, NoWaiting, Waiting, WaitingRule

__all__ = [
    "CLAIMS",
    "PAID",
    "ClaimSignature",
    "Contribution",
    "ContributionState",
    "Eligibility",
    "EnrolmentCase",
    "EnrolmentFacts",
    "EnrolmentRun",
    "EnrolmentRunState",
    "EnrolmentWay",
    "FindingKind",
    "HeadFinding",
    "NoWaiting",
    "Parts",
    "Payer",
    "Recognition",
    "RefundGround",
    "RefundRequest",
    "Reversal",
    "RowOutcome",
    "RunKind",
    "RunRow",
    "SplitContribution",
    "Waiting",
    "WaitingRule",
    "Window",
]
