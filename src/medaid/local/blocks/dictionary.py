"""The words for codes that the console shows, in one file: docs/dictionary.json."""

from __future__ import annotations

import json
from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Final

from medaid.access.model import PURPOSES
from medaid.clearing.hospital.model import AgreementState, PendingKind, PendingState, StatementState
from medaid.clocks import ClockState
from medaid.fund.model.chart import funds, read
from medaid.local.blocks.words import role_names
from medaid.papers.dictionary import dictionary
from medaid.payments.model import BatchState, Duty, OrderState
from medaid.payments.rules import NAMES as ORDER_NAMES
from medaid.people.model import CATEGORIES
from medaid.policy.vocabulary import FUND_NAMES, LEVEL_NAMES, TIER_NAMES, VALUES
from medaid.settlement.national.codes import CARE

ENUMS: Final[Mapping[str, type[StrEnum]]] = {
    "statement": StatementState,
    "agreement": AgreementState,
    "pending_kind": PendingKind,
    "pending": PendingState,
    "clock": ClockState,
    "batch": BatchState,
    "duty": Duty,
}
"""Field of the dictionary → the codes it must have a word for."""
CARE_WORDS: Final = {code: dictionary()["care"][care] for code, care in CARE.items()}
"""What a med_type is called that has no name of its own: the kind of care that it is."""


def words() -> dict[str, dict[str, str]]:
    """Every code that the console shows, by field. AssertionError for a code without a word."""
    procedure = read("procedure.toml", "medaid.reimbursement")
    found: dict[str, Mapping[Any, str]] = {
        **dictionary(),
        "amount": {**FUND_NAMES, **dictionary()["amount"]},
        "tier": TIER_NAMES,
        "category": CATEGORIES,
        "role": role_names(),
        "case": procedure["states"],
        "owner": procedure["owners"],
        "manl_reim_rea": procedure["reasons"],
        "filing": VALUES["filing"],
        "level": LEVEL_NAMES,
        "med_type": {**CARE_WORDS, **dictionary()["med_type"]},
        "sex": VALUES["sex"],
        "fund": {key: fund.name for key, fund in funds().items()},
        "purpose": PURPOSES,
        "order": {state: ORDER_NAMES[state] for state in OrderState},
    }
    for field, codes in ENUMS.items():
        assert set(found[field]) >= {*codes}, f"{field}: {sorted({*codes} - set(found[field]))}"
    return {
        field: {str(code): text for code, text in sorted(known.items())}
        for field, known in sorted(found.items())
    }


def text() -> str:
    """As it is kept in docs/dictionary.json."""
    return json.dumps(words(), ensure_ascii=False, indent=1) + "\n"
