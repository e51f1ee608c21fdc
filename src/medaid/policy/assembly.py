"""What holds on day D in region A: packs of the region, its city, its province and the nation put
together into one waterfall."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from medaid.errors import PolicyUndetermined
from medaid.policy.model import CLAUSE_TABLES, CategoryRule, Layer, Pack, Policy
from medaid.policy.ordering import check_references, in_order
from medaid.policy.vocabulary import ASSISTANCE_TIERS, Facts, LayerKind, Tier
from medaid.regions import Region


def chain(admdvs: str) -> tuple[str, ...]:
    """County, city, province, nation: the regions whose packs apply in `admdvs`, the nearest
    first."""
    return Region(admdvs).chain


def succeeded(packs: Iterable[Pack]) -> tuple[Pack, ...]:
    """The packs, each ending on the day before one that `replaces` it begins."""
    known = tuple(packs)
    ends: dict[str, date] = {}
    for pack in known:
        for name in pack.replaces:
            last = pack.in_force - timedelta(days=1)
            ends[name] = min(last, ends.get(name, last))
    return tuple(
        replace(pack, expires=min(ends[pack.id], pack.expires or ends[pack.id]))
        if pack.id in ends
        else pack
        for pack in known
        if pack.id not in ends or pack.in_force <= ends[pack.id]
    )


def assemble(
    packs: Iterable[Pack], insured: str, assisted: str, day: date, *, complete: bool = True
) -> Policy:
    """The policy for a person insured in `insured` whose identity `assisted` determined ("" for
    nobody's), for care that ended on `day`. `complete` says that all packs are at hand, not only
    those that an old answer used, so that an order after an unknown layer is an error.

    Raises PolicyUndetermined: REGION_UNKNOWN, NO_POLICY, POLICY_EXPIRED, CLAUSE_CONFLICT (two packs
    for one layer), PACK_INVALID (order).
    """
    known = list(packs)
    mine = _chosen(known, insured, day, assistance=False)
    theirs = _chosen(known, assisted, day, assistance=True) if assisted else {}
    if not any(layer.tier == Tier.OTHERS for layer in theirs.values()):
        theirs |= _others(known, insured, day, {*mine, *theirs})
    if not any(layer.tier == Tier.BASIC for layer in mine.values()):
        raise _silent(known, insured, day, "insuplc_admdvs", "基本医保")
    if assisted and all(
        layer.tier == Tier.OTHERS or layer.kind == LayerKind.GAP for layer in theirs.values()
    ):
        raise _silent(known, assisted, day, "insu_admdvs", "医疗救助")
    chains = {*chain(insured), *(chain(assisted) if assisted else ())}
    elsewhere = {x.id for p in known if p.region in chains for x in p.layers} if complete else None
    ordered = in_order([*mine.values(), *theirs.values()], elsewhere)
    layers = [_on_day(layer, day) for layer in ordered]
    check_references(layers)
    category_rules = _category_rules(known, assisted, day)
    ids = {layer.pack for layer in layers} | {
        one.pack for found in category_rules.values() for one in found
    }
    used = [p for p in known if p.id in ids and p.holds(day)]
    versions = tuple(sorted(f"{p.id}@{p.version}" for p in used))
    return Policy(
        insured_region=insured,
        assisting_region=assisted,
        day=day,
        layers=tuple(layers),
        category_rules=category_rules,
        packs=versions,
        version=hashlib.sha256(
            "\n".join((*versions, insured, assisted, day.isoformat())).encode()
        ).hexdigest()[:16],
        year_basis=next(
            (
                p.year_basis
                for region in chain(insured)
                for p in used
                if p.region == region and p.year_basis
            ),
            "care_end",
        ),
        asked=_asked(layers),
    )


def _others(packs: Sequence[Pack], insured: str, day: date, ids: set[str]) -> dict[str, Layer]:
    """Where the identity's region (or nobody's) does not say it, what others paid is taken off
    where the insured region's documents say."""
    try:
        mine = [
            x
            for x in _chosen(packs, insured, day, assistance=True).values()
            if x.tier == Tier.OTHERS and x.id not in ids
        ]
    except PolicyUndetermined:
        return {}
    return {
        x.id: replace(
            x, after=tuple(name for name in x.after if name in ids or name.startswith("tier:"))
        )
        for x in mine
    }


def _asked(layers: Sequence[Layer]) -> tuple[str, ...]:
    """The facts that some row of the layers asks for; the category is always one."""
    rows = [r.row for layer in layers for name in CLAUSE_TABLES for r in getattr(layer, name)]
    whens = (
        [layer.when for layer in layers]
        + [row.when for row in rows]
        + [one for layer in layers for r in layer.requirements for one in r.among]
    )
    per = {m.per for layer in layers for m in layer.modifiers if m.per}
    names = {"category"} | per | {name for when in whens for name in when.names}
    return tuple(name for name in Facts._fields if name in names)


def _chosen(packs: Sequence[Pack], admdvs: str, day: date, *, assistance: bool) -> dict[str, Layer]:
    """By layer id, the layer of the nearest region; two packs of one region with one layer are an
    error, an expired one without successor too."""
    found: dict[str, Layer] = {}
    ended: dict[str, Pack] = {}
    abolished: set[str] = set()
    for region in chain(admdvs):
        here: dict[str, tuple[Pack, Layer]] = {}
        for pack in (p for p in packs if p.region == region):
            if pack.holds(day):
                abolished |= {e.layer for e in pack.ended}
            for layer in (x for x in pack.layers if (x.tier in ASSISTANCE_TIERS) == assistance):
                if pack.holds(day):
                    if layer.id in here:
                        raise _twice(here[layer.id], (pack, layer), region, day)
                    here[layer.id] = (pack, layer)
                elif pack.expires is not None and pack.expires < day:
                    held = ended.get(layer.id)
                    if held is None or (held.region == region and _end(held) < pack.expires):
                        ended[layer.id] = pack
        found = {
            **{
                name: layer
                for name, (_, layer) in here.items()
                if name not in abolished or name in found
            },
            **found,
        }
    for name, pack in ended.items():
        if name not in found and name not in abolished:
            number = next(iter(pack.documents.values())).number
            raise PolicyUndetermined(
                "POLICY_EXPIRED",
                field=admdvs,
                rule=f"{pack.title}({number})有效期至 {pack.expires},{day} 没有后续规定",
                layer=name,
            )
    return found


def _end(pack: Pack) -> date:
    return pack.expires or date.max


def _twice(
    one: tuple[Pack, Layer], other: tuple[Pack, Layer], region: str, day: date
) -> PolicyUndetermined:
    (first, a), (second, b) = one, other
    return PolicyUndetermined(
        "CLAUSE_CONFLICT",
        field=region,
        rule=f"{day} 有两个政策包规定 {a.id}:{first.file}({a.cite.text})"
        f"与 {second.file}({b.cite.text}),须为其一写明 expires,"
        f'或由接续的政策包写明 replaces = ["被接续者的 id"]',
    )


def _silent(
    packs: Sequence[Pack], admdvs: str, day: date, field: str, protection: str
) -> PolicyUndetermined:
    tiers = {Tier.BASIC} if protection == "基本医保" else ASSISTANCE_TIERS - {Tier.OTHERS}
    begins = [
        p.in_force
        for p in packs
        if p.region in chain(admdvs)
        and any(x.tier in tiers and x.kind != LayerKind.GAP for x in p.layers)
    ]
    if not begins:
        return PolicyUndetermined(
            "REGION_UNKNOWN", field=field, rule=f"统筹区 {admdvs} 没有{protection}的政策包"
        )
    return PolicyUndetermined(
        "NO_POLICY",
        field=field,
        rule=f"统筹区 {admdvs} 在 {day} 没有生效的{protection}政策,最早的自 {min(begins)} 起",
    )


def _category_rules(
    packs: Sequence[Pack], assisted: str, day: date
) -> Mapping[str, tuple[CategoryRule, ...]]:
    found: dict[str, tuple[CategoryRule, ...]] = {}
    for region in chain(assisted) if assisted else ():
        here: dict[str, tuple[CategoryRule, ...]] = {}
        for pack in (p for p in packs if p.region == region and p.holds(day)):
            for one in pack.category_rules:
                if one.row.holds_on(day):
                    here[one.code] = (*here.get(one.code, ()), one)
        found = {**here, **found}
    return found


def _on_day(layer: Layer, day: date) -> Layer:
    """The layer without the rows that do not hold on `day`."""
    tables: dict[str, Any] = {
        name: tuple(one for one in getattr(layer, name) if one.row.holds_on(day))
        for name in CLAUSE_TABLES
    }
    return replace(layer, **tables)
