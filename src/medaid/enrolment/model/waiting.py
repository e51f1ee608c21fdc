"""The waiting period (待遇等待期): its figures, what decides it, and what it comes to.

Sources: 国办发〔2024〕38号; 苏医保办发〔2023〕27号 art. 21 (J21).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


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
