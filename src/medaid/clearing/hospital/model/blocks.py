"""The blocks of a statement and what is summed in them. Frozen, but for the tally."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar, NamedTuple

from medaid.clearing.model import Item
from medaid.money import Fen
from medaid.regions import Locality, Region


@dataclass(frozen=True, slots=True, order=True)
class Group:
    """One block of a statement: insurance type × care class × clr_type × whose people × whose
    funds. 3201 asks for it by insutype, clr_type and the insured region (setl_optins)."""

    POSITIONAL: ClassVar[bool] = True

    insutype: str
    care: str
    clr_type: str
    insured_region: Region
    paying_region: Region

    @property
    def is_part(self) -> bool:
        """Assistance of another region than the insurance's: paid here, counted there."""
        return self.paying_region != self.insured_region

    def locality(self, treatment: Region) -> Locality:
        """Where the care was, seen from the insured region: 本地, 省内异地 or 跨省异地."""
        return self.insured_region.locality(treatment)

    def asked_by(self, insutype: str, clr_type: str, insured: str) -> bool:
        """Whether a hospital that names these means this block; an empty insutype means any."""
        return (
            insutype in ("", self.insutype)
            and clr_type == self.clr_type
            and insured == self.insured_region
        )


@dataclass(frozen=True, slots=True)
class Totals:
    """Counts and sums of one block. `amounts` by national field, fen."""

    POSITIONAL: ClassVar[bool] = True
    ADDED: ClassVar[int] = 2

    count: int
    refunds: int
    amounts: Mapping[str, Fen]
    days: int = 0
    unfinished: int = 0
    """Settlements of stays that go on (中途结算), less those taken back: their case counts with the
    last settlement of the stay."""
    elsewhere: Mapping[str, Fen] = field(default_factory=dict)
    """What others pay of settlements beside which a region's assistance stands, by that region."""

    def plus(self, other: Totals) -> Totals:
        """Both together."""
        return Totals(
            self.count + other.count,
            self.refunds + other.refunds,
            _both(self.amounts, other.amounts),
            self.days + other.days,
            self.unfinished + other.unfinished,
            _both(self.elsewhere, other.elsewhere),
        )

    @property
    def cases(self) -> int:
        """Cases that stand: a refund takes its original back, and both are counted."""
        return self.count - 2 * self.refunds - self.unfinished


def _both(one: Mapping[str, Fen], other: Mapping[str, Fen]) -> dict[str, Fen]:
    names = sorted({*one, *other})
    return {name: one.get(name, Fen(0)) + other.get(name, Fen(0)) for name in names}


class StatementCategory(NamedTuple):
    """What a hospital and the agency compare line by line of a form (对账类别): insurance, kind of
    visit, place. Regions of one province are one."""

    insutype: str
    clr_type: str
    locality: Locality


class Tally:
    """Totals while they are summed: one per block, plain whole fen."""

    __slots__ = ("amounts", "count", "days", "elsewhere", "refunds", "unfinished")

    def __init__(self) -> None:
        self.count = self.refunds = self.days = self.unfinished = 0
        self.amounts: dict[str, int] = {}
        self.elsewhere: dict[str, int] = {}

    def add(self, item: Item) -> None:
        if not item.is_part:
            self.count += 1
            self.refunds += item.refd
            self.days += item.days
            if item.goes_on:
                self.unfinished += -1 if item.refd else 1
        for name, fen in item.amounts.items():
            self.amounts[name] = self.amounts.get(name, 0) + int(fen)
        if item.assisting_region is not None:
            fen = item.amounts.get("paid_elsewhere", Fen(0))
            region = str(item.assisting_region)
            self.elsewhere[region] = self.elsewhere.get(region, 0) + int(fen)

    def totals(self) -> Totals:
        return Totals(
            self.count,
            self.refunds,
            {name: Fen(fen) for name, fen in sorted(self.amounts.items())},
            self.days,
            self.unfinished,
            {region: Fen(fen) for region, fen in sorted(self.elsewhere.items())},
        )


@dataclass(frozen=True, slots=True)
class Block:
    """One group of a statement with its totals."""

    POSITIONAL: ClassVar[bool] = True

    group: Group
    totals: Totals
