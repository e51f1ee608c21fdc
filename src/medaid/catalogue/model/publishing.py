"""What two people put into force: how a region's codes are chosen, and files of the tables."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from medaid.catalogue.model.rows import CatalogueTable
from medaid.ids import NOBODY, OfficerId
from medaid.regions import Region


class Buyer(NamedTuple):
    """Who buys where: what limits and shares depend on."""

    level: str
    age: int | None
    insutype: str
    care: str


@dataclass(frozen=True, slots=True)
class TypeRule:
    """For whom a region's own code of limit or share stands. Empty: whoever it is."""

    code: str
    levels: frozenset[str] = frozenset()
    """Of the institution, in the words of policies: township, community, 1, 2, 3."""
    age_from: int = 0
    age_below: int | None = None
    insutypes: frozenset[str] = frozenset()
    cares: frozenset[str] = frozenset()
    """outpatient, inpatient …"""

    def fits(self, who: Buyer) -> bool:
        """Whether it stands for `who`; an age that is not known fits no bound on ages."""
        aged = self.age_from == 0 and self.age_below is None
        if not aged and who.age is not None:
            aged = self.age_from <= who.age and (self.age_below is None or who.age < self.age_below)
        return (
            aged
            and (not self.levels or who.level in self.levels)
            and (not self.insutypes or who.insutype in self.insutypes)
            and (not self.cares or who.care in self.cares)
        )


@dataclass(frozen=True, slots=True)
class Scheme:
    """How a region's codes of limits and shares are chosen from `begin` on, as one person proposed
    and another agreed. From the first one's day on the region's catalogue counts."""

    scheme_id: str
    region: Region
    begin: date
    document: str
    title: str
    article: str
    limit_types: tuple[TypeRule, ...]
    share_types: tuple[TypeRule, ...]
    proposed_by: OfficerId
    proposed_at: datetime
    approved_by: OfficerId = NOBODY
    approved_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Schemes:
    """All schemes of one region, in the order in which they were proposed."""

    schemes: tuple[Scheme, ...] = ()

    def on(self, day: date) -> Scheme | None:
        """The one that counts on `day`: the latest to begin, of those the latest agreed to."""
        held = [one for one in self.schemes if one.approved_at and one.begin <= day]
        return max(held, key=lambda one: (one.begin, one.approved_at), default=None)


class RowProblem(NamedTuple):
    """A row that was not taken: where it stands, what stands there and the rule it breaks."""

    row: int
    """As a person counts it in the file; 0 where it clashes with what is held."""
    column: str
    value: str
    code: str
    """One of `medaid.errors.CODES`."""
    rule: str


@dataclass(frozen=True, slots=True)
class Release:
    """A file of one table that one person proposed; its rows count once another one published
    it."""

    release_id: str
    """`<kind>-<digest>`: the same file again is the same release."""
    region: Region
    kind: CatalogueTable
    file: str
    rows: int
    problems: tuple[RowProblem, ...]
    """The first of them; `refused` counts all."""
    refused: int
    proposed_by: OfficerId
    proposed_at: datetime
    published_by: OfficerId = NOBODY
    published_at: datetime | None = None
    codes_changed: int = 0
    """Codes of which something changed by it."""
    accepted: int = 0
    """Rows that came into force."""
    version: str = ""
    """Of a national list: the version that its last row names."""
