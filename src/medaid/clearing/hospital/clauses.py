"""The clauses that an agreement with an institution must hold, by region (`clauses.toml`, J37)."""

from __future__ import annotations

from functools import cache

from medaid.clearing.hospital.model import Clause
from medaid.errors import BadInput
from medaid.fund.model.chart import read
from medaid.regions import Region


@cache
def _clauses() -> tuple[Clause, ...]:
    found = []
    for row in read("clauses.toml", "medaid.clearing.hospital")["clause"]:
        if not row.get("cite") or row.get("trust") not in ("S", "G", "N", "R"):
            raise ValueError(f"clause {row['id']} carries no citation or trust")
        found.append(Clause(row["id"], Region(row["region"]), row["says"], row["cite"]))
    assert len({one.id for one in found}) == len(found), "a clause twice"
    return tuple(found)


def required_clauses(region: Region) -> tuple[Clause, ...]:
    """What an agreement of `region` must hold: its own and those of every region above."""
    return tuple(one for one in _clauses() if one.region in region.chain)


def check_clauses(region: Region, held: tuple[str, ...]) -> None:
    """Raises BadInput CODE_UNKNOWN for a clause that `region` does not know, FIELD_REQUIRED naming
    each required one that is not among `held`."""
    required = required_clauses(region)
    unknown = sorted({*held} - {one.id for one in required})
    if unknown:
        raise BadInput("CODE_UNKNOWN", field="clauses", rule=f"条款 {unknown[0]} 未登记")
    missing = [f"{one.says}({one.cite})" for one in required if one.id not in held]
    if missing:
        raise BadInput("FIELD_REQUIRED", field="clauses", rule=f"协议须载明:{'、'.join(missing)}")
