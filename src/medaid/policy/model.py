"""A policy document as a value: packs of layers, each figure with its citation.

A layer of basic insurance, critical-illness insurance, assistance, tilted or secondary assistance
is the same kind of thing; their order is data. Amounts are whole fen, ratios parts per
`RATIO_SCALE`. docs/policy-format.md describes the file format.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple, Protocol, TypeVar

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
    "FACT_NAMES",
    "FUNDS",
    "KINDS",
    "NO_CATEGORY",
    "RANGES",
    "TIERS",
    "TRUST",
    "VALUES",
    "Facts",
]


R = TypeVar("R", bound="HasRow")


class Document(NamedTuple):
    key: str
    number: str
    title: str
    issuer: str
    published: date
    trust: str


class Citation(NamedTuple):
    """The clause a figure rests on."""

    document: str
    article: str
    trust: str

    @property
    def text(self) -> str:
        return f"{self.document} {self.article}"


class When(NamedTuple):
    """A condition: every listed fact in its set, every listed number in its range (from ≤ n <
    below). Empty matches all."""

    sets: tuple[tuple[str, frozenset[str]], ...] = ()
    ranges: tuple[tuple[str, int, int | None], ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(name for name, _ in self.sets) + tuple(name for name, _, _ in self.ranges)


class Change(NamedTuple):
    """What a modifier does to an amount: fen added, then a factor, then a least."""

    add: int = 0
    times: int | None = None
    least: int | None = None


class Amount(NamedTuple):
    """A sum that a clause fixes. `fen` alone; or `ratio` of the source `of` between `least` and
    `most`; all None means no limit."""

    fen: int | None = None
    ratio: int | None = None
    of: str = ""
    least: int = 0
    most: int | None = None
    told: str = ""
    """How it was derived from a published figure, in words, e.g. `2023年人均收入 28753 元 ×
    0.5`."""
    changes: tuple[Change, ...] = ()
    """What modifiers do to it once its source is known; empty in a pack."""


class Row(NamedTuple):
    """What every row of a clause table carries."""

    id: str
    when: When
    cite: Citation
    over: tuple[str, ...]
    since: date | None
    until: date | None
    line: int
    missing: str = ""
    """Where no citable figure exists for this case: what is asked for. Such a row prices
    nothing."""

    def holds_on(self, day: date) -> bool:
        """Whether a row with dates of its own holds on `day`."""
        return (self.since is None or self.since <= day) and (
            self.until is None or day <= self.until
        )


class HasRow(Protocol):
    """An element of a clause table."""

    @property
    def row(self) -> Row: ...


def preferred(holding: Sequence[R]) -> list[R]:
    """Of rows that hold at once, those that no other of them takes precedence over (`over`)."""
    beaten = {name for one in holding for name in one.row.over}
    return [one for one in holding if not one.row.id or one.row.id not in beaten]


class Deductible(NamedTuple):
    row: Row
    amount: Amount
    per: str  # visit, year, transfer
    shared_with: tuple[str, ...] = ()
    year_limit: int | None = None
    franchise: bool = False
    inclusive: bool = False


class Band(NamedTuple):
    low: int
    high: int | None
    ratio: int


class Rate(NamedTuple):
    row: Row
    bands: tuple[Band, ...]
    # flat, visit_excess, visit_gross, year_excess, year_gross: what the bounds of the bands lie on
    measure: str
    slab: bool = False
    upper_inclusive: bool = True
    shared_with: tuple[str, ...] = ()
    """Layers whose running totals of the year count on the same scale."""


class Switch(NamedTuple):
    """A cap that another threshold switches: above `above` fen of `source`, the cap is `fen` (None:
    no limit)."""

    source: str
    above: Amount
    fen: int | None


class Cap(NamedTuple):
    row: Row
    name: str
    amount: Amount
    per: str
    counts: tuple[str, ...]
    switch: Switch | None = None


class Modifier(NamedTuple):
    row: Row
    target: str  # ratio, deductible, cap, ceiling
    points: int = 0
    times: int | None = None
    fen: int = 0
    floor: int | None = None
    per: str = ""
    per_from: int = 0
    most: int | None = None
    group: str = ""
    least: int | None = None
    """Fen below which the changed deductible or cap does not fall."""


class Requirement(NamedTuple):
    """A condition without which the layer pays nothing: one of `among` must hold."""

    row: Row
    says: str
    among: tuple[When, ...]


class Base(NamedTuple):
    source: str
    cite: Citation
    less: tuple[str, ...] = ()
    plus: tuple[tuple[str, int], ...] = ()


class InitialSelfPay(NamedTuple):
    """What part of the base the person bears before anything else is counted (先行自付比例, mostly
    for care elsewhere)."""

    row: Row
    ratio: int


class Ceiling(NamedTuple):
    """How much cost may enter the layer, per visit or per year; what is over may be another layer's
    base (`overflow:LAYER`)."""

    row: Row
    amount: Amount
    per: str
    shared_with: tuple[str, ...] = ()


class Floor(NamedTuple):
    """The layer pays at least `ratio` of `of` (保底)."""

    row: Row
    ratio: int
    of: str


class Lump(NamedTuple):
    """A sum paid once a year when `source` passes `above`."""

    row: Row
    fen: int
    source: str
    above: int


@dataclass(frozen=True, slots=True)
class Layer:
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


class CategoryRule(NamedTuple):
    """A category that the region assists, with the condition under which a person of it counts (an
    orphan is under 18)."""

    code: str
    row: Row
    pack: str = ""


class Ended(NamedTuple):
    """A layer of an earlier pack that this document abolishes without a successor."""

    layer: str
    cite: Citation
    line: int


class Figure(NamedTuple):
    """A published figure that no layer carries: a financing standard, a national floor. `value` in
    `unit` (fen, ratio parts, or a count)."""

    name: str
    says: str
    value: int
    unit: str
    row: Row
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
    figures: tuple[Figure, ...]
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

    insured: str
    assisted: str
    day: date
    layers: tuple[Layer, ...]
    category_rules: Mapping[str, tuple[CategoryRule, ...]]
    packs: tuple[str, ...]
    version: str
    year_basis: str
    asked: tuple[str, ...] = ()
    """Facts that some row asks for, in the order of `Facts`; empty: not worked out, all count."""
