"""What a settlement is: facts, priced steps, what it changed. Frozen values, whole fen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Final

from medaid.benefit.model import Bill, Facts, Step
from medaid.ids import NOBODY, InstitutionCode, MessageId, OfficerId, PersonNo, SettlementId
from medaid.money import Fen
from medaid.people.model import Visit
from medaid.policy.model import AgencyFigure
from medaid.receipts.model import ReceiptNumber
from medaid.regions import Region

STAY: Final = "STAY"
"""The batch of a stay; of its second part, where it is settled in parts, STAY2, and so on."""

SALE: Final = "2102"
"""What registered a pharmacy's sale, by the transaction that also settled it."""

NOTHING: Final = Fen(0)
LATE: Final = "late"
"""The note of a visit that was registered later than a document allows: the rule in words."""


@dataclass(frozen=True, slots=True)
class Institution:
    """A contracted institution (定点医药机构) as it stands on a day. `level` is the word that
    policies use: township, community, 1, 2, 3. One whose agreement ended (`active` False) may
    finish what it began."""

    code: str
    name: str
    admdvs: str
    level: str
    active: bool = True


@dataclass(frozen=True, slots=True)
class InstitutionVersion:
    """What an institution is from `effective` on, as one person entered it and another decided."""

    effective: date
    name: str
    level: str
    active: bool
    """False: its agreement has ended; `effective` is the first day without it."""
    document: str
    """Number of the document or agreement that it rests on."""
    proposed_by: OfficerId
    proposed_in: Region
    """Whose office: the institution's region, or its pooling region."""
    proposed_at: datetime
    decided_by: OfficerId = NOBODY
    decided_in: Region | None = None
    decided_at: datetime | None = None
    approved: bool = False
    reason: str = ""
    """Why it was not approved."""


@dataclass(frozen=True, slots=True)
class InstitutionRecord:
    """All that the register says of one institution: its versions as they were entered, of which
    the last may wait for its decision."""

    code: InstitutionCode
    admdvs: Region
    """Where it lies. It never changes: what was settled names it."""
    versions: tuple[InstitutionVersion, ...]

    @property
    def approved(self) -> list[InstitutionVersion]:
        """The versions that count, in the order in which they were decided."""
        return [one for one in self.versions if one.approved]

    @property
    def waiting(self) -> InstitutionVersion | None:
        """The version that nobody has decided on yet."""
        last = self.versions[-1] if self.versions else None
        return last if last is not None and last.decided_at is None else None

    def version_on(self, day: date) -> InstitutionVersion | None:
        """The version of `day`: what was decided last counts from its day on, whatever had been
        planned for later days. None before the first."""
        return next((one for one in reversed(self.approved) if one.effective <= day), None)

    def on(self, day: date) -> Institution | None:
        """The institution as it stands on `day`, None before its first version."""
        one = self.version_on(day)
        if one is None:
            return None
        return Institution(self.code, one.name, self.admdvs, one.level, one.active)


@dataclass(frozen=True, slots=True)
class SettlementDecision:
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
    account_pays: Fen = NOTHING
    """acct_pay: what of the person's part the personal account paid, as the hospital stated it. The
    account is not ours: it is booked to nobody."""
    goes_on: bool = False
    """The stay goes on: a part of it is settled (mid_setl_flag 1). What earlier parts came to is
    `visit.parts`, and `steps` are those of the whole stay so far with what this part is paid."""

    @property
    def totals_after(self) -> Mapping[str, int]:
        before, change = self.totals_before, self.totals_change
        names = {**before, **change}
        return {name: before.get(name, 0) + change.get(name, 0) for name in names}

    @property
    def cash_pays(self) -> Fen:
        """psn_cash_pay: what is left for the person to pay in cash (I3)."""
        return Fen(self.person_pays - self.account_pays)

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
    decision: SettlementDecision
    digests: Mapping[str, str] = field(default_factory=dict)
    """A short hash of every field's meaning in the message that settled."""
    reversed_at: datetime | None = None
    reversed_by: str = ""

    @property
    def message(self) -> MessageRecord:
        """What is known of the message that settled."""
        return MessageRecord(
            self.decision.institution,
            self.msgid,
            self.infno,
            MessageAct.SETTLED,
            self.decision.psn_no,
            self.setl_id,
            self.digests,
            self.settled_at,
        )


def stays_in(visit: Visit) -> bool:
    """Whether it is a stay in hospital."""
    return visit.notes.get("registered_by") == "2401"


def stay_batch(visit: Visit) -> str:
    """The charge batch in which a stay's fees are settled next."""
    return STAY if visit.parts is None else f"{STAY}{visit.parts.next_batch}"


def batches_of(decision: SettlementDecision) -> list[str]:
    """The charge batches that a settlement holds: of a stay all whose lines wait, which are several
    where a later part of it was taken back."""
    waiting = decision.visit.lines if stays_in(decision.visit) else ()
    return sorted({decision.batch, *waiting})


@dataclass(frozen=True, slots=True)
class SettledBatch:
    """Which settlement holds a visit's charge batch, for whom, and the visit as it was."""

    setl_id: SettlementId
    psn_no: PersonNo
    visit: Visit


class MessageAct(StrEnum):
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
    LINES_TAKEN = "lines"
    """Fee lines were uploaded."""
    LINES_REMOVED = "no_lines"
    """Fee lines were taken back."""
    KEPT = "kept"
    """What was uploaded is kept."""
    APPLIED = "applied"
    """The clearing of a month was applied for."""
    MAPPED = "mapped"
    """Own codes of the institution were mapped, or a mapping withdrawn."""
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
    act: MessageAct
    psn_no: PersonNo
    result: str
    digests: Mapping[str, str]
    """A short hash of every field's meaning."""
    at: datetime


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
