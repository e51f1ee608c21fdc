"""All that is wrong with policy files, at once: each file by itself, then all together on every day
on which something begins or ends."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from pathlib import Path

from medaid.errors import PolicyUndetermined
from medaid.people.model import CATEGORIES
from medaid.policy.assembly import assemble, chain
from medaid.policy.loader import PackInvalid, load
from medaid.policy.model import Pack
from medaid.policy.reading import Problem

_SILENT = ("REGION_UNKNOWN", "NO_POLICY", "POLICY_EXPIRED")
"""Refusals that are no fault of the files: nothing is known of that region or day."""


def files(paths: Iterable[Path]) -> list[Path]:
    """The files named, and every `*.toml` of the folders named."""
    return [
        file
        for path in paths
        for file in (sorted(path.glob("*.toml")) if path.is_dir() else [path])
    ]


def read(paths: Iterable[Path]) -> tuple[list[Pack], list[Problem]]:
    """The packs that can be read, and every problem of all files."""
    packs, problems = list[Pack](), list[Problem]()
    for file in files(paths):
        try:
            packs.append(load(file, frozenset(CATEGORIES)))
        except PackInvalid as invalid:
            problems += [problem._replace(file=str(file)) for problem in invalid.problems]
        except OSError:
            problems.append(Problem(str(file), 1, "文件不存在或不能读取"))
    for pack in packs:
        if sum(other.id == pack.id for other in packs) > 1:
            problems.append(Problem(pack.file, 1, f"政策包 id {pack.id} 重复:每个文件一个 id"))
    return packs, problems


def together(packs: Sequence[Pack], beside: Sequence[Pack] = ()) -> list[Problem]:
    """What is wrong between packs: two for one layer and day, a circle, a base that comes too late,
    a layer that is not there.

    `beside` are packs that hold already; those with an id of `packs` are replaced by them.
    """
    ids = {pack.id for pack in packs}
    known = [*packs, *(pack for pack in beside if pack.id not in ids)]
    found: dict[str, Problem] = {}
    for pack in packs:
        for region in sorted(
            {pack.region, *(p.region for p in known if pack.region in chain(p.region))}
        ):
            for day in _days(known, region):
                _try(known, pack, region, day, found)
    return list(found.values())


def _try(
    known: Sequence[Pack], pack: Pack, region: str, day: date, found: dict[str, Problem]
) -> None:
    for assisted in ("", region):
        try:
            assemble(known, region, assisted, day)
        except PolicyUndetermined as silent:
            if silent.code not in _SILENT:
                found.setdefault(
                    silent.rule, Problem(pack.file, 1, f"{region} 自 {day} 起:{silent.sentence}")
                )


def _days(packs: Sequence[Pack], region: str) -> list[date]:
    """Every day on which something begins or ends in the region."""
    mine = [pack for pack in packs if pack.region in chain(region)]
    rows = [
        r.row
        for pack in mine
        for layer in pack.layers
        for name in ("deductibles", "rates", "caps", "modifiers")
        for r in getattr(layer, name)
    ]
    days = {pack.in_force for pack in mine} | {
        pack.expires + timedelta(days=1) for pack in mine if pack.expires
    }
    days |= {row.since for row in rows if row.since} | {
        row.until + timedelta(days=1) for row in rows if row.until
    }
    return sorted(days)
