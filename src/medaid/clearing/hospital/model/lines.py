"""What hospital and centre compare: lines, differences; and the dates a document sets. Frozen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from medaid.ids import MessageId, PersonNo, SettlementId, VisitId
from medaid.money import Fen

RECONCILED: Final = ("medfee_sumamt", "fund_pay_sumamt", "acct_pay")
"""The amounts that 3201 and 3202 compare."""


@dataclass(frozen=True, slots=True)
class Difference:
    """A line on which hospital and centre differ. `stmt_rslt`: 101 centre has more, 102 the
    hospital has more, 103 data differ."""

    setl_id: SettlementId
    mdtrt_id: VisitId
    psn_no: PersonNo
    msgid: MessageId
    stmt_rslt: str
    refd: bool
    ours: Mapping[str, Fen]
    theirs: Mapping[str, Fen]
    memo: str


@dataclass(frozen=True, slots=True)
class HospitalLine:
    """One row of the hospital's upload for 3202."""

    setl_id: SettlementId
    mdtrt_id: VisitId
    psn_no: PersonNo
    medfee_sumamt: Fen
    fund_pay_sumamt: Fen
    acct_pay: Fen
    refd: bool

    @property
    def amounts(self) -> dict[str, Fen]:
        return {name: getattr(self, name) for name in RECONCILED}


@dataclass(frozen=True, slots=True)
class Deadline:
    """A date a document sets, and the clause."""

    what: str
    day: date
    cite: str
