"""Regions as values: what lies in what, and which of them pool their insurance together.

A region is its six-digit code (admdvs, GB/T 2260), which is also its stored form. Two zeros at the
end make a city, four a province. What the digits do not say stands in `regions.json`, so that a
province that pools as one needs no code.
"""

from __future__ import annotations

import json
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Final, Self

from medaid.errors import BadInput

NATION: Final = "100000"
_NATION: Final = (NATION, "000000")
"""The nation is written either way by the two standards that number regions."""


class Level(StrEnum):
    """How high a region stands."""

    COUNTY = "county"
    CITY = "city"
    PROVINCE = "province"
    NATION = "nation"


class Locality(StrEnum):
    """Where care was given, seen from the region that insures."""

    COUNTY = "county"
    CITY = "city"
    PROVINCE = "province"
    OUTSIDE = "outside"


class Region(str):
    """An administrative region by its code. Made by `Region.parse` or from a stored code."""

    __slots__ = ()

    def __new__(cls, code: str) -> Self:
        """Raises ValueError for what is no code of six digits."""
        if not is_region(code):
            raise ValueError("a region is a code of six digits")
        return super().__new__(cls, code)

    @classmethod
    def parse(cls, code: object, field: str) -> Self:
        """A code that somebody sent. Raises BadInput FIELD_FORMAT naming `field`."""
        if isinstance(code, str) and is_region(code):
            return cls(code)
        raise BadInput("FIELD_FORMAT", field=field, rule="区划代码为六位数字")

    @property
    def level(self) -> Level:
        if self in _NATION:
            return Level.NATION
        if self.endswith("0000"):
            return Level.PROVINCE
        return Level.CITY if self.endswith("00") else Level.COUNTY

    @property
    def province(self) -> Region:
        """The province it lies in; the nation is its own."""
        return self if self.level is Level.NATION else Region(f"{self[:2]}0000")

    @property
    def city(self) -> Region:
        """The prefecture-level city it lies in: a municipality, or a county directly under its
        province, stands for one."""
        if self.level in (Level.NATION, Level.PROVINCE) or self[2:4] in _own_pool():
            return self
        if self.province in _pooled_as_one():
            return self.province
        return Region(f"{self[:4]}00")

    @property
    def parent(self) -> Region:
        """The next region above; the nation's is itself."""
        match self.level:
            case Level.COUNTY:
                return self.city if self.city != self else self.province
            case Level.CITY:
                return self.province
        return Region(NATION)

    @property
    def pooling(self) -> Region:
        """The pooling region (统筹区) it belongs to: its city, as regions.json bends it."""
        return self.city

    @property
    def chain(self) -> tuple[Region, ...]:
        """Itself and all above, up to the nation: where a rule is looked for, in this order."""
        found: list[Region] = [self]
        while found[-1].level is not Level.NATION:
            found.append(found[-1].parent)
        return tuple(found)

    @property
    def path(self) -> str:
        """Where it stands in a list that is ordered by region under its province:
        `<pooling region>#<region>#`."""
        return f"{self.pooling}#{self}#"

    @property
    def path_prefix(self) -> str:
        """With what the paths of all begin that lie in it: nothing for a province, whose lists hold
        no other province's. Raises BadInput for the nation, which has no list."""
        if self.level is Level.NATION:
            rule = "按省、市、县查询,请选择一个地区"
            raise BadInput("FIELD_FORMAT", field="admdvs", rule=rule)
        if self.level is Level.PROVINCE:
            return ""
        return f"{self}#" if self == self.pooling else self.path

    def pools_with(self, other: Region) -> bool:
        """Whether both belong to one pooling region."""
        return self.pooling == other.pooling

    def owing(self, treatment: Region) -> Region:
        """Whose books owe the institution what this region pays: its own within one pooling region
        (no third is between them), else those of the office of the region of treatment (异地:
        就医地代付). That is its city's; where a province pools as one, the district's."""
        if self.pools_with(treatment):
            return self
        there = treatment.pooling
        return treatment if there.level is Level.PROVINCE else there

    def contains(self, other: Region) -> bool:
        """Whether `other` is this region or lies in it (320104 lies in 320100)."""
        return self in other.chain

    def locality(self, treatment: Region) -> Locality:
        """Where `treatment` lies, seen from here as the region that insures."""
        if self == treatment:
            return Locality.COUNTY
        if self.city == treatment.city:
            return Locality.CITY
        return Locality.PROVINCE if self.province == treatment.province else Locality.OUTSIDE


@cache
def _data() -> dict[str, list[dict[str, str]]]:
    found: dict[str, list[dict[str, str]]] = json.loads(
        Path(__file__).with_name("regions.json").read_text("utf-8")
    )
    return found


@cache
def _pooled_as_one() -> frozenset[str]:
    """Provinces whose people all lie in one pooling region."""
    return frozenset(row["region"] for row in _data()["pooled_as_one"])


@cache
def _own_pool() -> frozenset[str]:
    """Third and fourth digits of counties that pool by themselves."""
    return frozenset(row["digits"] for row in _data()["own_pool"])


def is_region(code: str) -> bool:
    """Whether a text is written as the code of a region is: in six digits."""
    return len(code) == 6 and code.isascii() and code.isdigit()


def region_name(code: str) -> str:
    """What a region is called, a county with its city before it: 南京市玄武区. A code that the list
    lacks is said to be one."""
    names = _names()
    if code in _NATION or code not in names:
        return "全国" if code in _NATION else f"区划{code}"
    region = Region(code)
    above = names.get(region.city, "") if region.level is Level.COUNTY else ""
    return above + names[code] if above != names[code] else names[code]


@cache
def _names() -> dict[str, str]:
    """Names by code, of the provinces, cities and counties; read only where a paper names one."""
    text = Path(__file__).with_name("region_names.txt").read_text("utf-8")
    rows = (line.split(" ") for line in text.splitlines() if not line.startswith("#"))
    return dict(rows)
