"""All that is wrong with policy files, at once: each file by itself, then all together on every day
on which something begins or ends."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path

from medaid.errors import PolicyUndetermined
from medaid.people.model import CATEGORIES
from medaid.policy.assembly import assemble, chain, succeeded
from medaid.policy.loader import PackInvalid, load
from medaid.policy.model import Pack, turning_days
from medaid.policy.reading import PackProblem
from medaid.policy.vocabulary import ASSISTANCE_TIERS, Tier

_SILENT = ("REGION_UNKNOWN", "NO_POLICY", "POLICY_EXPIRED")
"""Refusals that are no fault of the files: nothing is known of that region or day."""


def files(paths: Iterable[Path]) -> list[Path]:
    """The files named, and every `*.toml` of the folders named."""
    return [
        file
        for path in paths
        for file in (sorted(path.glob("*.toml")) if path.is_dir() else [path])
    ]


def read(paths: Iterable[Path]) -> tuple[list[Pack], list[PackProblem]]:
    """The packs that can be read, and every problem of all files."""
    packs, problems = list[Pack](), list[PackProblem]()
    for file in files(paths):
        try:
            packs.append(load(file, frozenset(CATEGORIES)))
        except PackInvalid as invalid:
            problems += [problem._replace(file=str(file)) for problem in invalid.problems]
        except OSError:
            problems.append(PackProblem(str(file), 1, "文件不存在或不能读取"))
    for pack in packs:
        if sum(other.id == pack.id for other in packs) > 1:
            problems.append(PackProblem(pack.file, 1, f"政策包 id {pack.id} 重复:每个文件一个 id"))
    return packs, problems


def together(packs: Sequence[Pack], beside: Sequence[Pack] = ()) -> list[PackProblem]:
    """What is wrong between packs: two for one layer and day, a circle, a base that comes too late,
    a layer that is not there.

    `beside` are packs that hold already; those with an id of `packs` are replaced by them.
    """
    known = beside_each_other(packs, beside)
    found: dict[str, PackProblem] = {}
    for pack in packs:
        _succession(known, pack, found)
    known = succeeded(known)
    for pack in packs:
        _usable(known, pack, found)
        for region in sorted(
            {pack.region, *(p.region for p in known if pack.region in chain(p.region))}
        ):
            for day in turning_days(one for one in known if one.region in chain(region)):
                _try(known, pack, region, day, found)
    return list(found.values())


def beside_each_other(packs: Sequence[Pack], beside: Sequence[Pack]) -> tuple[Pack, ...]:
    """`packs` among those that hold already: one with the id of another takes its place. What
    `medaid policy check` looks at is what every other tool prices with."""
    ids = {pack.id for pack in packs}
    return (*packs, *(pack for pack in beside if pack.id not in ids))


def _succession(known: Sequence[Pack], pack: Pack, found: dict[str, PackProblem]) -> None:
    for name in pack.replaces:
        if not any(other.id == name for other in known):
            says = f"replaces 指向的政策包 {name} 不存在:写已有政策包的 id"
            found.setdefault(says, PackProblem(pack.file, 1, says))
        elif any(other.id == name and other.region != pack.region for other in known):
            says = f"replaces 指向的政策包 {name} 不属于统筹区 {pack.region}:只能接续本地的"
            found.setdefault(says, PackProblem(pack.file, 1, says))


def _usable(known: Sequence[Pack], pack: Pack, found: dict[str, PackProblem]) -> None:
    """A pack that no claim could ever be priced with: without basic layers at its side, or with
    categories that nothing assists."""
    near = [p for p in known if p.region in chain(pack.region) or pack.region in chain(p.region)]
    layers = [layer for p in near if _meet(p, pack) for layer in p.layers]
    if pack.layers and not any(layer.tier == Tier.BASIC for layer in layers):
        says = (
            f'没有基本医保层:{pack.region} 在本包有效期内没有 tier = "basic" 的层,'
            "任何待遇都无法计算;补上该层,或与基本医保的政策包一起检查"
        )
        found.setdefault(says, PackProblem(pack.file, 1, says))
    helps = any(layer.tier in ASSISTANCE_TIERS - {Tier.OTHERS} for layer in layers)
    if pack.category_rules and not helps:
        line = pack.category_rules[0].row.line
        says = (
            "写了救助类型 [[category]],但没有救助层"
            "(assistance、tilted、secondary):这些人的待遇无法计算;补上救助层或缺口 [[gap]]"
        )
        found.setdefault(says, PackProblem(pack.file, line, says))


def _meet(one: Pack, other: Pack) -> bool:
    """Whether both hold on some day."""
    return (one.expires is None or other.in_force <= one.expires) and (
        other.expires is None or one.in_force <= other.expires
    )


def _try(
    known: Sequence[Pack], pack: Pack, region: str, day: date, found: dict[str, PackProblem]
) -> None:
    for assisted in ("", region):
        try:
            assemble(known, region, assisted, day)
        except PolicyUndetermined as silent:
            if silent.code not in _SILENT:
                found.setdefault(
                    silent.rule,
                    PackProblem(pack.file, 1, f"{region} 自 {day} 起:{silent.sentence}"),
                )
