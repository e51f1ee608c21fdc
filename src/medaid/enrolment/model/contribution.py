"""One person's contribution of a cover year: how it came about, how far it is, and what went back.

Days are civil dates. Sources: 苏医保办发〔2023〕27号 art. 15, 17 (J15, J17).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Final, NamedTuple

from medaid.enrolment.model.payers import NOTHING, Parts, Payer
from medaid.money import Fen
from medaid.regions import Region

NEVER: Final = datetime(1970, 1, 1, tzinfo=UTC)


class ContributionState(StrEnum):
    """How far a contribution is."""

    PLANNED = "planned"
    """已核定待缴."""
    COLLECTED = "collected"
    """已缴费."""
    IN_TREASURY = "in_treasury"
    """已入库."""
    REFUNDING = "refunding"
    """退费中:资助已退回,待税务退还个人."""
    REFUNDED = "refunded"
    """已退费."""
    PAUSED = "paused"
    """已暂停:待遇期已开始,不退费."""


PAID: Final = frozenset({ContributionState.COLLECTED, ContributionState.IN_TREASURY})
"""States in which the person's own part is there."""


class EnrolmentWay(StrEnum):
    """How a contribution came about (J15)."""

    BATCH = "batch"
    """集中参保."""
    DAILY = "daily"
    """日常参保."""
    SELF = "self"
    """自行缴费."""
    REFUND = "refund"
    """自行缴费后在集中缴费期内认定,依申请退费."""
    AFTERWARDS = "afterwards"
    """事后资助."""


class Window(NamedTuple):
    """The collection window of a cover year (集中参保缴费期), both days included."""

    begin: date
    end: date
    cite: str


class Recognition(NamedTuple):
    """One identity as enrolment sees it: from when to when it counts."""

    category: str
    start: date
    last_day: date | None

    def stands_on(self, day: date) -> bool:
        return self.start <= day and (self.last_day is None or day <= self.last_day)


class EnrolmentCase(NamedTuple):
    """What decides whether and how somebody is subsidised in a cover year."""

    cover_year: int
    today: date
    window: Window
    identity_day: date
    """The day on which identities count for the batch (身份认定截止日)."""
    recognitions: tuple[Recognition, ...]
    paid_on: date | None
    """When the person paid the contribution themselves; None where they did not."""
    other_cover: bool
    """Whether another scheme covers them (职工医保 and the like)."""
    afterwards: bool
    """Whether a document of the region grants a subsidy after payment (事后资助)."""


class Eligibility(NamedTuple):
    """How somebody is subsidised, or why not."""

    way: EnrolmentWay | None
    categories: tuple[str, ...]
    reason: str
    """In Chinese, with the clause."""
    notice: bool = False
    """The identity was lost before the window: the person is told to pay (J16)."""


class Reversal(NamedTuple):
    """One part of a contribution that went back to who paid it."""

    payer: Payer
    amount: Fen
    at: datetime
    document: str
    """The journal entry, or the tax receipt of the refund."""


class RefundGround(StrEnum):
    """Why a contribution goes back."""

    RECOGNISED = "recognised"
    """集中缴费期内认定为救助对象,退还多缴部分 (J15)."""
    TWICE = "twice"
    """两地重复参保,保留另一地 (J17)."""
    DEATH = "death"
    EMPLOYEE = "employee"
    """已参加职工医保."""


class RefundRequest(NamedTuple):
    """A refund as it was applied for, and decided by another person."""

    ground: RefundGround
    parts: Parts
    """What goes back, by payer."""
    kept_region: str
    """Of two places, the one that the person chose to keep (J17); empty otherwise."""
    document: str
    """The material that is kept."""
    applied_by: str
    applied_at: datetime
    decided_by: str = ""
    decided_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Contribution:
    """One person's contribution to the residents' insurance of a cover year in one pooling region:
    who pays what, and what became of it."""

    psn_no: str
    region: Region
    """Whose list it stands in: the region that determined the identity, else the pooling one."""
    cover_year: int
    parts: Parts
    way: EnrolmentWay
    category: str
    cites: tuple[str, ...]
    state: ContributionState
    psn_type: str
    begin: date
    end: date
    benefit_begin: date | None
    run: str = ""
    """The run that planned it; empty where the person paid first."""
    paid: Fen = NOTHING
    """What the person paid, as the tax office reported it."""
    paid_on: date | None = None
    treasury_on: date | None = None
    """入库日期."""
    receipt: str = ""
    """税票号."""
    refund: RefundRequest | None = None
    reversals: tuple[Reversal, ...] = ()
    at: datetime = NEVER

    @property
    def is_settled(self) -> bool:
        """Whether the person's own part is there, or nothing is left of it to pay."""
        nothing_due = self.state is ContributionState.PLANNED and not self.parts.person
        return self.state in PAID or nothing_due

    @property
    def overpaid(self) -> Fen:
        """What the person paid beyond their own part."""
        return Fen(max(0, int(self.paid) - int(self.parts.person))) if self.paid else Fen(0)
