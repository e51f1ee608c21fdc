"""What a settlement is: facts, priced steps, what it changed. Frozen values, whole fen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from medaid.benefit.model import Bill, Facts, Step
from medaid.money import Fen
from medaid.people.model import Visit


@dataclass(frozen=True, slots=True)
class Institution:
    """A contracted institution (定点医药机构). `level` is the word that policies use: township,
    community, 1, 2, 3."""

    code: str
    name: str
    admdvs: str
    level: str
    active: bool = True


@dataclass(frozen=True, slots=True)
class Decision:
    """What settling now would give: everything of a settlement but its ids and its time. A preview
    is this and no more."""

    psn_no: str
    institution: str
    treatment: str
    insured: str
    assisted: str
    visit: Visit
    batch: str
    """Charge batch of an outpatient visit; `STAY` for a stay."""
    insutype: str
    psn_type: str
    med_type: str
    care: str
    begin: date
    end: date
    year: int
    policy_day: date
    packs: tuple[str, ...]
    warnings: tuple[str, ...]
    bill: Bill
    facts: Facts
    categories: tuple[str, ...]
    given: Mapping[str, int]
    category: str
    steps: tuple[Step, ...]
    by_fund: Mapping[str, Fen]
    own: Fen
    others: tuple[tuple[str, Fen], ...]
    totals_before: Mapping[str, int]
    totals_after: Mapping[str, int]
    last_before: str
    """The act on top of the person-year before this one."""
    fees: Mapping[str, int] = field(default_factory=dict)
    """Fee totals by national fee class, in fen; empty where none were sent."""
    receipt: tuple[str, str] = ("", "")
    """Bill code and number, where the hospital stated them."""

    @property
    def funds_paid(self) -> Fen:
        """fund_pay_sumamt: all funds, without the hospital's own part (I2, I4)."""
        return Fen(sum(int(fen) for fund, fen in self.by_fund.items() if fund != "hosp_part_amt"))


@dataclass(frozen=True, slots=True)
class Settlement:
    """A final settlement. `reversed_at` and `reversed_by` (a msgid) are set once it was taken
    back."""

    setl_id: str
    msgid: str
    infno: str
    settled_at: datetime
    clearing_type: str
    decision: Decision
    reversed_at: datetime | None = None
    reversed_by: str = ""


@dataclass(frozen=True, slots=True)
class Known:
    """What we know of a sender's message: `kind` is settle, reverse, visit or blocked; `result` the
    id it led to."""

    institution: str
    msgid: str
    infno: str
    kind: str
    psn_no: str
    result: str
    digests: Mapping[str, str]
    at: datetime


@dataclass(frozen=True, slots=True)
class Answer:
    """What a use case gives back to the edge: output as plain data, and warnings for people."""

    output: Any = None
    warnings: tuple[str, ...] = ()
