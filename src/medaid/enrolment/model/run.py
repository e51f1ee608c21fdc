"""Runs over a pooling region, the claims among them, and what is found about a head.

Sources: 苏医保发〔2022〕53号 一, 九 (N1, N9); 秦安县84号(2018)二(一) (Q2.1).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Final, NamedTuple

from medaid.ids import OfficerId
from medaid.money import Fen
from medaid.regions import Region


class RunKind(StrEnum):
    """What a run over a region does."""

    PLAN = "plan"
    """集中参保核定."""
    DAILY = "daily"
    """日常参保核定."""
    SUBSIDY = "subsidy"
    """资助资金请款."""
    FISCAL = "fiscal"
    """财政补助申报."""


CLAIMS: Final = frozenset({RunKind.SUBSIDY, RunKind.FISCAL})


class EnrolmentRunState(StrEnum):
    """How far a run is."""

    RUNNING = "running"
    READY = "ready"
    """完成,待签署."""
    SIGNED = "signed"
    REJECTED = "rejected"
    DONE = "done"
    """完成."""


class ClaimSignature(NamedTuple):
    """Who signed or rejected a claim, when and why."""

    act: str
    by: str
    at: datetime
    reason: str = ""


@dataclass(frozen=True, slots=True)
class EnrolmentRun:
    """A run over the register or the contributions of a pooling region: what it read, how far it
    came and what it found."""

    region: Region
    kind: RunKind
    cover_year: int
    number: int
    day: date
    """The day on which identities or heads count."""
    known_at: datetime
    """The version of the register that it reads: as known at this instant."""
    by: OfficerId
    state: EnrolmentRunState = EnrolmentRunState.RUNNING
    after: str = ""
    read: int = 0
    counts: Mapping[str, int] = field(default_factory=dict)
    sums: Mapping[str, Fen] = field(default_factory=dict)
    """Fen by payer, of what it adds or claims; differences may be negative."""
    rates: Mapping[str, Fen] = field(default_factory=dict)
    """Of a fiscal claim: fen per head by level."""
    cites: tuple[str, ...] = ()
    signatures: tuple[ClaimSignature, ...] = ()
    ended: datetime | None = None

    @property
    def run_id(self) -> str:
        return f"{self.region}-{self.cover_year}-{self.kind}-{self.number:04d}"


class RowOutcome(StrEnum):
    """What a run says of one person."""

    TAKEN = "taken"
    """纳入."""
    OUT = "out"
    """剔除 or 不予资助."""
    REVIEW = "review"
    """待核实."""


@dataclass(frozen=True, slots=True)
class RunRow:
    """One person in a run, and why."""

    psn_no: str
    outcome: RowOutcome
    reasons: tuple[str, ...]
    amounts: Mapping[str, Fen] = field(default_factory=dict)
    """Fen by payer: what this run adds to or takes from what earlier ones have."""
    decided_by: str = ""
    decided_at: datetime | None = None
    note: str = ""


class FindingKind(StrEnum):
    """What another office says of a head on the day of the register (N9)."""

    DEAD = "dead"
    OTHER_COVER = "other_cover"
    """在外省参保或有其他医疗保障."""
    NO_NUMBER = "no_number"
    WRONG_NUMBER = "wrong_number"
    NAME_DIFFERS = "name_differs"
    VERIFIED = "verified"
    """经核实无误."""


@dataclass(frozen=True, slots=True)
class HeadFinding:
    """A finding about a person that decides whether the head may be claimed for."""

    psn_no: str
    kind: FindingKind
    since: date
    document: str
    by: OfficerId
    at: datetime
