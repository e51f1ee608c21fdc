"""A contribution to the residents' insurance as values: who pays which part of it, and from when
benefits may be drawn.

Amounts are whole fen, days civil dates. Sources: 苏医保办发〔2023〕27号 art. 14, 15, 17, 21;
国办发〔2024〕38号.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from medaid.money import Fen


class Payer(StrEnum):
    """Who pays a part of one contribution."""

    PERSON = "person"
    """个人缴费."""
    ASSISTANCE = "assistance"
    """医疗救助资金资助参保."""
    TREASURY = "treasury"
    """财政代缴."""


class Parts(NamedTuple):
    """One contribution by payer."""

    person: Fen = Fen(0)
    assistance: Fen = Fen(0)
    treasury: Fen = Fen(0)

    @property
    def total(self) -> Fen:
        """The personal contribution of the class, whoever pays it."""
        return self.person + self.assistance + self.treasury

    @property
    def subsidy(self) -> Fen:
        """What others pay for the person."""
        return self.assistance + self.treasury

    def plus(self, other: Parts) -> Parts:
        """The sum, payer by payer."""
        pairs = zip(self, other, strict=True)
        return Parts(*(one + two for one, two in pairs))

    def minus(self, other: Parts) -> Parts:
        """The difference, payer by payer."""
        pairs = zip(self, other, strict=True)
        return Parts(*(one - two for one, two in pairs))


class SplitContribution(NamedTuple):
    """The contribution of a person's class in a cover year, shared among three payers."""

    parts: Parts
    category: str
    """The category that the subsidy follows from; empty where nobody subsidises."""
    cites: tuple[str, ...]
    """The clauses of contribution and subsidy."""


@dataclass(frozen=True, slots=True)
class WaitingRule:
    """The figures of the waiting period (待遇等待期), in months where nothing else is said."""

    fixed: int
    each_missed_year: int
    each_repaired_year: int
    long_gap: int
    """Missed years from which the variable part has a least one."""
    long_gap_least: int
    from_month: bool
    """Whether months count from the first of the month of enrolment, not from its day."""
    none_for: frozenset[NoWaiting]
    cites: tuple[str, ...]


class NoWaiting(StrEnum):
    """For whom there is no waiting period."""

    ASSISTED = "assisted"
    """救助对象 (J21)."""
    NEWBORN = "newborn"
    SWITCH = "switch"
    """由居民医保转为职工医保 (J21)."""


@dataclass(frozen=True, slots=True)
class EnrolmentFacts:
    """What decides a waiting period: the day of enrolment, whether it lay outside of the window,
    years missed in a row before it and years of them paid since, and who is exempt."""

    enrolled_on: date
    late: bool
    missed_years: int
    repaired_years: int
    exempt: frozenset[NoWaiting] = frozenset()
    recognised_on: date | None = None
    """When the person was recognised; a waiting period ends there (J21)."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A waiting period as worked out: months, and the first day of benefits."""

    fixed: int
    variable: int
    first_day: date
    why: tuple[str, ...]
    """In Chinese, with the clauses."""
