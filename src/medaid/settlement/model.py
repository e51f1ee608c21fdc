"""What a settlement is: facts, priced steps, what it changed. Frozen values, whole fen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Final

from medaid.benefit.model import Bill, Facts, Step
from medaid.ids import InstitutionCode, MessageId, PersonNo, SettlementId
from medaid.money import Fen
from medaid.people.model import Visit
from medaid.policy.model import AgencyFigure
from medaid.receipts.model import ReceiptNumber
from medaid.regions import Region

STAY: Final = "STAY"
"""The one batch of a stay, which is settled as a whole."""

LATE: Final = "late"
"""The note of a visit that was registered later than a document allows: the rule in words."""


@dataclass(frozen=True, slots=True)
class Institution:
    """A contracted institution (定点医药机构). `level` is the word that policies use: township,
    community, 1, 2, 3. One whose agreement ended (`active` False) may finish what it began."""

    code: str
    name: str
    admdvs: str
    level: str
    active: bool = True


@dataclass(frozen=True, slots=True)
class Decision:
    """What settling now would give: everything of a settlement but its ids and its time. A preview
    is this and no more."""

    psn_no: PersonNo
    institution: InstitutionCode
    treatment_region: Region
    """就医地."""
    insured_region: Region
    """参保地."""
    assisting_region: str
    """救助身份认定地: a region, or empty where no identity counted."""
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
    """The year it counts in."""
    policy_day: date
    packs: tuple[str, ...]
    warnings: tuple[str, ...]
    bill: Bill
    facts: Facts
    categories: tuple[str, ...]
    stated_amounts: Mapping[str, int]
    """Fen that others know, by name: what others paid, what a transfer left."""
    category: str
    steps: tuple[Step, ...]
    by_fund: Mapping[str, Fen]
    person_pays: Fen
    not_taken: tuple[tuple[str, Fen], ...]
    """Categories that were priced and pay less, with what the funds would have paid."""
    totals_before: Mapping[str, int]
    """The year's totals it was priced on."""
    totals_change: Mapping[str, int]
    """What it adds to them: this is what a reversal takes off again."""
    last_before: str
    """The act on top of the person-year before this one."""
    fees: Mapping[str, int] = field(default_factory=dict)
    """Fee totals by national fee class, in fen; empty where none were sent."""
    receipt: ReceiptNumber | None = None
    """Of the bill, where the hospital stated it."""
    figures: tuple[AgencyFigure, ...] = ()
    """What agencies had entered where the packs lack a figure."""

    @property
    def totals_after(self) -> Mapping[str, int]:
        before, change = self.totals_before, self.totals_change
        names = {**before, **change}
        return {name: before.get(name, 0) + change.get(name, 0) for name in names}

    @property
    def funds_paid(self) -> Fen:
        """fund_pay_sumamt: all funds, without the hospital's own part (I2, I4)."""
        return Fen(sum(int(fen) for fund, fen in self.by_fund.items() if fund != "hosp_part_amt"))


@dataclass(frozen=True, slots=True)
class Settlement:
    """A final settlement. `reversed_at` and `reversed_by` (a msgid) are set once it is reversed."""

    setl_id: SettlementId
    msgid: MessageId
    infno: str
    settled_at: datetime
    clearing_type: str
    decision: Decision
    reversed_at: datetime | None = None
    reversed_by: str = ""


@dataclass(frozen=True, slots=True)
class SettledBatch:
    """Which settlement holds a visit's charge batch, for whom, and the visit as it was."""

    setl_id: SettlementId
    psn_no: PersonNo
    visit: Visit


@dataclass(frozen=True, slots=True)
class ClauseGroup:
    """Clauses (document, article) on which payments rest together, in order."""

    clauses: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class TracedPayment:
    """A payment out of a region's funds that rests on a group of clauses. Names no person."""

    payment_id: str
    """setl_id, with `R` for its reversal; or the id of a manual case."""
    kind: str
    """settlement, reversal or case."""
    institution: str
    at: datetime
    amount: Fen
    """All funds together; negative for a reversal."""


class Act(StrEnum):
    """What a message did."""

    SETTLED = "settled"
    REVERSED = "reversed"
    """A settlement, by 2208, 2305 or 2601."""
    REGISTERED = "registered"
    """A visit or stay began."""
    CHANGED = "changed"
    """A visit or stay was described, ended or goes on."""
    CANCELLED = "cancelled"
    """A registration or a filing was a mistake."""
    FILED = "filed"
    """A referral or filing for care away from home."""
    BLOCKED = "blocked"
    """2601 came before the message itself, which is never taken."""
    BLOCKING = "blocking"
    """The 2601 that blocked it."""


@dataclass(frozen=True, slots=True)
class MessageRecord:
    """What we know of a sender's message: what it did, for whom, and the id it led to."""

    institution: InstitutionCode
    msgid: MessageId
    infno: str
    act: Act
    psn_no: PersonNo
    result: str
    digests: Mapping[str, str]
    """A short hash of every field's meaning."""
    at: datetime


@dataclass(frozen=True, slots=True)
class EnteredFigure:
    """Figures of a layer as one person entered and another approved them. `ending` is the last day
    that somebody has asked for and nobody agreed to yet."""

    figure: AgencyFigure
    title: str
    """Of the document."""
    proposed_by: str
    proposed_at: datetime
    approved_by: str = ""
    approved_at: datetime | None = None
    ending: date | None = None
    ending_by: str = ""
    withdrawn_at: datetime | None = None
    """Taken back before anybody approved it."""
    trail: tuple[str, ...] = ()
    """Who did what and when, in words."""


@dataclass(frozen=True, slots=True)
class EnteredFigures:
    """All that the agency of one region has entered."""

    figures: tuple[EnteredFigure, ...]


@dataclass(frozen=True, slots=True)
class PublishedPack:
    """A policy pack as it was published: its file's name and text."""

    file: str
    text: str


@dataclass(frozen=True, slots=True)
class Reply:
    """What a use case gives back to the edge: output as plain data, and warnings for people."""

    output: Any = None
    warnings: tuple[str, ...] = ()
    psn_no: str = ""
    """Of whom was looked up, and `region` where they are insured: for the trail of reads."""
    region: str = ""
