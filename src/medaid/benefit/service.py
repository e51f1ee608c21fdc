"""What pricing offers to the packages above it: the builder of claims, the waterfall, its steps as
data and as sentences. Pure, like all of this package."""

from __future__ import annotations

from medaid.benefit.choice import choose
from medaid.benefit.claim import (
    Candidate,
    Choice,
    PolicyFor,
    best_of,
    candidate,
    candidates,
    decide,
    decide_with_entered,
)
from medaid.benefit.engine import eligible_categories, planned_for, price
from medaid.benefit.facts import (
    STAYS,
    ClaimRequest,
    PersonGroup,
    enrolment_for,
    filing_for,
    identities_by_region,
    outpatient_assistance,
    stay_number,
)
from medaid.benefit.parts import (
    deductible_of,
    file_before,
    less_parts,
    part_of,
    parts_with,
    whole_bill,
    whole_request,
)
from medaid.benefit.plan import Plan, PlannedLayer, PlannedLimit
from medaid.benefit.reckoning import amount
from medaid.benefit.record import bill_to_data, clauses_of, steps_to_data
from medaid.benefit.sentence import category_name, sentences
from medaid.benefit.statements import (
    SENDER_FACTS,
    check_fee_classes,
    check_stated_facts,
    refuse_sender_amounts,
)
from medaid.benefit.year_end import has_year_end, settle_year_end

__all__ = [
    "SENDER_FACTS",
    "STAYS",
    "Candidate",
    "Choice",
    "ClaimRequest",
    "PersonGroup",
    "Plan",
    "PlannedLayer",
    "PlannedLimit",
    "PolicyFor",
    "amount",
    "best_of",
    "bill_to_data",
    "candidate",
    "candidates",
    "category_name",
    "check_fee_classes",
    "check_stated_facts",
    "choose",
    "clauses_of",
    "decide",
    "decide_with_entered",
    "deductible_of",
    "eligible_categories",
    "enrolment_for",
    "file_before",
    "filing_for",
    "has_year_end",
    "identities_by_region",
    "less_parts",
    "outpatient_assistance",
    "part_of",
    "parts_with",
    "planned_for",
    "price",
    "refuse_sender_amounts",
    "sentences",
    "settle_year_end",
    "stay_number",
    "steps_to_data",
    "whole_bill",
    "whole_request",
]
