"""A policy document as a value: packs of layers, each figure with its citation.

A layer of basic insurance, critical-illness insurance, assistance, tilted or secondary assistance
is the same kind of thing; their order is data. Amounts are whole fen, ratios parts per
`RATIO_SCALE`. docs/policy-format.md describes the file format.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, NamedTuple, get_args, get_type_hints

from medaid.policy.tables import (
    AgencyFigure,
    Band,
    Base,
    Cap,
    CapSwitch,
    Ceiling,
    Change,
    Citation,
    ClauseAmount,
    ClauseRow,
    Deductible,
    Floor,
    HasRow,
    InitialSelfPay,
    Lump,
    Modifier,
    Rate,
    Requirement,
    When,
    preferred,
)
from medaid.policy.vocabulary import (
    ASSISTANCE_TIERS,
    FACT_NAMES,
    FUNDS,
    KINDS,
    NO_CATEGORY,
    RANGES,
    TIERS,
    TRUST,
    VALUES,
    Facts,
)

__all__ = [
    "ASSISTANCE_TIERS",
    "CLAUSE_TABLES",
    "FACT_NAMES",
    "FUNDS",
    "KINDS",
    "NO_CATEGORY",
    "RANGES",
    "TIERS",
    "TRUST",
    "VALUES",
    "AgencyFigure",
    "Band",
    "Base",
    "Cap",
    "CapSwitch",
    "Ceiling",
    "Change",
    "Citation",
    "ClauseAmount",
    "ClauseRow",
    "Deductible",
    "Facts",
    "Floor",
    "HasRow",
    "InitialSelfPay",
    "Lump",
    "Modifier",
    "Rate",
    "Requirement",
    "When",
    "preferred",
    "rows_of",
    "turning_days",
]


class Document(NamedTuple):
    """Where figures come from: number, title, issuer, date, and how far its text is trusted."""

    key: str
    number: str
    title: str
    issuer: str
    published: date
    trust: str


@dataclass(frozen=True, slots=True)
class Layer:
    """Who pays for what care, on which base, above and below what, at which ratios, and by which
    article."""

    id: str
    name: str
    tier: str
    fund: str
    kind: str
    when: When
    cite: Citation
    after: tuple[str, ...]
    base: Base
    given: str
    draws: str
    deductibles: tuple[Deductible, ...]
    rates: tuple[Rate, ...]
    caps: tuple[Cap, ...]
    modifiers: tuple[Modifier, ...]
    requirements: tuple[Requirement, ...]
    floors: tuple[Floor, ...]
    lumps: tuple[Lump, ...]
    ceilings: tuple[Ceiling, ...]
    initial_self_pays: tuple[InitialSelfPay, ...]
    line: int
    pack: str


CLAUSE_TABLES: Final = tuple(
    name
    for name, kind in get_type_hints(Layer).items()
    if "row" in getattr(next(iter(get_args(kind)), None), "_fields", ())
)
"""The tables of a layer, whose rows may hold on some days only."""


class CategoryRule(NamedTuple):
    """A category that the region assists, with the condition under which a person of it counts (an
    orphan is under 18)."""

    code: str
    row: ClauseRow
    pack: str = ""


class Ended(NamedTuple):
    """A layer of an earlier pack that this document abolishes without a successor."""

    layer: str
    cite: Citation
    line: int


class PublishedFigure(NamedTuple):
    """A published figure that no layer carries: a financing standard, a national floor. `value` in
    `unit` (fen, ratio parts, or a count)."""

    name: str
    says: str
    value: int
    unit: str
    row: ClauseRow
    notice_year: int | None = None
    cover_year: int | None = None


class Gap(NamedTuple):
    """A figure that no citable source gives yet: the pack says so and asks for it."""

    layer: str
    says: str
    line: int


@dataclass(frozen=True, slots=True)
class Pack:
    """One policy file. `expires` is its last day in force; None while no end is known."""

    id: str
    title: str
    region: str
    in_force: date
    expires: date | None
    verified_until: date | None
    year_basis: str
    documents: Mapping[str, Document]
    levels: tuple[str, ...]
    diseases: tuple[str, ...]
    category_rules: tuple[CategoryRule, ...]
    layers: tuple[Layer, ...]
    gaps: tuple[Gap, ...]
    ended: tuple[Ended, ...]
    figures: tuple[PublishedFigure, ...]
    version: str
    file: str
    replaces: tuple[str, ...] = ()
    """Ids of packs that this one takes the place of from its first day: how an officer's pack
    succeeds one that ships and cannot be edited."""

    def holds(self, day: date) -> bool:
        return self.in_force <= day and (self.expires is None or day <= self.expires)


@dataclass(frozen=True, slots=True)
class Policy:
    """All that holds on one day for a person insured in one region and assisted by another (often
    the same), layers in order."""

    insured_region: str
    assisting_region: str
    day: date
    layers: tuple[Layer, ...]
    category_rules: Mapping[str, tuple[CategoryRule, ...]]
    packs: tuple[str, ...]
    version: str
    year_basis: str
    asked: tuple[str, ...] = ()
    """Facts that some row asks for, in the order of `Facts`; empty: not worked out, all count."""
    figures: tuple[AgencyFigure, ...] = ()
    """What agencies have entered where files leave a figure open, the nearest region's first."""


def rows_of(pack: Pack) -> Iterator[ClauseRow]:
    """Every row of the pack that may hold on some days only."""
    yield from (one.row for one in pack.category_rules)
    yield from (one.row for one in pack.figures)
    for layer in pack.layers:
        for name in CLAUSE_TABLES:
            for clause in getattr(layer, name):
                yield clause.row


def turning_days(packs: Iterable[Pack]) -> list[date]:
    """The days on which what holds may change: something begins, or ended the day before."""
    days = set[date | None]()
    for pack in packs:
        days |= {pack.in_force, _after(pack.expires)}
        for row in rows_of(pack):
            days |= {row.since, _after(row.until)}
    return sorted(day for day in days if day is not None)


def _after(day: date | None) -> date | None:
    return None if day is None else day + timedelta(days=1)
