"""What is cleared with a hospital, as values: its statements, their blocks, what waits outside
them, its agreements, differences found line by line.

Frozen. Amounts are fen. Sources: 苏医保办发〔2023〕27号 art. 34, 35; 秦安县84号(2018) 五(二), 七;
national interface 2.10 and 2.11 for names.
"""

from __future__ import annotations

from medaid.clearing.hospital.model.agreement import (
    AgreedPayee,
    Agreement,
    AgreementState,
    Clause,
    Mode,
)
from medaid.clearing.hospital.model.application import ClearingApplication
from medaid.clearing.hospital.model.blocks import (
    Block,
    Group,
    StatementCategory,
    Tally,
    Totals,
)
from medaid.clearing.hospital.model.correction import StatementCorrection
from medaid.clearing.hospital.model.lines import RECONCILED, Deadline, Difference, HospitalLine
from medaid.clearing.hospital.model.listed import (
    InstitutionMonth,
    ListedStatement,
    MonthItem,
    StatementFigures,
    figures_of,
)
from medaid.clearing.hospital.model.pending import (
    NO_STATEMENT,
    STANDS,
    TAKEN_UP,
    DisputedSums,
    PendingItem,
    PendingKind,
    PendingState,
    disputed_with,
)
from medaid.clearing.hospital.model.statement import (
    BOOKED,
    CLOSED,
    SETTLED,
    TO_APPROVE,
    TO_RELEASE,
    Statement,
    StatementState,
    in_state,
    statement_id,
)

__all__ = [
    "BOOKED",
    "CLOSED",
    "NO_STATEMENT",
    "RECONCILED",
    "SETTLED",
    "STANDS",
    "TAKEN_UP",
    "TO_APPROVE",
    "TO_RELEASE",
    "AgreedPayee",
    "Agreement",
    "AgreementState",
    "Block",
    "Clause",
    "ClearingApplication",
    "Deadline",
    "Difference",
    "DisputedSums",
    "Group",
    "HospitalLine",
    "InstitutionMonth",
    "ListedStatement",
    "Mode",
    "MonthItem",
    "PendingItem",
    "PendingKind",
    "PendingState",
    "Statement",
    "StatementCategory",
    "StatementCorrection",
    "StatementFigures",
    "StatementState",
    "Tally",
    "Totals",
    "disputed_with",
    "figures_of",
    "in_state",
    "statement_id",
]
