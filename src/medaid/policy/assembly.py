"""What holds on day D in region A: packs of the region, its city, its province and the nation put together into one waterfall."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Final

from medaid.errors import PolicySilent
from medaid.policy.clauses import LAYER_SOURCES
from medaid.policy.model import ASSISTANCE_TIERS, TIERS, Layer, Pack, Policy, Row, Standing

NATION: Final = "100000"


def chain(admdvs: str) -> tuple[str, ...]:
    """County, city, province, nation: the regions whose packs apply in `admdvs`, the nearest first."""
    return tuple(dict.fromkeys((admdvs, admdvs[:4] + "00", admdvs[:2] + "0000", NATION)))


def assemble(packs: Iterable[Pack], insured: str, assisted: str, day: date) -> Policy:
    """The policy for a person insured in `insured` whose identity `assisted` determined ("" for nobody's), for care that ended on `day`.

    Raises PolicySilent: REGION_UNKNOWN, NO_POLICY, POLICY_EXPIRED, CLAUSE_CONFLICT (two packs for one layer), PACK_INVALID (order).
    """
    known = list(packs)
    mine = _chosen(known, insured, day, assistance=False)
    theirs = _chosen(known, assisted, day, assistance=True) if assisted else {}
    layers = {**mine, **theirs}
    if not mine:
        raise _silent(known, insured, day)
    used = [p for p in known if p.holds(day) and any(layer.pack == p.id for layer in layers.values())]
    on_day = tuple(_on_day(layer, day) for layer in in_order(list(layers.values())))
    versions = tuple(sorted(f"{p.id}@{p.version}" for p in used))
    return Policy(
        insured=insured,
        assisted=assisted,
        day=day,
        layers=on_day,
        standings=_standings(known, assisted, day),
        packs=versions,
        version=hashlib.sha256("\n".join((*versions, insured, assisted, day.isoformat())).encode()).hexdigest()[:16],
        year_basis=next((p.year_basis for region in chain(insured) for p in used if p.region == region and p.year_basis), "care_end"),
    )


def _chosen(packs: Sequence[Pack], admdvs: str, day: date, *, assistance: bool) -> dict[str, Layer]:
    """By layer id, the layer of the nearest region; two packs of one region with one layer are an error, an expired one without successor too."""
    found: dict[str, Layer] = {}
    ended: dict[str, Pack] = {}
    for region in chain(admdvs):
        here: dict[str, tuple[Pack, Layer]] = {}
        for pack in (p for p in packs if p.region == region):
            for layer in (x for x in pack.layers if (x.tier in ASSISTANCE_TIERS) == assistance):
                if pack.holds(day):
                    if layer.id in here:
                        raise _twice(here[layer.id], (pack, layer), region, day)
                    here[layer.id] = (pack, layer)
                elif pack.expires is not None and pack.expires < day:
                    ended.setdefault(layer.id, pack)
        found = {**{name: layer for name, (_, layer) in here.items()}, **found}
    for name, pack in ended.items():
        if name not in found:
            told = next(iter(pack.documents.values())).number
            raise PolicySilent("POLICY_EXPIRED", field=admdvs, rule=f"{pack.title}({told})有效期至 {pack.expires},{day} 没有后续规定", layer=name)
    return found


def _twice(one: tuple[Pack, Layer], other: tuple[Pack, Layer], region: str, day: date) -> PolicySilent:
    (first, a), (second, b) = one, other
    return PolicySilent(
        "CLAUSE_CONFLICT", field=region, rule=f"{day} 有两个政策包规定 {a.id}:{first.file}({a.cite.text})与 {second.file}({b.cite.text}),须为其一写明 expires"
    )


def _silent(packs: Sequence[Pack], insured: str, day: date) -> PolicySilent:
    regions = chain(insured)
    begins = [p.in_force for p in packs if p.region in regions[:-1]]
    if not begins:
        return PolicySilent("REGION_UNKNOWN", field="insuplc_admdvs", rule=f"统筹区 {insured} 没有政策包")
    return PolicySilent("NO_POLICY", field="insuplc_admdvs", rule=f"统筹区 {insured} 在 {day} 没有生效的政策,最早的自 {min(begins)} 起")


def _standings(packs: Sequence[Pack], assisted: str, day: date) -> Mapping[str, tuple[Standing, ...]]:
    found: dict[str, tuple[Standing, ...]] = {}
    for region in chain(assisted) if assisted else ():
        here: dict[str, tuple[Standing, ...]] = {}
        for pack in (p for p in packs if p.region == region and p.holds(day)):
            for one in pack.standings:
                if dated(one.row, day):
                    here[one.code] = (*here.get(one.code, ()), one)
        found = {**here, **found}
    return found


def dated(row: Row, day: date) -> bool:
    """Whether a row with dates of its own holds on `day`."""
    return (row.since is None or row.since <= day) and (row.until is None or day <= row.until)


def _on_day(layer: Layer, day: date) -> Layer:
    """The layer without the rows that do not hold on `day`."""
    return replace(
        layer,
        deductibles=tuple(r for r in layer.deductibles if dated(r.row, day)),
        rates=tuple(r for r in layer.rates if dated(r.row, day)),
        caps=tuple(r for r in layer.caps if dated(r.row, day)),
        modifiers=tuple(r for r in layer.modifiers if dated(r.row, day)),
        requirements=tuple(r for r in layer.requirements if dated(r.row, day)),
        floors=tuple(r for r in layer.floors if dated(r.row, day)),
        lumps=tuple(r for r in layer.lumps if dated(r.row, day)),
    )


def in_order(layers: Sequence[Layer]) -> list[Layer]:
    """By what each says it comes after (a layer's id or `tier:NAME`), then by tier, then as written.

    Raises PolicySilent (PACK_INVALID) for a circle, an unknown layer, or a base that needs a layer which comes later.
    """
    ids = {layer.id for layer in layers}
    before = {layer.id: _before(layer, layers, ids) for layer in layers}
    waiting, placed = sorted(layers, key=lambda x: TIERS.index(x.tier)), list[Layer]()
    while waiting:
        done = {x.id for x in placed}
        ready = next((x for x in waiting if before[x.id] <= done), None)
        if ready is None:
            circle = "、".join(x.id for x in waiting)
            raise PolicySilent("PACK_INVALID", field="after", rule=f"层的先后成环:{circle}")
        placed.append(ready)
        waiting.remove(ready)
    for index, layer in enumerate(placed):
        earlier = {x.id for x in placed[:index]}
        for name in (layer.base.source, *layer.base.less, *(source for source, _ in layer.base.plus)):
            head, _, of = name.partition(":")
            if head in LAYER_SOURCES and of in ids and of not in earlier:
                raise PolicySilent("PACK_INVALID", field=layer.id, rule=f"基数 {name} 需要的层 {of} 排在其后(第 {layer.line} 行);用 after 排好先后")
    return placed


def _before(layer: Layer, layers: Sequence[Layer], ids: set[str]) -> set[str]:
    found: set[str] = set()
    for name in layer.after:
        if name.startswith("tier:"):
            found |= {x.id for x in layers if x.tier == name[5:] and x.id != layer.id}
        elif name in ids:
            found.add(name)
        else:
            raise PolicySilent("PACK_INVALID", field=layer.id, rule=f"after 指向的层 {name} 不存在(第 {layer.line} 行)")
    return found
