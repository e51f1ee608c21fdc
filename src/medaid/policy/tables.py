"""The clause tables of a layer as values: conditions, amounts, and the rows of each table. Amounts
are whole fen, ratios parts per `RATIO_SCALE`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple, Protocol, TypeVar

R = TypeVar("R", bound="HasRow")


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


class ClauseAmount(NamedTuple):
    """A sum that a clause fixes. `fen` alone; or `ratio` of the source `of` between `least` and
    `most`; all None means no limit."""

    fen: int | None = None
    ratio: int | None = None
    of: str = ""
    least: int = 0
    most: int | None = None
    derivation: str = ""
    """How it was derived from a published figure, in words, e.g. `2023年人均收入 28753 元 ×
    0.5`."""
    changes: tuple[Change, ...] = ()
    """What modifiers do to it once its source is known; empty in a pack."""


class ClauseRow(NamedTuple):
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
    def row(self) -> ClauseRow: ...


def preferred(holding: Sequence[R]) -> list[R]:
    """Of rows that hold at once, those that no other of them takes precedence over (`over`)."""
    beaten = {name for one in holding for name in one.row.over}
    return [one for one in holding if not one.row.id or one.row.id not in beaten]


class Deductible(NamedTuple):
    """What the person bears before the layer begins (起付线)."""

    row: ClauseRow
    amount: ClauseAmount
    per: str  # visit, year, transfer
    shared_with: tuple[str, ...] = ()
    year_limit: int | None = None
    franchise: bool = False
    inclusive: bool = False


class Band(NamedTuple):
    """A part of the base and its ratio; bounds in fen, `high` None: no upper one."""

    low: int
    high: int | None
    ratio: int


class Rate(NamedTuple):
    """At which ratios the layer pays (支付比例)."""

    row: ClauseRow
    bands: tuple[Band, ...]
    # flat, visit_excess, visit_gross, year_excess, year_gross: what the bounds of the bands lie on
    measure: str
    slab: bool = False
    upper_inclusive: bool = True
    shared_with: tuple[str, ...] = ()
    """Layers whose running totals of the year count on the same scale."""


class CapSwitch(NamedTuple):
    """A cap that another threshold switches: above `above` fen of `source`, the cap is `fen` (None:
    no limit)."""

    source: str
    above: ClauseAmount
    fen: int | None


class Cap(NamedTuple):
    """What the layer pays at the most (限额)."""

    row: ClauseRow
    name: str
    amount: ClauseAmount
    per: str
    counts: tuple[str, ...]
    switch: CapSwitch | None = None


class Modifier(NamedTuple):
    """What changes a figure of the layer for some."""

    row: ClauseRow
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

    row: ClauseRow
    says: str
    among: tuple[When, ...]


class Base(NamedTuple):
    """On which amount the layer is worked out."""

    source: str
    cite: Citation
    less: tuple[str, ...] = ()
    plus: tuple[tuple[str, int], ...] = ()


class InitialSelfPay(NamedTuple):
    """What part of the base the person bears before anything else is counted (先行自付比例, mostly
    for care elsewhere)."""

    row: ClauseRow
    ratio: int


class Ceiling(NamedTuple):
    """How much cost may enter the layer, per visit or per year; what is over may be another layer's
    base (`overflow:LAYER`)."""

    row: ClauseRow
    amount: ClauseAmount
    per: str
    shared_with: tuple[str, ...] = ()


class Floor(NamedTuple):
    """The layer pays at least `ratio` of `of` (保底)."""

    row: ClauseRow
    ratio: int
    of: str


class AgencyFigure(NamedTuple):
    """Figures of one layer that no file can cite and that the agency of `region` has entered for a
    time, from a document of its own. They fill what the files leave open and change nothing else.

    `ratio` in parts per `RATIO_SCALE`, `deductible` and `cap` in fen; None: not entered.
    """

    figure_id: str
    region: str
    layer: str
    begin: date
    end: date
    document: str
    article: str
    ratio: int | None = None
    deductible: int | None = None
    cap: int | None = None
    uncapped: bool = False
    """The document sets no cap."""
    level: str = ""
    """Level of institution; empty: all."""
    filing: str = ""
    """How care away from home was filed; empty: however."""

    @property
    def cite(self) -> Citation:
        return Citation(self.document, self.article, "G")

    @property
    def when(self) -> When:
        named = (("level", self.level), ("filing", self.filing))
        return When(tuple((name, frozenset({value})) for name, value in named if value))


class Lump(NamedTuple):
    """A sum paid once a year when `source` passes `above`."""

    row: ClauseRow
    fen: int
    source: str
    above: int
