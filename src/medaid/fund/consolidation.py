"""The final accounts of several regions added up: a city of its counties (Q2.2). Each region's part
is one version of its own final accounts, named in the answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from medaid.errors import BadInput, Forbidden, Refused
from medaid.fund import final_accounts, layouts, statements
from medaid.fund.final_records import FinalAccounts, FinalState
from medaid.regions import Region

MOST: Final = 60
"""Regions of one sum: no city has more, and each is read from its books."""


@dataclass(frozen=True, slots=True)
class RegionPart:
    """What a region brought into the sum: which version, in which state, whether its books say
    something else by now."""

    region: Region
    version: FinalAccounts
    state: FinalState
    stale: bool


def consolidate(
    admdvs: Region, year: int, fund: str, regions: Sequence[Region]
) -> tuple[statements.Consolidated, list[RegionPart]]:
    """The latest versions of `regions` (in `admdvs`) added up, without what they pay each other.

    Raises BadInput DUPLICATE for a region twice, FUND_UNKNOWN; Forbidden for one that lies
    elsewhere; Refused NOT_FOUND for one that has no version.
    """
    forms = layouts.forms_of(fund, year)
    if len(set(regions)) < len(regions):
        raise BadInput("DUPLICATE", field="regions", rule="同一地区不得汇总两次")
    if not 1 <= len(regions) <= MOST:
        raise BadInput("FIELD_REQUIRED", field="regions", rule=f"须列出一至 {MOST} 个地区")
    for region in regions:
        if not admdvs.contains(region):
            raise Forbidden("FORBIDDEN", field="regions", rule=f"{region} 不在本地区数据范围内")
    parts = [_part(region, year, fund) for region in regions]
    held = {
        str(one.region): (
            one.version.amounts,
            [statements.Between(*row) for row in one.version.between],
        )
        for one in parts
    }
    others = {
        other: {str(one): _between(one, year, other) for one in regions}
        for other in statements.other_funds(fund)
    }
    return statements.consolidated(forms, held, fund, others), parts


def _between(region: Region, year: int, fund: str) -> list[statements.Between]:
    """What a region's latest version of another fund has between regions; nothing where it has
    none."""
    standing = _standing(region, year, fund)
    return [statements.Between(*row) for row in standing.version.between] if standing else []


def _part(region: Region, year: int, fund: str) -> RegionPart:
    standing = _standing(region, year, fund)
    if standing is None:
        raise Refused("NOT_FOUND", field="regions", rule=f"{region} 尚无 {year} 年决算")
    return standing


def _standing(region: Region, year: int, fund: str) -> RegionPart | None:
    versions = final_accounts.list_versions(region, year, fund)
    standing = [one for one in versions if one[1] not in (FinalState.RETURNED, FinalState.REPLACED)]
    return RegionPart(region, *standing[-1]) if standing else None
